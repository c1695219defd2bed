"""The institution's log: every session's heads and every access to evidence, in one chain.

An entry is a signed line (``Domain.LOG``) by the institution's key, naming the one before
it, so that nothing can be taken out, put in or changed afterwards without being seen. What
a log is exported as (``LogManifest``, then the entries) is checked by ``shared.log_checks``.

An entry names people by the ids of their accounts only: a log is kept for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.chain import Refused, handover_key
from shared.encoding import ZERO_HASH, to_base64
from shared.records import Count, Handover, Hash, Id, Micros
from shared.signed import Domain, Signed, holds, sign
from shared.strict_json import NotStrict, check
from shared.wire import SessionState

LOG_VERSION = 1

# Heads in one entry: at some 160 bytes each well within a signed line's 64 KiB.
MAX_HEADS = 256

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Where a session's chain stands: ``size`` records, ``head`` the last one's hash."""

    session: Id
    size: Count
    head: Hash
    state: SessionState


class Heads(msgspec.Struct, frozen=True, kw_only=True):
    """The heads of sessions that have moved since the log last named them."""

    sessions: Annotated[tuple[Head, ...], msgspec.Meta(min_length=1, max_length=MAX_HEADS)]


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is about to see evidence: ``what`` of ``session``, of ``stream`` where it is
    one. Up to ``until`` the same person's seeing the same again is this access.
    """

    session: Id
    what: Word
    stream: Word | None = None
    until: Micros | None = None


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What something was done to."""

    kind: Word
    id: Annotated[str, msgspec.Meta(max_length=200)]


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """Something was done: ``action`` is ``noun.verb``; ``detail`` makes it understood."""

    action: Word
    subject: Subject
    detail: dict[str, Any]


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """The institution takes a new key: ``next`` signs what comes after this entry.

    ``next`` is as in a record (``chain.hand_over``), of the institution instead of the
    session, and its ``epoch`` is the entry's own number.
    """

    next: Handover


EntryBody = Heads | Access | Act | Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: the ``n``-th of its institution's log, after the one hashed ``prev``.

    ``time`` is the server's clock in microseconds UTC. ``actor`` is an account's id, or a
    word for who has none; ``role`` the account's, ``address`` where the request came from.
    """

    institution: str
    n: int
    prev: str
    time: int
    actor: str
    role: str | None
    address: str | None
    body: EntryBody

    @property
    def type(self) -> str:
        """The body's type as written."""
        return _TYPES[type(self.body)]


