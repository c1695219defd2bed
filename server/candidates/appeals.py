"""Appeals: a candidate disagrees, a person answers, in writing and in time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.service import new_id
from server.accounts.staff import Staff
from server.audit import service as audit
from server.candidates.models import AppealRow
from server.candidates.words import Wrong
from server.clock import MICROS_PER_DAY
from server.enrolment.models import Candidate
from server.exams.models import Exam
from server.ingest.models import ExamSession
from server.ingest.projection import text
from server.retention.certificates import all_gone
from server.retention.holds import look_again
from server.retention.settings import read_protection

MAX_TEXT_CHARS = 4_000

# Of one session: more than anybody has to say, and no way to fill the database.
MOST_OF_ONE = 5

# Shown on one page.
MOST_SHOWN = 500

RECEIVED, LOOKING, ANSWERED = "received", "looking", "answered"


class AppealError(ValueError):
    """The appeal or answer cannot be taken; the message says why, for who wrote it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An appeal with whom and what it is about."""

    appeal: AppealRow
    exam: Exam
    candidate: Candidate


async def appeal(db: AsyncSession, now: int, session: ExamSession, words: str) -> AppealRow:
    """Take an appeal in; until it is answered nothing of the session is destroyed.

    Raises:
        AppealError: nothing was written, too much, too many are there, or nothing is left that
            anybody could look at.
    """
    words = text(words.strip())
    if not 0 < len(words) <= MAX_TEXT_CHARS:
        raise AppealError(Wrong("appeal-text", MAX_TEXT_CHARS))
    # Locked, so that as many at once are not taken as one after the other would not be.
    await db.get_one(ExamSession, session.id, with_for_update=True)
    if await all_gone(db, session.id):
        # Nobody could look at anything, and what was written would stay behind its certificate.
        raise AppealError(Wrong("appeal-gone"))
    query = select(func.count()).where(AppealRow.session_id == session.id)
    if (await db.scalar(query) or 0) >= MOST_OF_ONE:
        raise AppealError(Wrong("appeal-many", MOST_OF_ONE))
    days = (await read_protection(db, session.institution_id)).appeal_days
    row = AppealRow(
        id=new_id(),
        institution_id=session.institution_id,
        session_id=session.id,
        text=words,
        state=RECEIVED,
        received=now,
        due=now + days * MICROS_PER_DAY,
        answer=None,
        answered_by=None,
        answered_at=None,
    )
    db.add(row)
    audit.record(
        db,
        now,
        audit.CANDIDATE,
        "appeal.receive",
        ("session", session.id),
        institution_id=session.institution_id,
        appeal=row.id,
    )
    return row


async def appeals_of(db: AsyncSession, session_id: str) -> list[AppealRow]:
    """A session's appeals, newest first."""
    query = select(AppealRow).where(AppealRow.session_id == session_id)
    return list(await db.scalars(query.order_by(AppealRow.received.desc(), AppealRow.id)))


async def all_appeals(db: AsyncSession, institution_id: str) -> list[Shown]:
    """An institution's appeals: those that wait first, by when they are due."""
    query = (
        select(AppealRow, Exam, Candidate)
        .join(ExamSession, ExamSession.id == AppealRow.session_id)
        .join(Exam, Exam.id == ExamSession.exam_id)
        .join(Candidate, Candidate.id == ExamSession.candidate_id)
        .where(AppealRow.institution_id == institution_id)
        .order_by(AppealRow.state == ANSWERED, AppealRow.due, AppealRow.id)
        .limit(MOST_SHOWN)
    )
    return [Shown(*row) for row in (await db.execute(query)).tuples()]


async def count_appeals(db: AsyncSession, institution_id: str) -> int:
    """How many appeals an institution has."""
    query = select(func.count()).where(AppealRow.institution_id == institution_id)
    return await db.scalar(query) or 0


async def appeal_of(db: AsyncSession, institution_id: str, appeal_id: str) -> AppealRow | None:
    """An appeal to this institution, locked."""
    query = select(AppealRow).where(
        AppealRow.id == appeal_id, AppealRow.institution_id == institution_id
    )
    return (await db.execute(query.with_for_update())).scalar_one_or_none()


async def look_at(db: AsyncSession, now: int, staff: Staff, row: AppealRow) -> None:
    """Say that somebody is looking at it."""
    if row.state == RECEIVED:
        row.state = LOOKING
        _log(db, now, staff, row, "appeal.look")


async def answer(db: AsyncSession, now: int, staff: Staff, row: AppealRow, words: str) -> None:
    """Answer an appeal.

    Raises:
        AppealError: nothing was written, too much, or somebody answered already.
    """
    words = text(words.strip())
    if row.state == ANSWERED:
        raise AppealError("Somebody answered this appeal already. Nothing of yours was saved.")
    if not 0 < len(words) <= MAX_TEXT_CHARS:
        raise AppealError(f"Answer in at most {MAX_TEXT_CHARS:,} characters.")
    row.state, row.answer = ANSWERED, words
    row.answered_by, row.answered_at = staff.id, now
    await look_again(db, row.session_id)
    _log(db, now, staff, row, "appeal.answer")


def _log(db: AsyncSession, now: int, staff: Staff, row: AppealRow, action: str) -> None:
    subject = ("session", row.session_id)
    audit.record(db, now, staff, action, subject, appeal=row.id)
