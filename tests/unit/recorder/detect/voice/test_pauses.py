"""Windows to stretches of speech."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from recorder.detect.observations import VoiceObservation
from recorder.detect.voice.pauses import (
    PAUSE_WINDOWS,
    SPEECH,
    STILL_SPEECH,
    HeardWindow,
    Pauses,
)

NOTHING = np.zeros(512, np.int16)


def stretches(probabilities: list[float]) -> str:
    """``S`` for each window within speech, ``.`` for the others."""
    pauses, settled = Pauses(), []
    for at, probability in enumerate(probabilities):
        settled += pauses.take(HeardWindow(VoiceObservation(at, probability), NOTHING))
    settled += pauses.finish()
    assert [window.observation.monotonic_ns for window in settled] == list(
        range(len(probabilities))
    )
    return "".join("S" if window.is_speech else "." for window in settled)


def test_a_word_begins_a_window_before_it_is_certain() -> None:
    assert stretches([0, 0, 0, 0.9, 0.9, 0, 0]) == "..SSS.."


def test_a_word_goes_on_while_it_is_likely() -> None:
    assert stretches([0.4, 0.9, 0.4, 0.4, 0.3, 0.4]) == "SSSS.."


def test_a_pause_of_up_to_six_tenths_of_a_second_belongs_to_speech() -> None:
    short, long = [0.0] * PAUSE_WINDOWS, [0.0] * (PAUSE_WINDOWS + 1)
    assert stretches([0.9, *short, 0.9]) == "S" * (PAUSE_WINDOWS + 2)
    assert stretches([0.9, *long, 0.9]) == "S" + "." * PAUSE_WINDOWS + "SS"


def test_nothing_is_added_after_the_last_word() -> None:
    assert stretches([0.9, *[0.0] * 5]) == "S....."
    assert stretches([0.9, *[0.0] * 50]) == "S" + "." * 50


def test_only_where_a_voice_was_heard_is_a_window_voiced() -> None:
    pauses, settled = Pauses(), []
    for at, probability in enumerate([0.0, 0.9, 0.0, 0.9]):
        settled += pauses.take(HeardWindow(VoiceObservation(at, probability), NOTHING))
    assert [window.voiced for window in settled] == [False, True, False, True]
    assert all(window.is_speech for window in settled)


@given(some.lists(some.floats(0, 1), max_size=120))
def test_every_window_comes_back_once_in_order_and_speech_stays_speech(
    probabilities: list[float],
) -> None:
    found = stretches(probabilities)
    for probability, mark in zip(probabilities, found, strict=True):
        assert mark == "S" or probability < SPEECH


@given(some.lists(some.floats(0, STILL_SPEECH, exclude_max=True), max_size=80))
def test_where_nothing_is_likely_nothing_is_speech(probabilities: list[float]) -> None:
    assert stretches(probabilities) == "." * len(probabilities)
