"""Pieces that records commit to and that are not here: how many, of what, of when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.models import BlobRow, ExamSession, RecordRow
from server.review.tracks import Track, undelivered


@dataclass(frozen=True, slots=True)
class Undelivered:
    """What of one stream is not here.

    ``pieces`` and ``size`` (bytes) count all of it; ``since`` is when the server learnt of
    the oldest (µs UTC); ``ranges`` are the times it would show (µs of session time; inits
    and attachments have none).
    """

    stream: str
    pieces: int
    size: int
    since: int
    ranges: tuple[tuple[int, int], ...]


class _Total(NamedTuple):
    stream: str
    pieces: int
    size: int
    seq: int


async def read_undelivered(
    db: AsyncSession, session: ExamSession, tracks: Mapping[str, Track]
) -> list[Undelivered]:
    """What a session commits to and the server does not hold, by stream.

    Of a purged session this is nothing: what was destroyed is not missing.
    """
    if session.purged_at is not None or session.blobs == session.blobs_durable:
        return []
    totals = await _totals(db, session)
    query = select(RecordRow.seq, RecordRow.received).where(
        RecordRow.session_id == session.id,
        RecordRow.seq.in_([total.seq for total in totals]),
    )
    received = dict((await db.execute(query)).tuples().all())
    return [
        Undelivered(
            total.stream,
            total.pieces,
            total.size,
            received[total.seq],
            tuple(undelivered(tracks[total.stream])) if total.stream in tracks else (),
        )
        for total in totals
    ]


async def _totals(db: AsyncSession, session: ExamSession) -> list[_Total]:
    query = (
        select(BlobRow.stream, func.count(), func.sum(BlobRow.size), func.min(BlobRow.seq))
        .where(BlobRow.session_id == session.id, BlobRow.durable_at.is_(None))
        .group_by(BlobRow.stream)
        .order_by(BlobRow.stream)
    )
    return [
        _Total(stream, pieces, int(size), seq)
        for stream, pieces, size, seq in await db.execute(query)
    ]
