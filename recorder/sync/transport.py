"""Requests over HTTP(S): the one place that opens a connection to the server.

TLS is verified against the system's authorities and certifi's; there is no switch to turn
that off. Requests are all idempotent, so one that dies on a stale connection is sent once
more before it counts as failed.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import urlsplit

import httpx

from recorder.sync.address import is_loopback
from recorder.sync.answers import Reply, Unreachable

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

# Errors of a connection that was alive once: the server closed it while it was idle.
_STALE = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


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
        """Prepare; nothing is connected yet.

        Args:
            server: the address as ``read_address`` gives it.
            tls: other authorities than the system's.
            adapter: another way to carry requests than sockets.
            monotonic: seconds, for the bound on reading an answer.
            wall: seconds since 1970 UTC, to say where a certificate's dates do not hold.
        """
        self.server = server
        self._monotonic = monotonic
        self._wall = wall
        self._client = httpx.Client(
            base_url=server,
            timeout=TIMEOUT,
            limits=_LIMITS,
            http2=True,
            verify=tls or _authorities(server),
            transport=adapter,
            # A proxy on the way to this very computer would only be in the way.
            trust_env=not is_loopback(urlsplit(server)),
            headers={"User-Agent": f"invigil-recorder/{version('invigil')}"},
        )

    def close(self) -> None:
        """Close the connections; a request in flight on another thread fails."""
        self._client.close()

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
            try:
                return self._once(method, path, content, headers or {})
            except _STALE:
                return self._once(method, path, content, headers or {})
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            return _unreachable(error, self._wall)
        except RuntimeError as error:
            # httpx says so of a client that was closed by ``close`` in the meantime.
            return Unreachable(str(error))

    def _once(
        self, method: str, path: str, content: bytes, headers: dict[str, str]
    ) -> Reply | Unreachable:
        deadline = self._monotonic() + ANSWER_S
        body = bytearray()
        with self._client.stream(method, path, content=content, headers=headers) as response:
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
        case _:
            return Unreachable(f"the connection broke: {error or type(error).__name__}")
