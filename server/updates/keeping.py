"""Renews what the server signs of every repository, and tells what the offline keys have to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from litestar import Litestar

from server.chores import beside, repeated
from server.clock import MICROS_PER_SECOND, WallClock
from server.updates.files import folders_in
from server.updates.keys import UpdateKeyError
from server.updates.publishing import Repository
from server.updates.repository import RepositoryBroken

# How often is looked, in seconds: what is signed lasts for days.
LOOK_S = 3_600

_log = structlog.get_logger("invigil.updates")


@dataclass(frozen=True, slots=True)
class Keeping:
    """The chore. ``updates`` is the folder of all repositories, ``keys`` of the server's."""

    updates: Path
    keys: Path
    clock: WallClock

    def look(self) -> list[str]:
        """Renew what is due; what somebody has to do, in words."""
        found: list[str] = []
        now = datetime.fromtimestamp(self.clock() // MICROS_PER_SECOND, UTC)
        for folder in folders_in(self.updates):
            own = Repository(self.updates, self.keys, folder.name, self.clock)
            try:
                state = own.keep_fresh()
            except (RepositoryBroken, UpdateKeyError, OSError) as error:
                found.append(f"{folder.name}: {error}")
                continue
            found += [
                f"{folder.name}: {words}; sign it with `invigil-server admin updates renew`"
                for words in state.soon_over(now)
            ]
        return found

    @asynccontextmanager
    async def running(self, _: Litestar) -> AsyncIterator[None]:
        """Look at the start, and from time to time."""
        async with beside(self._run):
            yield

    async def _run(self, stop: asyncio.Event) -> None:
        failed = "updates were not looked at, will be tried again"
        await repeated("updates", self._tell, LOOK_S, stop, failed)

    async def _tell(self) -> None:
        for words in await asyncio.to_thread(self.look):
            _log.warning("updates", why=words)
