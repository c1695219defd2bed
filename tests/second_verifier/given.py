"""A file of receipts, as the specification's *Verification of receipts* says."""

from itertools import pairwise
from typing import Any

from second_verifier import records
from second_verifier.checks import FAILS, HOLDS, NOTHING, Findings, Verdict
from second_verifier.lines import Line, cut, one_line
from second_verifier.text import ZERO, Malformed, parse

LONGEST = 256 * 1024 * 1024


def is_given(data: bytes) -> bool:
    try:
        _receipt(data[: data.find(b"\n") + 1])
    except Malformed:
        return False
    return True


def verify_given(data: bytes, key: bytes | None) -> Verdict:
    """Judge receipts by the institution's key."""
    if key is None:
        return Verdict(NOTHING, {0: "there is no key"})
    if len(data) > LONGEST:
        return Verdict(NOTHING, {0: "longer than it may be"})
    findings, found = Findings(), list[dict[str, Any]]()
    before = ZERO
    for number, raw in enumerate(cut(data)):
        try:
            line, receipt = _receipt(raw)
        except Malformed as error:
            findings.fail(0, f"receipt {number}: {error}")
            break
        if not line.signed_by(key, "receipt"):
            findings.fail(0, f"receipt {number} is not signed by the institution")
        if receipt["prev"] != before:
            findings.fail(2, f"receipt {number} does not follow the one before")
        found.append(receipt)
        before = line.hash
    if len({receipt["session"] for receipt in found}) > 1:
        findings.fail(1, "they are of several sessions")
    for one, other in pairwise(found):
        if other["size"] < one["size"]:
            findings.fail(2, "the size falls")
        if other["size"] == one["size"] and other["head"] != one["head"]:
            findings.fail(2, "the head is another, of the same size")
    return Verdict(FAILS if findings.why else HOLDS, dict(sorted(findings.why.items())))


def _receipt(raw: bytes) -> tuple[Line, dict[str, Any]]:
    line = one_line(raw)
    return line, records.strict(parse(line.payload), records.RECEIPT)
