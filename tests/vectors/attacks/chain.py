"""Attacks on the records: what is there, in which order, by whom."""

from __future__ import annotations

import json
from dataclasses import replace

from vectors.attack import Attack
from vectors.packing import Bundle, honest, lied
from vectors.session import (
    CAMERA,
    CLOSE,
    EPOCHS,
    HEARTBEAT,
    INCIDENT_BEGINS,
    INCIDENT_ENDS,
    OPEN,
    ROTATE,
    STRANGER,
    Edit,
    Json,
    Session,
    handover,
    key,
    payload,
    public,
    signed,
)

# Where the chain ends early there is no close, and the receipts speak of more than it has.
ENDS = (8, 10)
OTHER_SESSION = "0a" * 16


def says(**changes: object) -> Edit:
    """An edit of a record or receipt as a whole."""
    return lambda record: record.update(changes)


def body_says(**changes: object) -> Edit:
    return lambda record: record["body"].update(changes)


def next_says(**changes: object) -> Edit:
    return lambda record: record["body"]["next"].update(changes)


def dropped() -> bytes:
    bundle = honest()
    del bundle.records[CAMERA]
    return bundle.packed()


def duplicated() -> bytes:
    bundle = honest()
    bundle.records.insert(CAMERA, bundle.records[CAMERA])
    return bundle.packed()


def reordered() -> bytes:
    bundle = honest()
    here, there = CAMERA, INCIDENT_BEGINS
    bundle.records[here], bundle.records[there] = bundle.records[there], bundle.records[here]
    return bundle.packed()


def changed() -> bytes:
    bundle = honest()
    bundle.records[CAMERA] = bundle.records[CAMERA].replace(b'"frames":40', b'"frames":41')
    return bundle.packed()


def signature_changed() -> bytes:
    bundle = honest()
    line = bundle.records[CAMERA]
    bundle.records[CAMERA] = (b"B" if line[:1] == b"A" else b"A") + line[1:]
    return bundle.packed()


def signed_as_a_receipt() -> bytes:
    bundle = honest()
    said = payload(bundle.records[CAMERA])
    bundle.records[CAMERA] = signed(EPOCHS[0], "receipt", said)
    return bundle.packed()


def another_session_s() -> bytes:
    other = Session(session=OTHER_SESSION, epochs=(key(20), key(21), key(22))).written()
    bundle = honest()
    bundle.records[CAMERA] = other.records[CAMERA]
    return bundle.packed()


def close_cut() -> bytes:
    bundle = honest()
    del bundle.records[CLOSE]
    return bundle.packed()


def cut_with_receipts() -> bytes:
    bundle = honest()
    return replace(bundle, records=bundle.records[:8], receipts=bundle.receipts[:3]).packed()


def cut_with_receipts_but_not_pieces() -> bytes:
    bundle = honest()
    return replace(bundle, records=bundle.records[:2], receipts=bundle.receipts[:1]).packed()


def closed_again(*, by_the_session: bool) -> bytes:
    bundle = honest()
    session = Session(records=bundle.records[:8], receipts=bundle.receipts[:3])
    session.epoch, session.now, session.wall_ahead = 1, 5_500_000, 60_250_000
    if not by_the_session:
        session.signers[8] = STRANGER
    session.close()
    return replace(bundle, records=session.records).packed()


class Skipping(Session):
    """A recorder that goes on with the next key without handing over to it."""

    def hand_over(self, kind: str, **more: str) -> None:
        self.epoch += 1


def proof_of_another_place(record: Json) -> None:
    record["body"]["next"] = handover(EPOCHS[1], 1, "ab" * 32)


def epoch_jumped(record: Json) -> None:
    record["body"]["next"] = handover(EPOCHS[1], 2, record["prev"])


def handed_to_a_stranger(record: Json) -> None:
    record["body"]["next"] = handover(STRANGER, 1, record["prev"])


def forked() -> bytes:
    other = Session(edits={CAMERA: body_says(frames=39)}).written()
    bundle = honest()
    bundle.forks = [other.records[CAMERA]]
    return bundle.packed()


def fork_that_is_no_line() -> bytes:
    bundle = honest()
    bundle.forks = [b"something else\n"]
    return bundle.packed()


def after_close() -> bytes:
    session = Session().written()
    session.heartbeat()
    return Bundle.of(session).packed()


def opened_twice() -> bytes:
    session = Session()

    def again(record: Json) -> None:
        record.update(type="open", body=json.loads(payload(session.records[OPEN]))["body"])

    session.edits[CAMERA] = again
    return lied(session)


def never_opened() -> bytes:
    body = {"stream": "camera", "start": 0, "end": 1, "reason": "none"}
    return lied(Session(edits={OPEN: says(type="gap", body=body)}))


def bent(number: int, edit: Edit) -> bytes:
    return lied(Session(edits={number: edit}))


def by_key(number: int, signer: int | None) -> bytes:
    private = STRANGER if signer is None else EPOCHS[signer]
    return lied(Session(signers={number: private}))


