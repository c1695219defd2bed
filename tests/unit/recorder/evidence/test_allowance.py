"""What may be spent flows in evenly, and no burst goes beyond what was saved."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from recorder.evidence.allowance import Allowance

NS = 1_000_000_000


def test_a_burst_is_there_at_first_and_flows_in_again() -> None:
    allowance = Allowance(100, 1_000)
    assert allowance.left(0) == 1_000
    allowance.spend(1_200, 0)
    assert allowance.left(0) == -200
    assert allowance.left(2 * NS) == 0
    assert allowance.left(5 * NS) == 300
    assert allowance.left(1_000 * NS) == 1_000


def test_a_clock_that_goes_back_gives_nothing() -> None:
    allowance = Allowance(100, 1_000)
    allowance.spend(1_000, 10 * NS)
    assert allowance.left(5 * NS) == 0
    assert allowance.left(10 * NS) == 0


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 500)), max_size=60))
def test_on_average_no_more_than_flows_in(asks: list[tuple[int, int]]) -> None:
    allowance, now, spent = Allowance(10, 1_000), 0, 0
    for pause, size in asks:
        now += pause * NS
        if allowance.left(now) >= size:
            allowance.spend(size, now)
            spent += size
    assert spent <= 1_000 + 10 * now / NS
