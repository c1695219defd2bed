"""Check 6: do the times that records and receipts name agree?"""

from dataclasses import dataclass
from typing import Any

TOLERANCE = 2_000_000  # µs
DRIFT = 200  # parts per million


def allowance(elapsed: int) -> int:
    """Microseconds that clocks may disagree after `elapsed` microseconds."""
    return TOLERANCE + elapsed * DRIFT // 1_000_000


@dataclass(slots=True)
class Boot:
    """What is known of the clocks between two starts of the machine."""

    first: int
    latest: int
    offset: int
    since: int
    lower: int | None = None
    upper: int | None = None


class Clock:
    """Follows the times of a chain, record by record."""

    def __init__(self) -> None:
        self._boots: dict[str, Boot] = {}

    def judge(self, record: dict[str, Any], after: int | None, before: int | None) -> str:
        """Say what is wrong with a record's times, or nothing.

        `after` is the time of the receipt it is anchored to, `before` that of the first
        receipt that covers it.
        """
        mono, offset = record["mono"], record["wall"] - record["mono"]
        boot = self._boots.get(record["boot"])
        if boot is None:
            boot = self._boots[record["boot"]] = Boot(mono, mono, offset, mono)
        if mono < boot.latest:
            return "mono falls"
        boot.latest = mono
        moved = record["body"]["jump"] if record["type"] == "clock" else 0
        if abs(offset - boot.offset - moved) > allowance(mono - boot.since):
            return "wall and mono disagree"
        if record["type"] == "clock":
            boot.offset, boot.since = offset, mono
        return _corridor(boot, mono, after, before)


def _corridor(boot: Boot, mono: int, after: int | None, before: int | None) -> str:
    if after is not None:
        boot.lower = after - mono if boot.lower is None else max(boot.lower, after - mono)
    if before is not None:
        boot.upper = before - mono if boot.upper is None else min(boot.upper, before - mono)
    if boot.lower is None or boot.upper is None:
        return ""
    if boot.lower - boot.upper > allowance(mono - boot.first):
        return "the receipts around the records leave no time at which they were written"
    return ""
