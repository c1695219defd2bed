"""Opens sealed evidence on its way to somebody who may see it. Nothing is kept open.

The stored blobs stay as they were signed. What leaves here is a copy, decrypted in memory
and put on session time (``boxes``).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.models import ExamSession, SegmentRow
from server.review.boxes import MalformedMedia, retimed, timescale
from server.review.reading import segments_query, track_of
from server.storage.blobs import BlobMissing, BlobStore
from server.storage.keys import KeysMissing, KeyStore
from shared.sealing import OpeningKey, Place, SealError

# Fragments are 4 s: no encoder leaves an hour without a place to begin decoding.
LONGEST_STRETCH = 900

# Above any ``stream_seq`` and within every database's numbers; written with 15 digits.
MOST_PIECES = 10**15 - 1


@dataclass(frozen=True, slots=True)
class Unplayable:
    """This part cannot be shown: ``absent`` (not here, not yet or no longer) or damaged."""

    absent: bool
    why: str


NOT_THERE = Unplayable(absent=True, why="This part is missing, or was not delivered yet.")
NO_KEY = Unplayable(
    absent=False,
    why="The key that opens this evidence is not on this server. Ask the operator to "
    "restore the institution's key files.",
)


@dataclass(frozen=True, slots=True)
class Part:
    """What one answer is made of: an init segment and fragments, by place and hash.

    ``key_ref`` names the institution's keys; ``later`` is by how many microseconds the
    fragments are moved on their way; where there are none, the init segment is asked for.
    """

    session: str
    key_ref: str
    init: tuple[Place, str]
    pieces: tuple[tuple[Place, str], ...] = ()
    later: int = 0


async def find_init(
    db: AsyncSession, session: ExamSession, stream: str, n: int
) -> Part | Unplayable:
    """The init segment with ``stream_seq`` ``n``."""
    rows = await _rows(db, session, stream, n, most=0)
    if not rows or rows[0].stream_seq != n:
        return NOT_THERE
    return Part(session.id, session.key_ref, _located(rows[0]))


async def find_stretch(
    db: AsyncSession, session: ExamSession, stream: str, n: int
) -> Part | Unplayable:
    """The fragments from piece ``n`` up to the next place where decoding may begin."""
    rows = await _rows(db, session, stream, n, most=LONGEST_STRETCH)
    if not rows:
        return NOT_THERE
    track = track_of(session, stream, rows, live=False)
    stretch = track.stretch(n)
    if stretch is None:
        return NOT_THERE
    pieces = tuple(_located(row) for row in rows[1:] if row.stream_seq <= stretch.last)
    later = track.inits[0].origin
    return Part(session.id, session.key_ref, _located(rows[0]), pieces, later)


class Media:
    """Reads and opens parts. What is opened is in memory only."""

    def __init__(self, blobs: BlobStore, keys: KeyStore) -> None:
        """Take where evidence lies and the keys that open it."""
        self._blobs = blobs
        self._keys = keys

    async def open(self, part: Part) -> bytes | Unplayable:
        """The bytes that a player takes."""
        wanted = (part.init, *part.pieces)
        try:
            key = self._keys.of(part.key_ref).evidence
            sealed = [await self._blobs.get(part.session, name) for _, name in wanted]
        except BlobMissing:
            return NOT_THERE
        except KeysMissing:
            return NO_KEY
        places = [place for place, _ in wanted]
        try:
            return await asyncio.to_thread(_playable, key, places, sealed, part.later)
        except SealError as error:
            return Unplayable(absent=False, why=f"This part cannot be opened: {error}.")
        except MalformedMedia as error:
            return Unplayable(absent=False, why=f"This part is not playable media: {error}.")


async def _rows(
    db: AsyncSession, session: ExamSession, stream: str, n: int, *, most: int
) -> list[Any]:
    """The init segment in force at ``n``, and the fragments from ``n`` on, ``most`` at most."""
    if session.purged_at is not None:
        return []
    query = segments_query(session.id).where(SegmentRow.stream == stream)
    at = SegmentRow.stream_seq
    init = query.where(at <= n, SegmentRow.part == "init").order_by(at.desc()).limit(1)
    fragments = (
        SegmentRow.session_id == session.id,
        SegmentRow.stream == stream,
        SegmentRow.part == "fragment",
    )
    # Up to the next one that begins decoding, which says that the stretch is over; where there
    # is none, up to the last.
    beyond = select(func.min(at)).where(*fragments, SegmentRow.independent, at > n)
    last = func.coalesce(beyond.scalar_subquery(), MOST_PIECES)
    after = query.where(at.between(n, last), SegmentRow.part == "fragment")
    after = after.order_by(at).limit(most)
    in_force = (await db.execute(init)).all()
    if not in_force or not most:
        return list(in_force)
    return [*in_force, *(await db.execute(after)).all()]


def _playable(key: OpeningKey, places: list[Place], sealed: list[bytes], later: int) -> bytes:
    init, *pieces = [key.open(data, at) for at, data in zip(places, sealed, strict=True)]
    if not pieces:
        return init
    ticks = timescale(init)
    return b"".join(retimed(piece, later, ticks) for piece in pieces)


def _located(row: Any) -> tuple[Place, str]:
    return Place(row.session_id, row.stream, row.stream_seq), row.sha256
