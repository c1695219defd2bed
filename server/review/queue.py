"""The queue: which sessions to look at, in which order, and how many there are of each sort.

Sessions are ranked by score, then the newest first. A place in that order is a ``Place``: it
stays what it was when a session's score changes under a reviewer's hands, so that *next* is
always next to what they had before them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.enrolment.models import Candidate
from server.exams.models import Exam
from server.ingest.models import ExamSession
from server.review.models import FlagRow, RankRow
from server.review.names import holds
from server.review.outcomes import Outcome
from server.review.search import matching
from server.review.states import Shortfall, in_state
from shared.flags import Kind

# What a score can be, and what a filter can ask for.
TOP_SCORE = 100

# Longer names or questions nobody types.
MOST_TYPED = 200


class Sort(StrEnum):
    """What a session has that somebody may look for."""

    OPEN = "open"
    SECOND = "second"
    PERSON = "person"
    ESCALATED = "escalated"
    DECIDED = "decided"
    CONCLUDED = "concluded"
    PENDING = "pending"

    @property
    def label(self) -> str:
        """As the list's filter names it."""
        return _SORTS[self]


_SORTS = {
    Sort.OPEN: "With open flags",
    Sort.SECOND: "Second review needed",
    Sort.PERSON: "A person has to look first",
    Sort.ESCALATED: "With escalated flags",
    Sort.DECIDED: "All flags decided",
    Sort.CONCLUDED: "Session decided",
    Sort.PENDING: "Session not decided",
}


# A session with what a line of the list tells of it.
Ranked = tuple[ExamSession, Candidate, Exam, RankRow]


class Place(NamedTuple):
    """Where a session stands in the order."""

    score: float
    created: int
    id: str

    def __str__(self) -> str:
        return f"{self.score!r}~{self.created}~{self.id}"

    @staticmethod
    def read(said: str) -> Place | None:
        """A place as an address names it; ``None`` for what is none."""
        match = _PLACE.fullmatch(said)
        return Place(float(match[1]), int(match[2]), match[3]) if match else None


@dataclass(frozen=True, slots=True)
class Turn:
    """From where the order is gone through: behind a place, or back from before one."""

    after: Place | None = None
    before: Place | None = None

    def of(self, query: Select[Any]) -> Select[Any]:
        """The sessions on that side of the place, the nearest first."""
        rank, created, name = RankRow.score, ExamSession.created, ExamSession.id
        if (place := self.before) is not None:
            nearer = or_(
                rank > place.score,
                and_(rank == place.score, created > place.created),
                and_(rank == place.score, created == place.created, name < place.id),
            )
            query = query.where(nearer)
        elif (place := self.after) is not None:
            farther = or_(
                rank < place.score,
                and_(rank == place.score, created < place.created),
                and_(rank == place.score, created == place.created, name > place.id),
            )
            query = query.where(farther)
        return self.ordered(query)

    def ordered(self, query: Select[Any]) -> Select[Any]:
        """In the order of the list, or back."""
        rank, created, name = RankRow.score, ExamSession.created, ExamSession.id
        if self.before is not None:
            return query.order_by(rank, created, name.desc())
        return query.order_by(rank.desc(), created.desc(), name)


