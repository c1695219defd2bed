"""Reports made in the background: one at a time on a node, each laid out by a process of its
own (``printing``), kept for a little while for who asked for it.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog
from litestar import Litestar
from obstore.exceptions import BaseError as BlobStoreError
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.audit.service import record
from server.clock import MICROS_PER_SECOND, WallClock
from server.config import Settings
from server.downloads import exports_folder
from server.reports.printing import Sheet
from server.storage.database import UNREADY
from server.storage.keys import KeysMissing
from shared.encoding import sha256_hex

# A report that is made is there for so long (µs): to be downloaded, also a second time.
KEPT_FOR = 15 * 60 * MICROS_PER_SECOND

# Reports that may wait for their turn; each takes some seconds.
MAX_WAITING = 10

# Laying out some hundred pages takes half a minute on a busy machine, in seconds.
PATIENCE_S = 180.0

# What is said of a bug; the log has the rest.
UNEXPECTED = "it ended unexpectedly"

_COMMAND = (sys.executable, "-m", "server.reports.printing")
_log = structlog.get_logger("invigil.server")

# Who asked, and for a report on what: ``("session", its id)``.
Name = tuple[str, str, str]

# Told what is being done.
Say = Callable[[str], None]

# Gathers what is to be laid out, and what is to be done once it is there.
Gather = Callable[[Say], Awaitable[Sheet]]
Finish = Callable[[Path], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Ready:
    """It is there: a PDF made at ``made`` (µs UTC)."""

    file: Path
    made: int
    size: int


@dataclass(frozen=True, slots=True)
class Making:
    """It is being made; ``step`` says what is done, and is empty while it waits."""

    step: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be made; ``why`` is for the operator's eyes too."""

    why: str


@dataclass(frozen=True, slots=True)
class Crowded:
    """Too many wait already."""


State = Ready | Making | Failed | Crowded


class NotMade(Exception):
    """The process ended without a report; the message is what it said last."""


@dataclass(slots=True)
class _Job:
    """A report ``begun`` at a time (µs UTC)."""

    begun: int
    task: asyncio.Task[None] | None = None
    state: State = Making()


class Reports:
    """Makes reports and keeps them for their askers."""

    def __init__(self, settings: Settings, clock: WallClock) -> None:
        """Take what it works with."""
        self._folder = exports_folder(settings)
        self._clock = clock
        self._jobs: dict[Name, _Job] = {}
        self._turn = asyncio.Lock()

    def look(self, name: Name) -> State | None:
        """Where a report stands; ``None`` where nobody asked for it lately."""
        self.forget_old()
        job = self._jobs.get(name)
        return None if job is None else job.state

    def begin(self, name: Name, gather: Gather, finish: Finish) -> State:
        """Make a report anew; one that is being made already goes on."""
        self.forget_old()
        there = self._jobs.get(name)
        if there is not None and isinstance(there.state, Making):
            return there.state
        if sum(isinstance(job.state, Making) for job in self._jobs.values()) > MAX_WAITING:
            return Crowded()
        if there is not None:
            _remove(there)
        job = self._jobs[name] = _Job(self._clock())
        job.task = asyncio.create_task(self._work(job, gather, finish))
        return job.state

    async def made(self, name: Name) -> State | None:
        """Where a report stands once it is no longer being made."""
        job = self._jobs.get(name)
        if job is not None and job.task is not None:
            await asyncio.wait([job.task])
        return self.look(name)

    def kept(self, kind: str) -> set[str]:
        """On what of a kind (``"session"``) there are reports, made or being made."""
        return {subject for _, of, subject in self._jobs if of == kind}

    def drop(self, kind: str, subject: str, until: int) -> None:
        """Forget everybody's reports on something that were begun at ``until`` (µs UTC) or
        before; those that are being made are ended.
        """
        for name, job in list(self._jobs.items()):
            if name[1:] == (kind, subject) and job.begun <= until:
                if job.task is not None:
                    job.task.cancel()
                _remove(job)
                del self._jobs[name]

    def forget_old(self) -> None:
        """Forget those that nobody may take any more."""
        now = self._clock()
        for name, job in list(self._jobs.items()):
            match job.state:
                case Ready(made=made) if now - made > KEPT_FOR:
                    _remove(job)
                    del self._jobs[name]
                case _:
                    pass

    @asynccontextmanager
    async def running(self, _: Litestar) -> AsyncIterator[None]:
        """For as long as the application runs; what is under way is ended with it."""
        yield
        tasks = [job.task for job in self._jobs.values() if job.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for job in self._jobs.values():
            _remove(job)

    async def _work(self, job: _Job, gather: Gather, finish: Finish) -> None:
        def say(step: str) -> None:
            job.state = Making(step)

        try:
            async with self._turn:
                sheet = await gather(say)
                say("Laying out the pages")
                file = await self._lay_out(sheet)
            try:
                await finish(file)
                size = (await asyncio.to_thread(file.stat)).st_size
            except BaseException:
                file.unlink(missing_ok=True)
                raise
            job.state = Ready(file, self._clock(), size)
        except (*UNREADY, KeysMissing, BlobStoreError, NotMade) as error:
            job.state = Failed(str(error).partition("\n")[0])
            _log.error("a report could not be made", why=job.state.why)
        except Exception as error:  # noqa: BLE001  (a bug: logged in full, told to who waits)
            job.state = Failed(UNEXPECTED)
            _log.error("a report could not be made", exc_info=error)

    async def _lay_out(self, sheet: Sheet) -> Path:
        data = await print_sheet(sheet)
        keeping = asyncio.ensure_future(asyncio.to_thread(self._keep, data))
        try:
            return await asyncio.shield(keeping)
        except asyncio.CancelledError:
            # A thread goes on to its end: what it has written is opened evidence.
            (await keeping).unlink(missing_ok=True)
            raise

    def _keep(self, data: bytes) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".pdf", delete=False) as file:
            file.write(data)
            return Path(file.name)


def log_made(
    db: AsyncSession,
    now: int,
    actor: Staff | str,
    subject: tuple[str, str],
    form: str,
    data: bytes,
    institution_id: str | None = None,
) -> None:
    """Log that a report was made, with its hash: so it can be told from another one later."""
    record(
        db,
        now,
        actor,
        "report.make",
        subject,
        institution_id=institution_id,
        format=form,
        sha256=sha256_hex(data),
    )


async def print_sheet(sheet: Sheet) -> bytes:
    """Have a sheet laid out by a process of its own; the PDF.

    Raises:
        NotMade: it gave none.
    """
    process = await asyncio.create_subprocess_exec(
        *_COMMAND, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            data, words = await process.communicate(msgspec.msgpack.encode(sheet))
    except TimeoutError:
        raise NotMade(f"laying it out took longer than {PATIENCE_S:.0f} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 or not data:
        said = words.decode("utf-8", "replace").strip().splitlines()
        raise NotMade(said[-1] if said else f"it ended with status {process.returncode}")
    return data


def _remove(job: _Job) -> None:
    if isinstance(job.state, Ready):
        job.state.file.unlink(missing_ok=True)
