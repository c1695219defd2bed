"""What waits for one person: where colleagues called them, and what is assigned to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account
from server.accounts.staff import Staff
from server.enrolment.models import Candidate
from server.exams.models import Exam
from server.ingest.models import ExamSession
from server.review.life import Verdict
from server.review.models import (
    DecisionRow,
    FlagRow,
    MentionRow,
    NoteRow,
    RankRow,
    SessionDecisionRow,
)
from shared.flags import Kind

# The newest so many of each: what is older is found in the sessions themselves.
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody called the reader in a text about a session, or about the flag ``flag_id``."""

    session_id: str
    flag_id: str
    candidate: str
    exam: str
    by: str
    at: int
    text: str
    seen: bool


@dataclass(frozen=True, slots=True)
class Task:
    """A session that is the reader's to review, or the flag ``kind`` of one."""

    session_id: str
    flag_id: str
    candidate: str
    exam: str
    start: int
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class ForYou:
    """All of it, the newest mention first."""

    mentions: tuple[Mention, ...]
    sessions: tuple[Task, ...]
    flags: tuple[Task, ...]


async def count_unseen(db: AsyncSession, staff: Staff) -> int:
    """How many texts call the reader that they have not seen."""
    query = select(func.count()).select_from(MentionRow)
    mine = query.where(MentionRow.account_id == staff.id, MentionRow.seen_at.is_(None))
    return await db.scalar(mine) or 0


async def read_for_you(db: AsyncSession, staff: Staff) -> ForYou:
    """What waits for somebody, within their institution."""
    query = (
        select(MentionRow, Candidate.name, Exam.title, Account.name)
        .join(ExamSession, ExamSession.id == MentionRow.session_id)
        .join(Candidate, Candidate.id == ExamSession.candidate_id)
        .join(Exam, Exam.id == ExamSession.exam_id)
        .join(Account, Account.id == MentionRow.by_id)
        .where(
            MentionRow.account_id == staff.id,
            ExamSession.institution_id == staff.institution_id,
        )
        .order_by(MentionRow.at.desc(), MentionRow.session_id, MentionRow.n)
        .limit(MOST_SHOWN)
    )
    rows = (await db.execute(query)).tuples().all()
    texts = [await _text(db, row[0]) for row in rows]
    mentions = tuple(
        Mention(
            session_id=row.session_id,
            flag_id=row.flag_id,
            candidate=candidate,
            exam=exam,
            by=by,
            at=row.at,
            text=said,
            seen=row.seen_at is not None,
        )
        for (row, candidate, exam, by), said in zip(rows, texts, strict=True)
    )
    return ForYou(mentions, await _sessions(db, staff), await _flags(db, staff))


async def see(db: AsyncSession, now: int, staff: Staff) -> None:
    """Whoever is called has seen all of it."""
    mine = (MentionRow.account_id == staff.id) & MentionRow.seen_at.is_(None)
    await db.execute(update(MentionRow).where(mine).values(seen_at=now))


async def _text(db: AsyncSession, row: MentionRow) -> str:
    if row.source == "note":
        note = await db.get(NoteRow, (row.session_id, row.flag_id, row.n))
        return note.text if note else ""
    if row.source == "session":
        told = await db.get(SessionDecisionRow, (row.session_id, row.n))
        return told.note if told else ""
    made = await db.get(DecisionRow, (row.session_id, row.flag_id, row.n))
    return made.note if made else ""


async def _sessions(db: AsyncSession, staff: Staff) -> tuple[Task, ...]:
    query = (
        select(RankRow.session_id, Candidate.name, Exam.title)
        .join(ExamSession, ExamSession.id == RankRow.session_id)
        .join(Candidate, Candidate.id == ExamSession.candidate_id)
        .join(Exam, Exam.id == ExamSession.exam_id)
        .where(
            RankRow.assigned == staff.id,
            RankRow.outcome == "",
            ExamSession.institution_id == staff.institution_id,
        )
        .order_by(RankRow.score.desc(), RankRow.session_id)
        .limit(MOST_SHOWN)
    )
    rows: Sequence[tuple[str, str, str]] = (await db.execute(query)).tuples().all()
    return tuple(Task(name, "", candidate, exam, 0) for name, candidate, exam in rows)


async def _flags(db: AsyncSession, staff: Staff) -> tuple[Task, ...]:
    waits = FlagRow.verdict.in_([Verdict.OPEN.value, Verdict.ESCALATED.value])
    query = (
        select(FlagRow, Candidate.name, Exam.title)
        .join(ExamSession, ExamSession.id == FlagRow.session_id)
        .join(Candidate, Candidate.id == ExamSession.candidate_id)
        .join(Exam, Exam.id == ExamSession.exam_id)
        .where(
            FlagRow.assigned == staff.id,
            waits,
            ExamSession.institution_id == staff.institution_id,
        )
        .order_by(FlagRow.session_id, FlagRow.start)
        .limit(MOST_SHOWN)
    )
    return tuple(
        Task(row.session_id, row.flag_id, candidate, exam, row.start, Kind(row.kind))
        for row, candidate, exam in (await db.execute(query)).tuples()
    )
