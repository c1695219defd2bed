from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.detect.face.screen import (
    DRAGGED_AT_MOST_DEG,
    LIMIT_CALIBRATED_DEG,
    LIMIT_PITCH_DEG,
    LIMIT_YAW_DEG,
    NS,
    TYPICAL_HALF_DEG,
    Screen,
    ScreenEstimate,
    line_of_sight,
)

FRAME_NS = NS // 30
angles = st.floats(-60, 60)


def watch(
    estimate: ScreenEstimate,
    seconds: float,
    yaw: float,
    pitch: float,
    *,
    start: int = 0,
    away: bool = False,
) -> int:
    now = start
    for _ in range(round(seconds * 30)):
        estimate.update(now, yaw, pitch, away=away)
        now += FRAME_NS
    return now


def test_distance_counts_from_the_middle() -> None:
    assert Screen(yaw=2, pitch=-3).distance(5, 1) == pytest.approx(5)
    assert Screen().distance(0, 0) == 0


def test_a_larger_screen_leaves_the_same_margin_beyond_its_edge() -> None:
    wide = Screen(half_yaw=25)
    assert wide.distance(30, 0) == pytest.approx(TYPICAL_HALF_DEG + 5)
    assert wide.distance(0, 15) == pytest.approx(15)
    assert wide.distance(10, 0) == 0


def test_the_head_and_the_eyes_add_up() -> None:
    assert line_of_sight(20, 0, 0, 10, 0) == pytest.approx((30, 0))
    assert line_of_sight(0, 10, 0, 0, 5) == pytest.approx((0, 15))


def test_eyes_that_hold_the_screen_while_the_head_turns_stay_on_it() -> None:
    yaw, pitch = line_of_sight(25, 5, 0, -25, -5)
    assert abs(yaw) < 2
    assert abs(pitch) < 2


def test_a_tilted_head_looks_up_along_its_own_axis() -> None:
    yaw, pitch = line_of_sight(0, 0, 30, 0, 20)
    assert yaw > 5
    assert pitch < 20


@given(angles, angles, st.floats(-180, 180))
def test_eyes_straight_ahead_look_where_the_head_faces(
    yaw: float, pitch: float, roll: float
) -> None:
    assert line_of_sight(yaw, pitch, roll, 0, 0) == pytest.approx((yaw, pitch), abs=1e-6)


@given(angles, angles, st.floats(-45, 45), st.floats(-40, 40), st.floats(-40, 40))
def test_a_mirrored_face_looks_to_the_mirrored_side(
    yaw: float, pitch: float, roll: float, gaze_yaw: float, gaze_pitch: float
) -> None:
    seen = line_of_sight(yaw, pitch, roll, gaze_yaw, gaze_pitch)
    mirrored = line_of_sight(-yaw, pitch, -roll, -gaze_yaw, gaze_pitch)
    assert math.isclose(abs(mirrored[0]), abs(seen[0]), abs_tol=1e-6)
    assert mirrored[1] == pytest.approx(seen[1], abs=1e-6)


def test_learns_the_pitch_quickly_and_believes_the_yaw_slowly() -> None:
    estimate = ScreenEstimate()
    watch(estimate, 3, yaw=10, pitch=12)
    assert estimate.screen.pitch == pytest.approx(9, abs=0.5)
    assert estimate.screen.yaw == pytest.approx(2.3, abs=0.5)


def test_who_begins_by_looking_aside_does_not_move_the_screen_there() -> None:
    estimate = ScreenEstimate()
    watch(estimate, 10, yaw=25, pitch=12, away=True)
    assert estimate.screen.yaw < 0.5
    assert estimate.screen.pitch == pytest.approx(9, abs=0.5)


def test_follows_a_new_posture_within_minutes() -> None:
    estimate = ScreenEstimate()
    now = watch(estimate, 5, yaw=0, pitch=0)
    now = watch(estimate, 6, yaw=8, pitch=0, start=now)
    assert estimate.screen.yaw < 1.5
    watch(estimate, 240, yaw=8, pitch=0, start=now)
    assert estimate.screen.yaw == pytest.approx(8, abs=0.5)


