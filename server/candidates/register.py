"""The register of consent of an institution, and who looked at a candidate's sessions."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.audit.models import LogEntryRow
from server.candidates.consent import Consent, consents_of
from server.enrolment.models import Candidate
from server.exams.models import Exam
from server.ingest.models import ExamSession
from shared.log import Entry, decode_entry

# Lines of one page.
MOST = 100

# Entries about one candidate: beyond these the whole log, exported, is the place to look.
MOST_ACCESSES = 1_000


@dataclass(frozen=True, slots=True)
class Agreed:
    """What one candidate agreed to in one session; ``None`` where recording never began."""

    session: ExamSession
    exam: Exam
    candidate: Candidate
    consent: Consent | None


async def read_register(
    db: AsyncSession, institution_id: str, before: int | None = None
) -> list[Agreed]:
    """The newest sessions begun before ``before`` (µs UTC), with what was agreed to."""
    query = (
        select(ExamSession, Exam, Candidate)
        .join(Exam, Exam.id == ExamSession.exam_id)
        .join(Candidate, Candidate.id == ExamSession.candidate_id)
        .where(ExamSession.institution_id == institution_id)
        .order_by(ExamSession.created.desc(), ExamSession.id)
        .limit(MOST)
    )
    if before is not None:
        query = query.where(ExamSession.created < before)
    rows = (await db.execute(query)).tuples().all()
    consents = await consents_of(db, [session for session, _, _ in rows])
    return [
        Agreed(session, exam, candidate, consents[session.id])
        for session, exam, candidate in rows
    ]


async def read_accesses(
    db: AsyncSession, institution_id: str, candidate_id: str
) -> list[tuple[Entry, str]]:
    """The log's newest entries about looking at a candidate's sessions, newest first, each with
    what it calls the action.
    """
    query = (
        select(LogEntryRow.payload, LogEntryRow.action)
        .where(*_of(institution_id, candidate_id))
        .order_by(LogEntryRow.n.desc())
        .limit(MOST_ACCESSES)
    )
    rows = (await db.execute(query)).tuples().all()
    return [(decode_entry(payload), action) for payload, action in rows]


async def count_accesses(db: AsyncSession, institution_id: str, candidate_id: str) -> int:
    """How many such entries there are."""
    query = select(func.count()).where(*_of(institution_id, candidate_id))
    return await db.scalar(query) or 0


def _of(institution_id: str, candidate_id: str) -> tuple[ColumnElement[bool], ...]:
    own = select(ExamSession.id).where(ExamSession.candidate_id == candidate_id)
    return (
        LogEntryRow.institution_id == institution_id,
        LogEntryRow.subject_id.in_(own),
        LogEntryRow.type == "access",
    )
