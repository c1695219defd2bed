"""The one writer of evidence: takes deliveries of many sessions into one transaction.

Deliveries that arrive while a transaction is under way wait for the next one together, so
that a thousand candidates cost a few transactions a second rather than a thousand. Each is
judged by itself; no delivery can spoil another's.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy import select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from server.audit.service import moved
from server.clock import WallClock
from server.config import Settings
from server.ingest import keeping
from server.ingest.held import GONE, PURGED, Held, hold
from server.ingest.judgement import Judgement, Line, judge
from server.ingest.keeping import Additions
from server.ingest.knowing import look_up
from server.ingest.models import BlobRow
from server.ingest.projecting import add_projection
from server.ingest.telling import happened, notable_of
from server.ingest.waiting import Waiting, fail, tell
from server.integrations.outbox import announce
from server.problems import Rejection
from server.storage.database import UNREADY, Database
from server.storage.keys import KeyStore
from shared.receipts import Receipt, encode_receipt
from shared.signed import Domain, Signed, sign
from shared.wire import ProblemType

# Sessions in one transaction: enough that its fixed cost is shared, few enough that
# nobody waits long for it.
MAX_SESSIONS = 32

# After another server has extended the same chain, in seconds.
RETRY_SOON_S = 1

BUSY = Rejection(
    ProblemType.BUSY, 503, "another delivery was quicker; try again", retry_after=RETRY_SOON_S
)

_log = structlog.get_logger("invigil.server")

Outcome = Signed | Rejection

# Told of sessions whose chains go further, each with its institution.
Changed = Callable[[Mapping[str, str]], None]

# Told of sessions of which something was taken in that whoever watches is to see at once.
Noticed = Callable[[Collection[str]], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines to judge, of the session of this credential."""

    session_id: str
    token_hash: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A piece that the blob store holds by now, committed to and checked."""

    session_id: str
    token_hash: str
    sha256: str


Job = Batch | Arrival


@dataclass(slots=True)
class _Work:
    """One transaction's sessions: ``times`` are those of the receipts to come."""

    held: Mapping[str, Held]
    times: dict[str, int]
    arrived: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    receipts: dict[str, Signed] = field(default_factory=dict[str, Signed])


class Writer:
    """Takes jobs one transaction after the other."""

    def __init__(
        self,
        database: Database,
        keys: KeyStore,
        settings: Settings,
        clock: WallClock,
        changed: Changed,
        noticing: Sequence[Noticed] = (),
    ) -> None:
        """Take what it works with; ``changed`` is told of chains that go further, ``noticing``
        of what somebody who watches should see, both once it is on disk.
        """
        self._database = database
        self._changed = changed
        self._noticing = noticing
        self._keys = keys
        self._quotas = settings.session_quota_bytes, settings.session_quota_records
        self._clock = clock
        self._waiting: deque[Waiting[Job, Outcome]] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def submit(self, job: Job) -> Outcome:
        """Have a job done; the outcome, once it is on disk.

        Raises:
            SQLAlchemyError, OSError, DatabaseBusy: the database cannot work; nothing of
                the job was done.
        """
        waiting = Waiting[Job, Outcome](job)
        self._waiting.append(waiting)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        return await waiting.done

    async def _write_all(self) -> None:
        while self._waiting:
            await self._finish(self._next_group())

    def _next_group(self) -> list[Waiting[Job, Outcome]]:
        """Jobs in their order: one batch a session, or any number of its arrivals."""
        group: dict[str, list[Waiting[Job, Outcome]]] = {}
        left: deque[Waiting[Job, Outcome]] = deque()
        kept_back: set[str] = set()
        while self._waiting and len(group) < MAX_SESSIONS:
            waiting = self._waiting.popleft()
            session = waiting.job.session_id
            own = group.get(session, [])
            joins = all(isinstance(one.job, Arrival) for one in [*own, waiting])
            if session in kept_back or (own and not joins):
                left.append(waiting)
                kept_back.add(session)
            else:
                group.setdefault(session, []).append(waiting)
        self._waiting.extendleft(reversed(left))
        return [waiting for jobs in group.values() for waiting in jobs]

    async def _finish(self, group: list[Waiting[Job, Outcome]]) -> None:
        """Do a group and tell everybody; where one job fails it, do each by itself."""
        try:
            outcomes = await self._transact([waiting.job for waiting in group])
        except UNREADY as error:
            fail(group, error)
        except Exception as error:  # noqa: BLE001  (told to whom it concerns, see fail)
            if len(group) > 1:
                for waiting in group:
                    await self._finish([waiting])
            elif isinstance(error, IntegrityError | StaleDataError):
                session = group[0].job.session_id
                _log.warning("a delivery collided", session=session, why=str(error))
                tell(group, [BUSY])
            else:
                fail(group, error)
        except BaseException as error:
            fail(group, error)
            raise
        else:
            tell(group, outcomes)

    async def _transact(self, jobs: Sequence[Job]) -> list[Outcome]:
        async with self._database.transaction() as db:
            held = await hold(db, {job.session_id for job in jobs})
            now = self._clock()
            work = _Work(held, {name: one.time(now) for name, one in held.items()})
            refused = [_refusal(work, job) for job in jobs]
            taken = [job for job, why in zip(jobs, refused, strict=True) if why is None]
            batches = {job.session_id: job for job in taken if isinstance(job, Batch)}
            arrivals = [job for job in taken if isinstance(job, Arrival)]
            judged = await self._judge(db, work, batches)
            fresh = {name: one for name, one in judged.items() if one.fresh}
            await _keep(db, work, fresh)
            earlier = await _arrive(db, work, arrivals)
            await self._sign(db, work, {*fresh, *work.arrived})
            outcomes = [
                why or await _outcome(db, work, job, judged, earlier)
                for job, why in zip(jobs, refused, strict=True)
            ]
            further = _note_heads(db, now, work, fresh)
            moved_on = [work.held[name].row for name in sorted({*fresh, *work.arrived})]
            await announce(db, happened(now, moved_on, fresh, work.arrived))
        self._changed(further)
        if notable := notable_of(fresh):
            for notice in self._noticing:
                notice(notable)
        return outcomes

    async def _judge(
        self, db: AsyncSession, work: _Work, batches: Mapping[str, Batch]
    ) -> dict[str, Judgement]:
        asked = {
            name: (work.held[name].standing(*self._quotas), batch.lines)
            for name, batch in batches.items()
        }
        known = await look_up(db, asked)
        return {
            name: judge(standing, lines, known[name], work.times[name])
            for name, (standing, lines) in asked.items()
        }

    async def _sign(self, db: AsyncSession, work: _Work, sessions: set[str]) -> None:
        # (8) everything is kept before a receipt leaves: records, pieces' rows, receipt and
        # head are one transaction, and the answers are sent after its commit.
        rows = [work.held[name].row for name in sorted(sessions)]
        missing = await keeping.missing(db, rows)
        for row in rows:
            receipt = Receipt(
                session=row.id,
                size=row.size,
                head=row.head,
                time=work.times[row.id],
                prev=row.receipt_hash,
                durable=work.arrived.get(row.id, ()),
                missing=missing[row.id],
            )
            key = self._keys.of(row.key_ref).signing
            work.receipts[row.id] = sign(key, Domain.RECEIPT, encode_receipt(receipt))
        await keeping.add_receipts(
            db, [(row, work.receipts[row.id], work.times[row.id]) for row in rows]
        )
        await keeping.keep_sessions(db, rows)


