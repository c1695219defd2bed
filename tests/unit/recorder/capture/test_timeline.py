from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recorder.capture.cadence import Cadence
from recorder.capture.frames import AudioBlock
from recorder.capture.timeline import (
    BLOCK_SAMPLES,
    NS_PER_S,
    SOUND_TIME_BASE,
    VIDEO_TIME_BASE,
    BlockStamper,
    FrameStamper,
    Timeline,
)

ORIGIN = 5_000_000_000
NTSC = Fraction(1001, 30_000)
BASES = st.sampled_from([VIDEO_TIME_BASE, SOUND_TIME_BASE, Fraction(1, 1000), NTSC])
PIXEL = np.zeros((2, 2, 3), np.uint8)
BLOCK = np.zeros(BLOCK_SAMPLES, np.int16)


@given(st.integers(0, 10**9), BASES, st.integers(0, 2**62))
def test_a_tick_and_its_time_are_the_same(pts: int, base: Fraction, origin: int) -> None:
    line = Timeline(1, origin)
    assert line.pts(line.at_ns(pts, base), base) == pts


@given(st.integers(0, 2**50), BASES)
def test_a_tick_is_never_later_than_its_stamp(since: int, base: Fraction) -> None:
    line = Timeline(1, ORIGIN)
    pts = line.pts(ORIGIN + since, base)
    assert line.at_ns(pts, base) <= ORIGIN + since < line.at_ns(pts + 1, base)


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=40))
def test_frames_rise_whatever_the_stamps_do(stamps: list[int]) -> None:
    stamper = FrameStamper("camera", Timeline(3, ORIGIN))
    frames = [stamper.stamp(PIXEL, stamp) for stamp in stamps]
    assert [frame.seq for frame in frames] == list(range(len(stamps)))
    assert all(a.pts < b.pts for a, b in pairwise(frames))
    assert all(frame.pts >= 0 and frame.epoch == 3 for frame in frames)


def test_a_due_time_places_a_frame_and_the_stamp_stays() -> None:
    stamper = FrameStamper("camera", Timeline(0, ORIGIN))
    frame = stamper.stamp(PIXEL, ORIGIN + NS_PER_S + 7, due_ns=ORIGIN + NS_PER_S)
    assert (frame.pts, frame.monotonic_ns) == (90_000, ORIGIN + NS_PER_S + 7)


def test_a_new_epoch_counts_from_nought() -> None:
    stamper = FrameStamper("camera", Timeline(0, ORIGIN))
    stamper.stamp(PIXEL, ORIGIN + NS_PER_S)
    stamper.rebase(Timeline(1, ORIGIN + 2 * NS_PER_S))
    frame = stamper.stamp(PIXEL, ORIGIN + 3 * NS_PER_S)
    assert (frame.epoch, frame.seq, frame.pts) == (1, 0, 90_000)


@given(st.lists(st.integers(-20_000, 20_000), min_size=1, max_size=50))
def test_blocks_follow_on_each_other_when_only_rounding_differs(jitter: list[int]) -> None:
    stamper = BlockStamper(Timeline(0, ORIGIN))
    step = BLOCK_SAMPLES * NS_PER_S // 48_000
    blocks: list[AudioBlock] = []
    for number, off in enumerate(jitter):
        block = stamper.stamp(BLOCK, ORIGIN + NS_PER_S + number * step + off)
        assert block is not None
        blocks.append(block)
    for before, after in pairwise(blocks):
        assert abs(after.pts - before.pts - BLOCK_SAMPLES) <= 2


def test_lost_sound_shows_as_a_step_forward() -> None:
    stamper = BlockStamper(Timeline(0, ORIGIN))
    first = stamper.stamp(BLOCK, ORIGIN)
    later = stamper.stamp(BLOCK, ORIGIN + NS_PER_S)
    assert first is not None
    assert later is not None
    assert (first.pts, later.pts, later.seq) == (0, 48_000, 1)
    assert later.monotonic_ns == ORIGIN + NS_PER_S


def test_blocks_never_overlap() -> None:
    stamper = BlockStamper(Timeline(0, ORIGIN))
    stamper.stamp(BLOCK, ORIGIN + NS_PER_S)
    again = stamper.stamp(BLOCK, ORIGIN + NS_PER_S)
    assert again is not None
    assert again.pts == 48_000 + BLOCK_SAMPLES


def test_sound_from_before_the_epoch_belongs_to_nobody() -> None:
    stamper = BlockStamper(Timeline(0, ORIGIN))
    assert stamper.stamp(BLOCK, ORIGIN - 1_000_000) is None
    block = stamper.stamp(BLOCK, ORIGIN - 10_000)
    assert block is not None
    assert (block.pts, block.seq) == (0, 0)


@given(st.floats(5, 60), st.floats(1, 60), st.integers(0, 10**6))
def test_a_cadence_never_exceeds_its_rate(device_fps: float, fps: float, start: int) -> None:
    cadence = Cadence(fps)
    taken = 0
    for number in range(round(device_fps * 10)):
        at = start + round(number * NS_PER_S / device_fps)
        if cadence.wants(at):
            cadence.took(at)
            taken += 1
    assert taken <= fps * 10 + 2


def test_a_cadence_keeps_a_slightly_fast_or_jittery_camera_whole() -> None:
    cadence, rng, taken = Cadence(30), np.random.default_rng(1), 0
    for number in range(3000):
        at = round(number * NS_PER_S / 30.05 + rng.normal(0, 2_000_000))
        if cadence.wants(at):
            cadence.took(at)
            taken += 1
    assert taken >= 2990


def test_a_cadence_takes_every_second_picture_of_a_camera_twice_as_fast() -> None:
    cadence, taken = Cadence(30), []
    for number in range(60):
        at = round(number * NS_PER_S / 60)
        if cadence.wants(at):
            cadence.took(at)
            taken.append(number)
    assert taken == list(range(0, 60, 2))
