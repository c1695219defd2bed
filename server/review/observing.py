"""Tells how much of each session could be observed as soon as the session is over, so that no
list and no report waits for it: it takes some milliseconds of each.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from litestar import Litestar

from server.chores import beside, repeated
from server.review.observed import keep_of_ended
from server.storage.database import Database

EVERY_S = 10.0

# How long one look may take, in seconds, and how many sessions in a transaction: requests are
# to come in between.
LOOK_S = 1.0
PORTION = 10


@dataclass(frozen=True, slots=True)
class Observing:
    """Looks for sessions that ended, again and again."""

    database: Database
    monotonic: Callable[[], float] = time.monotonic

    async def look(self) -> None:
        """Do what is to be done, as much as there is time for; the next look goes on."""
        until = self.monotonic() + LOOK_S
        while self.monotonic() < until:
            async with self.database.transaction() as db:
                if await keep_of_ended(db, PORTION) < PORTION:
                    return

    @asynccontextmanager
    async def running(self, _app: Litestar) -> AsyncIterator[None]:
        """Look every ``EVERY_S`` while the application runs."""
        async with beside(self._run):
            yield

    async def _run(self, stop: asyncio.Event) -> None:
        waits = "what could be observed was not looked at, will be tried again"
        await repeated("observing", self.look, EVERY_S, stop, waits)
