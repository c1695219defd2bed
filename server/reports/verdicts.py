"""Verdicts: every numbered check over what the server holds, made in the background and kept.

One verification at a time on a node, each in a process of its own (``checking``). The last
verdict of a session is kept with the state that it is of (``review.verdicts.Mark``).
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import msgspec
import structlog
from litestar import Litestar
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.clock import MICROS_PER_SECOND, WallClock
from server.config import Settings
from server.ingest.models import ExamSession, ForkRow
from server.reports.checking import Done, Said, Step, Task
from server.reports.snapshot import Snapshot, sign_files, take_snapshot
from server.review.models import VerdictRow
from server.review.verdicts import Mark
from server.storage.database import UNREADY, Database
from server.storage.keys import KeysMissing, KeyStore
from shared.signed import fingerprint, public_bytes

# A verdict on a session that goes on is good for so long, though more has come (µs): whoever
# reloads the page sees it, and not the next verification.
GOOD_FOR = 60 * MICROS_PER_SECOND

# How long somebody waits for a verification, in seconds: that of eight hours takes ten. A
# report without one says so.
PATIENCE_S = 120.0
LOOK_EVERY_S = 0.2

# A verification that failed is told as that for so long (µs): to those who wait for it, and so
# that what fails at once is not begun with every look. Then whoever asks has it tried again.
FAILED_FOR = 30 * MICROS_PER_SECOND

# Verifications that may wait for their turn; each takes some seconds.
MAX_WAITING = 20

# A line of what the process says: a verdict names at most some 20 failures a check.
MAX_LINE = 1_048_576

# What is said of a bug; the log has the rest.
UNEXPECTED = "it ended unexpectedly"

_COMMAND = (sys.executable, "-m", "server.reports.checking")
_log = structlog.get_logger("invigil.server")


class Where(msgspec.Struct, frozen=True):
    """What a failure is about: a record, or a piece of a stream."""

    record: int | None = None
    stream: str | None = None
    stream_seq: int | None = None


class CheckOut(msgspec.Struct, frozen=True):
    """One numbered check; ``where`` goes with ``failures``, one for one."""

    number: int
    name: str
    claim: str
    outcome: str
    looked_at: int
    failures: list[str]
    where: list[Where | None]


class VerdictOut(msgspec.Struct, frozen=True):
    """A verdict, as ``invigil-verify --json`` prints it."""

    holds: bool
    session: str
    institution_key: str
    key_given: bool
    records: int
    blobs: int
    gaps: int
    checks: list[CheckOut]


@dataclass(frozen=True, slots=True)
class Kept:
    """There is a verdict: made at ``made`` (µs UTC), of ``mark``; ``current`` where that is
    what the server holds now. ``data`` is its JSON.
    """

    made: int
    mark: Mark
    current: bool
    data: bytes

    @property
    def verdict(self) -> VerdictOut:
        """What it says."""
        return msgspec.json.decode(self.data, type=VerdictOut)


@dataclass(frozen=True, slots=True)
class Running:
    """It is being made, or waits for its turn (``total`` is 0)."""

    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be made; ``why`` is for the operator's eyes too."""

    why: str


@dataclass(frozen=True, slots=True)
class Crowded:
    """Too many wait already."""


Look = Kept | Running | Failed | Crowded


@dataclass(slots=True)
class _Job:
    """One verification, waiting or under way; ``failed`` says why there was no verdict, and
    ``ended`` when that was known (µs UTC).
    """

    at: Running
    task: asyncio.Task[None] | None = None
    failed: str | None = None
    ended: int = 0

    @property
    def over(self) -> bool:
        return self.task is None or self.task.done()


