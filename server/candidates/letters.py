"""What candidates are written: that they were answered, and where."""

from __future__ import annotations

from datetime import UTC, datetime

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
from server.mail.letters import MailError
from server.mail.outbox import Outbox

# What there is to be one such letter about, with the session's id behind it.
ONCE = "page/"


def page_letter(session_id: str) -> str:
    """The name that the letter about a session's page bears in the outbox."""
    return ONCE + session_id


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

    async def answered(self, db: AsyncSession, session: ExamSession, now: int) -> bool:
        """Write that an appeal was answered; whether there was somebody to write to."""
        words = "Your appeal about “{exam}” was answered. Read the answer here:"
        return await self._write(db, session, now, "appeal-answer", "Your appeal", words)

    async def page(self, db: AsyncSession, session: ExamSession, now: int) -> bool:
        """Send the link to their page; whether there was somebody to write to."""
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
    ) -> bool:
        """``page``, because somebody of the staff asks for it."""
        sent = await self.page(db, session, now)
        subject = ("session", session.id)
        audit.record(db, now, staff, "candidate-link.send", subject, sent=sent)
        return sent

    async def delivered(self, db: AsyncSession, session: ExamSession, now: int) -> bool:
        """Write that all of a recording has arrived, once, with the link to their page;
        whether there was somebody to write to.
        """
        last = session.last_seen or session.created
        when = datetime.fromtimestamp(last / MICROS_PER_SECOND, UTC)
        words = (
            "All of your recording of “{exam}” has arrived: "
            f"{_counted(session.size, 'record')} and "
            f"{_counted(session.blobs_durable, 'piece')}, the last on "
            f"{when.day} {when:%B %Y at %H:%M} UTC. The record of it ends with\n\n"
            f"    {session.head}\n\n"
            "as the receipt says that the app has saved. What is kept of you, until when and "
            "who has looked at it, your own copy, and appeals:"
        )
        once = page_letter(session.id)
        return await self._write(db, session, now, "my-page", "Received", words, once)

    async def _write(
        self,
        db: AsyncSession,
        session: ExamSession,
        now: int,
        kind: str,
        title: str,
        words: str,
        once: str | None = None,
    ) -> bool:
        candidate = await db.get_one(Candidate, session.candidate_id)
        link = await self.link(db, session, now)
        if not candidate.email or link is None:
            return False
        exam = await db.get_one(Exam, session.exam_id)
        own = await db.get_one(Institution, session.institution_id)
        text = (
            f"{words.format(exam=exam.title)}\n\n{link}\n\n"
            "Whoever has this address can see the page: do not pass it on.\n\n"
            f"{own.name}\n{own.contact}\n"
        )
        try:
            queued = await self._outbox.queue(
                db,
                session.institution_id,
                to=candidate.email,
                subject=f"{title}: {exam.title}"[:200],
                text=text,
                kind=kind,
                once=once,
                exam_id=session.exam_id,
                enrolment_id=session.enrolment_id,
            )
        except MailError:
            return False
        return queued is not None


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
