"""The computer's clocks, in the units of a record, and what is a jump between them."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import chain, repeat

import pytest

from recorder.clock import now_ns
from recorder.evidence.clocks import Reading, read_together, stepped, system_clock
from shared.clock import TOLERANCE

S = 1_000_000


def test_both_clocks_are_microseconds_of_the_clocks_they_name() -> None:
    before = time.time_ns() // 1000, now_ns() // 1000
    reading = system_clock()
    after = time.time_ns() // 1000, now_ns() // 1000
    assert before[0] <= reading.wall <= after[0]
    assert before[1] <= reading.mono <= after[1]
    assert reading.offset == reading.wall - reading.mono


def ticks(*seconds: float) -> Callable[[], int]:
    values = chain(seconds, repeat(seconds[-1]))
    return lambda: round(next(values) * 1e9)


def test_a_thread_held_up_between_the_clocks_reads_them_again() -> None:
    reading = read_together(ticks(100.0, 108.0), ticks(1.0, 9.0, 9.0, 9.001))
    assert reading == Reading(wall=108 * S, mono=9 * S + 1000)


def test_a_computer_too_busy_for_that_takes_what_it_gets() -> None:
    values = iter(range(1, 1_000))
    reading = read_together(lambda: 7_000, lambda: next(values) * 1_000_000_000)
    assert reading == Reading(wall=7, mono=20 * S)


@pytest.mark.parametrize(
    ("moved", "passed", "told"),
    [
        (0, 0, None),
        (TOLERANCE, 0, None),
        (TOLERANCE + 1, 0, TOLERANCE + 1),
        (-TOLERANCE, 0, None),
        (-TOLERANCE - 1, 0, -TOLERANCE - 1),
        (TOLERANCE + 2_000, 10 * S, None),
        (TOLERANCE + 2_001, 10 * S, TOLERANCE + 2_001),
    ],
)
def test_a_step_is_what_no_honest_clock_does_in_that_time(
    moved: int, passed: int, told: int | None
) -> None:
    before = Reading(500 * S, 3 * S)
    now = Reading(500 * S + passed + moved, 3 * S + passed)
    assert stepped(before, now) == told
