"""Puts the heads of sessions under way into the logs, many at once and not too often.

Receipts are signed by the hundred a second; an entry for each would make every delivery
wait for its institution's log. So a session that moved is named with all the others within
``INVIGIL_LOG_HEADS_S`` seconds, and only one that closes at once, in the very transaction.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence

from sqlalchemy import or_, select

from server.audit.models import LoggedHeadRow
from server.audit.service import moved
from server.chores import pause, tried
from server.clock import WallClock
from server.ingest.models import ExamSession
from server.storage.database import UNREADY, Database
from server.storage.keys import KeysMissing
from shared.log import MAX_HEADS

# Sessions whose chain goes further than the log says: what a crash left to be named.
_BEHIND = (
    select(ExamSession.id, ExamSession.institution_id)
    .outerjoin(LoggedHeadRow, LoggedHeadRow.session_id == ExamSession.id)
    .where(
        ExamSession.size > 0,
        or_(LoggedHeadRow.session_id.is_(None), LoggedHeadRow.size < ExamSession.size),
    )
)


class SessionHeads:
    """Knows which sessions have moved since the log last named them."""

    def __init__(self, database: Database, clock: WallClock) -> None:
        """Take what it works with."""
        self._database = database
        self._clock = clock
        self._moved: dict[str, str] = {}

    def changed(self, sessions: Mapping[str, str]) -> None:
        """These sessions (each with its institution) have moved, and it is on disk."""
        self._moved.update(sessions)

    async def find(self) -> None:
        """Take up what an earlier run of the program did not come to."""
        async with self._database.transaction() as db:
            found = (await db.execute(_BEHIND)).tuples().all()
        self.changed(dict(found))

    async def write(self) -> None:
        """Name every session that moved; what cannot be written is kept for the next time.

        Where one institution's cannot (its keys are missing), the others' are written all the
        same, and the first failure is raised then. That the database cannot work is at once.
        """
        waiting, self._moved = self._moved, {}
        by_institution: dict[str, list[str]] = defaultdict(list)
        for session, institution in waiting.items():
            by_institution[institution].append(session)
        failed: list[Exception] = []
        try:
            for institution, sessions in sorted(by_institution.items()):
                try:
                    await self._write(institution, sessions, waiting)
                except UNREADY:
                    raise
                except Exception as error:  # noqa: BLE001  (raised below)
                    failed.append(error)
        finally:
            self._moved = waiting | self._moved
        if failed:
            raise failed[0]

    async def _write(
        self, institution: str, sessions: Sequence[str], waiting: dict[str, str]
    ) -> None:
        """Name an institution's sessions, and take those that were out of ``waiting``."""
        # An entry a transaction: deliveries go on in between.
        for at in range(0, len(sessions), MAX_HEADS):
            part = sessions[at : at + MAX_HEADS]
            async with self._database.transaction() as db:
                moved(db, self._clock(), institution, part)
            for session in part:
                del waiting[session]

    async def run(self, every_s: float, stop: asyncio.Event) -> None:
        """Write every ``every_s`` seconds until ``stop``, and once more then; a failure is
        logged and tried again.
        """
        await self._try(self.find)
        while not stop.is_set():
            await self._try(self.write)
            await pause(every_s, stop)
        await self._try(self.write)

    async def _try(self, work: Callable[[], Awaitable[None]]) -> None:
        failed = "heads could not be logged, will be tried again"
        await tried("heads", work, failed, (*UNREADY, KeysMissing))
