"""A way to a server that breaks, stalls and goes away, over virtual time.

``Weather`` carries the requests of one client. What it does to each is drawn from a seeded
dice; time passes only as bytes do, so days of outage take no time at all.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

# A poor line (bits per second), and the limits that the recorder's client has (seconds).
BITS_S = 1_000_000
CONNECT_S = 10.0
READ_S = 30.0

Serve = Callable[[httpx.Request], httpx.Response]


@dataclass(frozen=True)
class Climate:
    """How bad it is: the share of requests that are reset or stall, and when nobody is
    there, as (from, to) in seconds of virtual time.
    """

    reset: float = 0.3
    stall: float = 0.03
    away: tuple[tuple[float, float], ...] = ()

    def is_away(self, now: float) -> bool:
        """Whether nobody is there."""
        return any(start <= now < end for start, end in self.away)


@dataclass
class Counts:
    """Bytes of request bodies: all that were sent, and those of requests that broke."""

    requests: int = 0
    broken: int = 0
    sent: int = 0
    sent_in_vain: int = 0


@dataclass
class Weather(httpx.BaseTransport):
    """``now`` reads the virtual time in seconds, ``spend`` lets it pass."""

    serve: Serve
    climate: Climate
    dice: random.Random
    now: Callable[[], float]
    spend: Callable[[float], None]
    counts: Counts = field(default_factory=Counts)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request, or break it."""
        self.counts.requests += 1
        size = len(request.read())
        if self.climate.is_away(self.now()):
            self._vanish(request)
        fate = self.dice.random()
        if fate < self.climate.reset:
            self._reset(request, size)
        if fate < self.climate.reset + self.climate.stall:
            self._stall(request, size)
        self._send(size)
        answer = self.serve(request)
        self._arrive(request, size)
        return answer

    def _vanish(self, request: httpx.Request) -> None:
        if self.dice.random() < 0.5:
            self._break(request, httpx.ConnectError, 0)
        self.spend(CONNECT_S)
        self._break(request, httpx.ConnectTimeout, 0)

    def _reset(self, request: httpx.Request, size: int) -> None:
        """Before anything was sent, on the way, or with the answer still to come."""
        match self.dice.randrange(4):
            case 0:
                self._break(request, httpx.ConnectError, 0)
            case 1:
                part = self.dice.randint(0, size)
                self._send(part)
                self._break(request, httpx.WriteError, part)
            case 2:
                self._send(size)
                self.serve(request)
                self._break(request, httpx.ReadError, size)
            case _:
                self._send(size)
                self.serve(request)
                self._break(request, httpx.RemoteProtocolError, size)

    def _stall(self, request: httpx.Request, size: int) -> None:
        part = self.dice.choice((self.dice.randint(0, size), size))
        self._send(part)
        if part == size and self.dice.random() < 0.5:
            self.serve(request)
        self.spend(READ_S)
        self._break(request, httpx.ReadTimeout, part)

    def _arrive(self, request: httpx.Request, size: int) -> None:
        if self.climate.is_away(self.now()):
            self._break(request, httpx.ReadError, size)

    def _send(self, size: int) -> None:
        self.counts.sent += size
        self.spend(0.02 + size * 8 / BITS_S)

    def _break(
        self, request: httpx.Request, error: type[httpx.TransportError], sent: int
    ) -> None:
        self.counts.broken += 1
        self.counts.sent_in_vain += sent
        raise error("broken by the weather", request=request)
