"""The same in other sessions of the exam: the same window, program or object, and flags of
the same kind at the same moment, as when there was a noise in everybody's room.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.enrolment.models import Candidate
from server.ingest.models import ExamSession
from server.review.durations import MICROS
from server.review.flags import Flag
from server.review.life import Verdict
from server.review.likeness import Thing, things_of
from server.review.models import FlagRow, LikenessRow

# Two flags are at the same moment when they begin no further apart. Candidates' clocks differ
# by some seconds. Microseconds.
SAME_MOMENT = 30 * MICROS

# As many as are looked at by somebody who wants to see what is the same.
MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Other:
    """A flag of another session; ``start`` in microseconds of its session time."""

    session_id: str
    candidate: str
    flag_id: str
    start: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Alike:
    """Other sessions that show the same: how many, and some of their flags. ``thing`` is what
    they show; ``None`` where it is the moment that they have in common.
    """

    sessions: int
    shown: tuple[Other, ...]
    thing: Thing | None = None

    @property
    def words(self) -> str:
        """For example ``12 others had this window in front: Messenger``."""
        who = "1 other" if self.sessions == 1 else f"{self.sessions} others"
        if self.thing is None:
            return f"{who} had such a flag at the same moment"
        return f"{who} {self.thing.shown}: {self.thing.name}"


async def read_alike(db: AsyncSession, session: ExamSession, flag: Flag) -> list[Alike]:
    """What others of the exam show that this flag shows, the most frequent first."""
    found: list[Alike] = []
    for thing in things_of(flag):
        same = (
            select(FlagRow)
            .join(
                LikenessRow,
                (LikenessRow.session_id == FlagRow.session_id)
                & (LikenessRow.flag_id == FlagRow.flag_id),
            )
            .where(LikenessRow.exam_id == session.exam_id, LikenessRow.key == thing.key)
        )
        if one := await _alike(db, session, same, thing):
            found.append(one)
    found.sort(key=lambda one: -one.sessions)
    if session.origin_wall is not None:
        moment = _at(session.origin_wall + flag.start)
        same = select(FlagRow).where(
            FlagRow.exam_id == session.exam_id, FlagRow.kind == flag.kind.value, *moment
        )
        if one := await _alike(db, session, same, None):
            found.append(one)
    return found


async def _alike(
    db: AsyncSession, session: ExamSession, same: Select[tuple[FlagRow]], thing: Thing | None
) -> Alike | None:
    others = same.where(FlagRow.session_id != session.id)
    number = func.count(FlagRow.session_id.distinct())
    count = await db.scalar(others.with_only_columns(number)) or 0
    if not count:
        return None
    query = (
        others.with_only_columns(
            FlagRow.session_id, Candidate.name, FlagRow.flag_id, FlagRow.start, FlagRow.verdict
        )
        .join(ExamSession, ExamSession.id == FlagRow.session_id)
        .join(Candidate, Candidate.id == ExamSession.candidate_id)
        .order_by(Candidate.name, FlagRow.session_id, FlagRow.start)
        .limit(MOST_SHOWN)
    )
    rows = (await db.execute(query)).tuples()
    shown = tuple(
        Other(of, name, flag, start, Verdict(verdict))
        for of, name, flag, start, verdict in rows
    )
    return Alike(count, shown, thing)


def _at(wall: int) -> tuple[ColumnElement[bool], ...]:
    return FlagRow.wall >= wall - SAME_MOMENT, FlagRow.wall <= wall + SAME_MOMENT
