"""Where a session stands as evidence: incomplete, committed but missing, forked.

Each state is defined once, as a question to the database, so that the list can be filtered
by what the pages say. A state heals by itself when the recorder delivers what it held back:

- *incomplete*: there are records but no ``close``, and the session is over (staff or the
  exam's rules ended it) or silent;
- *committed but missing*: records commit to pieces that are not held, and the session is
  closed, over or silent; until then they are on their way;
- *forked*: a second, genuinely signed record came for a number already taken. This one never
  heals.

What retention destroyed is none of these: it is not missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.models import ClockFlagRow, ExamSession, ForkRow
from server.live.ending import EndedBy, read_ended_by
from server.review.durations import MICROS
from server.review.models import VerdictRow
from server.review.verdicts import Mark, Told

# A recorder speaks every 10 s, even when nothing happens; after this it is silent (µs).
SILENT_AFTER = 60 * MICROS


class Shortfall(StrEnum):
    """A state in which the evidence is not as it should be."""

    INCOMPLETE = "incomplete"
    MISSING = "missing"
    FORKED = "forked"

    @property
    def label(self) -> str:
        """What pages call it."""
        return _LABELS[self]


_LABELS = {
    Shortfall.INCOMPLETE: "Incomplete",
    Shortfall.MISSING: "Committed but missing",
    Shortfall.FORKED: "Forked",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A session's states, how many records contradict others or the clock, what was said of it
    when it was last verified, and who ended it where its recorder did not.
    """

    states: tuple[Shortfall, ...]
    forks: int
    clock_flags: int
    told: Told | None
    ended_by: EndedBy | None = None


def in_state(state: Shortfall, now: int) -> ColumnElement[bool]:
    """Whether a row of ``ExamSession`` is in a state at ``now`` (µs UTC)."""
    match state:
        case Shortfall.INCOMPLETE:
            begun = and_(ExamSession.size > 0, ExamSession.closed.is_(False))
            return and_(_kept(), begun, _quiet(now))
        case Shortfall.MISSING:
            lacking = ExamSession.blobs > ExamSession.blobs_durable
            return and_(_kept(), lacking, or_(ExamSession.closed, _quiet(now)))
        case Shortfall.FORKED:
            return select(ForkRow.hash).where(ForkRow.session_id == ExamSession.id).exists()


def _kept() -> ColumnElement[bool]:
    return ExamSession.purged_at.is_(None)


def _quiet(now: int) -> ColumnElement[bool]:
    """Nothing more is expected: it was ended from here, or nothing was heard for a while."""
    silent = ExamSession.last_seen < now - SILENT_AFTER
    return or_(ExamSession.state == "terminated", silent)


async def read_standings(
    db: AsyncSession, sessions: Sequence[ExamSession], now: int
) -> dict[str, Standing]:
    """Where sessions stand at ``now``, by id."""
    ids = [session.id for session in sessions]
    states = await _states(db, ids, now)
    forks = await _counts(db, ForkRow, ids)
    clock_flags = await _counts(db, ClockFlagRow, ids)
    verdicts = await _verdicts(db, ids)
    ended_by = await read_ended_by(
        db, [session.id for session in sessions if session.state == "terminated"]
    )
    return {
        session.id: Standing(
            states.get(session.id, ()),
            forks.get(session.id, 0),
            clock_flags.get(session.id, 0),
            _told(session, forks.get(session.id, 0), verdicts),
            ended_by.get(session.id),
        )
        for session in sessions
    }


async def _states(
    db: AsyncSession, ids: Sequence[str], now: int
) -> dict[str, tuple[Shortfall, ...]]:
    columns = [in_state(state, now).label(state.value) for state in Shortfall]
    query = select(ExamSession.id, *columns).where(ExamSession.id.in_(ids))
    return {
        name: tuple(state for state, there in zip(Shortfall, found, strict=True) if there)
        for name, *found in await db.execute(query)
    }


async def _counts(
    db: AsyncSession, table: type[ForkRow] | type[ClockFlagRow], ids: Sequence[str]
) -> dict[str, int]:
    query = (
        select(table.session_id, func.count())
        .where(table.session_id.in_(ids))
        .group_by(table.session_id)
    )
    return dict((await db.execute(query)).tuples().all())


async def _verdicts(
    db: AsyncSession, ids: Sequence[str]
) -> dict[str, tuple[int, Mark, list[int]]]:
    mark = (getattr(VerdictRow, name) for name in Mark._fields)
    query = select(VerdictRow.session_id, VerdictRow.made, VerdictRow.fails, *mark).where(
        VerdictRow.session_id.in_(ids)
    )
    return {
        name: (made, Mark(*rest), fails) for name, made, fails, *rest in await db.execute(query)
    }


def _told(
    session: ExamSession, forks: int, verdicts: dict[str, tuple[int, Mark, list[int]]]
) -> Told | None:
    found = verdicts.get(session.id)
    if found is None:
        return None
    made, mark, fails = found
    return Told(made, tuple(fails), current=mark == Mark.of(session, forks))
