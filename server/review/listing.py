"""The list of sessions: the queue, a page at a time, with what each line tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account
from server.accounts.staff import Staff
from server.enrolment.models import Candidate
from server.exams.models import Exam
from server.ingest.models import ExamSession
from server.review.integrity import Evidence, examine, facts
from server.review.models import RankRow
from server.review.observed import observed_of
from server.review.outcomes import Outcome
from server.review.queue import Counts, Filters, Place, Ranked, Turn, count, place_of, portion
from server.review.ranking import AT_A_LOOK, refresh_stale
from server.review.reading import extent
from server.review.score import Score
from server.review.search import matching
from server.review.states import read_standings
from server.review.watching import Observability
from shared.flags import Kind

PAGE = 50

STATES = {"open": "Recording", "closed": "Ended", "terminated": "Ended by staff or rules"}


@dataclass(frozen=True, slots=True)
class Line:
    """One session in the list. ``duration`` is in microseconds; ``fits`` counts the flags that
    what was searched for is found in; ``assigned`` names whose it is.
    """

    session: ExamSession
    candidate: Candidate
    exam: Exam
    rank: RankRow
    evidence: Evidence
    observed: list[Observability]
    duration: int
    assigned: str
    fits: int = 0

    @staticmethod
    def label(kind: str) -> str:
        """A reason's kind in words."""
        return Kind(kind).label

    @property
    def score(self) -> Score:
        """The score's number; its reasons are ``rank.reasons``."""
        return Score(self.rank.score, ())

    @property
    def outcome(self) -> Outcome | None:
        """The decision about the session, if there is one."""
        return Outcome(self.rank.outcome) if self.rank.outcome else None

    @property
    def decided(self) -> int:
        """How many of its flags somebody has judged."""
        return self.rank.accepted + self.rank.dismissed + self.rank.escalated

    @property
    def place(self) -> Place:
        """Where it stands in the order."""
        return place_of(self.session, self.rank)


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list. ``earlier`` and ``later`` are the places before and behind which the
    neighbouring pages begin, where there are such.
    """

    lines: list[Line]
    counts: Counts
    filters: Filters
    exams: list[Exam]
    earlier: Place | None
    later: Place | None

    @property
    def total(self) -> int:
        """How many sessions fit the filters."""
        return self.counts.total


async def list_sessions(
    db: AsyncSession, staff: Staff, filters: Filters, turn: Turn, now: int
) -> Listing:
    """The sessions of an institution, those to look at first before the others."""
    await refresh_stale(db, staff.institution_id, most=AT_A_LOOK)
    counts = await count(db, staff.institution_id, staff.id, filters, now)
    back = turn.before is not None
    rows = await portion(db, staff.institution_id, staff.id, filters, now, turn, PAGE + 1)
    more = len(rows) > PAGE
    lines = await _lines(db, rows[-PAGE:] if back else rows[:PAGE], filters, now)
    first, last = (lines[0].place, lines[-1].place) if lines else (None, None)
    return Listing(
        lines=lines,
        counts=counts,
        filters=filters,
        exams=await _exams(db, staff.institution_id),
        earlier=first if (more if back else turn.after is not None) else None,
        later=last if (back or more) else None,
    )


async def _lines(
    db: AsyncSession, rows: Sequence[Ranked], filters: Filters, now: int
) -> list[Line]:
    sessions = [row[0] for row in rows]
    standings = await read_standings(db, sessions, now)
    observed = await observed_of(db, sessions)
    names = await _names(db, {row[3].assigned for row in rows} - {None})
    fits = await _fits(db, [session.id for session in sessions], filters.words)
    return [
        Line(
            session=session,
            candidate=candidate,
            exam=exam,
            rank=rank,
            evidence=examine(facts(session, standings[session.id], now)),
            observed=observed[session.id],
            duration=extent(session),
            assigned=names.get(rank.assigned or "", ""),
            fits=fits.get(session.id, 0),
        )
        for session, candidate, exam, rank in rows
    ]


async def _names(db: AsyncSession, accounts: set[str | None]) -> dict[str, str]:
    if not accounts:
        return {}
    query = select(Account.id, Account.name).where(Account.id.in_(accounts))
    return dict((await db.execute(query)).tuples().all())


async def _fits(db: AsyncSession, sessions: Sequence[str], words: str) -> dict[str, int]:
    """In how many flags of each session what is searched for is found."""
    asked = matching(db, words) if words else None
    if asked is None or not sessions:
        return {}
    found = asked.subquery()
    query = (
        select(found.c.session_id, func.count())
        .where(found.c.session_id.in_(sessions), found.c.flag_id != "")
        .group_by(found.c.session_id)
    )
    return dict((await db.execute(query)).tuples().all())


async def _exams(db: AsyncSession, institution_id: str) -> list[Exam]:
    query = (
        select(Exam)
        .where(Exam.institution_id == institution_id)
        .order_by(Exam.starts.desc(), Exam.title)
    )
    return list((await db.execute(query)).scalars())
