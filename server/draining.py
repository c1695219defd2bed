"""Lets a caller finish sending before it is answered.

A server that answers and closes while the caller still sends has its answer lost: the
closed socket resets the connection before the answer is read. What is left of a body is
therefore read and thrown away first, up to a bound in bytes and time.
"""

from __future__ import annotations

import asyncio
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from shared.wire import MAX_BLOB_BYTES

# As much as an honest caller can be about to send; beyond, the connection may break.
MAX_DRAINED_BYTES = MAX_BLOB_BYTES + 1_048_576

# As long as an honest caller on a slow line is waited for, in seconds.
MAX_DRAINING_S = 30.0


class Draining:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp) -> None:
        """Take the application to serve."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        body = _Body(receive)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                await body.drain()
            await send(message)

        await self._app(scope, body.receive, answer)


class _Body:
    """A request's body, and whether all of it has been read."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._done = False

    async def receive(self) -> Any:
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            self._done = True
        return message

    async def drain(self) -> None:
        left = MAX_DRAINED_BYTES
        try:
            async with asyncio.timeout(MAX_DRAINING_S):
                while not self._done and left > 0:
                    message = await self.receive()
                    left -= len(message.get("body", b""))
        except TimeoutError:
            self._done = True


def _has_body(scope: Scope) -> bool:
    """Whether the headers announce a body (RFC 9112, section 6.3)."""
    names = {name.lower() for name, value in scope["headers"] if value != b"0"}
    return b"content-length" in names or b"transfer-encoding" in names
