"""What a policy's limit has done to a running exam when the score passes it.

Only where the policy sets one, only by flags that may count for it (``score.automatic``), and
only once in a session: the exam is paused, and whoever lets it go on has the last word. Where
the policy says *terminate*, the session is ended ``GRACE`` later, unless somebody let it go on
meanwhile; a candidate whose exam was paused already is told so by a message. All of it is in
the log, as the system's, with the score and the limit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from litestar import Litestar
from litestar.channels import ChannelsPlugin
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.audit import service as audit
from server.chores import pause, tried
from server.clock import WallClock
from server.exams.models import PolicyVersion
from server.ingest.held import hold_one
from server.ingest.models import ExamSession
from server.live.controllers import channel
from server.live.ending import GRACE, let_go_on
from server.live.models import CommandRow
from server.live.service import Asking
from server.live.situation import CommandDraft, read_situation, refusal
from server.review.models import LimitRow, RankRow
from server.review.ranking import refresh_stale
from server.review.reading import policies_of
from server.storage.database import UNREADY, Database
from server.storage.keys import KeysMissing
from shared.policy import Policy, decode_policy

# Incidents are seconds old when their records come; a proctor who is alerted sees the same.
EVERY_S = 2.0

# What is noticed within this time (s) is followed together: each session takes a few
# milliseconds, and one that has an incident often has another.
TOGETHER_S = 0.25

# Sessions at once, so that a transaction stays short; the next look goes on.
BATCH = 50

# How long one look may bring scores up to date, in seconds, and how many in a transaction: each
# takes a few milliseconds, and requests are to come in between.
LOOK_S = 1.0
PORTION = 10

# What everything of an institution waits for.
LACKING = (*UNREADY, KeysMissing)

# A session and its institution; and what is done to one at a time, which says whether it was.
_Which = tuple[str, str]
_Act = Callable[[AsyncSession, str, int], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Limits:
    """Looks at what runs, again and again; ``known`` are the limits of policies' versions."""

    database: Database
    clock: WallClock
    monotonic: Callable[[], float] = time.monotonic
    known: dict[str, float] = field(default_factory=dict[str, float])
    waiting: set[str] = field(default_factory=set[str])
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def notice(self, session_ids: Collection[str]) -> None:
        """Something was noticed in sessions: what follows from it is to be there soon."""
        self.waiting.update(session_ids)
        self.woken.set()

    async def follow(self) -> None:
        """Bring flags and scores of those sessions up to date, as many as there is time for;
        the rest is stale, which the next look finds.
        """
        until = self.monotonic() + LOOK_S
        self.woken.clear()
        waiting = sorted(self.waiting)
        self.waiting.clear()
        for at in range(0, len(waiting), PORTION):
            if self.monotonic() >= until:
                return
            async with self.database.transaction() as db:
                await refresh_stale(db, only=waiting[at : at + PORTION])

    async def look(self) -> list[str]:
        """Bring scores up to date and act on those that passed; the sessions acted upon."""
        async with self.database.transaction() as db:
            limits = await self._read_limits(db)
        until = self.monotonic() + LOOK_S
        # Where something may follow from a score, it comes before all others.
        await self._refresh(until, [one for one, limit in limits.items() if limit])
        await self._refresh(until, None)
        async with self.database.transaction() as db:
            passed = await _passed(db, limits)
            due = list((await db.execute(_due(self.clock()))).tuples())
        without: set[str] = set()
        paused = await self._act(_pause, passed, without)
        return [*paused, *await self._act(_end, due, without)]

    async def _act(self, act: _Act, sessions: Iterable[_Which], without: set[str]) -> list[str]:
        """Act on sessions, ``BATCH`` at most; those upon which it was. Each has a try of its
        own, and an institution ``without`` what that needs, such as its key, one for all.
        """
        acted: list[str] = []
        looked_at = 0
        for session_id, institution_id in sessions:
            if looked_at == BATCH:
                break
            if institution_id in without:
                continue

            async def one(session_id: str = session_id, whose: str = institution_id) -> None:
                try:
                    async with self.database.transaction() as db:
                        done = await act(db, session_id, self.clock())
                except LACKING:
                    without.add(whose)
                    raise
                if done:
                    acted.append(session_id)

            failed = "a limit did nothing, will be tried again"
            looked_at += await tried("limits", one, failed, LACKING, session=session_id)
        return acted

    async def _refresh(self, until: float, versions: Collection[str] | None) -> None:
        """Bring stale scores up to date while there is time, a few in a transaction: on SQLite
        everybody else waits for it.
        """
        if versions is not None and not versions:
            return
        while self.monotonic() < until:
            async with self.database.transaction() as db:
                if not await refresh_stale(db, versions=versions, most=PORTION):
                    return

    async def _read_limits(self, db: AsyncSession) -> dict[str, float]:
        """The limits of the policies that anything is recorded under, 0 for none; a version of
        a policy never changes.
        """
        running = select(ExamSession.policy_version_id).where(ExamSession.state == "open")
        ids = set(await db.scalars(running.distinct()))
        unknown = ids - self.known.keys()
        query = select(PolicyVersion.id, PolicyVersion.payload).where(
            PolicyVersion.id.in_(unknown)
        )
        read = (await db.execute(query)).tuples().all() if unknown else ()
        fresh = {name: decode_policy(payload).review.limit for name, payload in read}
        found = {name: self.known.get(name, fresh.get(name, 0.0)) for name in ids}
        self.known.clear()
        self.known.update(found)
        return found

    @asynccontextmanager
    async def running(self, app: Litestar) -> AsyncIterator[None]:
        """Look every ``EVERY_S`` while the application runs."""
        stop = asyncio.Event()
        chore = asyncio.create_task(self._run(app.plugins.get(ChannelsPlugin), stop))
        yield
        stop.set()
        self.woken.set()
        await chore

    async def _run(self, channels: ChannelsPlugin, stop: asyncio.Event) -> None:
        async def turn() -> None:
            for session_id in await self.look():
                await channels.wait_published(b"", channel(session_id))
            await self._attend(stop)

        while not stop.is_set():
            failed = "limits were not looked at, will be tried again"
            if not await tried("limits", turn, failed):
                await pause(EVERY_S, stop)

    async def _attend(self, stop: asyncio.Event) -> None:
        """Until the next look, follow what is noticed."""
        until = self.monotonic() + EVERY_S
        while not stop.is_set() and (rest := until - self.monotonic()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), rest)
            if self.woken.is_set() and not stop.is_set():
                # What comes in a burst is followed together.
                await asyncio.sleep(TOGETHER_S)
                await self.follow()


