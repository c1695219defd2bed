"""When to send next: laws of the backoff, and what each failure means for it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.sync.answers import Busy, Failure, Refused, Strange, Unreachable
from recorder.sync.pacing import (
    Link,
    Pacing,
    after_answer,
    after_failure,
    after_refusal,
    after_trouble,
    backoff,
)
from shared.wire import Problem, ProblemType

PACING = Pacing()
UNREACHABLE = Unreachable("no route")
seeds = st.integers(0, 2**32)
times = st.floats(0, 1e9)


def refusal(detail: str = "no") -> Refused:
    return Refused(Problem(type=ProblemType.QUOTA, title="Full", status=413, detail=detail))


@given(st.integers(0, 10_000), seeds)
def test_backoff_is_never_beyond_the_cap(failures: int, seed: int) -> None:
    wait = backoff(failures, PACING, random.Random(seed))
    assert 0 <= wait <= min(PACING.cap_s, PACING.first_s * 2 ** min(failures, 32))


def test_backoff_is_spread_over_its_whole_range() -> None:
    dice = random.Random(7)
    waits = sorted(backoff(10, PACING, dice) for _ in range(1_000))
    assert waits[100] < 12
    assert waits[-100] > 48


@given(times, seeds, st.integers(1, 50))
def test_failures_in_a_row_keep_the_time_of_the_first(
    start: float, seed: int, repeats: int
) -> None:
    link, dice = Link(), random.Random(seed)
    for number in range(repeats):
        link = after_failure(link, UNREACHABLE, start + number, start + number, PACING, dice)
        assert link.not_before <= start + number + PACING.cap_s
    assert link.down_since == start
    assert link.failures == repeats
    assert not link.online


def test_what_is_waited_counts_from_the_failure_and_the_outage_from_the_request() -> None:
    dice = random.Random(1)
    link = after_failure(Link(), Busy("later", 5.0), 100.0, 120.0, PACING, dice)
    assert link.not_before >= 125.0
    assert link.down_since == 100.0
    again = after_failure(link, Busy("later", 5.0), 130.0, 150.0, PACING, dice)
    assert again.not_before >= 155.0
    assert again.down_since == 100.0


@given(times, st.floats(0, 1e7), seeds)
def test_what_the_server_asks_for_is_the_least_that_is_waited(
    now: float, asked: float, seed: int
) -> None:
    link = after_failure(Link(), Busy("later", asked), now, now, PACING, random.Random(seed))
    assert link.not_before >= now + min(asked, PACING.longest_wait_s)
    assert link.not_before <= now + PACING.longest_wait_s + PACING.cap_s


@given(times, st.floats(0, 1e6), seeds)
def test_only_a_long_outage_is_followed_by_the_spread(
    now: float, lasted: float, seed: int
) -> None:
    down = Link(failures=3, down_since=now)
    link = after_answer(down, now + lasted, PACING, random.Random(seed))
    assert link.online
    assert link.failures == 0
    if now + lasted - now <= PACING.outage_s:
        assert link == Link()
    else:
        assert now + lasted <= link.not_before <= now + lasted + PACING.spread_s
        assert "back" in link.note


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (UNREACHABLE, "cannot be reached: no route"),
        (Strange("a web page"), "in the server's place: a web page"),
        (Unreachable("unknown scheme", setting="ALL_PROXY"), "setting ALL_PROXY lets no"),
        (Busy("full house"), "busy: full house"),
    ],
)
def test_a_server_that_is_not_there_is_offline(failure: Failure, said: str) -> None:
    link = after_failure(Link(), failure, 5.0, 5.0, PACING, random.Random(1))
    assert not link.online
    assert said in link.note


def test_a_server_that_asks_for_patience_itself_is_there() -> None:
    down = Link(failures=2, down_since=1.0)
    busy = Busy("too fast", 7.0, there=True)
    link = after_failure(down, busy, 5.0, 5.0, PACING, random.Random(1))
    assert link.online
    assert not link.refused
    assert link.not_before >= 12.0
    assert link.failures == 3
    assert "too fast" in link.note


def test_a_refusal_is_online_and_rare() -> None:
    down = Link(failures=2, down_since=1.0)
    link = after_failure(down, refusal(), 5.0, 5.0, PACING, random.Random(1))
    assert link.online
    assert link.refused
    assert link.not_before == 5.0 + PACING.cap_s
    assert "no" in link.note
    titled = after_failure(down, refusal(""), 5.0, 5.0, PACING, random.Random(1))
    assert "Full" in titled.note
    again = after_failure(link, UNREACHABLE, 70.0, 70.0, PACING, random.Random(1))
    assert not again.refused
    assert after_refusal(link, "no", 70.0, PACING).failures == link.failures + 1


def test_trouble_with_the_own_disk_is_not_an_outage() -> None:
    link = after_trouble(Link(), "The disk is full.", 5.0, PACING, random.Random(1))
    assert link.online
    assert link.failures == 1
    assert link.note == "The disk is full."
