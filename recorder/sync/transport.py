"""Requests over HTTP(S): the one place that opens a connection to the server.

TLS is verified against the system's authorities and certifi's; there is no switch to turn
that off. Requests are all idempotent, so one that dies on a stale connection is sent once
more before it counts as failed.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import httpx
from h2.exceptions import H2Error

from recorder.sync.address import is_loopback
from recorder.sync.answers import Reply, Unreachable
from recorder.sync.variables import FAILURES, culprit

# Seconds. A connection over a mobile network takes a few; a server that checks and stores
# 64 records or 16 MB answers well within the rest.
TIMEOUT = httpx.Timeout(30.0, connect=10.0)

# The longest that reading one answer may take as a whole, in seconds.
ANSWER_S = 60.0

# The largest answer is a policy with its signature, far below this.
MAX_ANSWER_BYTES = 1_048_576

# Longer than the pause between two heartbeats, so that one connection serves a session.
_LIMITS = httpx.Limits(max_connections=4, keepalive_expiry=90.0)

# OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED.
_BY_DATE = (9, 10)

# Errors of a connection that was alive once: the server closed it while it was idle, or took
# leave of it in the middle of an answer, where httpcore passes h2's own errors on.
_STALE = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError, H2Error)

# All that may go wrong on the way; a UnicodeError where a name cannot even be looked up.
BROKEN = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    H2Error,
    OSError,
    UnicodeError,
)

# What httpcore calls the moments at which a connection has a new socket.
_CONNECTED = ("connect_tcp.complete", "start_tls.complete")

# What is at fault where no variable is: the system's settings name a proxy, too.
_SYSTEMS_OWN = "proxy"


class Transport:
    """A server's address and the connections to it. Safe to use from several threads."""

    def __init__(
        self,
        server: str,
        *,
        tls: ssl.SSLContext | None = None,
        adapter: httpx.BaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is read or connected before the first request: the environment may make
        every connection impossible, and what needs none must go on.

        Args:
            server: the address as ``read_address`` gives it.
            tls: other authorities than the system's.
            adapter: another way to carry requests than sockets.
            monotonic: seconds, for the bound on reading an answer.
            wall: seconds since 1970 UTC, to say where a certificate's dates do not hold.
        """
        self.server = server
        self._tls = tls
        self._adapter = adapter
        self._monotonic = monotonic
        self._wall = wall
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None
        self._closed = False
        self._sockets: list[socket.socket] = []

    def close(self) -> None:
        """Close the connections; a request in flight on another thread fails."""
        with self._lock:
            self._closed = True
            client, self._client = self._client, None
            for one in self._sockets:
                _cut(one)
            self._sockets.clear()
        if client is not None:
            client.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        content: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Reply | Unreachable:
        """Send one request and read the whole answer."""
        try:
            client = self._prepared()
        except FAILURES as error:
            return Unreachable(str(error), setting=culprit(error) or _SYSTEMS_OWN)
        if client is None:
            return Unreachable("the connection was closed here")
        try:
            try:
                return self._once(client, method, path, content, headers or {})
            except _STALE:
                if self._closed:
                    raise
                return self._once(client, method, path, content, headers or {})
        except BROKEN as error:
            return _unreachable(error, self._wall)
        except RuntimeError as error:
            # httpx says so of a client that was closed by ``close`` in the meantime.
            return Unreachable(str(error))

    def _prepared(self) -> httpx.Client | None:
        """What carries the requests; ``None`` once it is closed. Raises ``FAILURES``."""
        with self._lock:
            if self._client is None and not self._closed:
                self._client = httpx.Client(
                    base_url=self.server,
                    timeout=TIMEOUT,
                    limits=_LIMITS,
                    http2=True,
                    verify=self._tls or _authorities(self.server),
                    transport=self._adapter,
                    # A proxy on the way to this very computer would only be in the way.
                    trust_env=not is_loopback(urlsplit(self.server)),
                    headers={"User-Agent": f"invigil-recorder/{version('invigil')}"},
                )
            return self._client

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        """Keep hold of each connection's socket (httpcore's documented trace)."""
        if not event.endswith(_CONNECTED):
            return
        connection = info["return_value"].get_extra_info("socket")
        with self._lock:
            self._sockets = [one for one in self._sockets if one.fileno() >= 0]
            if isinstance(connection, socket.socket):
                self._sockets.append(connection)
                if self._closed:
                    _cut(connection)

    def _once(
        self,
        client: httpx.Client,
        method: str,
        path: str,
        content: bytes,
        headers: dict[str, str],
    ) -> Reply | Unreachable:
        body = bytearray()
        traced = {"trace": self._trace}
        with client.stream(
            method, path, content=content, headers=headers, extensions=traced
        ) as response:
            # From here on: a piece may take minutes to send over a slow line.
            deadline = self._monotonic() + ANSWER_S
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    return Unreachable("the answer is longer than any of an Invigil server")
                if self._monotonic() > deadline:
                    return Unreachable("the answer did not end in time")
            names = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, names, bytes(body))


def trusted_authorities() -> ssl.SSLContext:
    """The authorities that the system trusts, and certifi's where it names none."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


def _cut(connection: socket.socket) -> None:
    """Wake whoever waits for an answer there, which closing a socket does not."""
    with suppress(OSError):
        # Not an SSL socket's own, which would take what the other thread still reads with.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _spelt(wall: float) -> str:
    now = datetime.fromtimestamp(wall, UTC)
    return f"{now.day} {now:%B %Y, %H:%M} UTC"


def _authorities(server: str) -> ssl.SSLContext:
    if server.startswith("https:"):
        return trusted_authorities()
    # A context that trusts nobody: reading the authorities takes a while, for nothing.
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _unreachable(error: Exception, wall: Callable[[], float]) -> Unreachable:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            why = f"its certificate does not hold: {seen.verify_message}"
            by_date = seen.verify_code in _BY_DATE
            return Unreachable(why, tls=True, clock=_spelt(wall()) if by_date else "")
        if isinstance(seen, ssl.SSLError):
            return Unreachable(f"no secure connection: {seen.reason or seen}", tls=True)
        seen = seen.__cause__ or seen.__context__
    match error:
        case httpx.ConnectTimeout() | httpx.ReadTimeout() | httpx.WriteTimeout():
            return Unreachable("it does not answer in time")
        case httpx.ConnectError():
            return Unreachable(f"no connection: {error}")
        case UnicodeError():
            return Unreachable("no connection: there can be no server of that name")
        case H2Error():
            return Unreachable("the connection broke within an answer")
        case _:
            return Unreachable(f"the connection broke: {error or type(error).__name__}")
