"""Checks a candidate's receipt, offline: is it the institution's, and does it say as much?

The checks are numbered as in the specification (``shared/README.md``, *Verification of a
receipt*). A check that fails does not end the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from shared.bundle import UnreadableBundle
from shared.encoding import EncodingError
from shared.policy import PolicyError, Titles, decode_titles
from shared.receipt_file import (
    MAX_RECEIPT_FILE_BYTES,
    MalformedReceiptFile,
    ReceiptFile,
    decode_receipt_file,
    read_line_in_text,
)
from shared.receipts import Grant, MalformedReceipt, Receipt, decode_grant, decode_receipt
from shared.signed import (
    Domain,
    MalformedLine,
    Signed,
    fingerprint,
    holds,
    read_key,
)
from shared.verdict import CheckResult, Ledger, Outcome, ReceiptCheck, check_members

_T = TypeVar("_T")


class UnreadableReceipt(UnreadableBundle):
    """The file cannot be read as a receipt at all; the message says why."""


@dataclass(frozen=True, slots=True)
class ReceiptVerdict:
    """All checks of one receipt's file, and what in it is signed.

    ``pinned`` is the fingerprint that the caller gave, if any. ``receipt`` is ``None`` where it
    could not be read; whose it is is what the checks say.
    """

    file: ReceiptFile
    key_fingerprint: str
    pinned: str | None
    results: tuple[CheckResult, ...]
    receipt: Receipt | None

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(result.outcome is Outcome.HOLDS for result in self.results)


def verify_receipt_file(path: Path, pinned: str | None = None) -> ReceiptVerdict:
    """Check a receipt's file.

    Args:
        path: the file.
        pinned: the fingerprint of the institution's key, where it is known.

    Raises:
        UnreadableReceipt: there is nothing that could be checked.
    """
    try:
        with path.open("rb") as opened:
            data = opened.read(MAX_RECEIPT_FILE_BYTES + 1)
    except OSError as error:
        raise UnreadableReceipt(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > MAX_RECEIPT_FILE_BYTES:
        raise UnreadableReceipt(f"{path} is not a receipt: longer than any receipt is")
    try:
        file = decode_receipt_file(data)
        key = read_key(file.institution_key)
    except MalformedReceiptFile as error:
        raise UnreadableReceipt(f"{path} is not a receipt, or damaged: {error}") from error
    except EncodingError as error:
        raise UnreadableReceipt(f"{path} names no key of an institution: {error}") from error
    return _verify(file, key, pinned)


def receipt_verdict_members(verdict: ReceiptVerdict) -> dict[str, object]:
    """A receipt's verdict, as programs are told it. Of ``said``, ``complete`` and what was
    made are the recorder's own word.
    """
    file, receipt = verdict.file, verdict.receipt
    return {
        "holds": verdict.holds,
        "session": file.session,
        "institution_key": verdict.key_fingerprint,
        "key_given": verdict.pinned is not None,
        "receipt": None
        if receipt is None
        else {
            "records": receipt.size,
            "head": receipt.head,
            "time": receipt.time,
            "missing": list(receipt.missing),
        },
        "said": {
            "institution": file.ask.institution,
            "exam": file.exam,
            "title": file.title,
            "candidate": file.candidate,
            "records_made": file.records_made,
            "pieces_made": file.pieces_made,
            "pieces_held": file.pieces_held,
            "complete": file.complete,
        },
        "checks": [check_members(result) for result in verdict.results],
    }


def _verify(file: ReceiptFile, key: bytes, pinned: str | None) -> ReceiptVerdict:
    ledger = Ledger(ReceiptCheck)
    name = fingerprint(key)
    _check_key(ledger, file, name, pinned)
    titles, grant = _check_founding(ledger, file, key)
    receipt = _check_receipt(ledger, file, key)
    for why in _contradictions(ledger, file, titles, grant, receipt):
        ledger.fail(ReceiptCheck.SAID, why)
    return ReceiptVerdict(file, name, pinned, ledger.results(), receipt)


# (0) the key


def _check_key(ledger: Ledger, file: ReceiptFile, name: str, pinned: str | None) -> None:
    ledger.look(ReceiptCheck.KEY)
    if file.institution_fingerprint != name:
        ledger.fail(ReceiptCheck.KEY, f"the key's fingerprint is {name}, not the one said")
    if pinned is not None and pinned != name:
        ledger.fail(ReceiptCheck.KEY, f"signed by key {name}, not by the key given")


# (1) policy and grant


def _check_founding(
    ledger: Ledger, file: ReceiptFile, key: bytes
) -> tuple[Titles | None, Grant | None]:
    check = ReceiptCheck.SESSION
    policy, titles = _read(
        ledger, check, "policy", file.policy, Domain.POLICY, key, decode_titles
    )
    _, grant = _read(ledger, check, "grant", file.grant, Domain.GRANT, key, decode_grant)
    if grant is not None and grant.session != file.session:
        ledger.fail(check, f"grant: of session {grant.session}")
    if grant is not None and policy is not None and grant.policy != policy.hash:
        ledger.fail(check, "grant: grants another policy")
    return titles, grant


# (2) the receipt


def _check_receipt(ledger: Ledger, file: ReceiptFile, key: bytes) -> Receipt | None:
    check = ReceiptCheck.RECEIPT
    _, found = _read(
        ledger, check, "receipt", file.receipt, Domain.RECEIPT, key, decode_receipt
    )
    if found is not None and found.session != file.session:
        ledger.fail(check, f"receipt: of session {found.session}")
    return found


def _read(
    ledger: Ledger,
    check: ReceiptCheck,
    what: str,
    text: str,
    domain: Domain,
    key: bytes,
    decode: Callable[[bytes], _T],
) -> tuple[Signed | None, _T | None]:
    ledger.look(check)
    try:
        signed = read_line_in_text(text)
        value = decode(signed.payload)
    except (MalformedLine, MalformedReceipt, PolicyError) as error:
        ledger.fail(check, f"{what}: {error}")
        return None, None
    if not holds(signed, domain, key):
        ledger.fail(check, f"{what}: not signed by the institution's key")
    return signed, value


# (3) what the file says beside what is signed


def _contradictions(
    ledger: Ledger,
    file: ReceiptFile,
    titles: Titles | None,
    grant: Grant | None,
    receipt: Receipt | None,
) -> Iterator[str]:
    for name, said, signed in _pairs(file, titles, grant, receipt):
        ledger.look(ReceiptCheck.SAID)
        if said != signed:
            yield f"{name}: {said!a} is said, {signed!a} is signed"
    ledger.look(ReceiptCheck.SAID)
    if file.records_held > file.records_made or file.pieces_held > file.pieces_made:
        yield "more is said to be held than was made"
    all_held = (file.records_made, file.pieces_made) == (file.records_held, file.pieces_held)
    if file.complete and not (all_held and receipt is not None and not receipt.missing):
        yield "complete: is said, and something is missing"


def _pairs(
    file: ReceiptFile, titles: Titles | None, grant: Grant | None, receipt: Receipt | None
) -> Iterator[tuple[str, object, object]]:
    if titles is not None:
        yield "exam", file.exam, titles.exam.id
        yield "title", file.title, titles.exam.title
        yield "ask.institution", file.ask.institution, titles.institution.name
        yield "ask.contact", file.ask.contact, titles.institution.contact
    if grant is not None:
        yield "exam", file.exam, grant.exam
        yield "candidate", file.candidate, grant.candidate
    if receipt is not None:
        yield "signed_us", file.signed_us, receipt.time
        yield "records_held", file.records_held, receipt.size
        yield "head", file.head, receipt.head
