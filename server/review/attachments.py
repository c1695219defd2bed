"""Pictures and clips that records attach: which there are, and where each stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.models import (
    AttachmentRow,
    BlobRow,
    EnrolmentRecordRow,
    ExamSession,
    IncidentRow,
)
from server.review.enrolment_words import Told, merged, told
from server.review.flags import Flag, Flags
from server.review.media import Part
from server.review.reading import place
from server.review.wording import printed
from shared.sealing import Place

STREAM = "attachment"

# Of a flag of many incidents, as many further pictures as one looks at.
MOST_MORE = 12

# What may leave here: nothing that a browser would run.
MEDIA_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "video/mp4", "audio/mp4"})


@dataclass(frozen=True, slots=True)
class Shown:
    """One attachment as a page shows it: ``n`` is its ``stream_seq``, ``there`` whether it
    can be: it was delivered, and not destroyed since. ``begins`` is when a clip does, in
    microseconds of session time, where the recorder says so.
    """

    n: int
    role: str
    media_type: str
    there: bool
    begins: int | None = None

    @property
    def sound_only(self) -> bool:
        """Whether it is to be heard alone."""
        return self.media_type.startswith("audio/")


@dataclass(frozen=True, slots=True)
class Pictures:
    """What there is of one flag. ``clip_of`` is the flag whose clip it is in, where it has
    none of its own; ``left_out`` says why there is no picture or clip, where one was due;
    ``more`` are the snapshots of its other incidents.
    """

    snapshot: Shown | None = None
    clip: Shown | None = None
    clip_of: str | None = None
    more: tuple[Shown, ...] = ()
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What was taken of the candidate at the beginning: the newest picture of each role, and
    what comparing and the rest gave.
    """

    pictures: tuple[Shown, ...] = ()
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class NotHere:
    """An attachment that cannot be shown; ``status`` as in HTTP."""

    status: int
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """An attachment that can be opened."""

    part: Part
    role: str
    media_type: str


async def read_pictures(
    db: AsyncSession, session: ExamSession, flags: Flags
) -> dict[str, Pictures]:
    """The pictures and clips of a session's flags, by the flag's id."""
    own: dict[str, dict[str, Shown]] = {}
    for row in await _rows(db, session):
        if row.incident_id is not None:
            own.setdefault(row.incident_id, {})[row.role] = _shown(session, row)
    some = flags.lately(_pictured, frozenset(own))
    found = {flag.id: _pictures(flag, own) for flag in some}
    return {name: pictures for name, pictures in found.items() if pictures != Pictures()}


def _pictured(flags: Flags, incidents: frozenset[str]) -> list[Flag]:
    """The flags of which there is something to show or to say: a picture or clip of one of
    these incidents, or why there is none.
    """
    return [
        flag
        for flag in flags
        if flag.once(_left_out) or (incidents and not incidents.isdisjoint(flag.once(_sources)))
    ]


async def read_enrolled(db: AsyncSession, session: ExamSession) -> Enrolled:
    """What the session's enrolment records say and show; of each thing the newest."""
    query = (
        select(EnrolmentRecordRow)
        .where(EnrolmentRecordRow.session_id == session.id)
        .order_by(EnrolmentRecordRow.seq)
    )
    said: dict[str, Mapping[str, Any]] = {}
    for row in await db.scalars(query):
        for name in ("identity", "liveness", "calibration", "voice"):
            if isinstance(value := getattr(row, name), Mapping) and value:
                said[name] = merged(said.get(name, {}), value) if name == "identity" else value
    pictures = {
        row.role: _shown(session, row)
        for row in await _rows(db, session)
        if row.incident_id is None
    }
    return Enrolled(tuple(pictures.values()), told(said))


