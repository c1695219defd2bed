"""The two clocks that every record is stamped with."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple


class Reading(NamedTuple):
    """Both clocks at one moment, in microseconds (see ``shared.records``)."""

    wall: int
    mono: int


Clock = Callable[[], Reading]


def system_clock() -> Reading:
    """The computer's own clocks. ``mono`` is the clock that frames are stamped with."""
    return Reading(wall=time.time_ns() // 1000, mono=time.monotonic_ns() // 1000)
