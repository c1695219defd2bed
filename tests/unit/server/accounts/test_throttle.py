"""Guessing is slow, for the guesser only."""

from __future__ import annotations

from server.accounts.throttle import MAX_KEYS, WINDOW_S, Throttle

SECOND = 1_000_000


def test_attempts_run_out_and_come_back() -> None:
    throttle = Throttle(3)
    for second in range(3):
        assert throttle.wait("a", second * SECOND) == 0
        throttle.count("a", second * SECOND)
    wait = throttle.wait("a", 3 * SECOND)
    assert wait == WINDOW_S - 3
    assert throttle.wait("b", 3 * SECOND) == 0
    assert throttle.wait("a", (3 + wait) * SECOND) == 0


def test_a_good_attempt_does_not_count() -> None:
    throttle = Throttle(2)
    for _ in range(10):
        throttle.count("a", 0)
        throttle.take_back("a")
    assert throttle.wait("a", 0) == 0


def test_success_starts_afresh() -> None:
    throttle = Throttle(1)
    throttle.count("a", 0)
    assert throttle.wait("a", 0) > 0
    throttle.forget("a")
    assert throttle.wait("a", 0) == 0
    throttle.take_back("a")
    throttle.forget("a")


def test_memory_is_bounded() -> None:
    throttle = Throttle(1)
    for number in range(MAX_KEYS + 10):
        throttle.count(str(number), 0)
    assert throttle.wait("0", 0) == 0
    assert throttle.wait(str(MAX_KEYS), 0) > 0
