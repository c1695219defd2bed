"""Verdicts on camera, microphone and screen."""

from __future__ import annotations

import pytest

from recorder.faults import EnvironmentFault
from recorder.ui import checks
from recorder.ui.checks import Heard, Seen, State, Verdict

FAULT = EnvironmentFault("It is in use.", "Close the other program.")


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (Seen(open=False), State.WAITING),
        (Seen(open=True, waited_s=checks.CAMERA_WARM_UP_S - 0.1), State.WAITING),
        (Seen(open=True, waited_s=checks.CAMERA_WARM_UP_S), State.PROBLEM),
        (Seen(open=True, waited_s=60, age_s=0.1, brightness=100), State.GOOD),
        (Seen(open=True, waited_s=60, age_s=checks.CAMERA_STALE_S + 0.1), State.PROBLEM),
        (Seen(open=True, waited_s=1, age_s=0.1, brightness=checks.DARK - 1), State.ATTENTION),
        (Seen(open=True, age_s=0.1, fault=FAULT), State.PROBLEM),
    ],
)
def test_a_camera_is_judged_by_its_pictures(seen: Seen, state: State) -> None:
    verdict = checks.judge_camera(seen)
    assert verdict.state is state
    assert verdict.words
    assert verdict.advice or state is State.WAITING


@pytest.mark.parametrize(
    ("heard", "state"),
    [
        (Heard(open=False), State.WAITING),
        (Heard(open=True), State.ATTENTION),
        (Heard(open=True, quiet_s=1), State.GOOD),
        (Heard(open=True, quiet_s=checks.HEARD_FOR_S + 1), State.ATTENTION),
        (Heard(open=True, quiet_s=1, fault=FAULT), State.PROBLEM),
    ],
)
def test_a_microphone_is_judged_by_what_it_hears(heard: Heard, state: State) -> None:
    assert checks.judge_microphone(heard).state is state


def test_a_fault_is_said_in_its_own_words() -> None:
    for verdict in (
        checks.judge_camera(Seen(open=True, fault=FAULT)),
        checks.judge_microphone(Heard(open=True, fault=FAULT)),
    ):
        assert verdict == Verdict(State.PROBLEM, FAULT.what, FAULT.advice)


def test_a_screen_needs_a_display() -> None:
    states = [checks.judge_screen(count).state for count in (None, 0, 1, 2)]
    assert states == [State.WAITING, State.PROBLEM, State.GOOD, State.GOOD]


def test_silence_is_pointed_out_but_does_not_hold_the_start_up() -> None:
    good, silent = Verdict(State.GOOD, ""), Verdict(State.ATTENTION, "")
    assert checks.ready([good, silent])
    assert not checks.ready([good, Verdict(State.WAITING, "")])
    assert not checks.ready([good, checks.unchecked()])
    assert checks.ready([])
