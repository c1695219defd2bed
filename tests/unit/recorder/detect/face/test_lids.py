"""Lids made from numbers: blinks, squints, looks down, eyes that stay shut."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from support.heads import turned

from recorder.detect.face.face_model import EYE_ROWS, LANDMARKS
from recorder.detect.face.lids import BLINK_S, NS, Lids, LidState, lid_opening
from recorder.detect.face.pose import HeadPose

SCALE = 10.0
FPS = 30


def posed(yaw: float = 0.0) -> HeadPose:
    still = (np.zeros((3, 1)), np.zeros((3, 1)))
    return HeadPose(yaw, 0, 0, turned(yaw, 0, 0), SCALE, still)


def eyes(left_cm: float, right_cm: float | None = None) -> NDArray[np.float64]:
    landmarks = np.zeros((len(LANDMARKS), 2))
    gaps = (left_cm, left_cm if right_cm is None else right_cm)
    for rows, gap in zip(EYE_ROWS, gaps, strict=True):
        landmarks[rows[4]] = (0, SCALE * gap)
    return landmarks


def states(openings: list[float], fps: float = FPS) -> list[LidState | None]:
    lids = Lids()
    return [
        lids.step(round(i / fps * NS), eyes(gap), posed()) for i, gap in enumerate(openings)
    ]


def blink(usual: float, least: float) -> list[float]:
    """100 ms down, 100 ms shut, 170 ms up."""
    down, up = np.linspace(usual, least, 4)[1:], np.linspace(least, usual, 6)[:-1]
    return [*down, least, least, *up]


@pytest.mark.parametrize(("usual", "least"), [(1.1, 0.3), (0.7, 0.25), (1.05, 0.58)])
def test_no_picture_of_a_blink_counts_as_open(usual: float, least: float) -> None:
    seen = states([usual] * 30 + blink(usual, least) + [usual] * 30)
    during = seen[30 : 30 + len(blink(usual, least))]
    covered = [gap < 0.75 * usual for gap in blink(usual, least)]
    assert all(
        state is not LidState.OPEN for state, low in zip(during, covered, strict=True) if low
    )
    assert LidState.SHUT in during
    assert seen[:30] == seen[-28:] + seen[:2] == [LidState.OPEN] * 30


def test_many_blinks_do_not_change_what_is_usual() -> None:
    seen = states(([0.9] * 20 + blink(0.9, 0.25)) * 30)
    period = 20 + len(blink(0.9, 0.25))
    assert all(state is LidState.OPEN for i, state in enumerate(seen) if i % period < 19)


def test_who_looks_down_or_squints_is_open_again_after_a_blinks_time() -> None:
    seen = states([1.0] * 60 + [0.65] * 60)
    moving = [state for state in seen[60:] if state is not LidState.OPEN]
    assert moving == [LidState.MOVING] * len(moving)
    assert BLINK_S * FPS - 1 <= len(moving) <= BLINK_S * FPS + 2
    assert seen[-20:] == [LidState.OPEN] * 20


def test_a_blink_while_looking_down_is_still_a_blink() -> None:
    seen = states([1.0] * 30 + [0.65] * 60 + blink(0.65, 0.2) + [0.65] * 10)
    assert LidState.SHUT in seen[90:]


def test_eyes_that_stay_shut_stay_shut() -> None:
    seen = states([0.9] * 30 + [0.2] * 120 + [0.9] * 10)
    assert set(seen[31:150]) == {LidState.SHUT}
    assert seen[-8:] == [LidState.OPEN] * 8


def test_who_begins_with_shut_eyes_is_seen_to_open_them() -> None:
    seen = states([0.2] * 30 + [0.8] * 30)
    assert set(seen[:30]) == {LidState.SHUT}
    assert set(seen[31:]) == {LidState.OPEN}


def test_wide_eyes_that_relax_slowly_never_seem_to_blink() -> None:
    seen = states(list(np.linspace(1.2, 0.7, 15 * FPS)))
    assert set(seen) == {LidState.OPEN}


def test_after_a_pause_another_opening_is_usual() -> None:
    lids = Lids()
    lids.step(0, eyes(1.1), posed())
    assert lids.step(60 * NS, eyes(0.6), posed()) is LidState.OPEN


def test_a_few_pictures_a_second_are_enough() -> None:
    seen = states([0.9] * 10 + [0.25] + [0.9] * 10, fps=5)
    assert seen.count(LidState.SHUT) == 1
    assert seen.count(LidState.OPEN) == 20


def test_the_eye_that_the_nose_hides_does_not_count() -> None:
    assert lid_opening(eyes(0.9, 0.1), posed(30)) == pytest.approx(0.9)
    assert lid_opening(eyes(0.9, 0.1), posed(-30)) == pytest.approx(0.1)
    assert lid_opening(eyes(0.9, 0.5), posed()) == pytest.approx(0.7)
    assert lid_opening(eyes(0.9), posed(70)) is None
    assert Lids().step(0, eyes(0.9), posed(70)) is None
