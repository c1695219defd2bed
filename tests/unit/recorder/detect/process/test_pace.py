"""When detection steps down and up again, and what a step leaves out."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.detect.process.pace import (
    LONGEST_LOOKS_UP,
    LOOK_NS,
    LOOKS_DOWN,
    LOOKS_UP,
    STEPS,
    Load,
    Pace,
    PaceChange,
    economised,
    left_off,
)
from recorder.detect.setup import NOTHING_MORE, DetectorSetup, IdentitySetup, ObjectSetup
from shared.flags import Kind

CALM = Load(busy=0.12, skipped=0.0, answer_ms=5.0, machine=0.2)
HEAVY = replace(CALM, busy=0.95)
EVERYTHING = DetectorSetup(
    identity=IdentitySetup((0.0,) * 128, every_s=5.0),
    objects=ObjectSetup("model.onnx", ("a",), ("a",), 0.5, every_s=0.5),
    hands_every_s=0.5,
    voice=(0.1, 0.2),
)


def run(pace: Pace, load: Load, looks: int, start: int = 0) -> list[PaceChange]:
    found = [pace.look((start + n) * LOOK_NS, load) for n in range(looks)]
    return [change for change in found if change is not None]


def test_one_bad_look_is_no_reason() -> None:
    pace = Pace()
    assert run(pace, HEAVY, LOOKS_DOWN - 1) == []
    assert run(pace, CALM, 1) == []
    assert run(pace, HEAVY, LOOKS_DOWN - 1) == []
    assert pace.level == 0


@pytest.mark.parametrize(
    ("load", "why"),
    [
        (HEAVY, "the detector worked 95% of the time"),
        (replace(CALM, skipped=0.5), "50% of the pictures were overtaken by newer ones"),
        (replace(CALM, evidence_late=True), "the recording did not keep up"),
        (
            replace(CALM, machine=1.0, answer_ms=80.0),
            "the computer was fully busy, and a picture took 80 ms",
        ),
    ],
)
def test_what_is_too_much_and_how_it_is_said(load: Load, why: str) -> None:
    (change,) = run(Pace(), load, LOOKS_DOWN)
    assert change == PaceChange((LOOKS_DOWN - 1) * LOOK_NS, 1, why)


def test_a_busy_computer_alone_is_no_reason() -> None:
    assert run(Pace(), replace(CALM, machine=1.0), 100) == []


def test_it_goes_down_to_the_last_step_and_no_further() -> None:
    pace = Pace()
    levels = [change.level for change in run(pace, HEAVY, 10 * len(STEPS))]
    assert levels == list(range(1, len(STEPS)))


def test_it_goes_up_slowly() -> None:
    pace = Pace()
    run(pace, HEAVY, LOOKS_DOWN)
    assert run(pace, CALM, LOOKS_UP - 1) == []
    (change,) = run(pace, CALM, 1)
    assert (change.level, change.why) == (0, "there is room again")


def test_a_step_up_that_did_not_hold_is_tried_ever_less_often() -> None:
    pace = Pace()
    run(pace, HEAVY, LOOKS_DOWN)
    waits: list[int] = []
    for _ in range(8):
        wait = 1
        while not run(pace, CALM, 1):
            wait += 1
        waits.append(wait)
        run(pace, HEAVY, LOOKS_DOWN)
    assert waits[:3] == [LOOKS_UP, 2 * LOOKS_UP, 4 * LOOKS_UP]
    assert waits[-1] == LONGEST_LOOKS_UP


def test_a_step_up_that_held_is_forgotten() -> None:
    pace = Pace()
    run(pace, HEAVY, LOOKS_DOWN)
    run(pace, CALM, LOOKS_UP)
    run(pace, HEAVY, LOOKS_DOWN)  # patience is doubled
    run(pace, CALM, 2 * LOOKS_UP + 100)  # up, and it holds
    run(pace, HEAVY, LOOKS_DOWN)
    assert run(pace, CALM, LOOKS_UP)


def test_what_lies_between_changes_nothing() -> None:
    pace = Pace()
    run(pace, HEAVY, LOOKS_DOWN)
    between = replace(CALM, busy=0.6)
    assert run(pace, between, 1_000) == []


loads = st.builds(
    Load,
    busy=st.floats(0, 1),
    skipped=st.floats(0, 1),
    answer_ms=st.floats(0, 3_000),
    machine=st.floats(0, 1),
    evidence_late=st.booleans(),
)


@given(st.lists(loads, max_size=200))
def test_any_load_moves_it_one_step_at_a_time_and_every_move_is_told(seen: list[Load]) -> None:
    pace = Pace()
    for n, load in enumerate(seen):
        before = pace.level
        change = pace.look(n * LOOK_NS, load)
        assert abs(pace.level - before) <= 1
        assert (change is not None) == (pace.level != before)
        assert 0 <= pace.level < len(STEPS)


def test_steps_only_ever_take_away() -> None:
    for above, below in pairwise(STEPS):
        assert below.fps <= above.fps
        assert below.off >= above.off
        assert below.objects_rarer >= above.objects_rarer
        assert below != above


@pytest.mark.parametrize("level", range(len(STEPS)))
def test_identity_and_objects_are_never_left_off(level: int) -> None:
    setup = economised(EVERYTHING, level)
    assert setup.level == level
    assert setup.identity is not None
    assert setup.identity.every_s <= 10.0
    assert setup.objects is not None
    assert setup.objects.every_s <= 4.0


def test_what_is_left_off_is_named_if_it_was_watched_for() -> None:
    last = len(STEPS) - 1
    assert left_off(EVERYTHING, 0) == ()
    assert set(left_off(EVERYTHING, last)) == {
        Kind.HAND_AT_EAR,
        Kind.HANDS_HIDDEN,
        Kind.SECOND_VOICE,
    }
    assert left_off(NOTHING_MORE, last) == ()
    bare = economised(EVERYTHING, last)
    assert (bare.hands_every_s, bare.voice) == (None, None)
    assert economised(NOTHING_MORE, last) == replace(NOTHING_MORE, level=last)
