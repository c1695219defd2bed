"""Request bodies: how slowly they may come, and that they are read to their end.

A caller that sends a byte a second would keep its place for ever, so a body must come at a
pace. And a server that answers and closes while the caller still sends has its answer lost:
the closed socket resets the connection before the answer is read. What is left of a body is
therefore read and thrown away first, up to a bound in bytes and time.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from litestar.exceptions import ClientException, HTTPException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from shared.wire import MAX_BLOB_BYTES

# As much as an honest caller can be about to send; beyond, the connection may break.
MAX_DRAINED_BYTES = MAX_BLOB_BYTES + 1_048_576

# The slowest line that still delivers an exam, in bytes a second: a sixteenth of the 150
# kbit/s that a session makes.
SLOWEST_LINE = 1_024


class Bodies:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, patience_s: float) -> None:
        """Take the application to serve, and how long a body may keep it waiting beyond
        what ``SLOWEST_LINE`` explains, in seconds.
        """
        self._app = app
        self._patience_s = patience_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        body = _Body(receive, self._patience_s)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                await body.drain()
            await send(message)

        await self._app(scope, body.receive, answer)


class _Body:
    """A request's body: what is left of it, and of the patience with it."""

    def __init__(self, receive: Receive, patience_s: float) -> None:
        self._receive = receive
        self._patience_s = patience_s
        self._done = False

    async def receive(self) -> Any:
        """The next message.

        Raises:
            HTTPException: the body comes too slowly (408).
            ClientException: it ended early.
        """
        if self._done:
            return await self._receive()
        try:
            message = await self._next()
        except TimeoutError as error:
            why = "The body came too slowly, or stopped coming."
            raise HTTPException(why, status_code=408) from error
        if message["type"] == "http.disconnect":
            raise ClientException("The body ended before it was whole.")
        return message

    async def drain(self) -> None:
        """Read what is left, and throw it away."""
        left = MAX_DRAINED_BYTES
        try:
            while not self._done and left > 0:
                left -= len((await self._next()).get("body", b""))
        except TimeoutError:
            pass

    async def _next(self) -> Any:
        began = time.monotonic()
        try:
            # Only the time spent waiting counts: a busy server is not the caller's fault.
            async with asyncio.timeout(max(0.0, self._patience_s)):
                message = await self._receive()
        except TimeoutError:
            self._done = True
            raise
        self._patience_s += len(message.get("body", b"")) / SLOWEST_LINE
        self._patience_s -= time.monotonic() - began
        if message["type"] != "http.request" or not message.get("more_body", False):
            self._done = True
        return message


def _has_body(scope: Scope) -> bool:
    """Whether the headers announce a body (RFC 9112, section 6.3)."""
    names = {name.lower() for name, value in scope["headers"] if value != b"0"}
    return b"content-length" in names or b"transfer-encoding" in names
