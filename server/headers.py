"""Headers that every answer bears, so that a browser trusts nothing but this server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from litestar.types import Message, Scope

from server.config import Settings

# Nothing inline and nothing from elsewhere; players feed video from memory (blob:).
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data: blob:; "
    "media-src 'self' blob:; "
    "worker-src 'self' blob:; "
    "connect-src 'self'; "
    "font-src 'self'; "
    "manifest-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'"
)

# Two years, as https://hstspreload.org asks for.
HSTS = "max-age=63072000; includeSubDomains"

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), display-capture=(), geolocation=()",
    "X-Frame-Options": "DENY",
}


def security_headers(settings: Settings) -> Callable[[Message, Scope], Awaitable[None]]:
    """A hook that adds the headers, where a handler has not set its own."""
    own = dict(HEADERS)
    if settings.https:
        own["Strict-Transport-Security"] = HSTS
    headers = [(name.lower().encode(), value.encode()) for name, value in own.items()]

    async def add(message: Message, _: Scope) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *(header for header in headers if header[0] not in there),
            ]

    return add
