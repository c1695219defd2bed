"""From the tables to what a reviewer sees: tracks and absences on session time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.exams.models import PolicyVersion
from server.ingest.models import (
    BlobRow,
    ExamSession,
    GapRow,
    SegmentRow,
    UnobservedRow,
)
from server.ingest.times import session_time
from server.review.absences import Absences, Interval
from server.review.durations import MICROS
from server.review.tracks import Init, Piece, Track
from server.review.wording import PARTLY, cause
from shared.policy import Policy, decode_policy

# The streams that play. The order is that of pages; sound leads the others' time.
STREAMS = ("camera", "microphone", "screen")


def place(session: ExamSession, boot: str, mono: int) -> int:
    """Microseconds of session time for a ``mono`` of ``boot``."""
    return round(session_time(session, boot, mono) * MICROS)


def extent(session: ExamSession) -> int:
    """How far the session's records reach, in microseconds of session time."""
    return max(0, place(session, session.boot, session.mono))


async def read_policy(db: AsyncSession, session: ExamSession) -> Policy:
    """The policy that the session is held under."""
    query = select(PolicyVersion.payload).where(PolicyVersion.id == session.policy_version_id)
    return _decoded((await db.execute(query)).scalar_one())


async def policies_of(db: AsyncSession, sessions: Sequence[ExamSession]) -> dict[str, Policy]:
    """The policies that sessions are held under, by the id of the version."""
    ids = {session.policy_version_id for session in sessions}
    query = select(PolicyVersion.id, PolicyVersion.payload).where(PolicyVersion.id.in_(ids))
    return {key: _decoded(data) for key, data in (await db.execute(query)).tuples()}


# The same few are asked for again and again.
_decoded = lru_cache(maxsize=128)(decode_policy)


async def read_absences(db: AsyncSession, session: ExamSession) -> Absences:
    """Gaps and unobserved time of a session."""

    async def intervals(
        table: type[GapRow] | type[UnobservedRow], *which: ColumnElement[bool]
    ) -> tuple[Interval, ...]:
        query = select(table.stream, table.boot, table.start, table.end, table.reason).where(
            table.session_id == session.id, *which
        )
        rows = (await db.execute(query)).tuples()
        return tuple(_interval(session, *row) for row in rows)

    partly = UnobservedRow.reason.in_(PARTLY)
    return Absences(
        unobserved=await intervals(UnobservedRow, ~partly),
        gaps=await intervals(GapRow),
        partly=await intervals(UnobservedRow, partly),
    )


def _interval(
    session: ExamSession, stream: str, boot: str, start: int, end: int, reason: str
) -> Interval:
    begin = max(0, place(session, boot, start))
    return Interval(stream, begin, max(begin, place(session, boot, end)), cause(reason))


async def read_tracks(db: AsyncSession, session: ExamSession) -> dict[str, Track]:
    """The streams of which there is anything, by name, in the order of ``STREAMS``."""
    query = segments_query(session.id).order_by(SegmentRow.stream, SegmentRow.stream_seq)
    rows = (await db.execute(query)).all()
    live = session.state == "open"
    by_stream = {name: [row for row in rows if row.stream == name] for name in STREAMS}
    return {
        name: track_of(session, name, found, live=live)
        for name, found in by_stream.items()
        if found
    }


def segments_query(session_id: str | BindParameter[str]) -> Any:
    """A ``Select`` of segments with whether their blob is there; of columns, which is quick."""
    blob = (BlobRow.session_id == SegmentRow.session_id) & (BlobRow.sha256 == SegmentRow.sha256)
    return (
        select(
            SegmentRow.session_id,
            SegmentRow.stream,
            SegmentRow.stream_seq,
            SegmentRow.part,
            SegmentRow.boot,
            SegmentRow.start,
            SegmentRow.duration,
            SegmentRow.independent,
            SegmentRow.origin,
            SegmentRow.codecs,
            SegmentRow.width,
            SegmentRow.height,
            SegmentRow.size,
            SegmentRow.sha256,
            and_(BlobRow.durable_at.is_not(None), BlobRow.destroyed_at.is_(None)).label(
                "there"
            ),
        )
        .join(BlobRow, blob)
        .where(SegmentRow.session_id == session_id)
    )


def track_of(session: ExamSession, stream: str, rows: Sequence[Any], *, live: bool) -> Track:
    """A stream from its rows of ``segments_query``, in order of ``stream_seq``."""
    inits: list[Init] = []
    pieces: list[Piece] = []
    for row in rows:
        if row.part == "init":
            inits.append(_init(session, row))
        elif inits:
            pieces.append(_piece(session, row, inits[-1].n))
    return Track(stream, tuple(inits), tuple(pieces), live=live)


def _init(session: ExamSession, row: Any) -> Init:
    origin = row.start if row.origin is None else row.origin
    return Init(
        n=row.stream_seq,
        origin=place(session, row.boot, origin),
        codecs=row.codecs or "",
        there=bool(row.there),
        width=row.width,
        height=row.height,
    )


def _piece(session: ExamSession, row: Any, init: int) -> Piece:
    return Piece(
        n=row.stream_seq,
        init=init,
        start=place(session, row.boot, row.start),
        duration=row.duration,
        independent=row.independent,
        there=bool(row.there),
        size=row.size,
    )
