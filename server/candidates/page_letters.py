"""Sends candidates the link to their own page once all of their recording has arrived, where
their exam says so and letters go out by a mail server: each once, whatever restarts.

What was sent is named in the outbox (``once``). It is looked for and not told by ingest, so
that a server that was down, and one of several, find it just the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from sqlalchemy import literal, select

from server.audit import service as audit
from server.candidates.letters import ONCE, Notices
from server.chores import beside, repeated_sending
from server.clock import MICROS_PER_DAY, WallClock
from server.enrolment.models import Candidate
from server.exams.models import Exam
from server.ingest.models import ExamSession
from server.mail.models import MailRow
from server.storage.database import UNREADY, Database
from server.storage.keys import KeysMissing

# How often it is looked for, in seconds: nobody waits for this letter.
LOOK_S = 60.0

# What arrived longer ago is nobody's news (µs): an exam that begins to send does not write to
# those of the past, and a server that was down over a weekend forgets nobody.
FRESH = 3 * MICROS_PER_DAY

# Letters of one transaction.
AT_ONCE = 100


class PageLetters:
    """The chore that looks for recordings that have arrived."""

    def __init__(
        self, database: Database, notices: Notices, clock: WallClock, *, mails: bool
    ) -> None:
        """Take what it works with; ``mails`` says whether letters go out by a mail server."""
        self._database = database
        self._notices = notices
        self._clock = clock
        self._mails = mails

    async def send(self) -> int:
        """Put all letters that are due into the outbox; how many."""
        count = 0
        unreached: set[str] = set()
        while self._mails:
            before = len(unreached)
            found = await self._some(unreached)
            count += found
            if not found and len(unreached) == before:
                break
        return count

    async def _some(self, unreached: set[str]) -> int:
        """Some of them; those are added to ``unreached`` whose link was revoked, or who have no
        address that a letter can go to: the next look finds what staff mended meanwhile.
        """
        now = self._clock()
        told = select(MailRow.id).where(
            MailRow.institution_id == ExamSession.institution_id,
            MailRow.once == literal(ONCE) + ExamSession.id,
        )
        query = (
            select(ExamSession)
            .join(Exam, Exam.id == ExamSession.exam_id)
            .join(Candidate, Candidate.id == ExamSession.candidate_id)
            .where(
                Exam.sends_page,
                Candidate.email.is_not(None),
                ExamSession.closed,
                ExamSession.blobs == ExamSession.blobs_durable,
                ExamSession.purged_at.is_(None),
                ExamSession.last_seen > now - FRESH,
                ExamSession.id.not_in(unreached),
                ~told.exists(),
            )
            .order_by(ExamSession.last_seen)
            .limit(AT_ONCE)
        )
        count = 0
        async with self._database.transaction() as db:
            for session in list(await db.scalars(query)):
                if not await self._notices.delivered(db, session, now):
                    unreached.add(session.id)
                    continue
                subject = ("session", session.id)
                own = session.institution_id
                audit.record(
                    db, now, audit.SYSTEM, "candidate-link.send", subject, institution_id=own
                )
                count += 1
        return count

    @asynccontextmanager
    async def running(self, _: Litestar) -> AsyncIterator[None]:
        """Look for them for as long as the application runs."""
        async with beside(self._run):
            yield

    async def _run(self, stop: asyncio.Event) -> None:
        await repeated_sending(
            "page-letters",
            self.send,
            LOOK_S,
            stop,
            sent="links to own pages",
            failed="no links were sent, will be tried again",
            expected=(*UNREADY, KeysMissing),
        )