class Verdicts:
    """Makes and keeps verdicts."""

    def __init__(
        self, database: Database, keys: KeyStore, settings: Settings, clock: WallClock
    ) -> None:
        """Take what it works with."""
        self._database = database
        self._keys = keys
        self._settings = settings
        self._clock = clock
        self._jobs: dict[str, _Job] = {}
        self._turn = asyncio.Lock()

    async def look(self, db: AsyncSession, session: ExamSession) -> Look:
        """The session's verdict; where there is none of today's state, one is begun.

        A verdict that is ``GOOD_FOR`` young is given though more has come since.
        """
        job = self._jobs.get(session.id)
        if job is not None and not job.over:
            return job.at
        if job is not None and job.failed is not None:
            if self._clock() - job.ended < FAILED_FOR:
                return Failed(job.failed)
            del self._jobs[session.id]
        kept = await _kept(db, session)
        if kept and (kept.current or self._clock() - kept.made < GOOD_FOR):
            return kept
        return self.begin(session.id)

    async def settled(self, session_id: str, *, anew: bool = False) -> Look:
        """The verdict once it is there (``anew``: whatever was said before), or how far it is
        when patience ends.
        """
        ends = asyncio.get_running_loop().time() + PATIENCE_S
        if anew:
            self.begin(session_id)
        while True:
            async with self._database.transaction() as db:
                look = await self.look(db, await db.get_one(ExamSession, session_id))
            over = asyncio.get_running_loop().time() > ends
            if over or not isinstance(look, Running):
                return look
            await asyncio.sleep(LOOK_EVERY_S)

    def begin(self, session_id: str) -> Running | Crowded:
        """Verify a session anew; one that is being verified already goes on."""
        job = self._jobs.get(session_id)
        if job is not None and not job.over:
            return job.at
        if sum(not one.over for one in self._jobs.values()) > MAX_WAITING:
            return Crowded()
        job = self._jobs[session_id] = _Job(Running())
        job.task = asyncio.create_task(self._work(session_id, job))
        return job.at

    @asynccontextmanager
    async def running(self, _: Litestar) -> AsyncIterator[None]:
        """For as long as the application runs; what is under way is ended with it."""
        yield
        tasks = [job.task for job in self._jobs.values() if job.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, session_id: str, job: _Job) -> None:
        try:
            async with self._turn:
                await self._verify(session_id, job)
        except (*UNREADY, KeysMissing, _Stopped) as error:
            job.failed, job.ended = str(error).partition("\n")[0], self._clock()
            _log.error("a verdict could not be made", session=session_id, why=job.failed)
        except Exception as error:  # noqa: BLE001  (a bug: logged in full, told to who waits)
            job.failed, job.ended = UNEXPECTED, self._clock()
            _log.error("a verdict could not be made", session=session_id, exc_info=error)
        else:
            del self._jobs[session_id]

    async def _verify(self, session_id: str, job: _Job) -> None:
        snapshot = await take_snapshot(self._database, session_id, self._clock())
        if snapshot is None:
            return
        task = await self._task(snapshot)
        verdict = await _run(task, job)
        async with self._database.transaction() as db:
            # Locked, so that two nodes that did the same take turns to say so.
            await db.get_one(ExamSession, session_id, with_for_update=True)
            await db.merge(_row(snapshot, self._clock(), verdict))

    async def _task(self, snapshot: Snapshot) -> bytes:
        own = fingerprint(public_bytes(self._keys.signing(snapshot.key_ref)))
        task = Task(
            session=snapshot.contents.session,
            files=await sign_files(snapshot, self._keys, self._clock()),
            pieces=snapshot.pieces,
            pinned=own,
            blobs=self._settings.blobs,
            scratch=str(self._settings.data_dir / "incoming"),
            regions=dict(self._settings.blob_regions),
        )
        return msgspec.msgpack.encode(task)


class _Stopped(Exception):
    """The process ended without a verdict; the message is what it said last."""


async def _run(task: bytes, job: _Job) -> bytes:
    """Have ``task`` checked; the verdict's JSON.

    Raises:
        _Stopped: the process gave none.
    """
    process = await asyncio.create_subprocess_exec(
        *_COMMAND, stdin=PIPE, stdout=PIPE, stderr=PIPE, limit=MAX_LINE
    )
    try:
        told = asyncio.gather(_send(process, task), _heed(process, job), _last_words(process))
        _, verdict, words = await told
        status = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status != 0 or verdict is None:
        raise _Stopped(words or f"the verification ended with status {status}")
    return verdict


async def _send(process: Process, task: bytes) -> None:
    assert process.stdin is not None
    # What ends early says why by itself.
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(task)
        await process.stdin.drain()
        process.stdin.close()


async def _heed(process: Process, job: _Job) -> bytes | None:
    assert process.stdout is not None
    verdict: bytes | None = None
    async for line in process.stdout:
        match msgspec.json.decode(line, type=Said):
            case Step(done, total):
                job.at = Running(done, total)
            case Done(data):
                verdict = bytes(data)
    return verdict


async def _last_words(process: Process) -> str:
    assert process.stderr is not None
    lines = (await process.stderr.read()).decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""


async def _kept(db: AsyncSession, session: ExamSession) -> Kept | None:
    row = await db.get(VerdictRow, session.id)
    if row is None:
        return None
    count = select(func.count()).where(ForkRow.session_id == session.id)
    mark = Mark(row.size, row.receipts, row.blobs, row.forks, row.purged)
    current = mark == Mark.of(session, await db.scalar(count) or 0)
    return Kept(row.made, mark, current, row.data)


def _row(snapshot: Snapshot, made: int, data: bytes) -> VerdictRow:
    verdict = msgspec.json.decode(data, type=VerdictOut)
    fails = [check.number for check in verdict.checks if check.outcome != "holds"]
    return VerdictRow(
        session_id=verdict.session,
        made=made,
        **snapshot.mark._asdict(),
        fails=fails,
        data=data,
    )