_PLACE = re.compile(r"(\d{1,3}(?:\.\d{1,20})?(?:e-\d{1,3})?)~(\d{1,17})~([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for; all that is named holds. ``exam`` is an exam's id, ``mine`` what is
    assigned to this account, ``low`` to ``high`` the score, ``candidate`` a part of a name or
    reference, ``words`` are searched for in flags, notes and window titles.
    """

    exam: str = ""
    state: str = ""
    evidence: Shortfall | None = None
    sort: Sort | None = None
    kind: Kind | None = None
    outcome: Outcome | None = None
    mine: bool = False
    low: int = 0
    high: int = TOP_SCORE
    candidate: str = ""
    words: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is looked for."""
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many sessions there are of each sort, with the other filters as they are."""

    total: int
    mine: int
    exams: Mapping[str, int]
    states: Mapping[str, int]
    sorts: Mapping[Sort, int]
    kinds: Mapping[Kind, int]


async def ranked(
    db: AsyncSession, institution_id: str, account_id: str, filters: Filters, now: int
) -> Select[Any]:
    """A question for the sessions that fit, unordered: session, candidate, exam and rank."""
    query = _whole().where(ExamSession.institution_id == institution_id)
    return query.where(*_fixed(db, filters, now), *_facets(account_id, filters))


async def portion(
    db: AsyncSession,
    institution_id: str,
    account_id: str,
    filters: Filters,
    now: int,
    turn: Turn,
    most: int,
) -> list[Ranked]:
    """The first ``most`` sessions that fit from a place on, in order. The database orders what
    the order hangs on, and reads the rest of those alone.
    """
    near = _of(select(ExamSession.id), institution_id, filters)
    near = near.where(*_fixed(db, filters, now), *_facets(account_id, filters))
    found = _whole().where(ExamSession.id.in_(turn.of(near).limit(most)))
    rows = list((await db.execute(turn.ordered(found))).tuples())
    return rows[::-1] if turn.before else rows


def place_of(session: ExamSession, rank: RankRow) -> Place:
    """Where a session stands now."""
    return Place(rank.score, session.created, session.id)


async def neighbour(
    db: AsyncSession,
    institution_id: str,
    account_id: str,
    filters: Filters,
    now: int,
    place: Place,
    *,
    back: bool = False,
) -> Place | None:
    """The session next to a place, or the one before it; ``None`` at the end."""
    turn = Turn(before=place) if back else Turn(after=place)
    # A session whose score fell while it was looked at is not its own neighbour.
    near = await portion(db, institution_id, account_id, filters, now, turn, 2)
    places = [place_of(session, rank) for session, _, _, rank in near]
    others = [one for one in places if one.id != place.id]
    return (others[-1] if back else others[0]) if others else None


async def count(
    db: AsyncSession, institution_id: str, account_id: str, filters: Filters, now: int
) -> Counts:
    """How many sessions each filter would let through. One question: the database gathers
    what is alike, and the rest is added up here.
    """
    columns = _gathered(account_id)
    query = _of(select(*columns, func.count()), institution_id, filters)
    gathered = query.where(*_fixed(db, filters, now)).group_by(*columns)
    cells = [_Cell(*row) for row in (await db.execute(gathered)).tuples()]
    return Counts(
        total=sum(cell.number for cell in _fit(cells, filters)),
        mine=sum(cell.number for cell in _fit(cells, replace(filters, mine=True))),
        exams=_by(_fit(cells, replace(filters, exam="")), lambda cell: [cell.exam]),
        states=_by(_fit(cells, replace(filters, state="")), lambda cell: [cell.state]),
        sorts=_by(_fit(cells, replace(filters, sort=None)), lambda cell: cell.sorts),
        kinds=_by(_fit(cells, replace(filters, kind=None)), lambda cell: cell.flagged),
    )


class _Cell(NamedTuple):
    """Sessions that are alike in all that is counted, and how many."""

    exam: str
    state: str
    open: int
    second: int
    person: int
    escalated: int
    flags: int
    outcome: str
    mine: int
    kinds: str
    number: int

    @property
    def sorts(self) -> list[Sort]:
        there = {
            Sort.OPEN: self.open,
            Sort.SECOND: self.second,
            Sort.PERSON: self.person,
            Sort.ESCALATED: self.escalated,
            Sort.DECIDED: self.flags and not self.open and not self.escalated,
            Sort.CONCLUDED: self.outcome,
            Sort.PENDING: not self.outcome,
        }
        return [sort for sort, holds in there.items() if holds]

    @property
    def flagged(self) -> list[Kind]:
        return [Kind(one) for one in msgspec.json.decode(self.kinds.encode(), type=list[str])]


def _gathered(account_id: str) -> tuple[ColumnElement[Any], ...]:
    """The columns of ``_Cell``, but for the number."""

    def some(number: Any) -> ColumnElement[int]:
        return case((number > 0, 1), else_=0)

    return (
        ExamSession.exam_id.label("of_exam"),
        ExamSession.state.label("of_state"),
        some(RankRow.open).label("of_open"),
        some(RankRow.second).label("of_second"),
        some(RankRow.person).label("of_person"),
        some(RankRow.escalated).label("of_escalated"),
        some(RankRow.accepted + RankRow.dismissed + RankRow.escalated + RankRow.open).label(
            "of_flags"
        ),
        RankRow.outcome.label("of_outcome"),
        case((_mine(account_id), 1), else_=0).label("of_mine"),
        cast(RankRow.kinds, String).label("of_kinds"),
    )


def _fit(cells: Iterable[_Cell], filters: Filters) -> list[_Cell]:
    """The cells that the facets let through, as ``_facets`` says it to the database."""
    return [
        cell
        for cell in cells
        if filters.exam in ("", cell.exam)
        and filters.state in ("", cell.state)
        and (filters.sort is None or filters.sort in cell.sorts)
        and (filters.kind is None or f'"{filters.kind}"' in cell.kinds)
        and (filters.outcome is None or filters.outcome == (cell.outcome or Outcome.OPEN))
        and (not filters.mine or cell.mine)
    ]


def _by(cells: Iterable[_Cell], of: Callable[[_Cell], Iterable[Any]]) -> dict[Any, int]:
    found: dict[Any, int] = {}
    for cell in cells:
        for one in of(cell):
            found[one] = found.get(one, 0) + cell.number
    return found


def _whole() -> Select[Ranked]:
    return (
        select(ExamSession, Candidate, Exam, RankRow)
        .join(Candidate, Candidate.id == ExamSession.candidate_id)
        .join(Exam, Exam.id == ExamSession.exam_id)
        .join(RankRow, RankRow.session_id == ExamSession.id)
    )


def _of(query: Select[Any], institution_id: str, filters: Filters) -> Select[Any]:
    """The same of an institution's sessions, joined with what filters and order look at."""
    query = query.join_from(ExamSession, RankRow, RankRow.session_id == ExamSession.id)
    if filters.candidate:
        query = query.join(Candidate, Candidate.id == ExamSession.candidate_id)
    return query.where(ExamSession.institution_id == institution_id)


def _fixed(db: AsyncSession, filters: Filters, now: int) -> list[ColumnElement[bool]]:
    """What is looked for and has no counts of its own."""
    found: list[ColumnElement[bool]] = []
    if filters.evidence:
        found.append(in_state(filters.evidence, now))
    if filters.low > 0:
        found.append(RankRow.score >= filters.low)
    if filters.high < TOP_SCORE:
        found.append(RankRow.score <= filters.high)
    if filters.candidate:
        columns = (Candidate.name, Candidate.reference)
        found.append(or_(*(holds(db, column, filters.candidate) for column in columns)))
    asked = matching(db, filters.words) if filters.words else None
    if asked is not None:
        found.append(ExamSession.id.in_(asked.with_only_columns(asked.selected_columns[0])))
    return found


def _facets(account_id: str, filters: Filters) -> list[ColumnElement[bool]]:
    """What is looked for and counted: the same as ``_fit`` says of what was gathered."""
    found: list[ColumnElement[bool]] = []
    if filters.exam:
        found.append(ExamSession.exam_id == filters.exam)
    if filters.state:
        found.append(ExamSession.state == filters.state)
    if filters.sort:
        found.append(_SORTED[filters.sort])
    if filters.kind:
        found.append(cast(RankRow.kinds, String).like(f'%"{filters.kind}"%'))
    if filters.outcome:
        wanted = "" if filters.outcome is Outcome.OPEN else filters.outcome.value
        found.append(RankRow.outcome == wanted)
    if filters.mine:
        found.append(_mine(account_id))
    return found


_SORTED: Mapping[Sort, ColumnElement[bool]] = {
    Sort.OPEN: RankRow.open > 0,
    Sort.SECOND: RankRow.second > 0,
    Sort.PERSON: RankRow.person > 0,
    Sort.ESCALATED: RankRow.escalated > 0,
    # What was escalated waits for an examiner.
    Sort.DECIDED: and_(
        RankRow.open == 0, RankRow.escalated == 0, RankRow.accepted + RankRow.dismissed > 0
    ),
    Sort.CONCLUDED: RankRow.outcome != "",
    Sort.PENDING: RankRow.outcome == "",
}


def _mine(account_id: str) -> ColumnElement[bool]:
    """The session is assigned to somebody, or a flag of it."""
    flags = select(FlagRow.session_id).where(FlagRow.assigned == account_id)
    return or_(func.coalesce(RankRow.assigned == account_id, False), ExamSession.id.in_(flags))


def is_score(value: float) -> bool:
    """Whether a number can be a score."""
    return math.isfinite(value) and 0 <= value <= TOP_SCORE