ATTACKS = (
    Attack("record-dropped", "a record is left out", (4, *ENDS), dropped),
    Attack("record-duplicated", "a record stands twice", (4, *ENDS), duplicated),
    Attack("record-reordered", "two records change places", (4, *ENDS), reordered),
    Attack("record-changed", "a record says 41 frames for 40", (3, *ENDS), changed),
    Attack("record-signature-changed", "a bit of a signature", (3, *ENDS), signature_changed),
    Attack(
        "record-signed-as-receipt",
        "a record's signature was made under the prefix of receipts",
        (3, *ENDS),
        signed_as_a_receipt,
    ),
    Attack(
        "record-resigned",
        "a record, and what follows it, is signed by a stranger's key",
        (3, *ENDS),
        lambda: lied(Session(signers=dict.fromkeys(range(CAMERA, 99), STRANGER))),
    ),
    Attack(
        "record-of-another-session",
        "a record of another session, genuinely signed there, in the place of one",
        (3, *ENDS),
        another_session_s,
    ),
    Attack(
        "record-names-another-session",
        "the session's own key signs a record of another session",
        (1, *ENDS),
        lambda: bent(CAMERA, says(session=OTHER_SESSION)),
    ),
    Attack("tail-cut", "the close is cut off", (8, 10), close_cut),
    Attack(
        "tail-cut-with-receipts",
        "the end is cut off together with the receipts about it: incomplete",
        (10,),
        cut_with_receipts,
    ),
    Attack(
        "tail-cut-but-not-pieces",
        "records and receipts are cut off, the pieces are left",
        (7, 10),
        cut_with_receipts_but_not_pieces,
    ),
    Attack(
        "tail-cut-and-closed-again",
        "the end is cut off, and the session's own key closes earlier",
        (8,),
        lambda: closed_again(by_the_session=True),
    ),
    Attack(
        "tail-cut-and-closed-by-a-stranger",
        "the end is cut off, and a stranger's key closes earlier",
        (3, *ENDS),
        lambda: closed_again(by_the_session=False),
    ),
    Attack(
        "rotation-by-a-stranger",
        "a stranger signs the rotation to a key of their own, which proves itself",
        (3, *ENDS),
        lambda: lied(
            Session(
                edits={ROTATE: handed_to_a_stranger},
                signers=dict.fromkeys(range(ROTATE, 99), STRANGER),
            )
        ),
    ),
    Attack(
        "rotation-without-proof",
        "the rotation names a key whose holder did not sign",
        (2, *ENDS),
        lambda: bent(ROTATE, next_says(public_key=public(STRANGER))),
    ),
    Attack(
        "rotation-proof-replayed",
        "the next key's proof was made for another place in the chain",
        (2, *ENDS),
        lambda: bent(ROTATE, proof_of_another_place),
    ),
    Attack(
        "rotation-key-malformed",
        "the next key is not base64",
        (2, *ENDS),
        lambda: bent(ROTATE, next_says(public_key="not base64!")),
    ),
    Attack(
        "rotation-skips-an-epoch",
        "the rotation names the epoch after the next, with a proof",
        (2, *ENDS),
        lambda: bent(ROTATE, epoch_jumped),
    ),
    Attack(
        "rotation-skipped",
        "the next epoch's key signs without a rotation before it",
        (3, *ENDS),
        lambda: lied(Skipping()),
    ),
    Attack(
        "old-key-after-rotation",
        "the key that should be destroyed signs once more",
        (3, *ENDS),
        lambda: by_key(INCIDENT_ENDS, 0),
    ),
    Attack(
        "epoch-wrong",
        "a record names an epoch that is not in force",
        (2, *ENDS),
        lambda: bent(CAMERA, says(epoch=1)),
    ),
    Attack(
        "prev-wrong",
        "a record names another record before it",
        (5, *ENDS),
        lambda: bent(CAMERA, says(prev="cd" * 32)),
    ),
    Attack(
        "seq-gap", "a number is skipped", (4, *ENDS), lambda: bent(CAMERA, says(seq=CAMERA + 1))
    ),
    Attack("fork", "another record was signed for a number already taken", (4,), forked),
    Attack("fork-malformed", "the forks are not records at all", (4,), fork_that_is_no_line),
    Attack("record-after-close", "a heartbeat follows the close", (4,), after_close),
    Attack("open-twice", "a second open comes later", (4, *ENDS), opened_twice),
    Attack("open-missing", "the first record is a gap", (4, *ENDS), never_opened),
    Attack(
        "open-names-another-key",
        "open names a key that the grant does not",
        (2, *ENDS),
        lambda: bent(OPEN, body_says(public_key=public(STRANGER))),
    ),
    Attack(
        "open-names-another-policy",
        "open names a policy that is not this one",
        (1,),
        lambda: bent(OPEN, body_says(policy="ab" * 32)),
    ),
    Attack(
        "open-names-another-grant",
        "open names a grant that is not this one",
        (1,),
        lambda: bent(OPEN, body_says(grant="ab" * 32)),
    ),
    Attack(
        "close-counts-other-pieces",
        "close counts a piece more than there is",
        (10,),
        lambda: bent(CLOSE, body_says(segments={"camera": 3, "attachment": 1})),
    ),
    Attack(
        "close-counts-other-incidents",
        "close counts an incident's two records as two",
        (10,),
        lambda: bent(CLOSE, body_says(incidents=2)),
    ),
    Attack(
        "heartbeat-for-close",
        "the last record is no close, and all receipts agree",
        (10,),
        lambda: bent(
            CLOSE,
            says(
                type="heartbeat",
                body={"streams": {}, "unobserved": [], "queue": {}, "machine": {}},
            ),
        ),
    ),
    Attack(
        "stream-hole",
        "the camera's piece 1 is left out: 2 follows 0",
        (10,),
        lambda: bent(CAMERA, body_says(stream_seq=2)),
    ),
    Attack(
        "mono-falls",
        "the monotonic clock runs backwards within a boot",
        (6, *ENDS),
        lambda: bent(HEARTBEAT, says(mono=1)),
    ),
    Attack(
        "boot-without-resume",
        "another boot begins in the middle of an epoch",
        (6, *ENDS),
        lambda: bent(HEARTBEAT, says(boot="boot-x")),
    ),
)