def _note_heads(
    db: AsyncSession, now: int, work: _Work, judged: Mapping[str, Judgement]
) -> dict[str, str]:
    """Log where chains that end now ended; the others (with their institutions)."""
    rows = [work.held[name].row for name in judged]
    for row in rows:
        if row.closed:
            moved(db, now, row.institution_id, [row.id])
    return {row.id: row.institution_id for row in rows if not row.closed}


def _refusal(work: _Work, job: Job) -> Rejection | None:
    held = work.held.get(job.session_id)
    return GONE if held is None else held.refusal(job.token_hash)


async def _keep(db: AsyncSession, work: _Work, judged: Mapping[str, Judgement]) -> None:
    """Keep what is fresh, and bring the sessions up to it."""
    await keeping.add_records(
        db,
        [
            Additions(name, one.fresh, work.held[name].row.receipts, work.times[name])
            for name, one in judged.items()
        ],
    )
    await add_projection(
        db,
        [fresh for one in judged.values() for fresh in one.fresh],
        # The first record has none before it; a ``resume`` is never the first.
        {name: held.last for name, held in work.held.items()},
    )
    for name, one in judged.items():
        work.held[name].advance(one, work.times[name])


async def _arrive(
    db: AsyncSession, work: _Work, arrivals: Sequence[Arrival]
) -> dict[tuple[str, str], int]:
    """Mark pieces durable; for each arrival the number of the receipt that lists it."""
    keys = {(job.session_id, job.sha256) for job in arrivals}
    numbers: dict[tuple[str, str], int] = {}
    if not keys:
        return numbers
    query = select(BlobRow).where(tuple_(BlobRow.session_id, BlobRow.sha256).in_(keys))
    new: dict[str, list[BlobRow]] = {}
    for blob in await db.scalars(query):
        row = work.held[blob.session_id].row
        if blob.destroyed_at is not None:
            continue
        if blob.receipt_n is None:
            blob.durable_at, blob.receipt_n = work.times[row.id], row.receipts
            new.setdefault(row.id, []).append(blob)
        numbers[blob.session_id, blob.sha256] = blob.receipt_n
    for name, blobs in new.items():
        work.held[name].arrive([blob.size for blob in blobs], work.times[name])
        work.arrived[name] = tuple(sorted(blob.sha256 for blob in blobs))
    await db.flush()
    return numbers


async def _outcome(
    db: AsyncSession,
    work: _Work,
    job: Job,
    judged: Mapping[str, Judgement],
    numbers: Mapping[tuple[str, str], int],
) -> Outcome:
    name = job.session_id
    if isinstance(job, Arrival):
        n = numbers.get((name, job.sha256))
        if n is None:
            return PURGED
        mine = job.sha256 in work.arrived.get(name, ())
        given = work.receipts[name] if mine else await keeping.receipt(db, name, n)
        return given or BUSY
    judgement, row = judged[name], work.held[name].row
    if judgement.fork is not None:
        await keeping.add_fork(db, name, judgement.fork, work.times[name])
    if judgement.stop is not None:
        return judgement.stop.at(row.size, row.head)
    if judgement.fresh:
        return work.receipts[name]
    if judgement.repeated is not None:
        given = await keeping.receipt_of(db, name, judgement.repeated)
        assert given is not None  # every record was kept with its receipt
        return given
    return Rejection(ProblemType.MALFORMED, 400, "there are no records in this")
