"""What there is: sessions, records and pieces, as the database counts them, and the disk."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import case, func, or_, select

from server.clock import MICROS_PER_SECOND, WallClock
from server.ingest.models import ExamSession
from server.retention.holds import is_kept
from server.storage.database import Database

# A scrape comes every 15 s from each of several collectors; counting is not for each of them.
KEPT = 10 * MICROS_PER_SECOND
# A recorder speaks every few seconds.
HEARD = 60 * MICROS_PER_SECOND

STATES = ("open", "closed", "terminated")


@dataclass(frozen=True, slots=True)
class Stock:
    """How many there are; ``bytes`` of sealed pieces, ``disk_free`` in bytes.

    ``heard`` are open sessions that were heard of within a minute; ``expired`` those that
    should be destroyed by now and are not, though nothing holds them.
    """

    sessions: dict[str, int]
    heard: int
    records: int
    awaited: int
    bytes: int
    expired: int
    disk_free: int


class Stocktaking:
    """Counts at most every ``KEPT``."""

    def __init__(self, database: Database, data_dir: Path, clock: WallClock) -> None:
        """Nothing is counted before somebody asks."""
        self._database = database
        self._data_dir = data_dir
        self._clock = clock
        self._kept: tuple[int, Stock] | None = None
        self._lock = asyncio.Lock()

    async def take(self) -> Stock:
        """What there is, or was a few seconds ago."""
        async with self._lock:
            now = self._clock()
            if self._kept is None or not 0 <= now - self._kept[0] < KEPT:
                self._kept = now, await self._count(now)
            return self._kept[1]

    async def _count(self, now: int) -> Stock:
        session = ExamSession
        heard = (session.state == "open") & (session.last_seen > now - HEARD)
        # What could not be destroyed is due again in an hour, and its time over all the same.
        over = or_(session.due_at < now, session.keep_until < now)
        expired = select(func.count()).where(session.purged_at.is_(None), over, ~is_kept())
        asked = select(
            session.state,
            func.count(),
            func.sum(session.size),
            func.sum(session.blobs - session.blobs_durable),
            func.sum(session.bytes_durable),
            func.sum(case((heard, 1), else_=0)),
        ).group_by(session.state)
        async with self._database.transaction() as db:
            rows = [tuple(row) for row in (await db.execute(asked)).all()]
            left = await db.scalar(expired) or 0
        sums = [sum(int(row[n]) for row in rows) for n in range(2, 6)]
        return Stock(
            sessions=dict.fromkeys(STATES, 0) | {str(row[0]): int(row[1]) for row in rows},
            records=sums[0],
            awaited=sums[1],
            bytes=sums[2],
            heard=sums[3],
            expired=left,
            disk_free=shutil.disk_usage(self._data_dir).free,
        )
