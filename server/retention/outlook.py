"""What is going to be destroyed, before it is; and what an institution has to look at."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.candidates.models import AppealRow, DataRequestRow
from server.clock import MICROS_PER_DAY
from server.enrolment.models import Candidate
from server.exams.models import Exam
from server.ingest.models import ExamSession
from server.retention.keeping import Kept, read_kept
from server.retention.kinds import NEVER, in_words
from server.retention.models import DestructionRow, HoldRow

# How far ahead is looked.
AHEAD_DAYS = 30

# Sessions on one page: each costs some queries.
MOST = 50


@dataclass(frozen=True, slots=True)
class Coming:
    """What of a session goes at ``at`` (µs UTC), unless it is ``held``."""

    session: ExamSession
    exam: Exam
    candidate: Candidate
    at: int
    what: str
    kept: Kept


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much there is to look at."""

    holds: int
    to_review: int
    appeals: int
    appeals_late: int
    requests: int
    requests_late: int
    under_way: int


async def coming(db: AsyncSession, institution_id: str, now: int) -> list[Coming]:
    """The sessions of which something goes within ``AHEAD_DAYS``, the next first."""
    until = now + AHEAD_DAYS * MICROS_PER_DAY
    at = func.coalesce(ExamSession.due_at, ExamSession.keep_until)
    query = (
        select(ExamSession, Exam, Candidate)
        .join(Exam, Exam.id == ExamSession.exam_id)
        .join(Candidate, Candidate.id == ExamSession.candidate_id)
        .where(
            ExamSession.institution_id == institution_id,
            or_(ExamSession.due_at.is_(None), ExamSession.due_at < NEVER),
            at <= until,
        )
        .order_by(at, ExamSession.id)
        .limit(MOST)
    )
    found: list[Coming] = []
    for session, exam, candidate in (await db.execute(query)).tuples().all():
        kept = await read_kept(db, session)
        soon = {kind: kept.until[kind] for kind in kept.here if kept.until[kind] <= until}
        if soon:
            when = min(soon.values())
            found.append(Coming(session, exam, candidate, when, in_words(soon), kept))
    return found


async def read_waiting(db: AsyncSession, institution_id: str, now: int) -> Waiting:
    """What there is to look at."""
    hold = (HoldRow.institution_id == institution_id, HoldRow.released_at.is_(None))
    appeal = (AppealRow.institution_id == institution_id, AppealRow.state != "answered")
    request = (
        DataRequestRow.institution_id == institution_id,
        DataRequestRow.done_at.is_(None),
    )
    own = select(ExamSession.id).where(ExamSession.institution_id == institution_id)
    destruction = (
        DestructionRow.finished.is_(None),
        DestructionRow.session_id.in_(own),
    )

    async def count(*conditions: object) -> int:
        query = select(func.count()).where(*conditions)  # pyright: ignore[reportArgumentType]
        return await db.scalar(query) or 0

    return Waiting(
        holds=await count(*hold),
        to_review=await count(*hold, HoldRow.review_at <= now),
        appeals=await count(*appeal),
        appeals_late=await count(*appeal, AppealRow.due <= now),
        requests=await count(*request),
        requests_late=await count(*request, DataRequestRow.due <= now),
        under_way=await count(*destruction),
    )
