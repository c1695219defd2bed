"""Opens sealed evidence on its way to somebody who may see it. Nothing is kept open.

The stored blobs stay as they were signed. What leaves here is a copy, decrypted in memory
and put on session time (``boxes``).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, func, select
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

# A reviewer waits for each piece, so these are made once: asked with session, stream and ``n``.
_OF_STREAM = segments_query(bindparam("session")).where(
    SegmentRow.stream == bindparam("stream")
)

# The init segment in force at piece ``n``.
_INIT_AT = (
    _OF_STREAM.where(SegmentRow.stream_seq <= bindparam("n"), SegmentRow.part == "init")
    .order_by(SegmentRow.stream_seq.desc())
    .limit(1)
)

# The next fragment after ``n`` that begins decoding, which says that the stretch is over.
_NEXT_START = select(func.min(SegmentRow.stream_seq)).where(
    SegmentRow.session_id == bindparam("session"),
    SegmentRow.stream == bindparam("stream"),
    SegmentRow.part == "fragment",
    SegmentRow.independent,
    SegmentRow.stream_seq > bindparam("n"),
)

# The fragments from ``n`` on up to that one, or to the last.
_STRETCH_FROM = (
    _OF_STREAM.where(
        SegmentRow.stream_seq >= bindparam("n"),
        SegmentRow.stream_seq <= func.coalesce(_NEXT_START.scalar_subquery(), MOST_PIECES),
        SegmentRow.part == "fragment",
    )
    .order_by(SegmentRow.stream_seq)
    .limit(LONGEST_STRETCH)
)


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
    init = await _init_at(db, session, _asked(session, stream, n))
    if init is None or init.stream_seq != n:
        return NOT_THERE
    return Part(session.id, session.key_ref, _located(init))


async def find_stretch(
    db: AsyncSession, session: ExamSession, stream: str, n: int
) -> Part | Unplayable:
    """The fragments from piece ``n`` up to the next place where decoding may begin."""
    asked = _asked(session, stream, n)
    init = await _init_at(db, session, asked)
    if init is None:
        return NOT_THERE
    rows = (await db.execute(_STRETCH_FROM, asked)).all()
    track = track_of(session, stream, [init, *rows], live=False)
    stretch = track.stretch(n)
    if stretch is None:
        return NOT_THERE
    pieces = tuple(_located(row) for row in rows if row.stream_seq <= stretch.last)
    later = track.inits[0].origin
    return Part(session.id, session.key_ref, _located(init), pieces, later)


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
            sealed = await asyncio.gather(
                *(self._blobs.get(part.session, name) for _, name in wanted)
            )
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


def _asked(session: ExamSession, stream: str, n: int) -> dict[str, Any]:
    return {"session": session.id, "stream": stream, "n": n}


async def _init_at(
    db: AsyncSession, session: ExamSession, asked: dict[str, Any]
) -> Row[Any] | None:
    if session.purged_at is not None:
        return None
    return (await db.execute(_INIT_AT, asked)).first()


def _playable(key: OpeningKey, places: list[Place], sealed: list[bytes], later: int) -> bytes:
    init, *pieces = [key.open(data, at) for at, data in zip(places, sealed, strict=True)]
    if not pieces:
        return init
    ticks = timescale(init)
    return b"".join(retimed(piece, later, ticks) for piece in pieces)


def _located(row: Any) -> tuple[Place, str]:
    return Place(row.session_id, row.stream, row.stream_seq), row.sha256
