"""One transaction at a time on a SQLite file, whoever asks: within this program by a lock,
between programs by a locked file beside the database.
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
        self._file = file
        self._here = asyncio.Lock()
        self._handle: IO[bytes] | None = None

    @property
    def was_taken(self) -> bool:
        """Whether there was a turn at all, so that there may be something to close."""
        return self._handle is not None

    async def __aenter__(self) -> None:
        """Wait for the turn.

        Raises:
            DatabaseBusy: another program did not give it up.
        """
        await self._here.acquire()
        try:
            await self._lock_file()
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
        if self._handle is not None and fcntl is not None:
            fcntl.flock(self._handle, fcntl.LOCK_UN)
        self._here.release()

    async def _lock_file(self) -> None:
        if self._file is None or fcntl is None:
            return
        if self._handle is None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._handle = self._file.open("ab")
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    why = f"another program has held {self._file} for {PATIENCE_S:.0f} s"
                    raise DatabaseBusy(why) from None
                await asyncio.sleep(LOOK_AGAIN_S)
            else:
                return

    def close(self) -> None:
        """Let the file go."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None
