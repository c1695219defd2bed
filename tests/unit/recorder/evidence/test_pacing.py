"""The even few of the many: one picture a beat, the nearest to it."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.evidence.pacing import Pace


def kept(pace: Pace, times: list[float]) -> list[float]:
    return [at for at in times if pace.keeps(Fraction(at).limit_denominator(10**6))]


def test_ten_of_thirty_are_every_third():
    times = [n / 30 for n in range(300)]
    assert kept(Pace(10, 30), times) == times[::3]


@settings(deadline=None)
@given(st.lists(st.floats(-0.012, 0.012), min_size=300, max_size=300))
def test_jitter_does_not_change_how_many_are_kept_nor_how_evenly(jitter):
    times = [max(0.0, n / 30 + off) for n, off in enumerate(jitter)]
    chosen = kept(Pace(10, 30), times)
    assert len(chosen) == 100
    assert all(abs(at - n / 10) < 1 / 59 for n, at in enumerate(chosen))


@pytest.mark.parametrize(("fps", "captured"), [(10, 10), (10, 5), (30, 15)])
def test_a_slow_camera_loses_nothing(fps, captured):
    times = [n / captured for n in range(50)]
    assert kept(Pace(fps, captured), times) == times


def test_a_camera_slower_than_it_said_keeps_at_most_one_a_beat():
    times = [n / 15 for n in range(150)]
    assert len(kept(Pace(10, 30), times)) == 100


def test_thinned_keeps_each_second_beat_and_then_all_again():
    pace = Pace(10, 30)
    pace.thin(2)
    assert len(kept(pace, [n / 30 for n in range(300)])) == 50
    pace.thin(1)
    assert len(kept(pace, [10 + n / 30 for n in range(300)])) == 100


def test_a_stream_kept_whole_is_thinned_too():
    pace = Pace(5, 5)
    pace.thin(2)
    assert len(kept(pace, [n / 5 for n in range(100)])) == 50
