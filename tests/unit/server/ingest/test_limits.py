"""The token bucket: bursts pass, floods wait, and the wait is enough."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.ingest.limits import InFlight, RateLimit

SECOND = 1_000_000


def test_a_burst_passes_and_the_next_waits() -> None:
    rate = RateLimit(60)
    assert rate.take("s", 60, 0) == 0
    wait = rate.take("s", 30, 0)
    assert 30 <= wait <= 31
    assert rate.take("s", 30, wait * SECOND) == 0


def test_sessions_do_not_share_a_bucket() -> None:
    rate = RateLimit(60)
    assert rate.take("a", 60, 0) == 0
    assert rate.take("b", 60, 0) == 0


def test_a_clock_that_steps_back_gives_nothing() -> None:
    rate = RateLimit(60)
    assert rate.take("s", 60, 100 * SECOND) == 0
    assert rate.take("s", 1, 0) > 0


@given(st.lists(st.tuples(st.integers(0, 5 * SECOND), st.integers(1, 64)), max_size=60))
def test_never_more_than_rate_and_burst(steps: list[tuple[int, int]]) -> None:
    rate, now, taken = RateLimit(600), 0, 0
    for passed, amount in steps:
        now += passed
        if rate.take("s", amount, now) == 0:
            taken += amount
        assert taken <= 600 + now / SECOND * 10 + 1e-6


@given(st.integers(1, 600), st.integers(1, 600))
def test_after_the_wait_it_is_there(first: int, second: int) -> None:
    rate = RateLimit(600)
    assert rate.take("s", first, 0) == 0
    wait = rate.take("s", second, 0)
    if wait:
        assert rate.take("s", second, wait * SECOND) == 0


def test_more_than_the_burst_waits_for_all_of_it_and_not_for_ever() -> None:
    rate = RateLimit(60)
    assert rate.take("s", 1_000, 0) == 0
    wait = rate.take("s", 1_000, 0)
    assert rate.take("s", 1_000, wait * SECOND) == 0


def test_what_is_over_is_not_counted_any_more() -> None:
    bytes_ = InFlight(each=10, all_=15)
    with bytes_.holding("a", 10):
        refusal = bytes_.refusal("a", 1)
        assert refusal is not None
        assert refusal.status == 429
        assert bytes_.refusal("b", 5) is None
        refusal = bytes_.refusal("b", 6)
        assert refusal is not None
        assert refusal.status == 503
    assert bytes_.refusal("a", 15) is None


def test_a_refusal_says_what_is_counted() -> None:
    pieces = InFlight(each=2, all_=3, unit="pieces")
    with pieces.holding("a", 2):
        refusal = pieces.refusal("a", 1)
        assert refusal is not None
        assert "sends 2 pieces already" in refusal.detail
