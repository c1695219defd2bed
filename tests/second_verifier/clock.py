"""Check 6 beyond a single record: do the times of records and receipts agree?"""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from second_verifier.receipts import Receipts

TOLERANCE = 2_000_000  # µs
DRIFT = 200  # parts per million


def disagreement(chain: list[dict[str, Any]], receipts: Receipts) -> str:
    """Say where the times stop agreeing, or nothing."""
    for _, run in groupby(chain, key=lambda record: record["boot"]):
        boot = list(run)
        if why := _wall(boot) or _corridor(boot, receipts):
            return why
    return ""


def _allowance(elapsed: int) -> int:
    return TOLERANCE + elapsed * DRIFT // 1_000_000


def _wall(boot: list[dict[str, Any]]) -> str:
    offset, since = boot[0]["wall"] - boot[0]["mono"], boot[0]["mono"]
    for record in boot[1:]:
        if record["type"] == "clock":
            offset, since = offset + record["body"]["jump"], record["mono"]
        if abs(record["wall"] - record["mono"] - offset) > _allowance(record["mono"] - since):
            return f"record {record['seq']}: wall and mono disagree"
    return ""


@dataclass(slots=True)
class Bounds:
    """What receipts say about the server's time minus mono."""

    lower: list[int]
    upper: list[int]

    def open(self, elapsed: int) -> bool:
        if not self.lower or not self.upper:
            return True
        return max(self.lower) - min(self.upper) <= _allowance(elapsed)


def _corridor(boot: list[dict[str, Any]], receipts: Receipts) -> str:
    bounds = Bounds([], [])
    for record in boot:
        mono = record["mono"]
        if anchor := receipts.find(record["anchor"]):
            bounds.lower = [max([*bounds.lower, anchor["time"] - mono])]
        if cover := receipts.first_beyond(record["seq"]):
            bounds.upper = [min([*bounds.upper, cover["time"] - mono])]
        if not bounds.open(mono - boot[0]["mono"]):
            return f"record {record['seq']}: no time lies between its receipts"
    return ""
