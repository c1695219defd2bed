"""The server's clock, passed in wherever a time is needed so that a test can move it."""

from __future__ import annotations

import time
from collections.abc import Callable

MICROS_PER_SECOND = 1_000_000
MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND

# Microseconds since 1970-01-01 UTC.
WallClock = Callable[[], int]


def system_clock() -> int:
    """The machine's wall clock."""
    return time.time_ns() // 1_000
