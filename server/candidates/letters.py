"""What candidates are written: that they were answered, and where."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.accounts.staff import Staff
from server.audit import service as audit
from server.candidates.links import current_link
from server.clock import MICROS_PER_SECOND
from server.config import Settings
from server.enrolment.models import Candidate
from server.enrolment.tokens import Tokens
from server.exams.models import Exam
from server.ingest.models import ExamSession
from server.mail.letters import MAX_SUBJECT, MailError
from server.mail.outbox import Outbox
from shared.counting import count

# What there is to be one such letter about, with the session's id behind it.
ONCE = "page/"


def page_letter(session_id: str) -> str:
    """The name that the letter about a session's page bears in the outbox."""
    return ONCE + session_id


class Unwritten(StrEnum):
    """Why a candidate is not written to."""

    NO_ADDRESS = "no-address"
    # It was put in by hand or came from elsewhere, and is none.
    BAD_ADDRESS = "bad-address"
    # Without the link to their page there is nothing to be told.
    REVOKED = "revoked"
    # There is a letter about this already.
    WRITTEN = "written"


class Notices:
    """Puts letters to candidates into the outbox. Who has no mail address gets none."""

    def __init__(
        self, outbox: Outbox, secret: bytes, tokens: Tokens, settings: Settings
    ) -> None:
        """Take what it works with."""
        self._outbox = outbox
        self._secret = secret
        self._tokens = tokens
        self._url = settings.url

    async def link(self, db: AsyncSession, session: ExamSession, now: int) -> str | None:
        """The whole address of a session's page, or ``None`` where it was revoked."""
        path = await current_link(db, self._secret, self._tokens, session, now)
        return None if path is None else self._url + path

    async def answered(
        self, db: AsyncSession, session: ExamSession, now: int
    ) -> Unwritten | None:
        """Write that an appeal was answered; why not, where nobody is written to."""
        words = "Your appeal about “{exam}” was answered. Read the answer here:"
        return await self._write(db, session, now, "appeal-answer", "Your appeal", words)

    async def page(self, db: AsyncSession, session: ExamSession, now: int) -> Unwritten | None:
        """Send the link to their page; why not, where nobody is written to."""
        words = (
            "What is kept of you about “{exam}”, until when and who has looked at it, your own "
            "copy, and appeals:"
        )
        return await self._write(db, session, now, "my-page", "Your exam recording", words)

    async def send_link(
        self,
        db: AsyncSession,
        now: int,
        staff: Staff,
        session: ExamSession,
    ) -> Unwritten | None:
        """``page``, because somebody of the staff asks for it."""
        why = await self.page(db, session, now)
        subject = ("session", session.id)
        audit.record(db, now, staff, "candidate-link.send", subject, sent=why is None)
        return why

    async def delivered(self, db: AsyncSession, session: ExamSession, now: int) -> bool:
        """Write that all of a recording has arrived, once, with the link to their page;
        whether there was somebody to write to.
        """
        last = session.last_seen or session.created
        when = datetime.fromtimestamp(last / MICROS_PER_SECOND, UTC)
        words = (
            "All of your recording of “{exam}” has arrived: "
            f"{count(session.size, 'record')} and "
            f"{count(session.blobs_durable, 'piece')}, the last on "
            f"{when.day} {when:%B %Y at %H:%M} UTC. The record of it ends with\n\n"
            f"    {session.head}\n\n"
            "as the receipt says that the app has saved. What is kept of you, until when and "
            "who has looked at it, your own copy, and appeals:"
        )
        once = page_letter(session.id)
        return await self._write(db, session, now, "my-page", "Received", words, once) is None

    async def _write(
        self,
        db: AsyncSession,
        session: ExamSession,
        now: int,
        kind: str,
        title: str,
        words: str,
        once: str | None = None,
    ) -> Unwritten | None:
        candidate = await db.get_one(Candidate, session.candidate_id)
        link = await self.link(db, session, now)
        if link is None:
            return Unwritten.REVOKED
        if not candidate.email:
            return Unwritten.NO_ADDRESS
        exam = await db.get_one(Exam, session.exam_id)
        own = await db.get_one(Institution, session.institution_id)
        text = (
            f"{words.format(exam=exam.title)}\n\n{link}\n\n"
            "Whoever has this address can see the page: do not pass it on.\n\n"
            f"{own.name}\n{own.contact}\n"
        )
        # A title may hold what no line of a head can: only new ones are free of it.
        subject = "".join(mark for mark in f"{title}: {exam.title}" if mark.isprintable())
        try:
            queued = await self._outbox.queue(
                db,
                session.institution_id,
                to=candidate.email,
                subject=subject[:MAX_SUBJECT],
                text=text,
                kind=kind,
                once=once,
                exam_id=session.exam_id,
                enrolment_id=session.enrolment_id,
            )
        except MailError:
            return Unwritten.BAD_ADDRESS
        return Unwritten.WRITTEN if queued is None else None
