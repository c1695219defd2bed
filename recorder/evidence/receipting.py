"""Receipts: is this the server's signed word about our own chain, and what does it cover?

The server makes one receipt after another, each naming the one before it. A response that
is lost on the way can be asked for again (the same batch or piece gives the same receipt),
so receipts may come late, and one or more in between may never come; but two different
ones after the same receipt would mean that the server keeps two stories.
"""

from __future__ import annotations

from dataclasses import dataclass

from recorder.evidence import contents
from recorder.evidence.store import EvidenceStore
from shared.encoding import ZERO_HASH
from shared.receipts import MalformedReceipt, Receipt, decode_receipt
from shared.signed import Domain, Signed, holds


@dataclass(frozen=True, slots=True)
class Taken:
    """The receipt holds and is kept; ``repeated`` where it was held already."""

    receipt: Receipt
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Distrusted:
    """The receipt does not hold, and why; nothing was changed."""

    why: str


def take_receipt(store: EvidenceStore, signed: Signed) -> Taken | Distrusted:
    """Check a receipt, keep it, and let go of the pieces that it lists.

    The steps: (1) the institution's signature, (2) this session, (3) our own chain, (4) our
    own pieces, (5) its place among the receipts.

    Raises:
        StoreTrouble: the store failed; nothing was changed.
    """
    # (1) the institution's signature
    if not holds(signed, Domain.RECEIPT, store.founding.institution_key):
        return Distrusted("the receipt is not signed by the institution's key")
    try:
        receipt = decode_receipt(signed.payload)
    except MalformedReceipt as error:
        return Distrusted(str(error))
    # (2) this session
    if receipt.session != store.founding.session:
        return Distrusted("the receipt is another session's")
    # (3) our own chain: the head was ours when it had this size
    if contents.hash_at(store, receipt.size) != receipt.head:
        return Distrusted("the receipt is about another chain than ours")
    # (4) our own pieces
    for sha256 in (*receipt.durable, *receipt.missing):
        if not contents.holds_blob(store, sha256):
            return Distrusted(f"the receipt lists {sha256[:16]}…, which is not ours")
    if contents.receipt(store, signed.hash) is not None:
        return Taken(receipt, repeated=True)
    # (5) its place among the receipts
    place = _place(store, receipt, signed.hash)
    if isinstance(place, Distrusted):
        return place
    store.add_receipt(signed, receipt, late=place.late)
    return Taken(receipt)


@dataclass(frozen=True, slots=True)
class _Place:
    late: bool


def _place(store: EvidenceStore, receipt: Receipt, own_hash: str) -> _Place | Distrusted:
    if contents.receipt_after(store, receipt.prev) is not None:
        return Distrusted("the server signed another receipt after the same one before it")
    before = contents.receipt(store, receipt.prev)
    if before is not None and decode_receipt(before.payload).size > receipt.size:
        return Distrusted("the receipt covers less than the one before it")
    newest = store.newest_receipt
    if newest is None or receipt.prev == newest:
        return _Place(late=False)
    # Its successor is held, or it follows one that is not the newest: it comes late.
    known = before is not None or receipt.prev == ZERO_HASH
    if known or contents.receipt_after(store, own_hash) is not None:
        return _Place(late=True)
    # The one before it never came: the server's own order decides.
    held = contents.receipt(store, newest)
    assert held is not None  # the newest receipt is one that is held
    latest = decode_receipt(held.payload)
    return _Place(late=(receipt.size, receipt.time) <= (latest.size, latest.time))
