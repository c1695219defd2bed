"""Shares with their intervals, agreement, quantiles: against values known from elsewhere."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.reports.statistics import Agreement, Share, agreement, quantile


def test_an_interval_is_wilsons() -> None:
    # Brown, Cai, DasGupta 2001 and R's binom.confint(8, 10, methods = "wilson").
    low, high = Share(8, 10).interval or (0, 0)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    low, high = Share(0, 20).interval or (0, 0)
    assert (round(low, 4), round(high, 4)) == (0.0, 0.1611)
    assert (Share(0, 0).value, Share(0, 0).interval) == (None, None)


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_its_share_and_stays_within_bounds(part: int, more: int) -> None:
    share = Share(part, part + more)
    low, high = share.interval or (1, 0)
    assert 0 <= low <= (share.value or 0) + 1e-12 <= high + 1e-9 <= 1 + 1e-9


def test_kappa_is_cohens() -> None:
    # Two readers, 50 grants: 20 both yes, 15 both no, 5 and 10 apart: kappa 0.4.
    told = Agreement(both=20, neither=15, first_only=5, second_only=10)
    assert told.kappa == pytest.approx(0.4)
    assert told.share.value == 0.7
    assert Agreement().kappa is None
    assert Agreement(both=5).kappa is None
    assert agreement([(True, True), (True, False)]) == Agreement(both=1, first_only=1)


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=30))
def test_a_quantile_lies_between_the_least_and_the_most(values: list[float]) -> None:
    for share in (0.0, 0.1, 0.5, 0.9, 1.0):
        found = quantile(values, share)
        assert found is not None
        assert min(values) <= found or math.isclose(min(values), found)
        assert found <= max(values) or math.isclose(max(values), found)
    assert quantile([1, 2, 3, 4], 0.5) == 2.5
    assert quantile([], 0.5) is None
