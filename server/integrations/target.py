"""Where a webhook may go: outward only, whatever its name resolves to and whenever.

Somebody who may write an address into a form must not make this server knock on doors behind
its own firewall (OWASP: server-side request forgery). So an address is looked at when it is
entered, and again at each connection: the connection goes to the very address that was
looked at, so that a name that resolves anew meanwhile (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)
from typing import Any
from urllib.parse import urlsplit

import httpcore
from httpcore import AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# From a name and a port to addresses as text.
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

# Longer ones are in no browser's address bar either.
MAX_URL_CHARS = 2_000


class Inward(httpcore.ConnectError):
    """The target's name leads to an address that webhooks may not go to."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An address that no webhook may have, and why in words for its form."""

    why: str


def is_outward(text: str, allowed: Iterable[Network] = ()) -> bool:
    """Whether an address is one of the public network, or of one that is ``allowed``."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    known = tuple(allowed)
    return all(_outward(one, known) for one in (address, *_embedded(address)))


def _outward(address: Address, allowed: Sequence[Network]) -> bool:
    if any(address.version == one.version and address in one for one in allowed):
        return True
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            # What counts is the address within, which is looked at by itself.
            return True
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _embedded(address: Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to."""
    if not isinstance(address, IPv6Address):
        return []
    return [one for one in (address.ipv4_mapped, address.sixtofour) if one is not None]


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as this computer resolves it.

    Raises:
        OSError: it has none.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True, slots=True)
class Targets:
    """What webhooks may go to: the public network, and ``allowed`` ones. Plain ``http`` only
    to loopback, where that is allowed.
    """

    allowed: tuple[Network, ...] = ()
    resolver: Resolver = resolve

    async def refusal(self, url: str) -> Refused | None:
        """Why a webhook may not go to an address, if it may not."""
        host, why = _host(url)
        if why is not None:
            return Refused(why)
        parts = urlsplit(url)
        try:
            found = await self.resolver(host, parts.port or (80 if _plain(url) else 443))
        except (OSError, UnicodeError):
            why = f"No computer of the name {host[:100]} was found. Check its spelling."
            return Refused(why)
        if not found or not all(is_outward(one, self.allowed) for one in found):
            return Refused(
                f"{host[:100]} leads to an address inside of a network. Webhooks go to public "
                "addresses only; whoever runs this server can allow a network."
            )
        if _plain(url) and not all(ip_address(one).is_loopback for one in found):
            return Refused(
                "The address begins with http://. Take https://, so that nobody on "
                "the way can read or change what is sent."
            )
        return None

    def pool(self, url: str) -> httpcore.AsyncConnectionPool:
        """Connections to ``url`` for one request, each to an address that was looked at."""
        return httpcore.AsyncConnectionPool(
            network_backend=_Guarded(self, plain=_plain(url)),
            max_connections=1,
            max_keepalive_connections=0,
        )


def _plain(url: str) -> bool:
    return urlsplit(url).scheme.lower() == "http"


def _host(url: str) -> tuple[str, str | None]:
    """The address's host, or what is wrong with its writing."""
    if len(url) > MAX_URL_CHARS or not url.isascii() or not url.isprintable() or " " in url:
        return "", f"Write an address of at most {MAX_URL_CHARS:,} plain characters."
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "", "This is no address. Write it as https://example.org/path."
    if parts.scheme.lower() not in ("https", "http") or not host:
        return "", "Write the whole address, as https://example.org/path."
    if "@" in parts.netloc:
        return (
            "",
            "Leave name and password out of the address; the signature says who sends.",
        )
    if parts.fragment:
        return "", "Leave the part from # on out of the address; it is never sent."
    return host, None


class _Guarded(AsyncNetworkBackend):
    """Connects to addresses that were looked at, and to nothing else."""

    def __init__(self, targets: Targets, *, plain: bool) -> None:
        self._targets = targets
        self._plain = plain
        self._inner = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (the protocol's own)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to an address of ``host``; TLS goes on to check the name.

        Raises:
            Inward: one of them leads inward.
            httpcore.ConnectError: there is none, or it does not answer.
        """
        try:
            found = await self._targets.resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"no computer of the name {host} was found") from error
        if not found or not all(is_outward(one, self._targets.allowed) for one in found):
            raise Inward(f"{host} leads to an address inside of a network")
        if self._plain and not all(ip_address(one).is_loopback for one in found):
            raise Inward(f"{host} is another computer, to which http:// does not go")
        return await self._inner.connect_tcp(
            found[0], port, timeout, local_address, socket_options
        )

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._inner.sleep(seconds)
