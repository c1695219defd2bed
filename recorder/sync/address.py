"""A server's address as people type it, made into the one form that is kept."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

import httpx

from recorder.faults import EnvironmentFault

# What may stand between two dots of a host's name at most (RFC 1035, section 2.3.4).
MAX_LABEL_CHARS = 63


def read_address(text: str, *, allow_plain: bool = False) -> str:
    """The address as ``scheme://host[:port][/path]``, without a trailing slash.

    Without a scheme it is taken as ``https``. Plain ``http`` is for this computer alone,
    unless ``allow_plain`` says that the network between is trusted.

    Raises:
        EnvironmentFault: it is not a web address, or would not be encrypted.
    """
    text = text.strip()
    whole = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(whole)
        sound = _can_be_looked_up(parts.hostname or "") and parts.port != 0
        # By what will ask there: a name beyond ASCII may be none (RFC 5891, section 4.2).
        httpx.URL(whole)
    except (ValueError, httpx.InvalidURL):
        raise _not_an_address(text) from None
    plain = parts.username is None and not parts.query and not parts.fragment
    if parts.scheme not in {"http", "https"} or not sound or not plain or " " in text:
        raise _not_an_address(text)
    if parts.scheme == "http" and not allow_plain and not is_loopback(parts):
        raise EnvironmentFault(
            f"{text} is not an encrypted connection.",
            "Use the address that begins with https://, as your institution gave it.",
        )
    host = parts.netloc.lower()
    return f"{parts.scheme}://{host}{parts.path.rstrip('/')}"


def is_loopback(parts: SplitResult) -> bool:
    """Whether the address is of this very computer."""
    host = parts.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def live_address(server: str, path: str) -> str:
    """The WebSocket address of a path on the server."""
    return f"ws{server.removeprefix('http')}{path}"


def _can_be_looked_up(host: str) -> bool:
    # A dot at the end is the root's.
    labels = host.removesuffix(".").split(".")
    return all(0 < len(label) <= MAX_LABEL_CHARS for label in labels)


def _not_an_address(text: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"{text[:200]!r} is not a server's address.",
        "It looks like https://exams.example.edu; copy it from your invitation.",
    )
