"""Records: what happened, in order, each naming the one before it.

A record is JSON bytes (UTF-8, one line), signed and stored exactly as written. Times:
``wall`` is microseconds since 1970-01-01 UTC by the candidate's clock, ``mono``
microseconds of a monotonic clock that goes on in sleep and counts from an arbitrary point
within one ``boot``. All other times in bodies are ``mono`` unless a name says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from shared.encoding import HASH_HEX, ID_HEX
from shared.flags import Kind, Severity
from shared.strict_json import NotStrict, check

RECORD_VERSION = 1

# "$" alone would let a line feed follow.
Hash = Annotated[str, msgspec.Meta(pattern=rf"^{HASH_HEX.pattern}$(?!\n)")]
Id = Annotated[str, msgspec.Meta(pattern=rf"^{ID_HEX.pattern}$(?!\n)")]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Micros = Count
SignedMicros = Annotated[int, msgspec.Meta(ge=-(2**53 - 1), le=2**53 - 1)]
MediaStream = Literal["camera", "microphone", "screen"]
StreamName = Literal["camera", "microphone", "screen", "attachment"]
Detail = dict[str, Any]


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A detection model in use: what it is called, its version and the SHA-256 of its file."""

    name: str
    sha256: Hash
    version: str = ""


class Handover(msgspec.Struct, frozen=True, kw_only=True):
    """The next epoch's key, and the proof that its holder takes over (see ``chain``)."""

    epoch: Count
    public_key: str
    proof: str


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """The first record: on what terms, by which program, with which devices."""

    policy: Hash
    grant: Hash
    public_key: str
    kid: Hash
    build: Detail
    models: tuple[Model, ...]
    devices: Detail
    consent: Detail
    unwatched: tuple[str, ...] = ()


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """One sealed piece of a stream: its init segment or a fragment (CMAF).

    ``start`` and ``duration`` are microseconds; ``independent`` means that decoding can
    begin here. An init segment carries ``origin``: the ``mono`` at media time zero.
    """

    stream: MediaStream
    stream_seq: Count
    part: Literal["init", "fragment"]
    start: Micros
    duration: Micros
    frames: Count
    independent: bool
    sha256: Hash
    size: Count
    codecs: str | None = None
    origin: Micros | None = None
    width: Count | None = None
    height: Count | None = None


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed picture or clip that belongs to a record (stream ``attachment``)."""

    role: Literal["snapshot", "clip", "photo", "document"]
    stream_seq: Count
    media_type: str
    sha256: Hash
    size: Count


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """Something to look at; written when it is certain and, under one id, when it ends."""

    id: Id
    kind: Kind
    start: Micros
    end: Micros | None
    severity: Severity
    confidence: Annotated[float, msgspec.Meta(ge=0, le=1)]
    detail: Detail
    attachments: tuple[Attachment, ...] = ()


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """Who sat down, and what the detectors were set to: photographs, how alike they are,
    hints of liveness, a calibration. Written whenever one of them was taken.
    """

    attachments: tuple[Attachment, ...] = ()
    identity: Detail | None = None
    liveness: Detail | None = None
    calibration: Detail | None = None
    voice: Detail | None = None


class Unobserved(msgspec.Struct, frozen=True, kw_only=True):
    """An interval in which a detector could not have seen anything, and why."""

    stream: StreamName
    start: Micros
    end: Micros
    reason: str


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """The recorder's own state, every ``policy.heartbeat_s``."""

    streams: dict[str, Detail]
    unobserved: tuple[Unobserved, ...]
    queue: Detail
    machine: Detail
    detection: Detail | None = None


class Rotate(msgspec.Struct, frozen=True, kw_only=True):
    """The epoch's last record: hands over to the next epoch's key."""

    next: Handover


