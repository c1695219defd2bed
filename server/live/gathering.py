"""Gathers what the board shows of every running session of an institution.

The database is asked often (``board``), so that what does not change is kept, and of what
grows only the rest is read: everything of a session that has moved since the last look, and of
the others nothing. A look may be at named sessions alone, where they are known to have news.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    String,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from server.accounts.models import Account
from server.builds.reading import read_alarms
from server.clock import MICROS_PER_SECOND
from server.enrolment.models import Candidate
from server.exams.models import Exam, PolicyVersion
from server.ingest.models import (
    ExamSession,
    GapRow,
    IncidentRow,
    ProgramRow,
    RecordRow,
    UnobservedRow,
)
from server.live.ending import read_ended_at, read_ended_by
from server.live.known import NOT_CARED, Cared, Known
from server.live.models import CareRow, CommandRow, LiveRow, SaidRow, WatcherRow
from server.live.need import APART, ENDED_FOR, LOOK_BACK, Facts, Seen
from server.review.durations import Spans, length, united
from server.review.models import LimitRow, RankRow
from server.review.phases import read_phases_of
from server.review.reading import extent, place
from server.review.wording import PARTLY
from shared.flags import Kind, Severity
from shared.policy import Policy, decode_policy

# An open session of which nothing was heard for so long was given up; the list has it. µs.
FORGOTTEN_AFTER = 6 * 3600 * MICROS_PER_SECOND

# Somebody looks at a session for as long as their page says so, every few seconds. µs.
PRESENT_FOR = 20 * MICROS_PER_SECOND

# Sessions asked about at once: their ids stand in the question.
CHUNK = 300

_LOOKED_AT = load_only(
    ExamSession.id,
    ExamSession.created,
    ExamSession.boots,
    ExamSession.origin_wall,
    ExamSession.boot,
    ExamSession.mono,
    ExamSession.last_seen,
    ExamSession.size,
)


class _Row(NamedTuple):
    id: str
    revision: int
    size: int
    state: str
    last_seen: int | None
    score: float | None


class Gathering:
    """One institution's running sessions, as they were at the last look."""

    def __init__(self, institution_id: str) -> None:
        """Take whose sessions to look at; the first look reads all of them."""
        self._institution = institution_id
        self._known: dict[str, Known] = {}
        self._policies: dict[str, Policy] = {}
        self._live_since = 0

    def __contains__(self, session_id: str) -> bool:
        """Whether a session was there at the last look."""
        return session_id in self._known

    async def look(
        self, db: AsyncSession, now: int, only: Collection[str] | None = None
    ) -> list[Facts]:
        """How all running sessions stand at ``now`` (µs UTC).

        Where ``only`` names known sessions (``CHUNK`` at most), nothing is asked about the
        others, which stand as they were.
        """
        rows = await self._rows(db, now, only)
        await self._meet(db, [row.id for row in rows if row.id not in self._known])
        moved = {row.id for row in rows if self._known[row.id].revision != row.revision}
        for ids in _chunks(sorted(moved)):
            await self._follow(db, ids, now)
        if only is None:
            self._known = {row.id: self._known[row.id] for row in rows}
        for row in rows:
            _stood(self._known[row.id], row)
        await self._end(db)
        await self._hear(db, now, only)
        await self._talk(db, only)
        await self._care(db, now, only)
        await self._watch(db, now, only)
        return [known.facts(now) for known in self._known.values()]

    async def _rows(
        self, db: AsyncSession, now: int, only: Collection[str] | None
    ) -> list[_Row]:
        query = (
            select(
                ExamSession.id,
                ExamSession.revision,
                ExamSession.size,
                ExamSession.state,
                ExamSession.last_seen,
                RankRow.score,
            )
            .outerjoin(RankRow, RankRow.session_id == ExamSession.id)
            .where(ExamSession.institution_id == self._institution, running(now), *_named(only))
        )
        return [_Row(*row) for row in await db.execute(query)]

    async def _meet(self, db: AsyncSession, ids: Sequence[str]) -> None:
        """Learn who new sessions are of."""
        for part in _chunks(ids):
            query = (
                select(
                    ExamSession.id,
                    Candidate.name,
                    Exam.id,
                    Exam.title,
                    ExamSession.policy_version_id,
                    ExamSession.created,
                )
                .join(Candidate, Candidate.id == ExamSession.candidate_id)
                .join(Exam, Exam.id == ExamSession.exam_id)
                .where(ExamSession.id.in_(part))
            )
            found = (await db.execute(query)).tuples().all()
            await self._learn({row[4] for row in found} - self._policies.keys(), db)
            for name, candidate, exam_id, exam, policy, created in found:
                self._known[name] = Known(
                    name, candidate, exam_id, exam, self._policies[policy], created
                )
            # Its state may be older than the newest that was seen so far.
            self._live_since = 0

    async def _learn(self, versions: set[str], db: AsyncSession) -> None:
        query = select(PolicyVersion.id, PolicyVersion.payload)
        for name, payload in await db.execute(query.where(PolicyVersion.id.in_(versions))):
            self._policies[name] = decode_policy(payload)

    async def _follow(self, db: AsyncSession, ids: Sequence[str], now: int) -> None:
        """Read what came of sessions since the last look."""
        query = select(ExamSession).options(_LOOKED_AT).where(ExamSession.id.in_(ids))
        sessions = {row.id: row for row in await db.scalars(query)}
        phases = await read_phases_of(db, list(sessions.values()))
        for name, session in sessions.items():
            known = self._known[name]
            known.phases, known.reach = phases[name], extent(session)
            if session.last_seen is not None:
                zero = session.last_seen - known.reach
                known.zero = zero if known.zero is None else min(known.zero, zero)
        since = _since(db, {name: self._known[name].size for name in ids})
        await self._incidents(db, since, now)
        await self._programs(db, since, sessions, now)
        await self._absences(db, since, sessions)
        for name, session in sessions.items():
            known = self._known[name]
            known.size, known.unobserved = session.size, length(known.unseen)
            known.lately = _after(known.unseen, known.reach - LOOK_BACK)
            known.moved()

    async def _incidents(self, db: AsyncSession, since: Any, now: int) -> None:
        fresh = or_(
            IncidentRow.begin_seq >= since.c.size,
            IncidentRow.end_seq >= since.c.size,
            # Its severity may have grown without its having ended.
            IncidentRow.end.is_(None),
        )
        query = (
            select(
                IncidentRow.session_id,
                IncidentRow.incident_id,
                IncidentRow.kind,
                IncidentRow.severity,
                IncidentRow.begin_seq >= since.c.size,
                RecordRow.received,
            )
            .join(since, and_(IncidentRow.session_id == since.c.id, fresh))
            .join(
                RecordRow,
                and_(
                    RecordRow.session_id == IncidentRow.session_id,
                    RecordRow.seq == IncidentRow.begin_seq,
                ),
            )
        )
        for session, name, kind, severity, is_more, at in await db.execute(query):
            seen = Seen(kind, Severity(severity), at)
            self._known[session].saw(name, seen, now, more=bool(is_more))

    async def _programs(
        self, db: AsyncSession, since: Any, sessions: Mapping[str, ExamSession], now: int
    ) -> None:
        """What records it, where that was told since: judged once, as the board shows what is
        new; what the list says later is the review's.
        """
        told = and_(ProgramRow.session_id == since.c.id, ProgramRow.seq >= since.c.size)
        names = set(await db.scalars(select(ProgramRow.session_id).join(since, told)))
        if not names:
            return
        policies = {name: self._known[name].policy for name in names}
        for alarm in await read_alarms(db, [sessions[name] for name in names], policies):
            known = self._known[alarm.session_id]
            if alarm.seq >= known.size:
                seen = Seen(Kind.ALTERED_PROGRAM.value, alarm.severity, alarm.at)
                known.saw(alarm.id, seen, now, more=True)

    async def _absences(
        self, db: AsyncSession, since: Any, sessions: Mapping[str, ExamSession]
    ) -> None:
        for table, which in (
            (UnobservedRow, (~UnobservedRow.reason.in_(PARTLY),)),
            (GapRow, ()),
        ):
            later = and_(table.session_id == since.c.id, table.seq >= since.c.size)
            query = (
                select(table.session_id, table.boot, table.start, table.end)
                .join(since, later)
                .where(*which)
            )
            more: dict[str, Spans] = {}
            for name, boot, start, end in await db.execute(query):
                session = sessions[name]
                span = (max(0, place(session, boot, start)), place(session, boot, end))
                more.setdefault(name, []).append(span)
            for name, spans in more.items():
                known = self._known[name]
                known.unseen = united([*known.unseen, *spans])

    async def _hear(self, db: AsyncSession, now: int, only: Collection[str] | None) -> None:
        """What recorders said of themselves since."""
        # Where the clock was set back, what comes now bears an earlier time than all before.
        since = self._live_since if self._live_since <= now else 0
        query = select(LiveRow.session_id, LiveRow.time, LiveRow.state)
        query = query.join(ExamSession, ExamSession.id == LiveRow.session_id).where(
            # What other servers kept meanwhile may bear an earlier time than the newest.
            *self._mine(only),
            LiveRow.time >= since - APART,
        )
        newest = since
        for name, time, state in await db.execute(query):
            if (known := self._known.get(name)) is not None:
                known.put(heard=time, told=state)
                newest = max(newest, min(time, now))
        # What others reported up to then was not asked for where it is about ``only`` these.
        self._live_since = newest if only is None else self._live_since

    async def _talk(self, db: AsyncSession, only: Collection[str] | None) -> None:
        """What staff asked for and candidates said, of sessions where that has grown."""
        for ids in _chunks(await self._commanded(db, only)):
            query = select(CommandRow).where(CommandRow.session_id.in_(ids))
            found: dict[str, list[CommandRow]] = {name: [] for name in ids}
            for row in await db.scalars(query.order_by(CommandRow.created)):
                found[row.session_id].append(row)
            # Whatever the limit is to do, the candidate was told by a command.
            limits = select(LimitRow.session_id, LimitRow.at).where(
                LimitRow.session_id.in_(ids), LimitRow.ended_at.is_(None)
            )
            passed = dict((await db.execute(limits)).tuples().all())
            for name, rows in found.items():
                self._known[name].put(commands=tuple(rows), passed=passed.get(name))
        query = (
            select(SaidRow.session_id, SaidRow.kind, SaidRow.at)
            .join(ExamSession, ExamSession.id == SaidRow.session_id)
            .where(*self._mine(only))
        )
        sayings: dict[str, list[tuple[str, int]]] = {}
        for name, kind, at in await db.execute(query):
            sayings.setdefault(name, []).append((kind, at))
        for name, every in sayings.items():
            if (known := self._known.get(name)) is not None:
                known.put(sayings=tuple(every))

    async def _commanded(self, db: AsyncSession, only: Collection[str] | None) -> list[str]:
        """Sessions whose commands have changed."""
        count, done = func.count(), func.count(CommandRow.done_at)
        query = (
            select(CommandRow.session_id, count, done)
            .join(ExamSession, ExamSession.id == CommandRow.session_id)
            .where(*self._mine(only))
            .group_by(CommandRow.session_id)
        )
        changed: list[str] = []
        for name, *counts in await db.execute(query):
            known = self._known.get(name)
            if known is not None and known.commanded != tuple(counts):
                known.put(commanded=(counts[0], counts[1]))
                changed.append(name)
        return changed

    async def _end(self, db: AsyncSession) -> None:
        """Who ended those that were ended since the last look, and when."""
        ended = (one for one in self._known.values() if one.state == "terminated")
        for ids in _chunks([one.id for one in ended if one.ended_by is None]):
            moments = await read_ended_at(db, ids)
            for name, by in (await read_ended_by(db, ids)).items():
                self._known[name].put(ended_by=by, ended_at=moments.get(name))

    async def _care(self, db: AsyncSession, now: int, only: Collection[str] | None) -> None:
        query = (
            select(
                CareRow.session_id,
                CareRow.held_until,
                CareRow.seen_at,
                CareRow.read_at,
                Account.name,
            )
            .join(ExamSession, ExamSession.id == CareRow.session_id)
            .outerjoin(Account, Account.id == CareRow.holder)
            .where(*self._mine(only))
        )
        found = {
            name: Cared(holder if holder and until > now else "", seen_at, read_at)
            for name, until, seen_at, read_at, holder in await db.execute(query)
        }
        for name in self._known if only is None else only:
            self._known[name].put(cared=found.get(name, NOT_CARED))

    async def _watch(self, db: AsyncSession, now: int, only: Collection[str] | None) -> None:
        query = (
            select(WatcherRow.session_id, Account.name)
            .join(Account, Account.id == WatcherRow.account_id)
            .where(
                WatcherRow.seen > now - PRESENT_FOR, Account.institution_id == self._institution
            )
            .order_by(WatcherRow.since)
        )
        found: dict[str, tuple[str, ...]] = {}
        for name, watcher in await db.execute(query):
            found[name] = (*found.get(name, ()), watcher)
        for name in self._known if only is None else only:
            self._known[name].put(watchers=found.get(name, ()))

    def _mine(self, only: Collection[str] | None) -> tuple[ColumnElement[bool], ...]:
        own = ExamSession.institution_id == self._institution
        return own, ExamSession.state == "open", *_named(only)


