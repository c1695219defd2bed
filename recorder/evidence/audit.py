"""Checking a store against itself: does what lies on the disk still hold?

The checks and their numbers are the verifier's (``shared/README.md``, *Verification*), as
far as a store can be judged without the server. A piece that was delivered is no longer
here; that a receipt lists it takes its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from recorder.evidence import contents
from recorder.evidence.contents import BlobRow
from recorder.evidence.founding import Grounds, Unfounded, read_founding
from recorder.evidence.store import EvidenceStore
from shared.chain import Refused, accept
from shared.encoding import sha256_hex
from shared.receipts import MalformedReceipt, Receipt, decode_receipt
from shared.records import BlobReference, Open, Record, blobs_of
from shared.signed import Domain, Signed, holds
from shared.verdict import CheckId


class Finding(NamedTuple):
    """A check that fails, and where."""

    check: CheckId
    where: str


class _Chain(NamedTuple):
    """What the records, as far as they hold, commit to."""

    hashes: list[str]
    blobs: dict[str, tuple[int, BlobReference]]


def check_store(store: EvidenceStore) -> list[Finding]:
    """Every check that fails; none where all holds.

    Raises:
        StoreTrouble: the file cannot be read at all.
    """
    findings = [
        Finding(CheckId.CONTAINER, f"the file: {why}") for why in contents.damage(store)
    ]
    grounds = read_founding(store.founding)
    if isinstance(grounds, Unfounded):
        return [*findings, Finding(CheckId.SESSION, grounds.why)]
    chain = _Chain([grounds.start.head], {})
    if broken := list(_check_records(store, grounds, chain)):
        # Without a chain that holds there is nothing to judge pieces and receipts by.
        return [*findings, *broken]
    durable: set[str] = set()
    findings += _check_receipts(store, chain, durable)
    findings += _check_pieces(store, chain, durable)
    findings += _check_outbox(store, chain)
    return findings


# (1) to (6): every record against the one before it


def _check_records(store: EvidenceStore, grounds: Grounds, chain: _Chain) -> Iterator[Finding]:
    state = grounds.start
    stored = contents.record_hashes(store)
    for number, signed in enumerate(contents.all_records(store)):
        verdict = accept(state, signed)
        if isinstance(verdict, Refused):
            where = f"record {number}: {verdict.why}; the rest is not judged"
            yield Finding(CheckId(verdict.check), where)
            return
        state = verdict.state
        if stored[number] != signed.hash:
            yield Finding(CheckId.LINK, f"record {number}: kept under another hash")
        yield from _check_open(store, verdict.record)
        chain.hashes.append(signed.hash)
        for blob in blobs_of(verdict.record.body):
            chain.blobs[blob.sha256] = (number, blob)


def _check_open(store: EvidenceStore, record: Record) -> Iterator[Finding]:
    founding, body = store.founding, record.body
    if isinstance(body, Open) and body.policy != founding.policy.hash:
        yield Finding(CheckId.SESSION, "record 0: opened under another policy")
    if isinstance(body, Open) and body.grant != founding.grant.hash:
        yield Finding(CheckId.SESSION, "record 0: opened under another grant")


# (7): the pieces


def _check_pieces(store: EvidenceStore, chain: _Chain, durable: set[str]) -> Iterator[Finding]:
    seen: set[str] = set()
    for row in contents.blob_rows(store):
        seen.add(row.reference.sha256)
        if why := _piece_fault(row, chain, durable):
            yield Finding(CheckId.BLOB, f"{_name(row.reference)}: {why}")
    for sha256, (_, blob) in chain.blobs.items():
        if sha256 not in seen:
            yield Finding(CheckId.BLOB, f"{_name(blob)}: committed but missing")


def _piece_fault(row: BlobRow, chain: _Chain, durable: set[str]) -> str | None:
    if chain.blobs.get(row.reference.sha256) != (row.seq, row.reference):
        return "no record commits to it so"
    if row.listed != (row.reference.sha256 in durable):
        return "what receipts list and what is kept as delivered differ on it"
    if row.waiting == row.listed:
        return "delivered and still in the outbox" if row.listed else "not in the outbox"
    if row.data is None:
        return None if row.listed else "its bytes are gone, and no receipt lists it"
    if len(row.data) != row.reference.size or sha256_hex(row.data) != row.reference.sha256:
        return "changed since it was committed"
    return None


def _name(blob: BlobReference) -> str:
    return f"{blob.stream} {blob.stream_seq} ({blob.sha256[:16]}…)"


# (8): what receipts cover, and what still waits


def _check_receipts(
    store: EvidenceStore, chain: _Chain, durable: set[str]
) -> Iterator[Finding]:
    for number, signed in enumerate(contents.receipts(store)):
        receipt = _read_receipt(store, signed)
        if isinstance(receipt, str):
            yield Finding(CheckId.DURABLE, f"receipt {number}: {receipt}")
            continue
        if receipt.size >= len(chain.hashes) or chain.hashes[receipt.size] != receipt.head:
            yield Finding(CheckId.DURABLE, f"receipt {number}: of another chain than this")
        durable.update(receipt.durable)


def _read_receipt(store: EvidenceStore, signed: Signed) -> Receipt | str:
    if not holds(signed, Domain.RECEIPT, store.founding.institution_key):
        return "not signed by the institution's key"
    try:
        receipt = decode_receipt(signed.payload)
    except MalformedReceipt as error:
        return str(error)
    own = receipt.session == store.founding.session
    return receipt if own else f"of session {receipt.session}"


def _check_outbox(store: EvidenceStore, chain: _Chain) -> Iterator[Finding]:
    made, sent = len(chain.hashes) - 1, store.tally.records_sent
    waiting = [seq for seq in contents.waiting_records(store) if seq < made]
    if waiting != list(range(min(sent, made), made)):
        yield Finding(CheckId.DURABLE, "the outbox does not hold just what is not delivered")
