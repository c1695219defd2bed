"""Drafts: what is to become a record, checked when it is handed in, not yet sealed.

A body that could not be written or sent is found here, in the caller's own call: after
this, only the environment can keep a draft from becoming a record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, cast

import msgspec

from recorder.detect.observations import Incident
from recorder.evidence.segments import Segment
from shared import records
from shared.encoding import ZERO_HASH
from shared.flags import Kind
from shared.policy import Rule
from shared.sealing import OVERHEAD_BYTES
from shared.signed import MAX_PAYLOAD_BYTES
from shared.wire import MAX_BLOB_BYTES

# The most that a piece may have before it is sealed, so that the server can take it.
MAX_PIECE_BYTES = MAX_BLOB_BYTES - OVERHEAD_BYTES

# What a record has around its body takes some 400 bytes; this is room enough for it.
MAX_BODY_BYTES = MAX_PAYLOAD_BYTES - 2_048

# A reason is a few numbers and a sentence; longer details are left out and counted.
MAX_DETAIL_BYTES = 32_768

_NS_PER_US = 1_000

# What Python makes of bytes that are not text: no JSON can hold it.
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


class Weight(Enum):
    """How a draft is treated when room is short."""

    BULK = "bulk"
    CONTROL = "control"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or clip of a record, not yet sealed; ``media_type`` as in HTTP."""

    role: Literal["snapshot", "clip", "photo", "document"]
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """A body whose hashes, sizes and numbers are filled in when it is sealed.

    ``pieces`` are the plain bytes of what the body refers to, in its order.
    """

    body: records.Body
    pieces: tuple[bytes, ...] = ()
    weight: Weight = Weight.CONTROL

    @property
    def cost(self) -> int:
        """Bytes of memory that the draft's pieces take."""
        return sum(map(len, self.pieces))


def draft_segment(segment: Segment) -> Draft:
    """A piece of a stream. One too large to be sent becomes the gap that it leaves.

    Raises:
        ValueError: a member is out of range (a bug of the caller).
    """
    start, end = segment.start_ns, segment.start_ns + segment.duration_ns
    if len(segment.data) > MAX_PIECE_BYTES:
        reason = f"a piece of {len(segment.data)} bytes, more than can be sent"
        return draft_body(
            records.Gap(
                stream=segment.stream,
                start=start // _NS_PER_US,
                end=end // _NS_PER_US,
                reason=reason,
            )
        )
    body = records.Segment(
        stream=segment.stream,
        stream_seq=0,
        part=segment.part,
        start=start // _NS_PER_US,
        duration=segment.duration_ns // _NS_PER_US,
        frames=segment.frames,
        independent=segment.independent,
        sha256=ZERO_HASH,
        size=len(segment.data),
        codecs=segment.codecs,
        origin=None if segment.origin_ns is None else segment.origin_ns // _NS_PER_US,
        width=segment.width,
        height=segment.height,
    )
    # Without its init segment a whole stream is lost, so it never counts as bulk.
    weight = Weight.CONTROL if segment.part == "init" else Weight.BULK
    return Draft(_checked(body), (segment.data,), weight)


def draft_incident(incident: Incident, attachments: Sequence[Attachment] = ()) -> Draft:
    """An incident; attachments too large to be sent are left out and counted.

    Raises:
        TypeError: the detail is not made of JSON's types (a bug of the caller).
        ValueError: a member is out of range (a bug of the caller).
    """
    fitting = [a for a in attachments if len(a.data) <= MAX_PIECE_BYTES]
    detail = _bounded(incident.detail)
    if len(fitting) < len(attachments):
        detail["left_out"] = f"{len(attachments) - len(fitting)} attachments, too large"
    body = records.Incident(
        id=incident.id,
        kind=incident.kind,
        start=incident.start_ns // _NS_PER_US,
        end=None if incident.end_ns is None else incident.end_ns // _NS_PER_US,
        severity=incident.severity,
        confidence=incident.confidence,
        detail=detail,
        attachments=_unsealed(fitting),
    )
    weight = Weight.BULK if fitting else Weight.CONTROL
    return Draft(_checked(body), tuple(a.data for a in fitting), weight)


def draft_enrolment(body: records.Enrolment, attachments: Sequence[Attachment] = ()) -> Draft:
    """What was taken of the candidate before the exam. It is never left out for want of
    room, being little and needed for the whole session.

    Raises:
        TypeError: a detail is not made of JSON's types (a bug of the caller).
        ValueError: the body is too long, or an attachment larger than can be sent (likewise).
    """
    if any(len(a.data) > MAX_PIECE_BYTES for a in attachments):
        raise ValueError(f"an attachment of more than {MAX_PIECE_BYTES} bytes cannot be sent")
    named = msgspec.structs.replace(body, attachments=_unsealed(attachments))
    return Draft(_checked(named), tuple(a.data for a in attachments))


def draft_body(body: records.Body) -> Draft:
    """A body that refers to no piece.

    Raises:
        TypeError: a detail is not made of JSON's types (a bug of the caller).
        ValueError: a member is out of range, or the body too long (likewise).
    """
    return Draft(_checked(body))


def _unsealed(attachments: Sequence[Attachment]) -> tuple[records.Attachment, ...]:
    """As the record names them, but for what sealing gives."""
    return tuple(
        records.Attachment(
            role=a.role,
            stream_seq=0,
            media_type=a.media_type,
            sha256=ZERO_HASH,
            size=len(a.data),
        )
        for a in attachments
    )


def without_pieces(draft: Draft) -> Draft:
    """An incident without its attachments, for when there is no room for them."""
    assert isinstance(draft.body, records.Incident)
    return Draft(msgspec.structs.replace(draft.body, attachments=()))


def own_incident(
    kind: Kind, rule: Rule, new_id: str, start: int, end: int, detail: records.Detail
) -> Draft:
    """An incident of the recorder itself, over already; times are ``mono`` microseconds."""
    return draft_body(
        records.Incident(
            id=new_id,
            kind=kind,
            start=start,
            end=end,
            severity=rule.severity,
            confidence=1.0,
            detail=detail,
        )
    )


def _bounded(detail: Mapping[str, object]) -> records.Detail:
    size = len(_json(dict(detail)))
    return dict(detail) if size <= MAX_DETAIL_BYTES else {"left_out": f"{size} bytes of detail"}


def _checked(body: records.Body) -> records.Body:
    """The body, if a reader will take it: msgspec checks ranges only when it reads."""
    data = _json(body)
    if len(data) > MAX_BODY_BYTES:
        raise ValueError(f"a body of {len(data)} bytes, more than a record holds")
    return msgspec.json.decode(data, type=type(body))


def _json(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_mended(msgspec.to_builtins(value)))


def _mended(value: Any) -> Any:
    """The same of JSON's types, with texts that can be written: a program's name need not be
    UTF-8, nor a window's title whole UTF-16, and what is said of them must not be lost.
    """
    match value:
        case str():
            return _HALF_A_PAIR.sub("\N{REPLACEMENT CHARACTER}", value)
        case dict():
            members = cast("dict[str, Any]", value)
            return {_mended(name): _mended(member) for name, member in members.items()}
        case list() | tuple():
            return [_mended(one) for one in cast("Sequence[Any]", value)]
        case _:
            return value
