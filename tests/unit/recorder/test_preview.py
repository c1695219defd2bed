"""Loudness on a scale that a meter can show."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.losses import Relay
from recorder.preview import LivePreview, loudness


@given(st.lists(st.integers(-32768, 32767), max_size=200))
def test_loudness_stays_on_its_scale(samples: list[int]) -> None:
    assert 0.0 <= loudness(np.array(samples, np.int16)) <= 1.0


@pytest.mark.parametrize(
    ("amplitude", "expected"), [(0, 0.0), (32_767, 1.0), (1_036, 0.5), (10, 0.0)]
)
def test_loudness_is_in_decibels(amplitude: int, expected: float) -> None:
    square = np.resize(np.array([amplitude, -amplitude], np.int16), 960)

    assert loudness(square) == pytest.approx(expected, abs=0.01)


def test_without_devices_there_is_nothing_to_show() -> None:
    preview = LivePreview(None, None, Relay())

    assert preview.picture() is None
    assert preview.sound_level() == 0.0
    preview.close()
