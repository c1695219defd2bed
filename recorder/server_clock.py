"""What time it is on the server, as its signed receipts tell it.

A receipt is signed between the sending of a request and the coming of its answer, so each
bounds the server's clock from both sides; the bounds of all together are narrow after a
minute. Without any the computer's own clock has to do.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

# Two honest clocks drift apart by this at most (the evidence's law allows as much).
DRIFT_PPM = 100

US = 1_000_000


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Server's clock less the evidence clock, µs, between two bounds as of a moment."""

    least: int
    most: int
    at_us: int

    def widened(self, now_us: int) -> _Bounds:
        drift = max(0, now_us - self.at_us) * DRIFT_PPM // US
        return _Bounds(self.least - drift, self.most + drift, now_us)


class ServerClock:
    """Follows the server's clock; from any thread.

    Args:
        offset_us: the computer's own wall clock less the evidence clock, until better is known.
    """

    def __init__(self, offset_us: int) -> None:
        self._own_us = offset_us
        self._lock = threading.Lock()
        self._bounds: _Bounds | None = None

    def heard(self, server_us: int, sent_us: int, came_us: int) -> None:
        """The server's clock stood so between two moments of the evidence clock."""
        new = _Bounds(server_us - came_us, server_us - sent_us, came_us)
        with self._lock:
            if self._bounds is not None:
                old = self._bounds.widened(came_us)
                least, most = max(old.least, new.least), min(old.most, new.most)
                # Where they contradict each other the server's clock was set: the newest holds.
                new = _Bounds(least, most, came_us) if least <= most else new
            self._bounds = new

    @property
    def offset_us(self) -> int:
        """The server's clock less the evidence clock."""
        with self._lock:
            bounds = self._bounds
        return self._own_us if bounds is None else (bounds.least + bounds.most) // 2

    @property
    def error_s(self) -> float | None:
        """By how much that may be wrong, seconds; ``None`` where no server told it."""
        with self._lock:
            bounds = self._bounds
        return None if bounds is None else (bounds.most - bounds.least) / 2 / US

    def mono_ns(self, server_us: int) -> int:
        """A moment of the server's clock on the evidence clock, ns."""
        return (server_us - self.offset_us) * 1_000
