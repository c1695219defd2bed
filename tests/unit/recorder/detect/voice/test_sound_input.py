"""Microphones that give nothing, or too much."""

from __future__ import annotations

import numpy as np
import pytest

from recorder.detect.observations import Blindness
from recorder.detect.voice.sound_input import SILENT_AFTER_S, SoundInput

RATE = 48_000


def state(sound: np.ndarray, rate: int = RATE, size: int = 1000) -> Blindness | None:
    watch, found = SoundInput(), None
    for at in range(0, len(sound), size):
        found = watch.observe(sound[at : at + size].astype(np.int16), rate)
    return found


def seconds(length: float, rate: int = RATE) -> np.ndarray:
    return np.arange(round(length * rate)) / rate


@pytest.mark.parametrize("level", [0, 1, -7, 12_000])
def test_one_value_for_long_is_silence_whatever_the_value(level: int) -> None:
    steady = np.full(round((SILENT_AFTER_S + 1) * RATE), level)
    assert state(steady) is Blindness.SILENT
    assert state(steady[: round((SILENT_AFTER_S - 1) * RATE)]) is None


def test_dither_of_one_step_is_silence() -> None:
    dice = np.random.default_rng(1)
    assert state(dice.integers(-1, 2, 10 * RATE)) is Blindness.SILENT


def test_a_quiet_room_is_not_silence() -> None:
    dice = np.random.default_rng(1)
    assert state(np.round(dice.normal(0, 1.5, 10 * RATE))) is None


def test_a_word_ends_the_silence() -> None:
    sound = np.concatenate([np.zeros(10 * RATE), 900 * np.sin(500 * seconds(0.1))])
    assert state(sound) is None


@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
def test_silence_takes_as_long_at_any_rate_and_in_any_blocks(rate: int) -> None:
    for size in (80, 4096):
        assert state(np.zeros(round((SILENT_AFTER_S - 0.6) * rate)), rate, size) is None
        silent = np.zeros(round((SILENT_AFTER_S + 0.6) * rate))
        assert state(silent, rate, size) is Blindness.SILENT


def test_overdriven_sound_is_clipped_and_full_loud_sound_is_not() -> None:
    wave = np.sin(2 * np.pi * 200 * seconds(2))
    assert state(32_000 * wave) is None
    assert state(np.clip(60_000 * wave, -32_768, 32_767)) is Blindness.CLIPPED


def test_one_knock_is_not_clipping_and_clipping_passes() -> None:
    quiet = 100 * np.sin(2 * np.pi * 200 * seconds(1))
    knock = quiet.copy()
    knock[5000:5300] = 32_767
    assert state(knock[:6000]) is None
    loud = np.clip(10 * 32_767 * np.sin(2 * np.pi * 200 * seconds(2)), -32_768, 32_767)
    assert state(np.concatenate([loud, *[quiet] * 4])) is None


def test_an_empty_block_changes_nothing() -> None:
    assert SoundInput().observe(np.empty(0, np.int16), RATE) is None
