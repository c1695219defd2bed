"""The computer's clocks, in the units of a record."""

from __future__ import annotations

import time

from recorder.evidence.clocks import system_clock


def test_both_clocks_are_microseconds_of_the_clocks_they_name() -> None:
    before = time.time_ns() // 1000, time.monotonic_ns() // 1000
    reading = system_clock()
    after = time.time_ns() // 1000, time.monotonic_ns() // 1000
    assert before[0] <= reading.wall <= after[0]
    assert before[1] <= reading.mono <= after[1]
