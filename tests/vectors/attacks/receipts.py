"""Attacks on receipts and anchors."""

from __future__ import annotations

from dataclasses import replace

from vectors.attack import Attack
from vectors.attacks.chain import OTHER_SESSION, bent, says
from vectors.attacks.text import nested
from vectors.packing import honest, lied
from vectors.session import (
    CAMERA,
    INCIDENT_ENDS,
    STRANGER,
    Edit,
    Json,
    Rewrite,
    Session,
    hash_of,
    key,
)

LAST = 3


def receipt_bent(number: int, edit: Edit) -> bytes:
    return lied(Session(receipt_edits={number: edit}))


def rewritten(rewrite: Rewrite) -> bytes:
    return lied(Session(receipt_rewrites={LAST: rewrite}))


def another_institution_s() -> bytes:
    other = Session(institution=key(2)).written()
    bundle = honest()
    bundle.receipts = other.receipts
    return bundle.packed()


def rearranged(*order: int) -> bytes:
    bundle = honest()
    return replace(bundle, receipts=[bundle.receipts[number] for number in order]).packed()


def forged() -> bytes:
    bundle = honest()
    bundle.receipts[1] = bundle.receipts[1].replace(b'"missing":[]', b'"missing": []')
    return bundle.packed()


def shrinking() -> bytes:
    session = Session()

    def edit(receipt: Json) -> None:
        receipt.update(size=3, head=hash_of(session.records[CAMERA]))

    session.receipt_edits[2] = edit
    return lied(session)


def anchored_to(number: int, record: int) -> bytes:
    session = Session()
    session.edits[record] = lambda said: said.update(anchor=hash_of(session.receipts[number]))
    return lied(session)


def anchored_to_another_session_s() -> bytes:
    other = Session(session=OTHER_SESSION).written()
    return bent(CAMERA, says(anchor=hash_of(other.receipts[0])))


def not_ended() -> bytes:
    bundle = honest()
    bundle.receipts[LAST] = bundle.receipts[LAST].removesuffix(b"\n")
    return bundle.packed()


ATTACKS = (
    Attack(
        "receipt-of-another-institution",
        "a receipt is signed by a key that is not the institution's",
        (8,),
        lambda: lied(Session(receipt_signers={1: STRANGER})),
    ),
    Attack(
        "receipts-of-another-institution",
        "another institution signs all receipts, word for word",
        (8,),
        another_institution_s,
    ),
    Attack("receipt-dropped", "a receipt is left out", (8, 9), lambda: rearranged(0, 2, 3)),
    Attack(
        "receipt-reordered",
        "two receipts change places",
        (8, 9),
        lambda: rearranged(0, 2, 1, 3),
    ),
    Attack(
        "receipt-repeated", "a receipt stands twice", (8,), lambda: rearranged(0, 1, 1, 2, 3)
    ),
    Attack("receipt-forged", "a receipt's bytes are changed", (8, 9), forged),
    Attack(
        "receipt-last-dropped",
        "the last receipt is left out",
        (8,),
        lambda: rearranged(0, 1, 2),
    ),
    Attack("receipts-none", "there are no receipts at all", (8, 9), rearranged),
    Attack(
        "receipt-of-another-chain",
        "a receipt names a head that is not this chain's",
        (8,),
        lambda: receipt_bent(LAST, says(head="ab" * 32)),
    ),
    Attack(
        "receipt-covers-too-much",
        "a receipt names a record more than there is",
        (8,),
        lambda: receipt_bent(LAST, says(size=12)),
    ),
    Attack(
        "receipt-of-another-session",
        "the institution signed the receipt for another session",
        (8,),
        lambda: receipt_bent(1, says(session=OTHER_SESSION)),
    ),
    Attack(
        "receipt-shrinks",
        "the server went back to an older state, and signs for less than before",
        (8,),
        shrinking,
    ),
    Attack(
        "piece-not-durable",
        "no receipt lists two pieces as durable",
        (8,),
        lambda: receipt_bent(0, says(durable=[])),
    ),
    Attack(
        "receipt-with-extra-member",
        "a receipt has a member more than there is",
        (8,),
        lambda: receipt_bent(LAST, says(note="")),
    ),
    Attack(
        "receipt-of-a-newer-version",
        "a receipt of version 2",
        (8,),
        lambda: receipt_bent(LAST, says(v=2)),
    ),
    Attack(
        "receipt-without-version",
        "a receipt names no version",
        (8,),
        lambda: receipt_bent(LAST, lambda receipt: receipt.pop("v")),
    ),
    Attack(
        "receipt-repeats-a-member",
        "a receipt has two sizes, the later the right one",
        (8,),
        lambda: rewritten(lambda data: data.replace(b'"size"', b'"size":1,"size"')),
    ),
    Attack(
        "receipt-nested",
        "a receipt nests 10,000 deep",
        (8,),
        lambda: rewritten(lambda data: data.replace(b'"v":1', b'"v":1,"x":' + nested(10_000))),
    ),
    Attack("receipts-not-ended", "the last receipt lacks its line feed", (8,), not_ended),
    Attack(
        "anchor-unknown",
        "a record is anchored to a receipt that nobody has",
        (9,),
        lambda: bent(CAMERA, says(anchor="ef" * 32)),
    ),
    Attack(
        "anchor-of-another-session",
        "a record is anchored to a genuine receipt of another session",
        (9,),
        anchored_to_another_session_s,
    ),
    Attack(
        "anchor-older",
        "a record is anchored to an older receipt than the one before it",
        (9,),
        lambda: anchored_to(0, INCIDENT_ENDS),
    ),
    Attack(
        "anchor-dropped",
        "a record has no anchor after one was held",
        (9,),
        lambda: bent(INCIDENT_ENDS, says(anchor=None)),
    ),
    Attack(
        "anchor-ahead",
        "records are anchored to a receipt that covers them, made up for it",
        (8, 9),
        lambda: receipt_bent(1, says(size=5, head="ab" * 32)),
    ),
)
