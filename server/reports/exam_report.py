"""An exam's report: rates, flags by kind, how often each detector was right, how far reviewers
agree and how long they took. Nobody is named in it: neither candidates nor staff.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.enrolment.models import Enrolment
from server.exams.models import Exam
from server.ingest.models import ExamSession
from server.reports.statistics import Agreement, Share, agreement, quantile
from server.review.durations import MICROS
from server.review.life import Verdict
from server.review.models import DecisionRow, FlagRow, RankRow
from server.review.observed import kept_shares, observed_of
from server.review.ranking import refresh_stale
from server.review.states import Shortfall, in_state
from server.review.watching import stream_name
from server.storage.database import Database
from shared.flags import Kind

# Sessions whose observability is read in one transaction: some milliseconds each where it has
# to be made.
PORTION = 50


@dataclass(frozen=True, slots=True)
class Rates:
    """How many sessions there are of each sort; ``places`` are the codes given out,
    but for those of places that were given up.
    """

    places: int
    begun: int
    running: int
    completed: int
    incomplete: int
    terminated: int
    flagged: int
    confirmed: int
    undecided: int
    purged: int


@dataclass(frozen=True, slots=True)
class KindFigures:
    """The flags of one kind, by where they stand; ``sessions`` have one at least."""

    kind: Kind
    sessions: int
    open: int
    accepted: int
    dismissed: int
    escalated: int

    @property
    def all(self) -> int:
        """Every flag of the kind."""
        return self.open + self.accepted + self.dismissed + self.escalated

    @property
    def dismissed_share(self) -> Share:
        """Of the flags that people decided, those that they found to be none."""
        return Share(self.dismissed, self.dismissed + self.accepted)


@dataclass(frozen=True, slots=True)
class ReviewTimes:
    """From a session's last word to its first decision, and to the last where none is open, in
    seconds: the median and what nine of ten are within.
    """

    sessions: int
    first_median: float | None
    first_most: float | None
    done: int
    done_median: float | None
    done_most: float | None


@dataclass(frozen=True, slots=True)
class StreamFigures:
    """How much of a stream could be observed, over sessions: shares from 0 to 1."""

    stream: str
    name: str
    sessions: int
    mean: float | None
    median: float | None
    lowest_tenth: float | None


@dataclass(frozen=True, slots=True)
class ExamReport:
    """All of it. ``made`` is microseconds UTC; ``institution`` is its name."""

    exam: Exam
    institution: str
    made: int
    rates: Rates
    kinds: list[KindFigures]
    agreement: Agreement
    times: ReviewTimes
    streams: list[StreamFigures]

    @property
    def flags(self) -> int:
        """Every flag of the exam."""
        return sum(one.all for one in self.kinds)

    @property
    def final(self) -> bool:
        """Whether nothing more is to come: it is over, nobody sits it, all is decided."""
        left = any(one.open or one.escalated for one in self.kinds)
        over = self.exam.cancelled is not None or self.exam.ends <= self.made
        return over and not (left or self.rates.running or self.rates.incomplete)


async def read_exam_report(database: Database, exam: Exam, now: int) -> ExamReport:
    """Read it, in several transactions: a number may be some seconds older than another."""
    async with database.transaction() as db:
        await refresh_stale(db, exam.institution_id)
    async with database.transaction() as db:
        institution = await db.get_one(Institution, exam.institution_id)
        rates = await _rates(db, exam, now)
        kinds = await _kinds(db, exam)
        decisions = await _decisions(db, exam)
        times = await _times(db, exam, decisions)
    return ExamReport(
        exam=exam,
        institution=institution.name,
        made=now,
        rates=rates,
        kinds=kinds,
        agreement=agreement(pairs(decisions)),
        times=times,
        streams=await _streams(database, exam),
    )


async def _rates(db: AsyncSession, exam: Exam, now: int) -> Rates:
    flags = RankRow.open + RankRow.accepted + RankRow.dismissed + RankRow.escalated
    incomplete = in_state(Shortfall.INCOMPLETE, now)
    sorts: dict[str, ColumnElement[bool]] = {
        "begun": ExamSession.size > 0,
        "running": and_(
            ExamSession.state == "open",
            ExamSession.size > 0,
            ExamSession.purged_at.is_(None),
            ~incomplete,
        ),
        "completed": ExamSession.closed.is_(True),
        "incomplete": incomplete,
        "terminated": ExamSession.state == "terminated",
        "flagged": flags > 0,
        "confirmed": RankRow.accepted > 0,
        "undecided": RankRow.open > 0,
        "purged": ExamSession.purged_at.is_not(None),
    }
    query = (
        select(*(func.count().filter(which).label(sort) for sort, which in sorts.items()))
        .select_from(ExamSession)
        .outerjoin(RankRow, RankRow.session_id == ExamSession.id)
        .where(ExamSession.exam_id == exam.id)
    )
    places = select(func.count()).where(
        Enrolment.exam_id == exam.id,
        Enrolment.issued.is_not(None),
        Enrolment.withdrawn.is_(None),
    )
    counted = (await db.execute(query)).one()._asdict()
    return Rates(places=await db.scalar(places) or 0, **counted)


async def _kinds(db: AsyncSession, exam: Exam) -> list[KindFigures]:
    stands = (func.count().filter(FlagRow.verdict == one.value) for one in Verdict)
    query = (
        select(FlagRow.kind, func.count(FlagRow.session_id.distinct()), *stands)
        .where(FlagRow.exam_id == exam.id)
        .group_by(FlagRow.kind)
    )
    rows = (await db.execute(query)).tuples()
    kinds = [KindFigures(Kind(kind), *counts) for kind, *counts in rows]
    return sorted(kinds, key=lambda one: (-one.all, one.kind))


@dataclass(frozen=True, slots=True)
class Judgement:
    """One decision as the figures take it; ``at`` in µs UTC."""

    session_id: str
    flag_id: str
    n: int
    verdict: Verdict
    by: str
    at: int


async def _decisions(db: AsyncSession, exam: Exam) -> list[Judgement]:
    query = (
        select(
            DecisionRow.session_id,
            DecisionRow.flag_id,
            DecisionRow.n,
            DecisionRow.verdict,
            DecisionRow.account_id,
            DecisionRow.at,
        )
        .join(ExamSession, ExamSession.id == DecisionRow.session_id)
        .where(ExamSession.exam_id == exam.id)
        .order_by(DecisionRow.session_id, DecisionRow.flag_id, DecisionRow.n)
    )
    rows = (await db.execute(query)).tuples()
    return [Judgement(a, b, n, Verdict(verdict), by, at) for a, b, n, verdict, by, at in rows]


def pairs(decisions: Iterable[Judgement]) -> list[tuple[bool, bool]]:
    """Of each flag that two people judged: whether the first and the second of them confirmed
    it, by the first thing that each said. Escalating says neither.
    """
    found: list[tuple[bool, bool]] = []
    for _, of in groupby(decisions, key=lambda one: (one.session_id, one.flag_id)):
        first: dict[str, bool] = {}
        for one in of:
            if one.verdict in (Verdict.ACCEPTED, Verdict.DISMISSED):
                first.setdefault(one.by, one.verdict is Verdict.ACCEPTED)
        judged = list(first.values())
        if len(judged) > 1:
            found.append((judged[0], judged[1]))
    return found


async def _times(db: AsyncSession, exam: Exam, decisions: Sequence[Judgement]) -> ReviewTimes:
    ended = (
        select(ExamSession.id, ExamSession.last_seen, RankRow.open + RankRow.escalated)
        .join(RankRow, RankRow.session_id == ExamSession.id)
        .where(ExamSession.exam_id == exam.id, ExamSession.state != "open")
        .where(ExamSession.id.in_(select(DecisionRow.session_id)))
    )
    ends: Mapping[str, tuple[int | None, int]] = {
        name: (end, left) for name, end, left in (await db.execute(ended)).tuples()
    }
    first: list[float] = []
    done: list[float] = []
    for name, of in groupby(decisions, key=lambda one: one.session_id):
        end, left = ends.get(name, (None, 0))
        if end is None:
            continue
        moments = [one.at for one in of]
        first.append(max(0, min(moments) - end) / MICROS)
        if not left:
            done.append(max(0, max(moments) - end) / MICROS)
    return ReviewTimes(
        sessions=len(first),
        first_median=quantile(first, 0.5),
        first_most=quantile(first, 0.9),
        done=len(done),
        done_median=quantile(done, 0.5),
        done_most=quantile(done, 0.9),
    )


async def _streams(database: Database, exam: Exam) -> list[StreamFigures]:
    async with database.transaction() as db:
        shares, ids = await kept_shares(db, exam.id)
    for at in range(0, len(ids), PORTION):
        portion = select(ExamSession).where(ExamSession.id.in_(ids[at : at + PORTION]))
        async with database.transaction() as db:
            observed = await observed_of(db, list(await db.scalars(portion)))
        for one in chain.from_iterable(observed.values()):
            if one.share is not None:
                shares.setdefault(one.stream, []).append(one.share)
    return [
        StreamFigures(
            stream=stream,
            name=stream_name(stream),
            sessions=len(values),
            mean=sum(values) / len(values),
            median=quantile(values, 0.5),
            lowest_tenth=quantile(values, 0.1),
        )
        for stream, values in sorted(shares.items())
    ]
