"""The receipts of a bundle, and checks 8 and 9."""

from dataclasses import dataclass, field
from typing import Any

from second_verifier import records
from second_verifier.lines import cut, one_line
from second_verifier.text import ZERO, Malformed, parse


@dataclass(slots=True)
class Receipts:
    """Receipts in their order; `wrong` says what is wrong with the first that is."""

    all: list[dict[str, Any]] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    wrong: str = ""

    def fail(self, why: str) -> None:
        self.wrong = self.wrong or why

    def find(self, anchor: str | None) -> dict[str, Any] | None:
        return self.all[self.hashes.index(anchor)] if anchor in self.hashes else None

    def first_beyond(self, seq: int) -> dict[str, Any] | None:
        return next((receipt for receipt in self.all if receipt["size"] > seq), None)


def read(data: bytes, key: bytes, session: str) -> Receipts:
    """Read receipts up to the first line that is none."""
    found = Receipts()
    for number, raw in enumerate(cut(data)):
        try:
            line = one_line(raw)
            receipt = records.strict(parse(line.payload), records.RECEIPT)
        except Malformed as error:
            found.fail(f"receipt {number}: {error}")
            break
        if not line.signed_by(key, "receipt"):
            found.fail(f"receipt {number} is not signed by the institution")
        if receipt["session"] != session:
            found.fail(f"receipt {number} is of another session")
        if receipt["prev"] != (found.hashes[-1] if found.hashes else ZERO):
            found.fail(f"receipt {number} does not follow the one before")
        if found.all and receipt["size"] < found.all[-1]["size"]:
            found.fail(f"receipt {number} holds less than the one before")
        found.all.append(receipt)
        found.hashes.append(line.hash)
    return found


def durable(receipts: Receipts, hashes: list[str], pieces: set[str]) -> str:
    """Check 8: say what is wrong, or nothing."""
    if receipts.wrong:
        return receipts.wrong
    for number, receipt in enumerate(receipts.all):
        size = receipt["size"]
        if size > len(hashes) or receipt["head"] != (hashes[size - 1] if size else ZERO):
            return f"receipt {number} is of another chain"
    if not receipts.all or receipts.all[-1]["size"] != len(hashes):
        return "the last receipt does not cover the whole chain"
    listed = {piece for receipt in receipts.all for piece in receipt["durable"]}
    if absent := pieces - listed:
        return f"piece {min(absent)} is not listed as durable"
    return ""


def anchors(receipts: Receipts, chain: list[dict[str, Any]]) -> str:
    """Check 9: say what is wrong, or nothing."""
    latest = -1
    for record in chain:
        anchor = record["anchor"]
        if anchor is None:
            if latest >= 0:
                return f"record {record['seq']} has no anchor"
            continue
        if anchor not in receipts.hashes:
            return f"record {record['seq']} is anchored to an unknown receipt"
        index = receipts.hashes.index(anchor)
        if index < latest:
            return f"record {record['seq']} is anchored to an older receipt"
        if receipts.all[index]["size"] > record["seq"]:
            return f"record {record['seq']} is anchored to a receipt from after it"
        latest = index
    return ""
