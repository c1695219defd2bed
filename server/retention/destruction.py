"""Destroys evidence in steps that a crash or a hold may come between, and certifies it.

1. *Begin*: a row says what is to go, and nothing of it is taken in any more. Nothing is begun
   while the session is being recorded: that would cut its candidate off in the exam.
2. *Steps*: some pieces at a time go from the store, and are noted as gone. Each step is one
   transaction that holds the session and then the institution's settings (``hold_still``), as
   whoever places a hold holds the latter: so a hold comes before a step or after it, and no
   step is made once it is there.
3. *End*: nothing is left in the store; where the records go, every row does; the certificate is
   signed and named in the institution's log, all in one transaction.

What a crash interrupts is taken up by the next look (``service``). What a hold stops is
certified as far as it came.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.audit import service as audit
from server.candidates.consent import keep_consent
from server.clock import WallClock
from server.ingest.models import ExamSession
from server.live.models import LiveRow
from server.retention.holds import why_kept
from server.retention.models import DestructionRow
from server.retention.pieces import (
    destroyed_now,
    gone_names,
    kinds_here,
    mark_destroyed,
    next_left,
)
from server.retention.places import stores_of
from server.retention.settings import hold_still
from server.retention.sweeping import sweep
from server.review.models import VerdictRow
from server.review.states import SILENT_AFTER
from server.review.turns import take_turn
from server.storage.blobs import BlobStore
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.certificate import SEALED, Certificate, EvidenceKind, encode_certificate
from shared.certificate import Destroyed as Gone
from shared.signed import Domain, Signed, sign

# Pieces that go in one step: some milliseconds on a disk, a second on a store elsewhere, which
# is how long whoever places a hold may have to wait.
STEP = 100

# Nothing else knows which pieces there are: without the records nobody would ever find them.
_NOT_ALONE = "the records say what else there is (destroy that with them, or before)"

# What the log calls a destruction's beginning and its end.
BEGIN, END = "session.destroy", "session.purge"


@dataclass(frozen=True, slots=True)
class Destroyed:
    """It is gone, as certificate ``n`` of the session says, whose hash this is."""

    n: int
    hash: str


@dataclass(frozen=True, slots=True)
class Held:
    """It must not be destroyed now; ``why``, a sentence each. ``n`` is the certificate of what
    had gone before the hold came, if anything had.
    """

    why: tuple[str, ...]
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing of these kinds."""


Outcome = Destroyed | Held | Nothing


@dataclass(frozen=True, slots=True)
class _Begun:
    """The ``n``-th destruction is under way; ``now`` where it was begun just now."""

    n: int
    now: bool


@dataclass(frozen=True, slots=True)
class _More:
    """There is more to do."""


