"""A session's receipts as a file of signed lines: what the server gives back for a parcel.

The file names no key, so that whoever checks it says the institution's own. The checks are
numbered as in the specification (``shared/README.md``, *Verification of receipts*).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from shared.bundle import UnreadableBundle
from shared.encoding import ZERO_HASH
from shared.receipts import MalformedReceipt, Receipt, decode_receipt
from shared.signed import (
    MAX_PAYLOAD_BYTES,
    SIGNATURE_CHARS,
    Domain,
    MalformedLine,
    Signed,
    fingerprint,
    holds,
    parse_lines,
)
from shared.verdict import CheckResult, GivenCheck, Ledger, Outcome, check_members

# A receipt is some kilobytes where much is missing, and a day has 20,000 pieces.
MAX_GIVEN_BYTES = 256 * 1024 * 1024

# Signature, space, payload, line feed.
MAX_LINE_BYTES = SIGNATURE_CHARS + 1 + MAX_PAYLOAD_BYTES + 1


class UnreadableReceipts(UnreadableBundle):
    """The file cannot be checked as receipts; the message says why."""


@dataclass(frozen=True, slots=True)
class GivenVerdict:
    """All checks of a file of ``receipts``; ``last`` is the last that could be read, and
    ``durable`` counts the pieces that they list.
    """

    session: str
    key_fingerprint: str
    results: tuple[CheckResult, ...]
    receipts: int
    durable: int
    last: Receipt

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(result.outcome is Outcome.HOLDS for result in self.results)


def is_given(path: Path) -> bool:
    """Whether the file begins with a receipt, in a line of its own."""
    try:
        with path.open("rb") as file:
            line = file.readline(MAX_LINE_BYTES)
        return any(_read(parse_lines(line)))
    except (OSError, MalformedLine, MalformedReceipt):
        return False


def verify_given(path: Path, key: bytes | None) -> GivenVerdict:
    """Check a file of receipts.

    Args:
        path: the file.
        key: the institution's public key, 32 raw bytes.

    Raises:
        UnreadableReceipts: there is nothing that could be checked, or nothing to check it by.
    """
    if key is None:
        why = "give the institution's key itself, 43 characters, not its fingerprint"
        raise UnreadableReceipts(f"{path} holds receipts, which name no key: {why}")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_GIVEN_BYTES + 1)
    except OSError as error:
        raise UnreadableReceipts(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > MAX_GIVEN_BYTES:
        raise UnreadableReceipts(f"{path} is longer than any session's receipts")
    ledger = Ledger(GivenCheck)
    found = _receipts(ledger, data, key)
    if not found:
        raise UnreadableReceipts(f"{path} does not begin with a receipt")
    for number, one in enumerate(found):
        _check_place(ledger, number, one, found)
    pieces = {name for one in found for name in one.receipt.durable}
    last = found[-1].receipt
    session = found[0].receipt.session
    return GivenVerdict(
        session, fingerprint(key), ledger.results(), len(found), len(pieces), last
    )


def given_verdict_members(verdict: GivenVerdict) -> dict[str, object]:
    """The verdict, as programs are told it."""
    return {
        "holds": verdict.holds,
        "session": verdict.session,
        "institution_key": verdict.key_fingerprint,
        "key_given": True,
        "receipts": verdict.receipts,
        "durable": verdict.durable,
        "last": {
            "records": verdict.last.size,
            "head": verdict.last.head,
            "time": verdict.last.time,
            "missing": list(verdict.last.missing),
        },
        "checks": [check_members(result) for result in verdict.results],
    }


class _Given(NamedTuple):
    signed: Signed
    receipt: Receipt


def _read(lines: Iterator[Signed]) -> Iterator[_Given]:
    for signed in lines:
        yield _Given(signed, decode_receipt(signed.payload))


def _receipts(ledger: Ledger, data: bytes, key: bytes) -> list[_Given]:
    """(0) Each line is a receipt by the institution's key; the first that is none ends them."""
    found: list[_Given] = []
    try:
        for one in _read(parse_lines(data)):
            ledger.look(GivenCheck.RECEIPT)
            if not holds(one.signed, Domain.RECEIPT, key):
                why = f"receipt {len(found)}: not signed by the key given"
                ledger.fail(GivenCheck.RECEIPT, why)
            found.append(one)
    except (MalformedLine, MalformedReceipt) as error:
        ledger.fail(GivenCheck.RECEIPT, f"receipt {len(found)}: {error}")
    return found


def _check_place(ledger: Ledger, number: int, one: _Given, found: list[_Given]) -> None:
    own, where = one.receipt, f"receipt {number}"
    # (1) of one session
    ledger.look(GivenCheck.SESSION)
    if own.session != found[0].receipt.session:
        ledger.fail(GivenCheck.SESSION, f"{where}: of session {own.session}")
    # (2) one after another, from the first on
    ledger.look(GivenCheck.ORDER)
    if number == 0:
        if own.prev != ZERO_HASH:
            ledger.fail(GivenCheck.ORDER, f"{where}: follows one that is not here")
        return
    before = found[number - 1]
    if own.prev != before.signed.hash:
        ledger.fail(GivenCheck.ORDER, f"{where}: does not follow the one before it")
    if own.size < before.receipt.size:
        ledger.fail(GivenCheck.ORDER, f"{where}: holds less than the one before it")
    if own.size == before.receipt.size and own.head != before.receipt.head:
        ledger.fail(GivenCheck.ORDER, f"{where}: of another chain than the one before it")