async def _passed(db: AsyncSession, limits: Mapping[str, float]) -> list[_Which]:
    """Sessions that are being recorded and passed their policy's limit, for the first time;
    the automatic score is kept only where the policy sets one.
    """
    query = (
        select(
            ExamSession.id,
            ExamSession.institution_id,
            ExamSession.policy_version_id,
            RankRow.automatic,
        )
        .join(RankRow, RankRow.session_id == ExamSession.id)
        .outerjoin(LimitRow, LimitRow.session_id == ExamSession.id)
        .where(
            ExamSession.state == "open",
            RankRow.automatic > 0,
            LimitRow.session_id.is_(None),
        )
        .order_by(RankRow.automatic.desc(), ExamSession.id)
    )
    rows = (await db.execute(query)).tuples()
    return [(one, whose) for one, whose, of, score in rows if 0 < limits.get(of, 0.0) <= score]


def _due(now: int) -> Any:
    return (
        select(LimitRow.session_id, ExamSession.institution_id)
        .join(ExamSession, ExamSession.id == LimitRow.session_id)
        .where(
            LimitRow.ended_at.is_(None), LimitRow.at <= now - GRACE, ExamSession.state == "open"
        )
        .order_by(LimitRow.session_id)
    )


async def _held(db: AsyncSession, session_id: str) -> tuple[ExamSession, Policy]:
    session = await hold_one(db, session_id)
    return session, (await policies_of(db, [session]))[session.policy_version_id]


async def _pause(db: AsyncSession, session_id: str, now: int) -> bool:
    """Pause the exam if its score has passed the limit; whether anything was done."""
    session, policy = await _held(db, session_id)
    rank = await db.get(RankRow, session_id)
    limit = policy.review.limit
    if rank is None or not limit or rank.automatic < limit:
        return False
    if await db.get(LimitRow, session_id) is not None:
        return False
    ends = policy.review.at_limit == "terminate"
    situation = await read_situation(db, session)
    draft = CommandDraft(action="pause", text=_ENDS if ends else _PAUSES)
    if situation.paused:
        # The candidate learns of it only where something follows.
        draft = CommandDraft(action="message", text=_ENDS_PAUSED) if ends else None
    command = None
    if draft is not None:
        if refusal(situation, draft) is not None:
            return False
        command = Asking(db, None, session, now).add(draft, (0, 0), cause="limit")
    audit.record(
        db,
        now,
        audit.SYSTEM,
        "session.limit",
        ("session", session.id),
        institution_id=session.institution_id,
        score=round(rank.automatic, 1),
        limit=limit,
        does=policy.review.at_limit,
    )
    row = LimitRow(
        session_id=session.id,
        score=rank.automatic,
        at=now,
        command_id=command.id if command else "",
        # Where the policy only pauses, there is nothing to end later.
        ended_at=None if ends else now,
    )
    db.add(row)
    return command is not None


async def _end(db: AsyncSession, session_id: str, now: int) -> bool:
    """End a session that nobody let go on; whether it was ended."""
    session, _ = await _held(db, session_id)
    row = await db.get_one(LimitRow, session_id)
    if row.ended_at is not None or session.state != "open":
        return False
    row.ended_at = now
    commands = select(CommandRow).where(CommandRow.session_id == session_id)
    if let_go_on(await db.scalars(commands), row.at):
        return False
    draft = CommandDraft(action="terminate", text=_ENDED)
    Asking(db, None, session, now).add(draft, (0, 0), cause="limit")
    session.state = "terminated"
    return True


_PAUSES = (
    "The exam is paused by its rules: several things were noticed that a proctor has to look "
    "at. Please wait. A proctor will let you go on, or speak to you."
)
_ENDS = (
    "The exam is paused by its rules: several things were noticed. A proctor may let you go "
    "on; otherwise the session ends in two minutes. If you need help, write to the proctor now."
)
_ENDS_PAUSED = (
    "The exam stays paused by its rules: several things were noticed. A proctor may let you go "
    "on; otherwise the session ends in two minutes. If you need help, write to the proctor now."
)
_ENDED = (
    "The session was ended by the exam's rules, as nobody let it go on. People look at "
    "everything before anything follows from it."
)
