"""Read what a candidate was given: an ``invigil://`` link, a code, a server's address.

Pure functions over text. A link is
``invigil://host[:port]/CODE[?key=FINGERPRINT][&insecure=1]``; it means https unless it
says ``insecure=1`` or its host is this computer.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

SCHEME = "invigil"

# Four characters are what people read, say and type in one go.
GROUP = 4
# Characters: shorter is a slip of the hand, longer is something else that was pasted.
MIN_CODE, MAX_CODE = 4, 64

_FILLING = re.compile(r"[\s\-\u00ad\u2010-\u2015\u2212_.\u00b7]+")
_LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
# What as-you-type grouping makes of someone typing "invigil:" by hand.
_GROUPED_SCHEME = re.compile(r"^INVI-GIL:", re.IGNORECASE)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class Flaw(StrEnum):
    """Why a link, an address or a code cannot be used; ``words`` says it to the user."""

    NO_CODE = "no_code"
    BAD_CODE = "bad_code"
    NO_SERVER = "no_server"
    BAD_SERVER = "bad_server"
    NOT_SECURE = "not_secure"
    BAD_LINK = "bad_link"
    BAD_KEY = "bad_key"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Where to go and with which code.

    ``server`` is an address with its scheme and no trailing slash; ``code`` is in capitals
    without spaces or dashes; ``key`` is the SHA-256 (hex) that the institution's signing
    key must have, or empty where the link does not say.
    """

    server: str
    code: str
    key: str = ""

    def trusts(self, fingerprint: str) -> bool:
        """Whether a server that answers with this key is the one the link means."""
        return not self.key or self.key == _plain_fingerprint(fingerprint)


def looks_like_link(text: str) -> bool:
    """Whether a text is meant as a link rather than as a code."""
    return text.strip().lower().startswith(f"{SCHEME}:")


def parse_link(text: str) -> Invitation | Flaw:
    """Read an ``invigil://`` link, or say what is wrong with it."""
    try:
        parts = urlsplit(text.strip())
        query = parse_qs(parts.query)
    except ValueError:
        return Flaw.BAD_LINK
    path = [unquote(segment) for segment in parts.path.split("/") if segment]
    if parts.scheme.lower() != SCHEME or len(path) > 1:
        return Flaw.BAD_LINK
    server = _address(parts, insecure=query.get("insecure") == ["1"])
    code = parse_code(path[0] if path else "")
    key = _plain_fingerprint(query.get("key", [""])[-1])
    match server, code:
        case Flaw() as flaw, _:
            return flaw
        case _, Flaw() as flaw:
            return flaw
        case str(), str():
            if key and not _FINGERPRINT.fullmatch(key):
                return Flaw.BAD_KEY
            return Invitation(server, code, key)


def parse_server(text: str) -> str | Flaw:
    """The address of a server as typed: ``exam.example.edu``, with or without https.

    A path is ignored: the server's interface lies at its root.
    """
    text = text.strip()
    if not text:
        return Flaw.NO_SERVER
    scheme, found, _ = text.partition("://")
    try:
        parts = urlsplit(text if found else f"//{text}")
    except ValueError:
        return Flaw.BAD_SERVER
    if found and scheme.lower() not in ("http", "https"):
        return Flaw.BAD_SERVER
    address = _address(parts, insecure=False)
    if isinstance(address, Flaw):
        return address
    if scheme.lower() == "http" and found and address.startswith("https:"):
        return Flaw.NOT_SECURE
    if scheme.lower() == "https" and found:
        return "https" + address.removeprefix("https").removeprefix("http")
    return address


def parse_code(text: str) -> str | Flaw:
    """A code in capitals; case, spaces and dashes do not matter."""
    code = _FILLING.sub("", unicodedata.normalize("NFKC", text)).upper()
    if not code:
        return Flaw.NO_CODE
    if not (code.isascii() and code.isalnum() and MIN_CODE <= len(code) <= MAX_CODE):
        return Flaw.BAD_CODE
    return code


def group_code(code: str) -> str:
    """``ABCDEFGH`` as ``ABCD-EFGH``, the way it is shown."""
    return "-".join(code[i : i + GROUP] for i in range(0, len(code), GROUP))


def regroup(text: str, cursor: int) -> tuple[str, int]:
    """Group a code while it is typed; a link is left as it is.

    Args:
        text: what the field holds.
        cursor: where the cursor stands in it, in characters.

    Returns:
        The text to show, and where the cursor belongs in it.
    """
    if _GROUPED_SCHEME.match(text):
        return f"{SCHEME}:" + text[len("INVI-GIL:") :], max(0, cursor - 1)
    if ":" in text or "/" in text:
        return text, cursor
    before = len(_FILLING.sub("", text[:cursor]))
    plain = _FILLING.sub("", text).upper()
    dashes = max(0, before - 1) // GROUP
    return group_code(plain), before + dashes


def _address(parts: SplitResult, *, insecure: bool) -> str | Flaw:
    try:
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return Flaw.BAD_SERVER
    if not host:
        return Flaw.NO_SERVER
    if parts.username is not None or not _is_host(host):
        return Flaw.BAD_SERVER
    scheme = "http" if insecure or _is_this_computer(host) else "https"
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + (f":{port}" if port is not None else "")


def _is_host(host: str) -> bool:
    if ":" in host:
        return _ip(host) is not None
    return len(host) <= 253 and _HOST.fullmatch(host) is not None


def _is_this_computer(host: str) -> bool:
    ip = _ip(host)
    return host == "localhost" or (ip is not None and ip.is_loopback)


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _plain_fingerprint(text: str) -> str:
    return _FILLING.sub("", text).replace(":", "").lower()


def write_link(server: str, code: str, key: str = "") -> str:
    """The link that opens ``code`` at ``server`` (an address with its scheme)."""
    parts = urlsplit(server)
    query = "&".join(
        [*([f"key={key}"] if key else []), *(["insecure=1"] if parts.scheme == "http" else [])]
    )
    return f"{SCHEME}://{parts.netloc}/{code}" + (f"?{query}" if query else "")