def test_a_long_look_aside_hardly_moves_the_middle() -> None:
    estimate = ScreenEstimate()
    now = watch(estimate, 5, yaw=0, pitch=0)
    for _ in range(60 * 30):
        estimate.update(now, 25, 0, away=True)
        now += FRAME_NS
    assert estimate.screen.yaw < 2


def test_the_middle_never_strays_far_from_the_camera() -> None:
    estimate = ScreenEstimate()
    watch(estimate, 1200, yaw=50, pitch=-70)
    assert estimate.screen.yaw == LIMIT_YAW_DEG
    assert estimate.screen.pitch == -LIMIT_PITCH_DEG


def test_a_calibration_is_where_learning_starts_and_keeps_its_extents() -> None:
    estimate = ScreenEstimate(Screen(yaw=5, pitch=-8, half_yaw=20, half_pitch=12))
    watch(estimate, 3, yaw=0, pitch=0)
    assert estimate.screen.yaw == pytest.approx(5, abs=0.4)
    assert (estimate.screen.half_yaw, estimate.screen.half_pitch) == (20, 12)


def test_a_pause_teaches_nothing() -> None:
    estimate = ScreenEstimate(Screen())
    estimate.update(0, 10, 10, away=False)
    estimate.update(3600 * NS, 10, 10, away=False)
    assert estimate.screen.yaw < 0.1


def test_a_known_screen_is_not_dragged_away_by_looks_aside_however_long() -> None:
    estimate = ScreenEstimate()
    now = watch(estimate, 90, yaw=1, pitch=0)
    for _ in range(3):
        now = watch(estimate, 1200, yaw=28, pitch=-15, start=now, away=True)
        assert abs(estimate.screen.yaw - 1) <= DRAGGED_AT_MOST_DEG + 0.5
        assert abs(estimate.screen.pitch) <= DRAGGED_AT_MOST_DEG + 0.5
        now = watch(estimate, 300, yaw=1, pitch=0, start=now)
    assert estimate.screen.yaw == pytest.approx(1, abs=0.1)


def test_a_camera_beside_the_screen_is_learnt_though_all_looks_seem_aside() -> None:
    estimate = ScreenEstimate()
    watch(estimate, 1200, yaw=25, pitch=0, away=True)
    assert estimate.screen.yaw == LIMIT_YAW_DEG


def test_a_calibrated_middle_stays_near_where_it_was_found() -> None:
    estimate = ScreenEstimate(Screen(yaw=18, pitch=-8, calibrated=True))
    now = watch(estimate, 1200, yaw=-20, pitch=-8, away=True)
    assert estimate.screen.yaw == pytest.approx(18 - DRAGGED_AT_MOST_DEG)
    watch(estimate, 1200, yaw=5, pitch=4, start=now)
    assert estimate.screen.yaw == pytest.approx(18 - LIMIT_CALIBRATED_DEG)
    assert estimate.screen.pitch == pytest.approx(-8 + LIMIT_CALIBRATED_DEG)
    assert estimate.screen.calibrated


def test_beyond_counts_from_the_edge() -> None:
    screen = Screen(yaw=2, half_yaw=14, half_pitch=8)
    assert screen.beyond(26, 0) == pytest.approx(10)
    assert screen.beyond(10, 5) == 0
    assert screen.beyond(2, -20) == pytest.approx(12)
    assert screen.distance(26, 0) == pytest.approx(TYPICAL_HALF_DEG + 10)


def test_the_heads_own_middle_comes_with_the_calibration() -> None:
    screen = Screen(yaw=2, half_yaw=14, head_yaw=-6, head_pitch=3, calibrated=True)
    assert (screen.neutral.yaw, screen.neutral.pitch) == (-6, 3)
    assert screen.neutral.half_yaw == TYPICAL_HALF_DEG
