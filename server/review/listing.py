"""The list of sessions: ranked by score, filtered, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.enrolment.models import Candidate
from server.exams.models import Exam
from server.ingest.models import ExamSession
from server.review.integrity import Evidence, examine, facts
from server.review.models import RankRow
from server.review.observed import observed_of
from server.review.ranking import refresh_stale
from server.review.reading import extent
from server.review.score import Score
from server.review.states import Shortfall, in_state, read_standings
from server.review.watching import Observability
from shared.flags import Kind

PAGE = 50

STATES = {"open": "Recording", "closed": "Ended", "terminated": "Ended by staff"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What to list: an exam's id, a state, a state of the evidence, only what has open flags;
    from page 0.
    """

    exam: str = ""
    state: str = ""
    evidence: Shortfall | None = None
    undecided: bool = False
    page: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One session in the list. ``duration`` is in microseconds."""

    session: ExamSession
    candidate: Candidate
    exam: Exam
    rank: RankRow
    evidence: Evidence
    observed: list[Observability]
    duration: int

    @staticmethod
    def label(kind: str) -> str:
        """A reason's kind in words."""
        return Kind(kind).label

    @property
    def score(self) -> Score:
        """The score's number; its reasons are ``rank.reasons``."""
        return Score(self.rank.score, ())


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list; ``total`` counts all that fit the filters."""

    lines: list[Line]
    total: int
    filters: Filters
    exams: list[Exam]

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-self.total // PAGE))


async def list_sessions(
    db: AsyncSession, institution_id: str, filters: Filters, now: int
) -> Listing:
    """The sessions of an institution, those to look at first before the others."""
    await refresh_stale(db, institution_id)
    query = _filtered(institution_id, filters, now)
    counted = select(func.count()).select_from(query.subquery())
    total = await db.scalar(counted) or 0
    ranked = query.order_by(RankRow.score.desc(), ExamSession.created.desc(), ExamSession.id)
    rows = (await db.execute(ranked.limit(PAGE).offset(filters.page * PAGE))).tuples().all()
    standings = await read_standings(db, [row[0] for row in rows], now)
    observed = await observed_of(db, [row[0] for row in rows])
    lines = [
        Line(
            session=session,
            candidate=candidate,
            exam=exam,
            rank=rank,
            evidence=examine(facts(session, standings[session.id], now)),
            observed=observed[session.id],
            duration=extent(session),
        )
        for session, candidate, exam, rank in rows
    ]
    return Listing(lines, total, filters, await _exams(db, institution_id))


def _filtered(institution_id: str, filters: Filters, now: int) -> Select[Any]:
    query: Select[Any] = (
        select(ExamSession, Candidate, Exam, RankRow)
        .join(Candidate, Candidate.id == ExamSession.candidate_id)
        .join(Exam, Exam.id == ExamSession.exam_id)
        .join(RankRow, RankRow.session_id == ExamSession.id)
        .where(ExamSession.institution_id == institution_id)
    )
    if filters.exam:
        query = query.where(ExamSession.exam_id == filters.exam)
    if filters.state:
        query = query.where(ExamSession.state == filters.state)
    if filters.evidence:
        query = query.where(in_state(filters.evidence, now))
    if filters.undecided:
        query = query.where(RankRow.open > 0)
    return query


async def _exams(db: AsyncSession, institution_id: str) -> list[Exam]:
    query = (
        select(Exam)
        .where(Exam.institution_id == institution_id)
        .order_by(Exam.starts.desc(), Exam.title)
    )
    return list((await db.execute(query)).scalars())
