"""Which addresses belong to the exam. Pure: an address in, a verdict out.

What is judged is the address as the browser's own parser wrote it down (WHATWG URL, as a
``QUrl`` hands it over encoded), so that no two parsers disagree about where it leads; what
such a parser never writes (a backslash, a space, a control character) is unreadable here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, unquote, urlsplit

from PySide6.QtCore import QUrl

from recorder.sync.address import is_loopback
from shared.policy import Surface

DEFAULT_PORTS = {"https": 443, "http": 80}

# A record is bounded, and so is what a candidate is shown; longer paths are cut.
MAX_TOLD_CHARS = 200

# Whatever comes before the query, in an address that a browser wrote down.
_READABLE = re.compile(r"[!#$%&'()*+,./0-9:;=?@A-Z\[\]_a-z~-]*")
_HOST = re.compile(r"[0-9a-z._~!$&'()+,;=-]+|\[[0-9a-f:.]+\]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


class Why(StrEnum):
    """Why an address is not opened."""

    UNREADABLE = "unreadable"
    SCHEME = "scheme"
    INSECURE = "insecure"
    CREDENTIALS = "credentials"
    HOST = "host"
    PATH = "path"


class UnusableSurface(ValueError):
    """The policy's addresses cannot be used; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Place:
    """A web address taken apart: host in lower case, path as written, no query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """``scheme://host``, with the port where it is not the scheme's own."""
        port = "" if DEFAULT_PORTS[self.scheme] == self.port else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A part of the web that belongs to the exam: ``host[:port]`` and perhaps a path.

    Without a port it is the scheme's own. ``*`` stands for any characters, within the host
    or within the path, never across the two.
    """

    host: re.Pattern[str]
    port: int | None
    path: re.Pattern[str] | None

    def names(self, place: Place) -> bool:
        """Whether the place is on one of its hosts."""
        port = DEFAULT_PORTS[place.scheme] if self.port is None else self.port
        return port == place.port and self.host.fullmatch(place.host) is not None

    def holds(self, place: Place) -> bool:
        """Whether the place is within it."""
        if not self.names(place):
            return False
        if self.path is None:
            return True
        path = _plain_path(place.path)
        return path is not None and self.path.fullmatch(path) is not None


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of one exam: the start's own host, and what the policy allows."""

    start: str
    home: Place
    allowed: tuple[Pattern, ...]

    @classmethod
    def of(cls, surface: Surface) -> Addresses:
        """Read a policy's surface.

        Raises:
            UnusableSurface: the start is no web address, or a pattern cannot be read.
        """
        start = bytes(QUrl(surface.start, QUrl.ParsingMode.StrictMode).toEncoded().data())
        home = place_of(start.decode("ascii"))
        if isinstance(home, Why) or not surface.start:
            raise UnusableSurface(f"its start, {surface.start[:100]!r}, is not a web address")
        return cls(start.decode("ascii"), home, tuple(map(read_pattern, surface.allowed)))

    def judge(self, address: str) -> Why | None:
        """Why an address may not be opened; ``None`` where it may.

        Args:
            address: as the browser wrote it down (percent-encoded, its host in punycode).
        """
        place = place_of(address)
        if isinstance(place, Why):
            return place
        if self._is_home(place):
            return None
        if place.scheme != "https" and not is_on_this_computer(place):
            named = self._is_home(place, any_scheme=True) or self._names(place)
            return Why.INSECURE if named else Why.HOST
        if any(pattern.holds(place) for pattern in self.allowed):
            return None
        return Why.PATH if self._names(place) else Why.HOST

    def judge_frame(self, address: str) -> Why | None:
        """The same for a frame within a page, which may also hold what the page itself made:
        an empty document, or a ``blob:`` of an address of the exam.
        """
        if address in ("about:blank", "about:srcdoc"):
            return None
        if address.startswith("blob:"):
            return self.judge(address.removeprefix("blob:"))
        return self.judge(address)

    def takes_header(self, address: str) -> bool:
        """Whether the exam's header goes with a request: to its own hosts, and only where
        nobody on the way can read it.
        """
        place = place_of(address)
        if isinstance(place, Why) or self.judge(address) is not None:
            return False
        return place.scheme == "https" or is_on_this_computer(place)

    def is_on_its_hosts(self, place: Place) -> bool:
        """Whether a place is on one of the exam's hosts, whatever its path."""
        return self._is_home(place) or self._names(place)

    def _is_home(self, place: Place, *, any_scheme: bool = False) -> bool:
        if any_scheme:
            return place.host == self.home.host
        return place.origin == self.home.origin

    def _names(self, place: Place) -> bool:
        return any(pattern.names(place) for pattern in self.allowed)


