"""What was watched at first and not any more: a model that failed in the middle of a session.

Each heartbeat says again all that the recorder gave up since it started. So its last one before
it started anew, and the newest of all, tell everything; they are found by their numbers, and no
other is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ScalarSelect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.ingest.models import ExamSession, RecordRow
from server.review.history import Interruption
from server.review.reading import extent, place
from shared.records import Heartbeat, MalformedRecord, Micros, decode_record

# A recorder gives up at most what there are detectors; more is not read of a heartbeat.
MOST_TOLD = 32


@dataclass(frozen=True, slots=True)
class NoLonger:
    """From ``start`` on (µs of session time) up to ``end`` something was not watched that was
    before: ``line`` says it as a first record does, ``kind: why``. It was tried anew from
    ``end`` on, where the recorder started anew; ``None`` where it did not.
    """

    line: str
    start: int
    end: int | None = None


@dataclass(frozen=True, slots=True)
class GivenUp:
    """``later`` was given up in the middle; ``unenrolled`` could never be watched, because it
    was not enrolled for (``kind: why``).
    """

    later: tuple[NoLonger, ...] = ()
    unenrolled: tuple[str, ...] = ()


class _Line(msgspec.Struct, frozen=True):
    at: Micros
    what: str


class _Told(msgspec.Struct, frozen=True):
    """What a heartbeat's ``detection`` says of it; the rest is read elsewhere."""

    unwatched: tuple[_Line, ...] = ()
    enrolment_unwatched: tuple[str, ...] = ()


async def read_given_up(
    db: AsyncSession, session: ExamSession, interruptions: Iterable[Interruption]
) -> GivenUp:
    """What a session's heartbeats say was given up."""
    ends = {one.seq: one.at for one in interruptions}
    later: dict[NoLonger, None] = {}
    unenrolled: tuple[str, ...] = ()
    for row in await _last_beats(db, session, interrupted=bool(ends)):
        told = _told(row.payload)
        # The place of an interruption is that of the last record before it.
        end = next((ends[seq] for seq in sorted(ends) if seq > row.seq), None)
        for line in told.unwatched[:MOST_TOLD]:
            start = _start(session, row, line)
            later[NoLonger(line.what, start if end is None else min(start, end), end)] = None
        unenrolled = told.enrolment_unwatched[:MOST_TOLD]
    return GivenUp(tuple(later), unenrolled)


def _start(session: ExamSession, row: Any, line: _Line) -> int:
    """Within the session, and not after the heartbeat that says it."""
    at = place(session, row.boot, min(line.at, row.mono))
    return min(max(0, at), extent(session))


async def _last_beats(
    db: AsyncSession, session: ExamSession, *, interrupted: bool
) -> list[Any]:
    """The last heartbeat of each of the recorder's lives, in order."""
    seqs = {await db.scalar(select(_newest(session, None)))}
    if interrupted:
        resume = aliased(RecordRow)
        before = _newest(session, resume)
        query = select(before).where(resume.session_id == session.id, resume.type == "resume")
        seqs |= set(await db.scalars(query))
    rows = select(RecordRow.seq, RecordRow.payload, RecordRow.boot, RecordRow.mono).where(
        RecordRow.session_id == session.id, RecordRow.seq.in_(seqs - {None})
    )
    return list(await db.execute(rows.order_by(RecordRow.seq)))


def _newest(session: ExamSession, before: Any) -> ScalarSelect[int]:
    """The number of the newest heartbeat, or of the newest before a record."""
    beat = aliased(RecordRow)
    query = select(beat.seq).where(beat.session_id == session.id, beat.type == "heartbeat")
    if before is not None:
        query = query.where(beat.seq < before.seq).correlate(before)
    return query.order_by(beat.seq.desc()).limit(1).scalar_subquery()


def _told(payload: bytes) -> _Told:
    """What is not written as the protocol says tells nothing."""
    try:
        body = decode_record(payload).body
        detection = body.detection if isinstance(body, Heartbeat) else None
        return msgspec.convert(detection or {}, _Told)
    except (MalformedRecord, msgspec.ValidationError):
        return _Told()
