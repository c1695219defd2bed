"""Sleeps, noticed by two clocks that part."""

from __future__ import annotations

import pytest
from support.asleep import S, SleepyClock, watched

from recorder.clock import Pair
from recorder.sleeps import Sleep, Sleeps, Stretch, divide, never


@pytest.fixture
def clock() -> SleepyClock:
    return SleepyClock()


def test_a_sleep_lies_between_the_looks_around_it(clock: SleepyClock) -> None:
    sleeps = watched(clock)
    clock.passes(0.4)
    clock.sleeps(300)
    clock.passes(0.2)
    slept = Sleep(1_000 * S, 1_300 * S + 600_000_000, 300 * S)
    assert sleeps.look() == (slept,)
    clock.passes(5)
    assert sleeps.look() == (slept,)
    clock.sleeps(2)
    assert [sleep.slept_ns for sleep in sleeps.look()] == [300 * S, 2 * S]


def test_what_is_too_short_is_none_and_does_not_add_up(clock: SleepyClock) -> None:
    sleeps = watched(clock)
    for _ in range(5):
        clock.sleeps(0.9)
        assert sleeps.look() == ()
    clock.sleeps(1.0)
    assert len(sleeps.look()) == 1


def test_a_thread_that_is_held_up_between_two_clocks_sees_no_sleep(clock: SleepyClock) -> None:
    sleeps = watched(clock)
    clock.step_ns = 3 * S
    assert sleeps.look() == ()
    clock.step_ns = 0
    assert sleeps.look() == ()
    clock.sleeps(60)
    assert len(sleeps.look()) == 1


def test_where_the_system_cannot_tell_there_is_none() -> None:
    clock = SleepyClock()
    sleeps = Sleeps(Pair(clock, None))
    clock.sleeps(300)
    assert sleeps.look() == ()
    assert sleeps.awake_ns() == clock()
    assert not never(0, 10**20)


def test_patience_with_others_counts_time_awake(clock: SleepyClock) -> None:
    sleeps = watched(clock)
    clock.sleeps(300)
    clock.passes(1)
    assert sleeps.awake_ns() == 1_001 * S


def test_this_computers_own_clocks_are_the_default() -> None:
    assert Sleeps().look() == ()


def test_two_stamps_lie_around_a_sleep_or_they_do_not(clock: SleepyClock) -> None:
    sleeps = watched(clock)
    before = clock()
    clock.passes(0.4)
    late = clock()
    clock.sleeps(2)
    clock.passes(0.3)
    after = clock()
    assert sleeps.slept(before, after)
    assert sleeps.slept(late, after - 300_000_000)
    assert not sleeps.slept(before, late)  # beside it in the same look
    assert not sleeps.slept(after - 300_000_000, after)
    assert not sleeps.slept(after, after + 9 * S)


def test_devices_wake_for_a_while(clock: SleepyClock) -> None:
    sleeps = watched(clock)
    before = clock()
    assert not sleeps.waking(before, clock())
    clock.sleeps(60)
    sleeps.look()
    clock.passes(15)
    assert sleeps.waking(before, clock())
    clock.passes(0.1)
    assert not sleeps.waking(before, clock())


def asleep(start: float, end: float) -> Sleep:
    return Sleep(round(start * S), round(end * S), round((end - start) * S))


@pytest.mark.parametrize(
    ("start", "end", "sleeps", "parts"),
    [
        (0, 10, [], [(0, 10, False)]),
        (0, 70, [asleep(2, 60)], [(0, 70, True)]),
        (0, 70, [asleep(20, 60)], [(0, 20, False), (20, 70, True)]),
        (0, 90, [asleep(2, 60)], [(0, 60, True), (60, 90, False)]),
        (5, 6, [asleep(4, 7)], [(5, 6, True)]),
        (
            0,
            200,
            [asleep(1, 60), asleep(100, 180)],
            [(0, 60, True), (60, 100, False), (100, 180, True), (180, 200, False)],
        ),
        (0, 130, [asleep(1, 60), asleep(62, 120)], [(0, 60, True), (60, 130, True)]),
        (0, 66, [asleep(1, 60), asleep(61, 65)], [(0, 66, True)]),
        (0, 0, [], []),
    ],
)
def test_a_time_without_evidence_is_divided(
    start: float, end: float, sleeps: list[Sleep], parts: list[tuple[float, float, bool]]
) -> None:
    found = list(divide(round(start * S), round(end * S), tuple(sleeps)))
    assert found == [Stretch(round(a * S), round(b * S), c) for a, b, c in parts]