def place_of(address: str) -> Place | Why:
    """Take a web address apart; why not, where it is none that is ever opened."""
    scheme = _SCHEME.match(address)
    if scheme is None:
        return Why.UNREADABLE
    if scheme[1].lower() not in DEFAULT_PORTS:
        return Why.SCHEME
    if not _READABLE.fullmatch(re.split(r"[?#]", address, maxsplit=1)[0]):
        return Why.UNREADABLE
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return Why.UNREADABLE
    if "@" in parts.netloc:
        return Why.CREDENTIALS
    host = _host_of(parts)
    if not _HOST.fullmatch(host) or not address[scheme.end() :].startswith("//"):
        return Why.UNREADABLE
    port = DEFAULT_PORTS[parts.scheme] if port is None else port
    return Place(parts.scheme, host, port, parts.path or "/")


def is_on_this_computer(place: Place) -> bool:
    """Whether it is served by this very computer, so that nothing goes over a network."""
    return is_loopback(urlsplit(place.origin))


def told(address: str) -> str:
    """An address as it may be written down: the address, not the content.

    Of a web address scheme, host and path, without credentials, query and fragment; of
    anything else (``mailto:``, ``data:``, ``file:``) the scheme alone.
    """
    scheme = _SCHEME.match(address)
    if scheme is None:
        return ""
    name = scheme[1].lower()
    if name not in DEFAULT_PORTS:
        return f"{name[:MAX_TOLD_CHARS]}:"
    bare = re.split(r"[?#]", address[scheme.end() :].lstrip("/\\"), maxsplit=1)[0]
    authority, slash, path = bare.partition("/")
    host = authority.rpartition("@")[2].lower()
    return f"{name}://{host}{slash}{path}"[:MAX_TOLD_CHARS]


def read_pattern(text: str) -> Pattern:
    """Read ``host``, ``host:port`` or ``host/path``; ``https://`` before it says nothing.

    Raises:
        UnusableSurface: it is none of these.
    """
    bare = text.strip().removeprefix("https://")
    authority, slash, path = bare.partition("/")
    host, port = _host_and_port(authority, text)
    if set(path) & set("?#\\"):
        raise _unusable(text)
    escaped = bytes(QUrl.toPercentEncoding(path, b"[]!$&'()*+,/:;=@%").data()).decode("ascii")
    return Pattern(
        host=_wild(host),
        port=port,
        path=_wild(_plain("/" + escaped)) if slash and path else None,
    )


def _host_and_port(authority: str, text: str) -> tuple[str, int | None]:
    bracketed = authority.startswith("[")
    colon = authority.rfind(":", authority.find("]") if bracketed else 0)
    host, port = (authority, "") if colon < 0 else (authority[:colon], authority[colon + 1 :])
    host = ".".join(_punycode(label) for label in host.lower().split("."))
    if colon >= 0 and not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
        raise _unusable(text)
    if not _HOST.fullmatch(host.replace("*", "x")):
        raise _unusable(text)
    return host, int(port) if port else None


def _punycode(label: str) -> str:
    """A label as browsers write it down; one that cannot be is left, and then unreadable."""
    return (
        label if label.isascii() else bytes(QUrl.toAce(label).data()).decode("ascii") or label
    )


def _unusable(text: str) -> UnusableSurface:
    return UnusableSurface(f"{text[:100]!r} is not a host, or a host and a path")


def _wild(pattern: str) -> re.Pattern[str]:
    # Runs of stars are one star: several would make matching slow.
    parts = re.split(r"\*+", pattern)
    return re.compile(".*".join(re.escape(part) for part in parts))


def _host_of(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return f"[{host}]" if ":" in host else host


def _plain_path(path: str) -> str | None:
    """A path in the one form that patterns are compared with; ``None`` where a server may
    take it for another path than it seems (encoded slashes and dots).
    """
    plain = _plain(path)
    segments = unquote(path).replace("\\", "/").split("/")
    tricky = "%2f" in path.lower() or "%5c" in path.lower() or {".", ".."} & set(segments)
    return None if tricky else plain


def _plain(path: str) -> str:
    """Percent-encoding of what needs none is undone, the rest in capitals (RFC 3986, 6.2.2)."""
    return re.sub(r"%[0-9A-Fa-f]{2}", _decoded, path)


def _decoded(escape: re.Match[str]) -> str:
    character = chr(int(escape[0][1:], 16))
    unreserved = character.isascii() and (character.isalnum() or character in "-._~")
    return character if unreserved else escape[0].upper()
