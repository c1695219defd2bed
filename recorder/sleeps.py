"""When the computer slept: noticed by two clocks that part, and kept for who asks.

Whoever finds a hole in what it does asks here whether the computer slept in it. Each
question looks at the clocks first, so that the answer is there as soon as anything runs
again, whichever thread that is.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from recorder import clock

# Below this nothing was missed that a stream would not bridge, and no laptop sleeps for less.
NOTICED_NS = 1_000_000_000

# Devices and drivers take this long to be back after a sleep; longer is a loss of its own.
WAKING_NS = 15_000_000_000

# A look at two clocks counts only where it took no longer than this.
_STEADY_NS = 10_000_000
_ATTEMPTS = 10

# Stamps are taken a little after the fact, so two that lie around a sleep may be closer
# together than it was long by that much.
_SLACK_NS = 100_000_000

SLEPT = "the computer slept"


@dataclass(frozen=True, slots=True)
class Sleep:
    """A sleep of ``slept_ns`` somewhere between two looks at the evidence clock."""

    start_ns: int
    end_ns: int
    slept_ns: int


class Sleeps:
    """Every sleep since it was made. Safe from any thread."""

    def __init__(self, pair: clock.Pair | None = None) -> None:
        """Watch ``pair``, by default this computer's clocks."""
        self._pair = pair or clock.THIS_COMPUTER
        self._lock = threading.Lock()
        self._sleeps: list[Sleep] = []
        self._last_ns = self._pair.total()
        self._asleep_ns: int | None = None
        self.look()

    def awake_ns(self) -> int:
        """A clock that stands still in sleep where there is one, for patience with others."""
        return (self._pair.awake or self._pair.total)()

    def look(self) -> tuple[Sleep, ...]:
        """Notice a sleep that has just ended; gives all sleeps so far, in order."""
        with self._lock:
            reading = self._read()
            if reading is not None:
                self._compare(*reading)
            return tuple(self._sleeps)

    def between(self, start_ns: int, end_ns: int) -> tuple[Sleep, ...]:
        """The sleeps that lie between two stamps of the evidence clock."""
        return tuple(
            sleep
            for sleep in self.look()
            if sleep.start_ns < end_ns
            and sleep.end_ns > start_ns
            and end_ns - start_ns >= sleep.slept_ns - _SLACK_NS
        )

    def _read(self) -> tuple[int, int] | None:
        """The evidence clock, and by how much the clocks have parted; ``None``: not told."""
        if self._pair.awake is None:
            return None
        for _ in range(_ATTEMPTS):
            before = self._pair.awake()
            now = self._pair.total()
            after = self._pair.awake()
            if after - before <= _STEADY_NS:
                return now, now - after
        return None

    def _compare(self, now_ns: int, asleep_ns: int) -> None:
        slept = 0 if self._asleep_ns is None else asleep_ns - self._asleep_ns
        if slept >= NOTICED_NS:
            self._sleeps.append(Sleep(min(self._last_ns, now_ns - slept), now_ns, slept))
        self._last_ns, self._asleep_ns = now_ns, asleep_ns