async def find_attachment(db: AsyncSession, session: ExamSession, n: int) -> Found | NotHere:
    """The attachment with ``stream_seq`` ``n``."""
    rows = await _rows(db, session, n)
    if not rows:
        return NotHere(404, "This session has no such picture or clip.")
    row = rows[-1]
    if session.purged_at is not None or row.destroyed:
        return NotHere(410, "This was destroyed.")
    if not row.there:
        return NotHere(409, "This was recorded, but has not been delivered yet.")
    if row.media_type not in MEDIA_TYPES:
        return NotHere(422, "This is of a kind that pages do not show. The bundle has it.")
    where = Place(session.id, STREAM, row.stream_seq)
    part = Part(session.id, session.key_ref, (where, row.sha256))
    return Found(part, row.role, row.media_type)


async def _rows(db: AsyncSession, session: ExamSession, n: int | None = None) -> Sequence[Any]:
    """Attachments in order of their records, with whether their blob is there."""
    blob = (BlobRow.session_id == AttachmentRow.session_id) & (
        BlobRow.sha256 == AttachmentRow.sha256
    )
    incident = (IncidentRow.session_id == AttachmentRow.session_id) & (
        IncidentRow.incident_id == AttachmentRow.incident_id
    )
    query = (
        select(
            AttachmentRow.incident_id,
            AttachmentRow.role,
            AttachmentRow.stream_seq,
            AttachmentRow.media_type,
            AttachmentRow.sha256,
            BlobRow.durable_at.is_not(None).label("there"),
            BlobRow.destroyed_at.is_not(None).label("destroyed"),
            IncidentRow.boot,
            IncidentRow.detail,
        )
        .join(BlobRow, blob)
        .outerjoin(IncidentRow, incident)
        .where(AttachmentRow.session_id == session.id)
        .order_by(AttachmentRow.seq, AttachmentRow.place)
    )
    if n is not None:
        query = query.where(AttachmentRow.stream_seq == n)
    return (await db.execute(query)).all()


def _shown(session: ExamSession, row: Any) -> Shown:
    there = bool(row.there) and not row.destroyed and session.purged_at is None
    return Shown(row.stream_seq, row.role, row.media_type, there, _begins(session, row))


def _begins(session: ExamSession, row: Any) -> int | None:
    """When a clip begins: its incident says it by the clock of the candidate's machine."""
    said = row.detail.get("clip") if row.role == "clip" and row.detail else None
    start = said.get("start") if isinstance(said, Mapping) else None
    if not isinstance(start, int) or isinstance(start, bool) or not 0 <= start < 2**53:
        return None
    return max(0, place(session, row.boot, start))


def _pictures(flag: Flag, own: Mapping[str, Mapping[str, Shown]]) -> Pictures:
    """Of the incident that it is called after, else of the first of its others that has any."""
    each = [own[name] for name in dict.fromkeys((flag.id, *flag.covers)) if name in own]
    snapshots = [found["snapshot"] for found in each if "snapshot" in found]
    clip, clip_of = next((found["clip"] for found in each if "clip" in found), None), None
    other = _other(flag)
    if clip is None and other is not None and "clip" in own.get(other, {}):
        clip, clip_of = own[other]["clip"], other
    return Pictures(
        snapshot=snapshots[0] if snapshots else None,
        clip=clip,
        clip_of=clip_of,
        more=tuple(snapshots[1 : 1 + MOST_MORE]),
        left_out=flag.once(_left_out),
    )


def _other(flag: Flag) -> str | None:
    """The incident whose clip it is in, where the recorder says so."""
    said = flag.detail.get("clip")
    other = said.get("incident") if isinstance(said, Mapping) else None
    return other if isinstance(other, str) else None


def _sources(flag: Flag) -> frozenset[str]:
    """The incidents whose pictures and clips are its."""
    other = _other(flag)
    return frozenset((flag.id, *flag.covers, *([] if other is None else [other])))


def _left_out(flag: Flag) -> str:
    """Why there is less than was due, in the recorder's words."""
    return "; ".join(
        f"no {words}: {printed(said['left_out'])}"
        for name, words in _DUE.items()
        if isinstance(said := flag.detail.get(name), Mapping) and "left_out" in said
    )


_DUE = {"snapshot": "snapshot", "clip": "clip", "clip_asked_for": "clip, though asked for"}
