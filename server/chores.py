"""What the server does again and again beside its requests, for as long as it runs.

A look that fails, by whatever, ends no chore: it is logged, counted, and made again at its next
turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar

import structlog

from server.storage.database import UNREADY

_log = structlog.get_logger("invigil.server")


def _nobody(chore: str) -> None:
    """Nobody counts."""


# Who is told each look that failed, by its chore's name. Each application has its own: a chore
# takes over the context that it is begun in.
_failed: ContextVar[Callable[[str], None]] = ContextVar("failed", default=_nobody)


def count_failures(count: Callable[[str], None]) -> None:
    """Have ``count`` told of each look that fails, by its chore's name; of the chores that are
    begun from now on in this context.
    """
    _failed.set(count)


@asynccontextmanager
async def beside(*runs: Callable[[asyncio.Event], Awaitable[None]]) -> AsyncIterator[None]:
    """Let ``runs`` go on in the background; at the end they are told to stop and waited for."""
    stop = asyncio.Event()
    chores = [asyncio.ensure_future(run(stop)) for run in runs]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*chores)


async def tried(
    chore: str,
    work: Callable[[], Awaitable[None]],
    failed: str,
    expected: tuple[type[Exception], ...] = UNREADY,
    **told: str,
) -> bool:
    """Do ``work``, one look of the ``chore``; whether it came to its end.

    What is ``expected`` to fail at times is logged as ``failed``, by its first line; anything
    else is a bug and logged in full, as one met by a request is. Either is logged with what is
    ``told`` besides, and counted.
    """
    try:
        await work()
    except expected as error:
        _log.error(failed, why=first_line(error), **told)
    except Exception as error:  # noqa: BLE001  (a bug must not end what nobody begins again)
        _log.error(
            "a chore met a bug, its next look comes", chore=chore, exc_info=error, **told
        )
    else:
        return True
    _failed.get()(chore)
    return False


async def repeated(
    chore: str,
    work: Callable[[], Awaitable[None]],
    every_s: float,
    stop: asyncio.Event,
    failed: str,
    expected: tuple[type[Exception], ...] = UNREADY,
) -> None:
    """Have ``work`` ``tried`` every ``every_s`` seconds until ``stop``."""
    while not stop.is_set():
        await tried(chore, work, failed, expected)
        await pause(every_s, stop)


async def repeated_sending(
    chore: str,
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

    await repeated(chore, look, every_s, stop, failed, expected)


async def pause(seconds: float, stop: asyncio.Event) -> None:
    """Wait so long, or until ``stop``."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def first_line(error: Exception) -> str:
    """What an error says, without the statement that a database's goes on with."""
    return str(error).partition("\n")[0]
