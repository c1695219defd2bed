"""Opens sealed evidence on its way to somebody who may see it. Nothing is kept open.

The stored blobs stay as they were signed. What leaves here is a copy, decrypted in memory
and put on session time (``boxes``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import select

from server.accounts.models import Institution
from server.ingest.models import ExamSession, SegmentRow
from server.review.boxes import MalformedMedia, retimed, timescale
from server.review.reading import segments_query, track_of
from server.storage.blobs import BlobMissing, BlobStore
from server.storage.database import Database
from server.storage.keys import KeysMissing, KeyStore
from shared.sealing import OpeningKey, Place, SealError

# Fragments are 4 s: no encoder leaves an hour without a place to begin decoding.
LONGEST_STRETCH = 900

Make = Callable[[bytes, Sequence[bytes]], bytes]


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
PURGED = Unplayable(absent=True, why="The evidence of this session was destroyed.")


@dataclass(frozen=True, slots=True)
class _Part:
    """What one answer is made of: an init segment and fragments, by place and hash."""

    init: tuple[Place, str]
    pieces: tuple[tuple[Place, str], ...]
    origin: int


class Media:
    """The playback of sealed sessions."""

    def __init__(self, database: Database, blobs: BlobStore, keys: KeyStore) -> None:
        """Take where evidence lies and the keys that open it."""
        self._database = database
        self._blobs = blobs
        self._keys = keys

    async def init(self, session: ExamSession, stream: str, n: int) -> bytes | Unplayable:
        """The init segment with ``stream_seq`` ``n``."""
        found = await self._find(session, stream, n)
        if found is None or found[0].stream_seq != n:
            return NOT_THERE
        part = _Part(_located(found[0]), (), 0)
        return await self._opened(session, part, lambda init, _: init)

    async def stretch(self, session: ExamSession, stream: str, n: int) -> bytes | Unplayable:
        """The fragments from piece ``n`` up to the next place where decoding may begin."""
        found = await self._find(session, stream, n)
        if found is None:
            return NOT_THERE
        track = track_of(session, stream, found, live=False)
        stretch = track.stretch(n)
        if stretch is None:
            return NOT_THERE
        wanted = (row for row in found[1:] if row.stream_seq <= stretch.last)
        pieces = tuple(_located(row) for row in wanted)
        part = _Part(_located(found[0]), pieces, track.inits[0].origin)
        return await self._opened(session, part, partial(_joined, part.origin))

    async def _find(self, session: ExamSession, stream: str, n: int) -> list[Any] | None:
        """The init segment in force at ``n``, and the fragments from ``n`` on."""
        query = segments_query(session.id).where(SegmentRow.stream == stream)
        at = SegmentRow.stream_seq
        init = query.where(at <= n, SegmentRow.part == "init").order_by(at.desc()).limit(1)
        after = query.where(at >= n, SegmentRow.part == "fragment").order_by(at)
        async with self._database.transaction() as db:
            in_force = (await db.execute(init)).all()
            pieces = (await db.execute(after.limit(LONGEST_STRETCH))).all()
        return [*in_force, *pieces] if in_force else None

    async def _opened(
        self, session: ExamSession, part: _Part, make: Make
    ) -> bytes | Unplayable:
        if session.purged_at is not None:
            return PURGED
        wanted = (part.init, *part.pieces)
        try:
            key = await self._key(session)
            sealed = [await self._blobs.get(session.id, name) for _, name in wanted]
        except BlobMissing:
            return NOT_THERE
        except KeysMissing:
            return NO_KEY

        def work() -> bytes:
            plain = [key.open(data, at) for (at, _), data in zip(wanted, sealed, strict=True)]
            return make(plain[0], plain[1:])

        try:
            return await asyncio.to_thread(work)
        except SealError as error:
            return Unplayable(absent=False, why=f"This part cannot be opened: {error}.")
        except MalformedMedia as error:
            return Unplayable(absent=False, why=f"This part is not playable media: {error}.")

    async def _key(self, session: ExamSession) -> OpeningKey:
        query = select(Institution.key_ref).where(Institution.id == session.institution_id)
        async with self._database.transaction() as db:
            ref = (await db.execute(query)).scalar_one()
        return self._keys.of(ref).evidence


def _located(row: Any) -> tuple[Place, str]:
    return Place(row.session_id, row.stream, row.stream_seq), row.sha256


def _joined(origin: int, init: bytes, pieces: Sequence[bytes]) -> bytes:
    ticks = timescale(init)
    return b"".join(retimed(piece, origin, ticks) for piece in pieces)
