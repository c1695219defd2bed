"""Looks for evidence whose time is over, and has it destroyed; finishes what was cut short."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping

import structlog
from obstore.exceptions import BaseError as BlobStoreError
from sqlalchemy import not_, or_, select, update

from server.accounts.staff import Staff
from server.audit import service as audit
from server.chores import repeated, tried
from server.clock import MICROS_PER_SECOND, WallClock
from server.ingest.models import ExamSession
from server.retention.destruction import Destroyed, Destruction, Held, Nothing, Outcome
from server.retention.holds import is_kept, why_kept
from server.retention.keeping import expiries_of, read_lengths
from server.retention.kinds import due, next_due
from server.retention.models import DestructionRow
from server.retention.moving import Moved, move_waiting
from server.storage.blobs import BlobStore
from server.storage.database import UNREADY, Database
from server.storage.keys import KeysMissing, KeyStore
from server.storage.regions import RegionalBlobs
from shared.certificate import EvidenceKind
from shared.policy import PolicyError

# The reason that certificates give for what nobody asked for.
OVER = "the retention period is over"

# Sessions looked at in one go; each of which something is due is a few queries.
MOST = 500

# When something is looked at again (µs) that is being recorded, or held since a moment ago.
HELD_AGAIN = 3_600 * MICROS_PER_SECOND

# When one is looked at again that could not be destroyed (µs): its institution's key or its
# region's store is missing, and those of others wait for neither.
FAILED_AGAIN = 3_600 * MICROS_PER_SECOND

# The chore's name where its failures are counted; and what may fail without being a bug.
CHORE = "retention"
EXPECTED = (*UNREADY, BlobStoreError, KeysMissing)

_log = structlog.get_logger("invigil.server")


class Retention:
    """Destroys what is due, and what somebody asks for."""

    def __init__(
        self, database: Database, blobs: BlobStore, keys: KeyStore, clock: WallClock
    ) -> None:
        """Take what it works with."""
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._destruction = Destruction(database, blobs, keys, clock)
        # Up to when what began has been tried to be moved.
        self._followed = 0

    async def expire(self) -> list[str]:
        """Finish what was cut short and destroy whatever is due; the ids of the sessions of
        which something was destroyed. What is held waits, and so does what cannot be
        destroyed: each session by itself.
        """
        done: dict[str, None] = {}
        for session_id in await self._cut_short():
            await self._each(session_id, self._resume, done)
        while await self._plan():
            pass
        while found := await self._due():
            for session_id in found:
                if not await self._each(session_id, self._expire, done):
                    await self._look_at(session_id, self._clock() + FAILED_AGAIN)
        if done:
            await self._database.forget()
        return list(done)

    async def destroy(
        self, session_id: str, kinds: Collection[EvidenceKind], actor: Staff | str, why: str
    ) -> Outcome:
        """Destroy these kinds of a session's evidence now, unless it is held."""
        outcome = await self._destruction.destroy(session_id, kinds, actor, why)
        if isinstance(outcome, Destroyed):
            await self._database.forget()
        return outcome

    async def run(self, every_s: float, stop: asyncio.Event) -> None:
        """Expire every ``every_s`` seconds until ``stop``; a failure is logged and tried
        again. What is under way when ``stop`` is set is finished first.
        """

        async def look() -> None:
            for session_id in await self.expire():
                _log.info("purged", session=session_id)
            await self.follow()

        failed = "retention failed, will be tried again"
        await repeated(CHORE, look, every_s, stop, failed, EXPECTED)

    async def follow(self) -> Moved:
        """Move some of what is not in its institution's region yet."""
        if not isinstance(self._blobs, RegionalBlobs):
            return Moved(0, 0)
        moved, self._followed = await move_waiting(
            self._database, self._blobs, self._clock(), self._followed
        )
        if moved.sessions:
            _log.info("moved to another region", sessions=moved.sessions, pieces=moved.pieces)
        return moved

    async def _cut_short(self) -> list[str]:
        query = select(DestructionRow.session_id).where(DestructionRow.finished.is_(None))
        async with self._database.transaction() as db:
            return list(await db.scalars(query))

    async def _plan(self) -> int:
        """Note when the first of some sessions' evidence is to go, of those that nobody has
        looked at yet; of how many it was noted. After a change of settings, or when many came
        at once, they are all that there are, and looked at one by one they would take minutes.

        Their rows are locked before the settings are read: whoever changes those afterwards
        has the sessions looked at again. Who does so in this moment is not waited for. Those
        whose rules cannot be read are looked at one by one, which says so of each.
        """
        one = ExamSession
        query = (
            select(one.id, one.created, one.institution_id, one.policy_version_id)
            .where(one.due_at.is_(None))
            .order_by(one.created)
            .limit(MOST)
            .with_for_update(skip_locked=True)
        )
        async with self._database.transaction() as db:
            found = (await db.execute(query)).tuples().all()
            alike: dict[tuple[str, str], list[str]] = {}
            for session_id, _, institution_id, version_id in found:
                alike.setdefault((institution_id, version_id), []).append(session_id)
            count = 0
            for (institution_id, version_id), ids in alike.items():
                try:
                    kept = await read_lengths(db, institution_id, version_id)
                except PolicyError:
                    continue
                first = min(kept.values())
                planned = update(one).where(one.id.in_(ids)).values(due_at=one.created + first)
                await db.execute(planned, execution_options={"synchronize_session": False})
                count += len(ids)
        return count

    async def _due(self) -> list[str]:
        """Sessions of which something is to go by now, or that nobody has looked at yet. What
        is held waits for its release, which has it looked at at once: an exam's hold may be on
        thousands.
        """
        at = ExamSession.due_at
        query = (
            select(ExamSession.id)
            .where(or_(at.is_(None), at <= self._clock()), not_(is_kept()))
            .order_by(ExamSession.created)
            .limit(MOST)
        )
        async with self._database.transaction() as db:
            return list(await db.scalars(query))

    async def _each(
        self,
        session_id: str,
        work: Callable[[str], Awaitable[bool]],
        done: dict[str, None],
    ) -> bool:
        """Do something with one session, and note it in ``done`` where something went; whether
        that could be done.
        """

        async def one() -> None:
            if await work(session_id):
                done[session_id] = None

        failed = "a session could not be destroyed, will be tried again"
        return await tried(CHORE, one, failed, EXPECTED, session=session_id)

    async def _resume(self, session_id: str) -> bool:
        """Finish what was cut short; whether it was destroyed."""
        return isinstance(await self._destruction.resume(session_id), Destroyed)

    async def _expire(self, session_id: str) -> bool:
        """Destroy what is due of a session, and note when it is to be looked at again."""
        now = self._clock()
        async with self._database.transaction() as db:
            session = await db.get_one(ExamSession, session_id)
            expiry = await expiries_of(db, session)
            held = bool(await why_kept(db, session))
        over = due(expiry, now)
        outcome: Outcome = Nothing()
        if over and not held:
            outcome = await self._destruction.destroy(session_id, over, audit.SYSTEM, OVER)
        waits = over and (held or isinstance(outcome, Held))
        at = now + HELD_AGAIN if waits else next_due(expiry, now)
        await self._look_at(session_id, at, expiry, held=held)
        return isinstance(outcome, Destroyed)

    async def _look_at(
        self,
        session_id: str,
        at: int,
        planned: Mapping[EvidenceKind, int] | None = None,
        *,
        held: bool = False,
    ) -> None:
        """Have a session looked at again then (µs UTC); at once, where what was ``planned`` for
        it has been settled anew meanwhile, or what ``held`` it let it go.
        """
        own = ExamSession.id == session_id
        async with self._database.transaction() as db:
            session = await db.get_one(ExamSession, session_id, with_for_update=True)
            now = planned is not None and await expiries_of(db, session) != planned
            now = now or (held and not await why_kept(db, session))
            await db.execute(update(ExamSession).where(own).values(due_at=None if now else at))
