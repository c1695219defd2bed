"""Around every request: its id, how long it took, a line in the log, a span for collectors.

Nothing personal is kept of one: the route's template and not the path, which may hold a
link's secret; no address, no query, no account.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import Any

import structlog
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from server.operation.metrics import Metrics
from server.operation.tracing import Tracing

_log = structlog.get_logger("invigil.requests")

# What a proxy before this server may call a request.
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
HEADER = b"x-request-id"

# What HTTP has (RFC 9110, RFC 5789). Callers may make up others, as many as they like, and each
# would be kept for ever.
METHODS = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"}
)
OTHER = "other"

# Of a request that came to no route.
NOWHERE = "-"
# Where the answer never began: the caller went away.
GONE = 499


class Watched:
    """An ASGI application around another."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, tracing: Tracing, *, proxied: bool, said: bool
    ) -> None:
        """Take the application; whether the ids of a proxy are taken over, and whether each
        request is told in the log.
        """
        self._app = app
        self._metrics = metrics
        self._tracing = tracing
        self._proxied = proxied
        self._said = said

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        name = self._name(headers.get(HEADER, b"").decode("latin-1"))
        link = scope["type"] == "websocket"
        with structlog.contextvars.bound_contextvars(request=name):
            self._metrics.began(link=link)
            try:
                if link:
                    await self._app(scope, receive, send)
                else:
                    await self._answer(scope, receive, send, name)
            finally:
                self._metrics.ended(link=link)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, name: str) -> None:
        status, began = GONE, time.perf_counter()

        async def tell(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (HEADER, name.encode())]
            await send(message)

        given: Any = scope
        method = given["method"] if given["method"] in METHODS else OTHER
        with self._tracing.span(method, dict(scope["headers"])) as span:
            try:
                await self._app(scope, receive, tell)
            finally:
                route = str(given.get("path_template") or NOWHERE)
                seconds = time.perf_counter() - began
                self._metrics.answered(method, route, status, seconds)
                span.answered(route, status)
                if self._said:
                    told = {"method": method, "route": route, "status": status}
                    _log.info("request", **told, ms=round(seconds * 1000, 1))

    def _name(self, given: str) -> str:
        if self._proxied and _GIVEN.fullmatch(given):
            return given
        return secrets.token_hex(8)
