"""The last seconds in memory: how many, at what rate, and never more than there is room."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from recorder.capture.frames import AudioBlock, Frame
from recorder.evidence.recent import NS, PICTURE_BYTES, RecentPictures, RecentSound


def frame(n: int, size: tuple[int, int] = (640, 480), fps: int = 30) -> Frame:
    image = np.zeros((size[1], size[0], 3), np.uint8)
    return Frame("camera", 0, n, n, Fraction(1, fps), n * NS // fps, image)


def test_four_seconds_at_15_a_second_are_held_in_28_megabytes() -> None:
    recent = RecentPictures(4 * NS, 15)
    for n in range(300):
        recent.take(frame(n))
    held = recent.since(0)
    assert recent.fps == 15
    assert held[-1].at_ns - held[0].at_ns == pytest.approx(4 * NS, abs=NS / 15)
    assert recent.bytes <= PICTURE_BYTES + held[0].planes.nbytes


def test_a_longer_window_is_held_at_a_lower_rate() -> None:
    recent = RecentPictures(15 * NS, 30)
    for n in range(600):
        recent.take(frame(n))
    held = recent.since(0)
    assert held[-1].at_ns - held[0].at_ns == pytest.approx(15 * NS, abs=NS)
    assert recent.bytes <= PICTURE_BYTES + held[0].planes.nbytes


def test_a_larger_picture_is_scaled_down() -> None:
    recent = RecentPictures(NS, 15)
    recent.take(frame(1, (1920, 1080)))
    (picture,) = recent.since(0)
    assert picture.size == (640, 360)


def test_what_is_asked_for_is_what_is_newer() -> None:
    recent = RecentPictures(4 * NS, 15)
    for n in range(1, 61):
        recent.take(frame(n))
    newest = recent.since(0)[-1]
    assert recent.since(newest.at_ns) == []
    assert [p.at_ns for p in recent.since(newest.at_ns - 1)] == [newest.at_ns]


def test_some_is_held_even_where_nothing_before_is_wanted() -> None:
    recent = RecentPictures(0, 15)
    for n in range(60):
        recent.take(frame(n))
    assert recent.since(0)


def test_sound_is_held_as_long() -> None:
    recent = RecentSound(2 * NS)
    for n in range(500):
        samples = np.zeros(960, np.int16)
        recent.take(
            AudioBlock(
                "microphone", 0, n, n * 960, Fraction(1, 48_000), n * NS // 50, 48_000, samples
            )
        )
    held = recent.since(0)
    assert held[-1].monotonic_ns - held[0].monotonic_ns == pytest.approx(2 * NS, abs=NS / 25)