class Destruction:
    """Destroys evidence of one session at a time."""

    def __init__(
        self, database: Database, blobs: BlobStore, keys: KeyStore, clock: WallClock
    ) -> None:
        """Take what it works with."""
        self._database = database
        self._blobs = blobs
        self._keys = keys
        self._clock = clock

    async def destroy(
        self, session_id: str, kinds: Collection[EvidenceKind], actor: Staff | str, why: str
    ) -> Outcome:
        """Destroy all of a session's evidence of these kinds.

        One that was cut short before is brought to its end first; where that left nothing of
        these kinds, it is the answer.
        """
        done: Outcome = Nothing()
        while isinstance(begun := await self._begin(session_id, kinds, actor, why), _Begun):
            outcome = await self.resume(session_id)
            if isinstance(outcome, Nothing):
                outcome = await self._ended(session_id, begun.n)
            match outcome:
                case Destroyed() if not begun.now:
                    done = outcome
                case Destroyed() | Held():
                    return outcome
                case Nothing():
                    pass
        return done if isinstance(begun, Nothing) else begun

    async def resume(self, session_id: str) -> Outcome:
        """Bring what was begun to its end."""
        while isinstance(outcome := await self._step(session_id), _More):
            pass
        if outcome is not None:
            return outcome
        await self._leave_nothing(session_id)
        return await self._end(session_id)

    # 1

    async def _begin(
        self, session_id: str, kinds: Collection[EvidenceKind], actor: Staff | str, why: str
    ) -> Held | Nothing | _Begun:
        now = self._clock()
        async with self._database.transaction() as db:
            session = await db.get(ExamSession, session_id, with_for_update=True)
            if session is None:
                return Nothing()
            await hold_still(db, session.institution_id)
            if (row := await under_way(db, session_id)) is not None:
                return _Begun(row.n, now=False)
            if reasons := [*await why_kept(db, session), *await _recording(db, session, now)]:
                return Held(tuple(reasons))
            here = await kinds_here(db, session_id)
            going = [kind for kind in here if kind in kinds]
            if EvidenceKind.RECORDS in going and going != here:
                return Held((_NOT_ALONE,))
            if set(SEALED) <= set(kinds):
                # From now on nothing more is taken in.
                session.purged_at = session.purged_at or now
            if not going:
                return Nothing()
            n = await _count(db, session_id)
            self._note(db, session, actor, going, why, now, n)
        return _Begun(n, now=True)

    def _note(
        self,
        db: AsyncSession,
        session: ExamSession,
        actor: Staff | str,
        kinds: Sequence[EvidenceKind],
        why: str,
        now: int,
        n: int,
    ) -> None:
        names = [kind.value for kind in kinds]
        row = DestructionRow(
            session_id=session.id,
            n=n,
            kinds=names,
            records=EvidenceKind.RECORDS in kinds,
            why=why,
            by=actor if isinstance(actor, str) else actor.id,
            begun=now,
            finished=None,
            stopped=False,
        )
        db.add(row)
        subject, whose = ("session", session.id), session.institution_id
        audit.record(db, now, actor, BEGIN, subject, institution_id=whose, kinds=names, why=why)

    # 2

    async def _step(self, session_id: str) -> _More | Held | Nothing | None:
        """Destroy some pieces; ``None`` where none is left."""
        async with self._database.transaction() as db:
            session = await db.get(ExamSession, session_id, with_for_update=True)
            if session is None:
                return Nothing()
            await hold_still(db, session.institution_id)
            row = await under_way(db, session_id)
            if row is None:
                return Nothing()
            if reasons := await why_kept(db, session):
                return await self._stop(db, session, row, reasons)
            names = await next_left(db, session_id, _kinds(row), STEP)
            if not names:
                return None
            for store in await stores_of(db, self._blobs, session):
                await store.delete_many(session_id, names)
            await mark_destroyed(db, session_id, names, self._clock())
        return _More()

    async def _stop(
        self,
        db: AsyncSession,
        session: ExamSession,
        row: DestructionRow,
        reasons: Sequence[str],
    ) -> Held:
        """A hold came: what is left stays, and is seen and taken in again as before."""
        if any(kind in SEALED for kind in await kinds_here(db, session.id)):
            session.purged_at = None
        sealed = [kind for kind in _kinds(row) if kind is not EvidenceKind.RECORDS]
        gone = await destroyed_now(db, session, sealed)
        if not gone:
            await db.delete(row)
            subject, whose = ("session", session.id), session.institution_id
            audit.record(
                db,
                self._clock(),
                audit.SYSTEM,
                "session.destroy-stopped",
                subject,
                institution_id=whose,
            )
            return Held(tuple(reasons))
        row.stopped, row.kinds = True, [one.kind.value for one in gone]
        row.records = False
        await self._certify(db, session, row, gone)
        return Held(tuple(reasons), row.n)

    # 3

    async def _leave_nothing(self, session_id: str) -> None:
        """Look at the store itself: what is noted as gone is not there, and of a session that
        takes nothing more in, nothing is.
        """
        async with self._database.transaction() as db:
            session = await db.get_one(ExamSession, session_id)
            gone = await gone_names(db, session_id)
            stores = await stores_of(db, self._blobs, session)
        for store in stores:
            there = await store.names(session_id)
            if left := there if session.purged_at is not None else there & gone:
                await store.delete_many(session_id, sorted(left))
            await store.forget_folder(session_id)

    async def _end(self, session_id: str) -> Outcome:
        async with self._database.transaction() as db:
            # Whoever is at its flags writes before, or finds nothing after.
            await take_turn(db, session_id)
            session = await db.get_one(ExamSession, session_id, with_for_update=True)
            await hold_still(db, session.institution_id)
            row = await under_way(db, session_id)
            if row is None:
                return Nothing()
            if reasons := await why_kept(db, session):
                return await self._stop(db, session, row, reasons)
            gone = await destroyed_now(db, session, _kinds(row))
            if row.records:
                await keep_consent(db, session)
                await sweep(db, session_id)
                session.boots, session.clock = {}, {}
            certificate = await self._certify(db, session, row, gone)
            return Destroyed(row.n, certificate.hash)

    async def _ended(self, session_id: str, n: int) -> Destroyed | Nothing:
        """How somebody else brought a destruction to its end; what a hold stopped, or undid,
        is begun anew, which says why it is held.
        """
        async with self._database.transaction() as db:
            row = await db.get(DestructionRow, (session_id, n))
        if row is None or row.hash is None or row.stopped:
            return Nothing()
        return Destroyed(row.n, row.hash)

    async def _certify(
        self,
        db: AsyncSession,
        session: ExamSession,
        row: DestructionRow,
        gone: Sequence[Gone],
    ) -> Signed:
        now = self._clock()
        certificate = Certificate(
            institution=session.institution_id,
            session=session.id,
            n=row.n,
            size=session.size,
            head=session.head,
            time=now,
            why=row.why,
            by=row.by,
            destroyed=tuple(gone),
        )
        key = self._keys.signing(session.key_ref)
        signed = sign(key, Domain.CERTIFICATE, encode_certificate(certificate))
        row.finished, row.hash = now, signed.hash
        row.payload, row.signature = signed.payload, signed.signature
        # What was said of the pieces that were here says nothing now.
        await db.execute(delete(VerdictRow).where(VerdictRow.session_id == session.id))
        audit.record(
            db,
            now,
            row.by,
            END,
            ("session", session.id),
            institution_id=session.institution_id,
            certificate=signed.hash,
            n=row.n,
            kinds=list(row.kinds),
            blobs=sum(one.pieces for one in certificate.destroyed if one.kind in SEALED),
            head=session.head,
            stopped=row.stopped,
            why=row.why,
        )
        return signed


async def _recording(db: AsyncSession, session: ExamSession, now: int) -> list[str]:
    """Why it is not destroyed while a candidate sits there; what was begun is ended all the
    same.
    """
    live = await db.get(LiveRow, session.id)
    heard = max(session.last_seen or session.created, live.time if live is not None else 0)
    if session.state != "open" or heard < now - SILENT_AFTER:
        return []
    return ["it is being recorded right now (end the session first, or wait until it is over)"]


async def under_way(db: AsyncSession, session_id: str) -> DestructionRow | None:
    """A session's destruction that has not come to its end."""
    query = select(DestructionRow).where(
        DestructionRow.session_id == session_id, DestructionRow.finished.is_(None)
    )
    return (await db.execute(query)).scalar_one_or_none()


async def _count(db: AsyncSession, session_id: str) -> int:
    query = select(func.count()).where(DestructionRow.session_id == session_id)
    return await db.scalar(query) or 0


def _kinds(row: DestructionRow) -> list[EvidenceKind]:
    return [EvidenceKind(name) for name in row.kinds]
