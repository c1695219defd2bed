"""What the server does again and again beside its requests, for as long as it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog

from server.storage.database import UNREADY

_log = structlog.get_logger("invigil.server")


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
    failed: str,
    expected: tuple[type[Exception], ...] = UNREADY,
) -> None:
    """Do ``work`` every ``every_s`` seconds until ``stop``. What is ``expected`` to fail at
    times is logged as ``failed``, by its first line, and tried again.
    """
    while not stop.is_set():
        try:
            await work()
        except expected as error:
            _log.error(failed, why=first_line(error))
        await pause(every_s, stop)


async def repeated_sending(
    send: Callable[[], Awaitable[int]],
    every_s: float,
    stop: asyncio.Event,
    *,
    sent: str,
    failed: str,
    expected: tuple[type[Exception], ...] = UNREADY,
) -> None:
    """``repeated`` for what sends letters and answers how many: where there were any, that is
    logged as ``sent``.
    """

    async def look() -> None:
        if count := await send():
            _log.info(sent, letters=count)

    await repeated(look, every_s, stop, failed, expected)


async def pause(seconds: float, stop: asyncio.Event) -> None:
    """Wait so long, or until ``stop``."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def first_line(error: Exception) -> str:
    """What an error says, without the statement that a database's goes on with."""
    return str(error).partition("\n")[0]
