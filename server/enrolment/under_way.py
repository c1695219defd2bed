"""Imports of candidates that are under way here, while their pages look on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from litestar import Litestar
from sqlalchemy import delete

from server.accounts.staff import Staff
from server.clock import WallClock
from server.enrolment.importing import NotImported, importable, read_upload, take_in
from server.enrolment.models import ImportRow
from server.exams.models import Exam
from server.storage.database import UNREADY, Database

_log = structlog.get_logger("invigil.server")


@dataclass(slots=True)
class Progress:
    """How far an import is: rows of all, and how it ended, if it has: how many were
    ``imported``, how many who were known have another of ``addresses``.
    """

    done: int = 0
    all: int = 0
    exam_id: str = ""
    step: str = "Reading"
    imported: int | None = None
    addresses: int = 0
    failed: str = ""

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.imported is not None or bool(self.failed)

    def tell(self, done: int, all_: int) -> None:
        """Take up how far it is."""
        self.done, self.all = done, max(done, all_)


@dataclass
class CandidateImports:
    """Imports under way in this process, by the id of their file; long ones go on while their
    page looks on.
    """

    database: Database
    clock: WallClock
    progress: dict[str, Progress] = field(default_factory=dict[str, Progress])
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def start(self, staff: Staff | str, exam: Exam, row: ImportRow, *, good_only: bool) -> None:
        """Begin to import a file, unless that is under way."""
        running = self.progress.get(row.id)
        if running is not None and not running.over:
            return
        self.progress[row.id] = Progress(exam_id=exam.id)
        task = asyncio.create_task(self._run(staff, exam, row, good_only=good_only))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def of(self, exam: Exam, import_id: str) -> Progress | None:
        """How far an import of this exam is; of one that is over, how it ended."""
        found = self.progress.get(import_id)
        return found if found is not None and found.exam_id == exam.id else None

    @asynccontextmanager
    async def running(self, _: Litestar) -> AsyncIterator[None]:
        """In the end, wait for what is under way."""
        yield
        await self.settle()

    async def settle(self) -> None:
        """Wait for what is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(
        self, staff: Staff | str, exam: Exam, row: ImportRow, *, good_only: bool
    ) -> None:
        progress = self.progress[row.id]
        try:
            progress.imported = await self.take_in(
                staff, exam, row, good_only=good_only, progress=progress
            )
        except NotImported as error:
            progress.failed = str(error)
        except UNREADY as error:
            _log.error("a list was not imported", why=str(error).partition("\n")[0])
            progress.failed = "The server cannot do this at the moment. Nobody was enrolled."
        except Exception:
            progress.failed = "Something went wrong here. Nobody was enrolled."
            raise

    async def take_in(
        self,
        staff: Staff | str,
        exam: Exam,
        row: ImportRow,
        *,
        good_only: bool,
        progress: Progress,
    ) -> int:
        """Import a file: everybody of it, or with ``good_only`` everybody of whom nothing is
        wrong; how many were enrolled.

        Raises:
            NotImported: something is wrong with it; nobody was enrolled.
        """
        read = await read_upload(self.database, exam, row, progress.tell)
        roster = importable(read, good_only=good_only)
        progress.step = "Enrolling"
        async with self.database.transaction() as db:
            now, tell = self.clock(), progress.tell
            done = await take_in(db, staff, exam, roster, now, tell)
            await db.execute(delete(ImportRow).where(ImportRow.id == row.id))
        progress.addresses = done.addresses
        return done.places
