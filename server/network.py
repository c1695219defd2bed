"""Who asks, as far as the network says."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import ClientException

AnyRequest = Request[Any, Any, Any]
Connection = ASGIConnection[Any, Any, Any, Any]

UNKNOWN = "unknown"


class JsonRequest(Request[Any, Any, Any]):
    """A request whose JSON, where it is no text or nests too deep, is the caller's mistake."""

    async def json(self) -> Any:
        """The body's JSON.

        Raises:
            ClientException: it is not UTF-8, or nests deeper than the interpreter follows.
        """
        try:
            return await super().json()
        except UnicodeDecodeError as error:
            raise ClientException("The body is not UTF-8.") from error
        except RecursionError as error:
            raise ClientException("The body nests too deep.") from error


def is_elsewhere(connection: Connection, own_url: str) -> bool:
    """Whether a page of another site asks, by what the browser says in ``Origin``; what is no
    address there is none of ours.

    Args:
        connection: the request, or the WebSocket that is to be opened.
        own_url: the server's own address.
    """
    origin = connection.headers.get("Origin")
    if origin is None:
        return False
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        return True
    return host not in {urlsplit(own_url).netloc, connection.headers.get("Host")}


def client_address(connection: Connection, *, proxied: bool) -> str:
    """The address a request comes from, for throttling and the audit.

    Args:
        connection: the request.
        proxied: whether a trusted proxy stands before the server; then the last
            ``X-Forwarded-For`` entry counts, which that proxy wrote itself.
    """
    if proxied:
        last = connection.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if last:
            return last[:64]
    return connection.client.host[:64] if connection.client else UNKNOWN
