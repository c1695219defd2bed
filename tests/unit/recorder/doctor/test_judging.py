from __future__ import annotations

import numpy as np
import pytest

from recorder.doctor import judging
from recorder.doctor.finding import PlayBack, State
from recorder.doctor.judging import Heard, Levels, Seen
from recorder.doctor.sounding import levels
from recorder.faults import EnvironmentFault

FAULT = EnvironmentFault("It is in use.", "Close the other program.")
RATE = 48_000


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (Seen(open=False), None),
        (Seen(open=True, waited_s=judging.CAMERA_WARM_UP_S - 0.1), None),
        (Seen(open=True, waited_s=judging.CAMERA_WARM_UP_S), State.PROBLEM),
        (Seen(open=True, waited_s=60, age_s=0.1, brightness=100), State.OK),
        (Seen(open=True, waited_s=60, age_s=judging.CAMERA_STALE_S + 0.1), State.PROBLEM),
        (Seen(open=True, waited_s=1, age_s=0.1, brightness=judging.DARK - 1), State.ATTENTION),
        (Seen(open=True, age_s=0.1, brightness=judging.BRIGHT + 1), State.ATTENTION),
        (Seen(open=True, age_s=0.1, fault=FAULT), State.PROBLEM),
    ],
)
def test_a_camera_is_judged_by_its_pictures(seen: Seen, state: State | None) -> None:
    finding = judging.judge_camera(seen)
    assert (finding and finding.state) is state
    assert finding is None or (finding.found and finding.remedy)


@pytest.mark.parametrize(
    ("heard", "state"),
    [
        (Heard(open=False), None),
        (Heard(open=True), State.ATTENTION),
        (Heard(open=True, quiet_s=1), State.OK),
        (Heard(open=True, quiet_s=judging.HEARD_FOR_S + 1), State.ATTENTION),
        (Heard(open=True, quiet_s=1, fault=FAULT), State.PROBLEM),
    ],
)
def test_a_microphone_is_judged_by_what_it_hears(heard: Heard, state: State | None) -> None:
    finding = judging.judge_microphone(heard)
    assert (finding and finding.state) is state
    if state in (State.OK, State.ATTENTION):
        assert finding is not None
        assert finding.mends == (PlayBack(),)


def test_a_fault_is_said_in_its_own_words() -> None:
    for finding in (
        judging.judge_camera(Seen(open=True, fault=FAULT)),
        judging.judge_microphone(Heard(open=True, fault=FAULT)),
    ):
        assert finding is not None
        assert (str(finding.found), str(finding.remedy)) == (FAULT.what, FAULT.advice)


def test_a_screen_needs_a_display() -> None:
    found = [judging.judge_screen(count) for count in (None, 0, 1, 2)]
    states = [finding and finding.state for finding in found]
    assert states == [None, State.PROBLEM, State.OK, State.OK]


@pytest.mark.parametrize(
    ("heard", "spoken", "state"),
    [
        (Levels(0.0, 0.0, dead=True), True, State.ATTENTION),
        (Levels(0.9, 0.2), True, State.ATTENTION),
        (Levels(judging.HEARD - 0.01, 0.0), True, State.ATTENTION),
        (Levels(judging.HEARD, 0.0), True, State.ASKING),
        (Levels(0.01, 0.0), False, State.OK),
        (Levels(0.9, 0.2), False, State.ATTENTION),
    ],
)
def test_a_recording_is_judged_by_its_levels(heard: Levels, spoken: bool, state: State) -> None:
    assert judging.judge_levels(heard, spoken=spoken).state is state


def test_the_person_has_the_last_word_on_what_was_heard() -> None:
    assert judging.judge_hearing(heard=True).state is State.OK
    assert judging.judge_hearing(heard=False).state is State.ATTENTION


def tone(amplitude: float) -> np.ndarray:
    wave = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE) * amplitude
    return np.clip(wave, -32_768, 32_767).astype(np.int16)


def test_levels_of_a_recording() -> None:
    quiet, loud, over = levels(tone(100)), levels(tone(8_000)), levels(tone(60_000))
    assert quiet.loudest < judging.HEARD < loud.loudest
    assert loud.clipped == 0.0
    assert over.clipped > judging.CLIPPED
    word = np.concatenate([np.zeros(2 * RATE, np.int16), tone(8_000)[:9_600]])
    assert levels(word).loudest == pytest.approx(loud.loudest, abs=0.02)
    assert levels(np.zeros(RATE, np.int16)).dead
    assert levels(np.zeros(0, np.int16)).dead
    assert not levels(tone(100)).dead