class Resume(msgspec.Struct, frozen=True, kw_only=True):
    """The first record after a restart; ends its epoch like ``rotate``.

    ``build`` to ``unwatched`` are as in ``open``, for what records from here on.
    """

    reason: str
    next: Handover
    build: Detail | None = None
    models: tuple[Model, ...] = ()
    devices: Detail | None = None
    unwatched: tuple[str, ...] = ()


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence that does not exist for an interval of a stream, and why.

    ``since`` is where the gap began on the wall clock (``wall``, not ``mono``), when that
    lies in an earlier boot; ``start`` is then that moment by this boot's clock, at least 0.
    """

    stream: StreamName
    start: Micros
    end: Micros
    reason: str
    since: Micros | None = None


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """The wall clock moved against the monotonic one by ``jump`` microseconds."""

    jump: SignedMicros
    reason: str


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """Where the exam stands from here on, and on whose word. Incidents of what the candidate
    does are looked for in the phase ``exam`` alone; recording goes on in all of them.

    ``command`` is the id of the command that gave time: one that comes again after a restart
    is known by it.
    """

    name: Literal["preparing", "waiting", "exam", "break", "paused", "handed_in"]
    by: Literal["candidate", "proctor", "recorder"]
    reason: str = ""
    command: str | None = None


class Close(msgspec.Struct, frozen=True, kw_only=True):
    """The last record. ``segments`` counts sealed pieces per stream, init included."""

    reason: str
    segments: dict[str, Count]
    incidents: Count


Body = (
    Open
    | Segment
    | Incident
    | Enrolment
    | Phase
    | Heartbeat
    | Rotate
    | Resume
    | Gap
    | Clock
    | Close
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record. ``prev`` is the hash of the record before (zeros for the first);
    ``anchor`` the hash of the newest receipt held when it was written.
    """

    session: str
    epoch: int
    seq: int
    prev: str
    wall: int
    mono: int
    boot: str
    anchor: str | None
    body: Body

    @property
    def type(self) -> str:
        """The body's type as written."""
        return _TYPES[type(self.body)]


class _Wire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The members of a record as written: the body's type stands beside the body."""

    v: int
    type: str
    session: Id
    epoch: Count
    seq: Count
    prev: Hash
    wall: Micros
    mono: Micros
    boot: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    anchor: Hash | None
    body: msgspec.Raw


class MalformedRecord(ValueError):
    """The bytes are not a record of version 1; the message says why."""


_BODIES: dict[str, type[Body]] = {
    "open": Open,
    "segment": Segment,
    "incident": Incident,
    "enrolment": Enrolment,
    "phase": Phase,
    "heartbeat": Heartbeat,
    "rotate": Rotate,
    "resume": Resume,
    "gap": Gap,
    "clock": Clock,
    "close": Close,
}
_TYPES: dict[type[Body], str] = {body: name for name, body in _BODIES.items()}

_wire_decoder = msgspec.json.Decoder(_Wire)
_encoder = msgspec.json.Encoder()


def encode_record(record: Record) -> bytes:
    """The bytes of a record, to be signed and kept exactly so."""
    return _encoder.encode(
        _Wire(
            v=RECORD_VERSION,
            type=record.type,
            session=record.session,
            epoch=record.epoch,
            seq=record.seq,
            prev=record.prev,
            wall=record.wall,
            mono=record.mono,
            boot=record.boot,
            anchor=record.anchor,
            body=msgspec.Raw(_encoder.encode(record.body)),
        )
    )


def decode_record(data: bytes) -> Record:
    """Read a record. Members of a body that this version does not know are left alone.

    Raises:
        MalformedRecord: not strict JSON, not a record, of another version or an unknown type.
    """
    try:
        check(data, RECORD_VERSION)
        wire = _wire_decoder.decode(data)
        body_type = _BODIES.get(wire.type)
        if body_type is None:
            raise MalformedRecord(f"unknown record type {wire.type[:40]!r}")
        body = msgspec.json.decode(wire.body, type=body_type)
    except (NotStrict, msgspec.DecodeError) as error:
        raise MalformedRecord(f"not a record: {error}") from error
    return Record(
        session=wire.session,
        epoch=wire.epoch,
        seq=wire.seq,
        prev=wire.prev,
        wall=wire.wall,
        mono=wire.mono,
        boot=wire.boot,
        anchor=wire.anchor,
        body=body,
    )


class BlobReference(NamedTuple):
    """A blob that a record commits to: its hash, its size and its place when sealed."""

    sha256: str
    size: int
    stream: str
    stream_seq: int


def blobs_of(body: Body) -> tuple[BlobReference, ...]:
    """The blobs that a record's body commits to, in order."""
    match body:
        case Segment():
            return (BlobReference(body.sha256, body.size, body.stream, body.stream_seq),)
        case Incident() | Enrolment():
            return tuple(
                BlobReference(a.sha256, a.size, "attachment", a.stream_seq)
                for a in body.attachments
            )
        case _:
            return ()
