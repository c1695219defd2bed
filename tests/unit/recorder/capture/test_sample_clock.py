from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.capture.sample_clock import Reblocker, SampleClock, Stretch

NS = 1_000_000_000
RATE = 48_000
BLOCK = 960
BLOCK_NS = BLOCK * NS // RATE


def samples(count: int = BLOCK, start: int = 0) -> np.ndarray:
    return (np.arange(start, start + count) % 30_000).astype(np.int16)


def end_ns(stretch: Stretch) -> float:
    return stretch.first_ns + len(stretch.samples) * NS / RATE


@pytest.mark.parametrize("parts_per_million", [-100, 100])
def test_half_an_hour_of_a_fast_or_slow_card_stays_in_step(parts_per_million: int) -> None:
    clock = SampleClock()
    jitter = np.random.default_rng(2).normal(0, 1_000_000, 1000)
    block_ns = BLOCK_NS * (1 + parts_per_million / 1e6)
    previous, worst = None, 0.0
    for number in range(90_000):
        heard = number * block_ns
        estimate = round(heard + jitter[number % 1000])
        for stretch in clock.feed(estimate, samples()):
            if previous is not None:
                assert abs(stretch.first_ns - previous) <= 2
            previous = end_ns(stretch)
            if number > 1000:
                worst = max(worst, abs(stretch.first_ns - heard))
    assert clock.losses == 0
    assert worst < 8_000_000


def test_the_first_late_blocks_of_a_sound_server_do_not_set_the_time() -> None:
    clock = SampleClock()
    out: list[Stretch] = []
    for number in range(30):
        late = 90_000_000 if number < 3 else 0
        out += clock.feed(NS + number * BLOCK_NS - late, samples())
    assert out[0].first_ns == NS
    assert sum(len(stretch.samples) for stretch in out) == 30 * BLOCK


def test_nothing_of_the_warm_up_is_lost() -> None:
    clock = SampleClock()
    out: list[Stretch] = []
    for number in range(12):
        out += clock.feed(number * BLOCK_NS, samples(start=number * BLOCK))
    assert np.array_equal(
        np.concatenate([stretch.samples for stretch in out]), samples(12 * BLOCK)
    )


def test_lost_blocks_are_a_step_forward_within_a_few_blocks() -> None:
    clock = SampleClock()
    for number in range(100):
        clock.feed(number * BLOCK_NS, samples())
    lost_ns = NS
    out: list[Stretch] = []
    for number in range(100, 120):
        out += clock.feed(number * BLOCK_NS + lost_ns, samples())
    assert clock.losses == 1
    assert out[-1].first_ns == pytest.approx(119 * BLOCK_NS + lost_ns, abs=2_000_000)
    steps = [b.first_ns - end_ns(a) for a, b in pairwise(out)]
    assert sum(step > 500_000_000 for step in steps) == 1


def test_a_single_outlier_changes_nothing() -> None:
    clock = SampleClock()
    for number in range(200):
        estimate = number * BLOCK_NS + (300_000_000 if number == 100 else 0)
        for stretch in clock.feed(estimate, samples()):
            assert abs(stretch.first_ns - round(number * BLOCK_NS)) < BLOCK_NS * 10
    assert clock.losses == 0
    assert stretch.first_ns == pytest.approx(199 * BLOCK_NS, abs=10)


def test_sound_that_came_twice_is_left_out() -> None:
    clock, out = SampleClock(), []
    for number in range(100):
        clock.feed(number * BLOCK_NS, samples())
    for number in range(100, 160):
        out += clock.feed(number * BLOCK_NS - 500_000_000, samples())
    assert out[-1].first_ns == pytest.approx(159 * BLOCK_NS - 500_000_000, abs=2_000_000)
    assert all(b.first_ns >= a.first_ns for a, b in pairwise(out))
    assert clock.losses == 0


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=30))
def test_blocks_hold_every_sample_once_and_in_order(lengths: list[int]) -> None:
    reblock, at, out = Reblocker(), 0, []
    for length in lengths:
        out += reblock.feed(Stretch(at * NS // RATE, samples(length, at)))
        at += length
    assert all(len(block.samples) == BLOCK for block in out)
    whole = sum(lengths) // BLOCK * BLOCK
    joined = np.concatenate([block.samples for block in out]) if out else np.zeros(0)
    assert np.array_equal(joined, samples(whole))
    for number, block in enumerate(out):
        assert abs(block.first_ns - number * BLOCK_NS) <= len(lengths) + 1


def test_a_break_pads_the_block_before_it() -> None:
    reblock = Reblocker()
    assert list(reblock.feed(Stretch(0, samples(100)))) == []
    before, after = list(reblock.feed(Stretch(NS, samples(BLOCK))))
    assert (before.first_ns, after.first_ns) == (0, NS)
    assert np.array_equal(before.samples[:100], samples(100))
    assert not before.samples[100:].any()
