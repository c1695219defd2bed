"""The two clocks that every record is stamped with, and what is a jump between them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from recorder.clock import now_ns
from shared.clock import DRIFT_PPM, TOLERANCE

# Two clocks read one after the other are one moment where that took no longer (µs): far
# below what the clocks may differ by. A thread that is held up in between reads again.
_STEADY_US = 10_000
_ATTEMPTS = 10


class Reading(NamedTuple):
    """Both clocks at one moment, in microseconds (see ``shared.records``)."""

    wall: int
    mono: int

    @property
    def offset(self) -> int:
        """The wall clock against the monotonic one."""
        return self.wall - self.mono


Clock = Callable[[], Reading]


def system_clock() -> Reading:
    """The computer's own clocks. ``mono`` is the clock that frames are stamped with."""
    return read_together(time.time_ns, now_ns)


def read_together(wall_ns: Callable[[], int], mono_ns: Callable[[], int]) -> Reading:
    """Both clocks at what is one moment, unless the computer is too busy for that."""
    wall = after = 0
    for _ in range(_ATTEMPTS):
        before, wall, after = mono_ns() // 1000, wall_ns() // 1000, mono_ns() // 1000
        if after - before <= _STEADY_US:
            break
    return Reading(wall=wall, mono=after)


def stepped(before: Reading, now: Reading) -> int | None:
    """By how much (µs) the wall clock was set between two readings of one boot.

    ``None`` where it moved by no more than the law's two seconds and the drift of honest
    clocks over that time. The law lets drift add up over hours; here it cannot hide a jump.
    """
    moved = now.offset - before.offset
    allowed = TOLERANCE + (now.mono - before.mono) * DRIFT_PPM // 1_000_000
    return moved if abs(moved) > allowed else None