class LogManifest(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of an export: whose log it is, and where it stood.

    ``institution_key`` signs this and is in force at the end, ``first_key`` at the beginning.
    """

    v: int = LOG_VERSION
    institution: Id
    institution_key: str
    first_key: str
    exported: Micros
    size: Count
    head: Hash


class MalformedEntry(ValueError):
    """The bytes are not an entry (or manifest) of version 1; the message says why."""


class _Wire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The members of an entry as written: the body's type stands beside the body."""

    v: int
    type: str
    institution: Id
    n: Count
    prev: Hash
    time: Micros
    actor: Word
    role: Word | None
    address: Word | None
    body: msgspec.Raw


_BODIES: dict[str, type[EntryBody]] = {
    "heads": Heads,
    "access": Access,
    "act": Act,
    "key": Key,
}
_TYPES: dict[type[EntryBody], str] = {body: name for name, body in _BODIES.items()}
_wire_decoder = msgspec.json.Decoder(_Wire)
_body_decoders = {name: msgspec.json.Decoder(body) for name, body in _BODIES.items()}
_manifest_decoder = msgspec.json.Decoder(LogManifest)
_encoder = msgspec.json.Encoder()


def encode_entry(entry: Entry) -> bytes:
    """The bytes of an entry, to be signed and kept exactly so."""
    return _encoder.encode(
        _Wire(
            v=LOG_VERSION,
            type=entry.type,
            institution=entry.institution,
            n=entry.n,
            prev=entry.prev,
            time=entry.time,
            actor=entry.actor,
            role=entry.role,
            address=entry.address,
            body=msgspec.Raw(_encoder.encode(entry.body)),
        )
    )


def decode_entry(data: bytes) -> Entry:
    """Read an entry. Members of a body that this version does not know are left alone.

    Raises:
        MalformedEntry: not strict JSON, not an entry, of another version or an unknown type.
    """
    try:
        check(data, LOG_VERSION)
        wire = _wire_decoder.decode(data)
        decoder = _body_decoders.get(wire.type)
        if decoder is None:
            raise MalformedEntry(f"unknown type of entry {wire.type[:40]!r}")
        body = decoder.decode(wire.body)
    except (NotStrict, msgspec.DecodeError) as error:
        raise MalformedEntry(f"not an entry: {error}") from error
    return Entry(
        institution=wire.institution,
        n=wire.n,
        prev=wire.prev,
        time=wire.time,
        actor=wire.actor,
        role=wire.role,
        address=wire.address,
        body=body,
    )


def decode_log_manifest(data: bytes) -> LogManifest:
    """Read a log's manifest.

    Raises:
        MalformedEntry: not strict JSON, not a log's manifest, or of another version.
    """
    try:
        check(data, LOG_VERSION)
        return _manifest_decoder.decode(data)
    except (NotStrict, msgspec.DecodeError) as error:
        raise MalformedEntry(f"not a log's manifest: {error}") from error


class LogCheckNumber:
    """The numbers of the checks that an entry by itself can fail (see ``log_checks``)."""

    INSTITUTION = 1
    SIGNATURE = 2
    ORDER = 3
    LINK = 4


@dataclass(frozen=True, slots=True)
class LogState:
    """A log up to its head: ``size`` entries, ``head`` the last one's hash. ``public_key``
    (raw) is the one in force for the next.
    """

    institution: str
    public_key: bytes
    size: int = 0
    head: str = ZERO_HASH


class Follows(NamedTuple):
    """The entry is the next one; ``state`` includes it."""

    state: LogState
    entry: Entry


def follow(state: LogState, signed: Signed) -> Follows | Refused:
    """Judge whether ``signed`` is the log's next entry; the steps bear the checks' numbers."""
    # (2) the signature, before anything that it covers is believed
    if not holds(signed, Domain.LOG, state.public_key):
        return Refused(LogCheckNumber.SIGNATURE, "not signed by the institution's key")
    try:
        entry = decode_entry(signed.payload)
    except MalformedEntry as error:
        return Refused(LogCheckNumber.SIGNATURE, str(error))
    # (1) one institution's log
    if entry.institution != state.institution:
        why = f"an entry of institution {entry.institution}"
        return Refused(LogCheckNumber.INSTITUTION, why)
    # (3) numbered without a hole, an extra or a repetition
    if entry.n != state.size:
        return Refused(LogCheckNumber.ORDER, f"entry {entry.n} where {state.size} is next")
    # (4) the one before
    if entry.prev != state.head:
        return Refused(LogCheckNumber.LINK, "prev is not the hash of the entry before")
    # (2) who comes next proves itself
    key = _next_key(state, entry)
    if key is None:
        return Refused(LogCheckNumber.SIGNATURE, "the next key does not prove itself")
    return Follows(LogState(state.institution, key, state.size + 1, signed.hash), entry)


def _next_key(state: LogState, entry: Entry) -> bytes | None:
    if not isinstance(entry.body, Key):
        return state.public_key
    return handover_key(entry.body.next, state.institution, entry.n, entry.prev)


def sign_entry(key: Ed25519PrivateKey, entry: Entry) -> Signed:
    """The entry as it is kept.

    Raises:
        ValueError: it is longer than a signed line may be (a bug of the caller).
    """
    return sign(key, Domain.LOG, encode_entry(entry))


def sign_manifest(
    key: Ed25519PrivateKey, state: LogState, first_key: bytes, exported: int
) -> Signed:
    """What an export begins with; the entries up to ``state``'s head follow.

    Args:
        key: the private half of ``state.public_key``.
        state: the log at the moment of the export.
        first_key: the raw public key that the first entry is signed by.
        exported: when, in microseconds UTC.
    """
    manifest = LogManifest(
        institution=state.institution,
        institution_key=to_base64(state.public_key),
        first_key=to_base64(first_key),
        exported=exported,
        size=state.size,
        head=state.head,
    )
    return sign(key, Domain.LOG_EXPORT, _encoder.encode(manifest))
