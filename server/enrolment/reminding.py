"""Reminds candidates of exams as long before as schedules say: each once, whatever restarts.

What was said is named in the outbox (``once``): by the place, when the exam begins, and which
reminder it is. An exam that moves reminds anew. Where several are due at once (the server was
down, the exam was planned late) only the last one goes, and none goes to whoever got their code
after it was due, or whose code has expired.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog
from litestar import Litestar
from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.chores import beside, repeated_sending, tried
from server.clock import WallClock
from server.enrolment.issuing import Chosen, Issuing, Sent, log_places, may_begin
from server.enrolment.models import Candidate, Enrolment
from server.exams.models import Exam
from server.exams.planning import plan_of
from server.exams.schedule import EARLIEST_REMINDER, MINUTE
from server.exams.service import ExamError
from server.mail.letters import Letter, MailError, checked
from server.mail.models import MailRow
from server.mail.outbox import Outbox
from server.mail.wording import KINDS, filled, words_of
from server.storage.database import UNREADY, Database
from server.storage.keys import KeysMissing

# Letters put into the outbox in one transaction.
AT_ONCE = 500

# Who asks for a reminder to the same people again within the hour has clicked twice.
ASKED_EVERY = 60 * MINUTE

# How often it is looked for what is due, in seconds; reminders are said in hours.
LOOK_S = 60.0

UNCHECKED = (
    "You have not tried your computer yet: open the app with your code and run the\n"
    "system check today, so that there is time to mend what it finds."
)

OWN_PAGE = (
    "Once all of your recording has arrived, you are sent the link to a page of your own:\n"
    "what is kept of you, until when and who has looked at it, and your own copy."
)


_log = structlog.get_logger("invigil.server")

# What may fail at times: the database, a key file that is gone.
_EXPECTED = (*UNREADY, KeysMissing)


class Reminders:
    """The chore that looks for reminders that are due."""

    def __init__(
        self, database: Database, outbox: Outbox, issuing: Issuing, clock: WallClock
    ) -> None:
        """Take what it works with."""
        self._database = database
        self._outbox = outbox
        self._issuing = issuing
        self._clock = clock

    async def remind(self) -> int:
        """Put every reminder that is due into the outbox; how many. An exam whose reminders
        fail is logged, and keeps those of no other exam.
        """
        count = 0

        async def some_of(exam_id: str) -> None:
            nonlocal count
            after: str | None = ""
            while after is not None:
                queued, after = await self._some(exam_id, after)
                count += queued

        for exam_id in await self._near():
            await tried(
                "reminders",
                partial(some_of, exam_id),
                "no reminders of an exam, will be tried again",
                _EXPECTED,
                exam=exam_id,
            )
        return count

    async def remind_now(
        self, db: AsyncSession, staff: Staff | str, exam: Exam, chosen: Chosen
    ) -> Sent:
        """Remind people because somebody asks for it: those who have a code and have not
        begun. Each at most once in ``ASKED_EVERY``, so that what is asked for twice (a click,
        a program that tries again) is one letter; the second is among those that are ``left``.

        Raises:
            ExamError: the exam is a draft, cancelled or over.
        """
        now = self._clock()
        if exam.published is None:
            raise ExamError("this exam is a draft; publish it before anybody is reminded")
        if exam.cancelled is not None or exam.ends <= now:
            raise ExamError("this exam is over or cancelled; there is nothing to remind of")
        waiting = [
            (place, who)
            for place, who in chosen
            if may_begin(place, exam, now) and place.issued is not None and place.expires > now
        ]
        reached = [(place, who) for place, who in waiting if who.email]
        queued = await self._put(db, exam, reached, f"/asked/{now // ASKED_EVERY}")
        log_places(db, now, staff, "enrolment.remind", exam, queued)
        no_address = len(waiting) - len(reached)
        return Sent(queued, no_address, len(chosen) - no_address - queued)

    @asynccontextmanager
    async def running(self, _: Litestar) -> AsyncIterator[None]:
        """Look for them for as long as the application runs."""
        async with beside(self._run):
            yield

    async def _run(self, stop: asyncio.Event) -> None:
        await repeated_sending(
            "reminders",
            self.remind,
            LOOK_S,
            stop,
            sent="reminders",
            failed="no reminders, will be tried again",
            expected=_EXPECTED,
        )

    async def _near(self) -> list[str]:
        """Exams that may have a reminder due."""
        now = self._clock()
        query = select(Exam.id, Exam.reminders).where(
            Exam.cancelled.is_(None),
            Exam.published.is_not(None),
            Exam.ends > now,
            Exam.starts <= now + EARLIEST_REMINDER * MINUTE,
        )
        async with self._database.transaction() as db:
            found = (await db.execute(query)).tuples().all()
        return [exam_id for exam_id, reminders in found if reminders]

    async def _some(self, exam_id: str, after: str) -> tuple[int, str | None]:
        """Some of an exam's reminders, for places beyond ``after``, in a transaction of their
        own; how many, and the place that the next are beyond, where there may be more.
        """
        now = self._clock()
        async with self._database.transaction() as db:
            # Whoever cancels or moves the exam comes before or after, never between.
            exam = await db.get(Exam, exam_id, with_for_update=True)
            if exam is None or exam.cancelled is not None:
                return 0, None
            plan, _ = await plan_of(db, exam)
            begins = plan.opens if plan.starts is None else plan.starts
            due = [n for n in exam.reminders if begins - n * MINUTE <= now < begins]
            if not due:
                return 0, None
            return await self._queue(db, exam, begins, min(due), after, now)

    async def _queue(
        self, db: AsyncSession, exam: Exam, begins: int, minutes: int, after: str, now: int
    ) -> tuple[int, str | None]:
        tail = f"/{begins}/{minutes}"
        told = (
            select(MailRow.id)
            .where(
                MailRow.institution_id == exam.institution_id,
                MailRow.once == literal("reminder/") + Enrolment.id + literal(tail),
            )
            .exists()
        )
        query = (
            select(Enrolment, Candidate)
            .join(Candidate, Candidate.id == Enrolment.candidate_id)
            .where(
                Enrolment.exam_id == exam.id,
                Enrolment.session_id.is_(None),
                Enrolment.withdrawn.is_(None),
                Enrolment.issued < begins - minutes * MINUTE,
                Enrolment.expires > now,
                Candidate.email.is_not(None),
                ~told,
                Enrolment.id > after,
            )
            .order_by(Enrolment.id)
            .limit(AT_ONCE)
        )
        reached = (await db.execute(query)).tuples().all()
        queued = await self._put(db, exam, reached, tail)
        return queued, reached[-1][0].id if len(reached) == AT_ONCE else None

    async def _put(self, db: AsyncSession, exam: Exam, reached: Chosen, tail: str) -> int:
        """Put reminders into the outbox; how many of them had not been there (``tail`` says
        of each place which reminder it is). One that cannot be written is left out and logged.
        """
        words = await words_of(db, exam.institution_id, KINDS["reminder"])
        about = await self._issuing.about(db, exam)
        letters: list[Letter] = []
        for place, who in reached:
            notes = [UNCHECKED] * (place.checked is None) + [OWN_PAGE] * exam.sends_page
            check = "\n\n".join(notes)
            subject, text = filled(words, {**about.of(place, who), "check": check})
            letter = Letter(
                to=who.email or "",
                subject=subject,
                text=text,
                kind="reminder",
                once=f"reminder/{place.id}{tail}",
                exam_id=exam.id,
                enrolment_id=place.id,
            )
            try:
                letters.append(checked(letter))
            except MailError:
                # What it says stays out of the log: it may name a person.
                _log.warning("a reminder cannot be written", exam=exam.id, place=place.id)
        return len(await self._outbox.queue_all(db, exam.institution_id, letters))
