"""Destroys the evidence of sessions whose time is over, and says so in the audit.

What goes is every sealed blob (pictures, sound, screens). The signed records and receipts
stay: they hold no media, and show that and when the evidence existed.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog
from obstore.exceptions import BaseError as BlobStoreError
from sqlalchemy import or_, select

from server.audit import service as audit
from server.audit.models import LogEntryRow
from server.clock import WallClock
from server.ingest.models import ExamSession
from server.storage.blobs import BlobStore
from server.storage.database import UNREADY, Database

# What the log calls a purge that came to its end.
PURGE = "session.purge"

_FINISHED = (
    select(LogEntryRow.n)
    .where(
        LogEntryRow.institution_id == ExamSession.institution_id,
        LogEntryRow.subject_id == ExamSession.id,
        LogEntryRow.action == PURGE,
    )
    .correlate(ExamSession)
    .exists()
)

_log = structlog.get_logger("invigil.server")


class Retention:
    """Looks for sessions beyond their ``keep_until`` and purges them."""

    def __init__(self, database: Database, blobs: BlobStore, clock: WallClock) -> None:
        """Take what it works with."""
        self._database = database
        self._blobs = blobs
        self._clock = clock

    async def expire(self) -> list[str]:
        """Purge all sessions whose time is over, and those of which a purge was cut short;
        their ids.
        """
        begun = ExamSession.purged_at.is_not(None)
        due_now = (ExamSession.keep_until <= self._clock()) & ExamSession.purged_at.is_(None)
        query = select(ExamSession.id).where(or_(due_now, begun & ~_FINISHED))
        async with self._database.transaction() as db:
            due = list(await db.scalars(query))
        for session_id in due:
            await self.purge(session_id, audit.SYSTEM, "retention period over")
        return due

    async def purge(self, session_id: str, actor: str, why: str) -> bool:
        """Destroy one session's blobs; whether there was something to purge.

        The row is marked first: from then on nothing more is taken in, so that what is
        deleted afterwards is all there is. A crash in between is mended by the next call.
        """
        now = self._clock()
        async with self._database.transaction() as db:
            session = await db.get(ExamSession, session_id, with_for_update=True)
            if session is None:
                return False
            finished = bool(
                await db.scalar(select(_FINISHED).where(ExamSession.id == session_id))
            )
            session.purged_at = session.purged_at or now
        count = await self._blobs.delete_session(session_id)
        if finished and not count:
            return False
        async with self._database.transaction() as db:
            session = await db.get_one(ExamSession, session_id)
            audit.record(
                db,
                self._clock(),
                actor,
                PURGE,
                ("session", session_id),
                institution_id=session.institution_id,
                why=why,
                blobs=count,
                head=session.head,
            )
        return True

    async def run(self, every_s: float, stop: asyncio.Event) -> None:
        """Expire every ``every_s`` seconds until ``stop``; a failure is logged and tried
        again. What is under way when ``stop`` is set is finished first.
        """
        while not stop.is_set():
            try:
                for session_id in await self.expire():
                    _log.info("purged", session=session_id)
            except (*UNREADY, BlobStoreError) as error:
                _log.error("retention failed, will be tried again", why=str(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every_s)
