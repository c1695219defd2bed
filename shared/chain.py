"""The chain's law, as a pure function: is this signed record the next one?

``ChainState`` is all that is needed to judge the next record. The steps of
``accept`` are numbered as in the specification (``shared/README.md``, *Verification*).
The same code runs in the recorder (before it commits), in the server (before it signs a
receipt) and in the offline verifier.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.encoding import ZERO_HASH, EncodingError, from_base64, to_base64
from shared.records import (
    Close,
    Handover,
    MalformedRecord,
    Open,
    Record,
    Resume,
    Rotate,
    decode_record,
)
from shared.signed import Domain, Signed, holds, public_bytes, sign


@dataclass(frozen=True, slots=True)
class ChainState:
    """A chain up to its head: ``size`` records, ``head`` the last one's hash.

    ``public_key`` (raw) is the one valid for the next record, in epoch ``epoch``.
    ``mono`` and ``boot`` are the last record's; ``closed`` after a ``close``.
    """

    session: str
    public_key: bytes
    epoch: int = 0
    size: int = 0
    head: str = ZERO_HASH
    mono: int = -1
    boot: str = ""
    closed: bool = False


class Accepted(NamedTuple):
    """The record is the next one; ``state`` includes it."""

    state: ChainState
    record: Record


class Refused(NamedTuple):
    """The record is not the next one: the check that it fails, and why."""

    check: int
    why: str


class Refusal:
    """The numbers of the checks, as the specification and every program name them."""

    SESSION = 1
    KEY = 2
    SIGNATURE = 3
    ORDER = 4
    LINK = 5
    CLOCK = 6
    BLOB = 7
    DURABLE = 8


def accept(state: ChainState, signed: Signed) -> Accepted | Refused:
    """Judge whether ``signed`` extends the chain; nothing outside the arguments counts.

    The signature is checked before the record's content is believed; only then is it
    parsed. Order (4) is judged by the caller where the record is an old one again.
    """
    # (3) the signature, by the key in force
    if not holds(signed, Domain.RECORD, state.public_key):
        return Refused(Refusal.SIGNATURE, "the signature is not the session key's")
    return follow(state, signed)


def follow(state: ChainState, signed: Signed) -> Accepted | Refused:
    """``accept`` for a record whose signature is known to hold: every other check.

    That is known of what a receipt covers, as long as the chain leads to the receipt's
    ``head``: the server verified those very bytes before it signed.
    """
    try:
        record = decode_record(signed.payload)
    except MalformedRecord as error:
        return Refused(Refusal.SIGNATURE, str(error))
    # (1) the session comes from the credential, not from the body
    if record.session != state.session:
        return Refused(Refusal.SESSION, f"a record of session {record.session}")
    # (2) the epoch is the one in force, and what is said of keys is true
    if record.epoch != state.epoch:
        return Refused(Refusal.KEY, f"epoch {record.epoch} where {state.epoch} is in force")
    key = _next_key(state, record)
    if isinstance(key, Refused):
        return key
    return _misplaced(state, record) or Accepted(_extended(state, signed, record, key), record)


def _next_key(state: ChainState, record: Record) -> bytes | Refused:
    """The key (raw) that is in force after the record."""
    match record.body:
        case Open(public_key=own) if own != to_base64(state.public_key):
            return Refused(Refusal.KEY, "open names another key than the grant")
        case Rotate(next=handover) | Resume(next=handover):
            key = handover_key(handover, state.session, state.epoch + 1, record.prev)
            return key or Refused(Refusal.KEY, "the next epoch's key does not prove itself")
        case _:
            return state.public_key


def _misplaced(state: ChainState, record: Record) -> Refused | None:
    # (4) seq = head + 1, and nothing before open or after close
    if record.seq != state.size:
        return Refused(Refusal.ORDER, f"record {record.seq} where {state.size} is next")
    if state.closed:
        return Refused(Refusal.ORDER, "a record after the close")
    if isinstance(record.body, Open) != (record.seq == 0):
        return Refused(Refusal.ORDER, "open is the first record, and only the first")
    # (5) prev
    if record.prev != state.head:
        return Refused(Refusal.LINK, "prev is not the hash of the record before")
    # (6) mono rises within a boot, and a boot begins with a resume
    if record.boot == state.boot and record.mono < state.mono:
        return Refused(Refusal.CLOCK, "the monotonic clock runs backwards within a boot")
    if state.size and record.boot != state.boot and not isinstance(record.body, Resume):
        return Refused(Refusal.CLOCK, "another boot without a resume")
    return None


def _extended(state: ChainState, signed: Signed, record: Record, key: bytes) -> ChainState:
    ends = isinstance(record.body, Rotate | Resume)
    return replace(
        state,
        public_key=key,
        epoch=state.epoch + ends,
        size=state.size + 1,
        head=signed.hash,
        mono=record.mono,
        boot=record.boot,
        closed=isinstance(record.body, Close),
    )


def _handover_payload(session: str, epoch: int, prev: str, public_key: bytes) -> bytes:
    return f"{session} {epoch} {prev} {to_base64(public_key)}".encode("ascii")


def hand_over(key: Ed25519PrivateKey, session: str, epoch: int, prev: str) -> Handover:
    """The new epoch's half of a ``rotate`` or ``resume``: ``key`` is the *new* one.

    Args:
        key: the next epoch's private key.
        session: the session's id.
        epoch: the next epoch's number.
        prev: the ``prev`` of the record that will carry the handover.
    """
    own = public_bytes(key)
    proof = sign(key, Domain.HANDOVER, _handover_payload(session, epoch, prev, own))
    return Handover(epoch=epoch, public_key=to_base64(own), proof=to_base64(proof.signature))


def handover_key(handover: Handover, session: str, epoch: int, prev: str) -> bytes | None:
    """The next epoch's raw public key, or ``None`` where the handover does not hold."""
    try:
        own, proof = from_base64(handover.public_key), from_base64(handover.proof)
    except EncodingError:
        return None
    payload = _handover_payload(session, epoch, prev, own)
    genuine = handover.epoch == epoch and holds(Signed(payload, proof), Domain.HANDOVER, own)
    return own if genuine else None
