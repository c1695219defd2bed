"""The server's clock from receipts that came after a request and before its answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from recorder.server_clock import ServerClock


def test_the_computers_own_clock_has_to_do_at_first() -> None:
    clock = ServerClock(500)
    assert clock.offset_us == 500
    assert clock.error_s is None
    assert clock.mono_ns(1_500) == 1_000_000


def test_one_receipt_bounds_it_by_its_round_trip() -> None:
    clock = ServerClock(0)
    clock.heard(server_us=10_000_000, sent_us=1_000_000, came_us=1_200_000)
    assert clock.offset_us == 8_900_000
    assert clock.error_s == 0.1


def test_a_server_whose_clock_was_set_is_believed_anew() -> None:
    clock = ServerClock(0)
    clock.heard(10_000_000, 1_000_000, 1_100_000)
    clock.heard(20_000_000, 2_000_000, 2_100_000)
    assert clock.offset_us == 17_950_000


@given(
    st.integers(-(10**12), 10**12),
    st.lists(
        st.tuples(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 10**7)),
        min_size=1,
        max_size=20,
    ),
)
def test_the_truth_is_always_within_the_bounds(offset: int, requests: list) -> None:
    clock, now = ServerClock(0), 10**13
    there = back = 0
    for there, back, pause in requests:
        clock.heard(now + there + offset, now, now + there + back)
        now += there + back + pause
    error_s = clock.error_s
    assert error_s is not None
    assert abs(clock.offset_us - offset) <= error_s * 1e6 + 1
    assert error_s * 1e6 <= (there + back) / 2 + 1
