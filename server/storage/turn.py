"""One transaction at a time on a SQLite file, whoever asks: within this program by a lock,
between programs by two locked files beside the database.

Who holds ``….lock`` writes. Who wants to write takes ``….queue`` first and gives it up once
it has the lock, so that a busy server cannot take turn after turn past a waiting program.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from types import TracebackType
from typing import IO

from sqlalchemy.engine import make_url

try:
    import fcntl
except ImportError:  # Windows, where SQLite's own locks have to do
    fcntl = None

# How long another program's transaction is waited for, in seconds: a migration at most.
PATIENCE_S = 30.0

# How often it is looked at again, in seconds; a transaction takes some milliseconds.
LOOK_AGAIN_S = 0.005


class DatabaseBusy(Exception):
    """Another program has held the database for longer than any transaction takes."""


def lock_file(url: str) -> Path | None:
    """The lock file of a SQLite URL; ``None`` for a database in memory."""
    name = make_url(url).database
    return None if not name or name == ":memory:" else Path(f"{name}.lock")


class Turn:
    """An asynchronous context: inside, no other transaction runs anywhere."""

    def __init__(self, file: Path | None) -> None:
        """Take the lock file; it is made when it is first needed."""
        self._here = asyncio.Lock()
        self._lock = None if file is None or fcntl is None else _FileLock(file)
        queue = None if file is None else file.with_suffix(".queue")
        self._queue = None if queue is None or fcntl is None else _FileLock(queue)

    @property
    def was_taken(self) -> bool:
        """Whether there was a turn at all, so that there may be something to close."""
        return self._lock is not None and self._lock.is_open

    async def __aenter__(self) -> None:
        """Wait for the turn.

        Raises:
            DatabaseBusy: another program did not give it up.
        """
        await self._here.acquire()
        try:
            await self._take()
        except BaseException:
            self._here.release()
            raise

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Give it up."""
        if self._lock is not None:
            self._lock.release()
        self._here.release()

    async def _take(self) -> None:
        if self._lock is None or self._queue is None:
            return
        await self._queue.acquire()
        try:
            await self._lock.acquire()
        finally:
            self._queue.release()

    def close(self) -> None:
        """Let the files go."""
        for lock in (self._lock, self._queue):
            if lock is not None:
                lock.close()


class _FileLock:
    """A file that one program at a time holds; the system lets it go if that one dies."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._handle: IO[bytes] | None = None

    @property
    def is_open(self) -> bool:
        return self._handle is not None

    async def acquire(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not self._try():
            if time.monotonic() > deadline:
                why = f"another program has held {self._file} for {PATIENCE_S:.0f} s"
                raise DatabaseBusy(why)
            await asyncio.sleep(LOOK_AGAIN_S)

    def _try(self) -> bool:
        assert fcntl is not None
        if self._handle is None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._handle = self._file.open("ab")
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        if self._handle is not None and fcntl is not None:
            fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None
