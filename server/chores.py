"""What the server does again and again beside its requests, for as long as it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from server.storage.database import UNREADY


@asynccontextmanager
async def beside(run: Callable[[asyncio.Event], Awaitable[None]]) -> AsyncIterator[None]:
    """Let ``run`` go on in the background; at the end it is told to stop, and waited for."""
    stop = asyncio.Event()
    chore = asyncio.ensure_future(run(stop))
    try:
        yield
    finally:
        stop.set()
        await chore


async def repeated(
    work: Callable[[], Awaitable[None]],
    every_s: float,
    stop: asyncio.Event,
    failed: Callable[[str], Any],
    expected: tuple[type[Exception], ...] = UNREADY,
) -> None:
    """Do ``work`` every ``every_s`` seconds until ``stop``. What is ``expected`` to fail at
    times is told to ``failed``, by its first line, and tried again.
    """
    while not stop.is_set():
        try:
            await work()
        except expected as error:
            failed(first_line(error))
        await pause(every_s, stop)


async def pause(seconds: float, stop: asyncio.Event) -> None:
    """Wait so long, or until ``stop``."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def first_line(error: Exception) -> str:
    """What an error says, without the statement that a database's goes on with."""
    return str(error).partition("\n")[0]