def _named(only: Collection[str] | None) -> tuple[ColumnElement[bool], ...]:
    return () if only is None else (ExamSession.id.in_(only),)


def running(now: int) -> ColumnElement[bool]:
    """Whether a session belongs on the board: it is open and was heard of today, or it ended a
    moment ago.
    """
    given_up, ended = now - FORGOTTEN_AFTER, now - ENDED_FOR
    heard_of = or_(
        ExamSession.last_seen > given_up,
        and_(ExamSession.last_seen.is_(None), ExamSession.created > given_up),
    )
    return or_(
        and_(ExamSession.state == "open", heard_of),
        and_(ExamSession.state == "terminated", ExamSession.last_seen > ended),
        and_(ExamSession.state == "closed", ExamSession.last_seen > ended),
    )


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(ids), CHUNK):
        yield ids[at : at + CHUNK]


def _since(db: AsyncSession, sizes: Mapping[str, int]) -> Any:
    """Sessions, each with how many of its records were looked at, as a table.

    They go as one JSON object: a list of ``VALUES`` would be another statement for every
    number of sessions, and making it costs more than all that is asked with it.
    """
    each = func.json_each if db.get_bind().dialect.name == "sqlite" else func.json_each_text
    table = each(literal(dict(sizes), JSON)).table_valued("key", "value")
    found = select(
        cast(table.c.key, String).label("id"), cast(table.c.value, BigInteger).label("size")
    )
    return found.cte("since")


def _after(spans: Spans, since: int) -> int:
    """How much of spans lies after a moment."""
    return sum(end - max(start, since) for start, end in spans if end > since)


def _stood(known: Known, row: _Row) -> None:
    known.revision = row.revision
    known.put(state=row.state, delivered=row.last_seen, score=row.score)
    if row.state == "closed" and known.ended_at is None:
        # With the record that said so; what of its recording comes after is no news of that.
        known.put(ended_at=row.last_seen)
