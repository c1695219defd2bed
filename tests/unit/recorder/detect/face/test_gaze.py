"""Gaze on eyes made from the eye model, so that the truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.heads import turned

from recorder.detect.face.face_model import EYE_ROWS, LANDMARKS
from recorder.detect.face.gaze import (
    CENTRE_DEPTH_CM,
    CENTRE_LATERAL_CM,
    CENTRE_UP_CM,
    IRIS_RADIUS_CM,
    LID_ABOVE_DEG,
    LID_RADIUS_CM,
    PITCH_SHOWN,
    eye_weights,
    gaze_in_head,
)
from recorder.detect.face.pose import HeadPose

SCALE = 10.0
NO_GUESS = (np.zeros((3, 1)), np.zeros((3, 1)))


def posed(yaw: float = 0, pitch: float = 0, roll: float = 0) -> HeadPose:
    return HeadPose(yaw, pitch, roll, turned(yaw, pitch, roll), SCALE, NO_GUESS)


def eyes(
    pose: HeadPose, gaze_yaw: float, gaze_pitch: float, lids_cm: float = 0.9
) -> NDArray[np.float64]:
    """Landmarks of two eyes that look in a direction, each 2.6 cm wide, 6 cm apart."""
    landmarks = np.zeros((len(LANDMARKS), 2))
    yaw, pitch = math.radians(gaze_yaw), math.radians(gaze_pitch)
    iris = IRIS_RADIUS_CM * np.array(
        [
            math.sin(yaw) * math.cos(pitch),
            -math.sin(pitch),
            -math.cos(yaw) * math.cos(pitch),
        ]
    )
    lifted = math.radians(gaze_pitch + LID_ABOVE_DEG)
    lid = LID_RADIUS_CM * np.array([0, -math.sin(lifted), -math.cos(lifted)])
    for rows, outwards in zip(EYE_ROWS, (-1.0, 1.0), strict=True):
        middle = np.array([outwards * 3.0, -3.0, -4.0])
        from_middle = (outwards * CENTRE_LATERAL_CM, -CENTRE_UP_CM, CENTRE_DEPTH_CM)
        centre = middle + np.array(from_middle)
        corner, gap = np.array([outwards * 1.3, 0, 0]), np.array([0, lids_cm, 0])
        points = (
            middle + corner,
            middle - corner,
            centre + iris,
            centre + lid,
            centre + lid + gap,
        )
        for row, point in zip(rows, points, strict=True):
            landmarks[row] = (300, 200) + SCALE * (pose.rotation @ point)[:2]
    return landmarks


# Head and eyes together stay where the iris is seen: within 70° of the camera.
@given(
    st.floats(-45, 45),
    st.floats(-20, 20),
    st.floats(-40, 40),
    st.floats(-20, 20),
    st.floats(-15, 15),
)
def test_finds_the_angles_under_any_head_pose(
    yaw: float, pitch: float, roll: float, gaze_yaw: float, gaze_pitch: float
) -> None:
    pose = posed(yaw, pitch, roll)
    gaze = gaze_in_head(eyes(pose, gaze_yaw, gaze_pitch), pose)
    assert gaze is not None
    shown = (gaze_yaw, gaze_pitch / PITCH_SHOWN)
    assert (gaze.yaw, gaze.pitch) == pytest.approx(shown, abs=0.01)


def test_lids_that_follow_the_eye_tell_its_pitch_where_they_cover_the_iris() -> None:
    covered, down = eyes(posed(), 0, 0), eyes(posed(), 0, -12)
    for rows in EYE_ROWS:
        covered[rows[3]] = down[rows[3]]
    gaze = gaze_in_head(covered, posed())
    assert gaze is not None
    assert gaze.yaw == pytest.approx(0, abs=0.01)
    assert gaze.pitch == pytest.approx(-12 / 2 / PITCH_SHOWN, abs=0.01)


def test_shut_eyes_look_nowhere() -> None:
    assert gaze_in_head(eyes(posed(), 0, 0, lids_cm=0.2), posed()) is None


def test_one_open_eye_is_enough() -> None:
    landmarks = eyes(posed(), 10, 0)
    upper, lower = EYE_ROWS[0][3], EYE_ROWS[0][4]
    landmarks[upper] = landmarks[lower]
    gaze = gaze_in_head(landmarks, posed())
    assert gaze is not None
    assert gaze.yaw == pytest.approx(10, abs=0.5)


def test_the_far_eye_of_a_turned_head_is_left_out() -> None:
    for yaw, far in ((35.0, EYE_ROWS[1]), (-35.0, EYE_ROWS[0])):
        pose = posed(yaw)
        landmarks = eyes(pose, 5, 0)
        landmarks[far[2]] += 40  # nonsense where the nose hides it
        gaze = gaze_in_head(landmarks, pose)
        assert gaze is not None
        assert gaze.yaw == pytest.approx(5, abs=0.5)


@given(st.floats(-59, 59), st.floats(-59, 59))
def test_the_far_eye_fades_out_without_a_jump(first: float, second: float) -> None:
    weights = np.array(eye_weights(first)), np.array(eye_weights(second))
    assert max(weights[0]) == 1.0
    assert np.abs(weights[0] - weights[1]).max() <= abs(first - second) / 10


def test_a_head_turned_far_away_shows_no_eyes() -> None:
    assert gaze_in_head(eyes(posed(65), 0, 0), posed(65)) is None


def test_an_iris_outside_the_eye_is_bounded() -> None:
    landmarks = eyes(posed(), 0, 0)
    for rows in EYE_ROWS:
        landmarks[rows[2]] += 500
    gaze = gaze_in_head(landmarks, posed())
    assert gaze is not None
    assert abs(gaze.yaw) <= 90
