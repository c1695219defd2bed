"""What is going to be destroyed, before it is; and what an institution has to look at."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.candidates.models import AppealRow, DataRequestRow
from server.clock import MICROS_PER_DAY
from server.enrolment.models import Candidate
from server.exams.models import Exam
from server.ingest.models import ExamSession
from server.retention.holds import is_kept
from server.retention.keeping import Kept, read_kept
from server.retention.kinds import NEVER, in_words
from server.retention.models import DestructionRow, HoldRow

# How far ahead is looked.
AHEAD_DAYS = 30

# Sessions on one page, and held ones besides: each costs some queries.
MOST, MOST_HELD = 50, 10

# And how many are looked through for them: of some nothing is left that would go.
LOOKED_AT = 200

# When a session is looked at; one that nobody has looked at yet when its time is over.
_AT = func.coalesce(ExamSession.due_at, ExamSession.keep_until)


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
class Outlook:
    """The sessions of which something goes next, and the first of those that are held.

    ``most`` says of how many at most something goes, ``all_held`` how many are held.
    """

    going: list[Coming]
    most: int
    held: list[Coming]
    all_held: int


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


async def read_outlook(db: AsyncSession, institution_id: str, now: int) -> Outlook:
    """The sessions of which something goes within ``AHEAD_DAYS``, the next first; apart from
    those that would and are held, so that no hold hides what goes.
    """
    until = now + AHEAD_DAYS * MICROS_PER_DAY
    near = _near(institution_id, until)
    going, cut = await _coming(db, near.where(not_(is_kept())), until, MOST)
    held, _ = await _coming(db, near.where(is_kept()), until, MOST_HELD)
    return Outlook(
        going=going,
        most=await _count(db, near.where(not_(is_kept()))) if cut else len(going),
        held=held,
        all_held=await _count(db, near.where(is_kept())),
    )


def _near(institution_id: str, until: int) -> Select[tuple[ExamSession, Exam, Candidate]]:
    """Sessions that are to be looked at until then, of which something may be left."""
    gone = select(DestructionRow.n).where(
        DestructionRow.session_id == ExamSession.id,
        DestructionRow.records.is_(True),
        DestructionRow.finished.is_not(None),
    )
    return (
        select(ExamSession, Exam, Candidate)
        .join(Exam, Exam.id == ExamSession.exam_id)
        .join(Candidate, Candidate.id == ExamSession.candidate_id)
        .where(
            ExamSession.institution_id == institution_id,
            or_(ExamSession.due_at.is_(None), ExamSession.due_at < NEVER),
            until >= _AT,
            not_(gone.exists()),
        )
    )


async def _coming(
    db: AsyncSession,
    near: Select[tuple[ExamSession, Exam, Candidate]],
    until: int,
    most: int,
) -> tuple[list[Coming], bool]:
    """``most`` of these of which something goes until then, and whether there may be more."""
    found: list[Coming] = []
    for skip in range(0, LOOKED_AT, most):
        query = near.order_by(_AT, ExamSession.id).offset(skip).limit(most)
        rows = (await db.execute(query)).tuples().all()
        for session, exam, candidate in rows:
            kept = await read_kept(db, session)
            soon = {kind: kept.until[kind] for kind in kept.here if kept.until[kind] <= until}
            if not soon:
                continue
            if len(found) == most:
                return found, True
            when = min(soon.values())
            found.append(Coming(session, exam, candidate, when, in_words(soon), kept))
        if len(rows) < most:
            return found, False
    return found, True


async def _count(db: AsyncSession, near: Select[tuple[ExamSession, Exam, Candidate]]) -> int:
    query = near.with_only_columns(func.count(), maintain_column_froms=True)
    return await db.scalar(query) or 0


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
