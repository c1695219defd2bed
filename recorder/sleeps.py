"""When the computer slept: noticed by two clocks that part, and kept for who asks.

Whoever finds a hole in what it does asks here whether the computer slept in it. Each
question looks at the clocks first, so that the answer is there as soon as anything runs
again, whichever thread that is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
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

# A stream's last picture may be this much older than the sleep: a still screen's is.
_LEAD_NS = 3_000_000_000

SLEPT = "the computer slept"

Slept = Callable[[int, int], bool]
"""Whether the computer slept between two stamps of the evidence clock."""


def never(_start_ns: int, _end_ns: int) -> bool:
    """For where nobody watches for sleep."""
    return False


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

    def slept(self, start_ns: int, end_ns: int) -> bool:
        """Whether the computer slept between two stamps of the evidence clock."""
        return bool(self.between(start_ns, end_ns))

    def waking(self, start_ns: int, now_ns: int) -> bool:
        """Whether it slept since ``start_ns``, and so lately that devices are coming back."""
        return any(now_ns - s.end_ns <= WAKING_NS for s in self.between(start_ns, now_ns))

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


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a time without evidence, asleep or not."""

    start_ns: int
    end_ns: int
    asleep: bool


def divide(start_ns: int, end_ns: int, sleeps: tuple[Sleep, ...]) -> Iterator[Stretch]:
    """A time without evidence in parts that touch: sleeps, and what is not explained by them.

    The moments before a sleep and the while that devices take to come back are part of it.
    """
    at = start_ns
    for sleep in sleeps:
        begins = at if sleep.start_ns - at <= _LEAD_NS else sleep.start_ns
        ends = end_ns if end_ns - sleep.end_ns <= WAKING_NS else sleep.end_ns
        if begins > at:
            yield Stretch(at, begins, asleep=False)
        if ends > begins:
            yield Stretch(begins, ends, asleep=True)
        at = max(at, ends)
    if end_ns > at:
        yield Stretch(at, end_ns, asleep=False)
