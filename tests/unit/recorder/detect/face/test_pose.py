"""Head pose on faces made from the model itself, so that the truth is known."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.heads import turned

from recorder.detect.face.face_model import LANDMARKS, MODEL_POINTS, RIGID, SHOWN_POINTS
from recorder.detect.face.pose import FOCAL_SHARE, euler_degrees, head_pose

WIDTH, HEIGHT = 640, 480
TO_CAMERA = np.array([1.0, -1.0, -1.0])


def seen(
    rotation: NDArray[np.float64], place: tuple[float, float, float] = (0, 0, 60)
) -> NDArray[np.float64]:
    """The landmarks of a model face with this rotation at a place in cm."""
    focal = FOCAL_SHARE * WIDTH
    camera = np.array([[focal, 0, WIDTH / 2], [0, focal, HEIGHT / 2], [0, 0, 1]])
    points, _ = cv2.projectPoints(
        SHOWN_POINTS * TO_CAMERA,
        cv2.Rodrigues(rotation)[0],
        np.array(place, float),
        camera,
        None,
    )
    landmarks = np.zeros((len(LANDMARKS), 2))
    landmarks[:RIGID] = points[:, 0]
    return landmarks


@given(st.floats(-70, 70), st.floats(-50, 50), st.floats(-60, 60))
def test_finds_the_angles_of_a_face_in_the_middle(
    yaw: float, pitch: float, roll: float
) -> None:
    pose = head_pose(seen(turned(yaw, pitch, roll)), WIDTH, HEIGHT)
    assert pose is not None
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((yaw, pitch, roll), abs=0.5)


@given(st.floats(-80, 80), st.floats(-80, 80), st.floats(-170, 170))
def test_angles_come_back_from_their_rotation(yaw: float, pitch: float, roll: float) -> None:
    assert euler_degrees(turned(yaw, pitch, roll)) == pytest.approx((yaw, pitch, roll))


def test_right_in_the_picture_is_positive_yaw() -> None:
    straight, right = seen(turned(0, 0, 0)), seen(turned(30, 0, 0))
    nose = LANDMARKS.index(4)
    assert right[nose, 0] > straight[nose, 0]


def test_up_is_positive_pitch_and_clockwise_is_positive_roll() -> None:
    straight = seen(turned(0, 0, 0))
    nose, left_eye = LANDMARKS.index(4), LANDMARKS.index(33)
    assert seen(turned(0, 30, 0))[nose, 1] < straight[nose, 1]
    assert seen(turned(0, 0, 30))[left_eye, 1] < straight[left_eye, 1]


@pytest.mark.parametrize("place", [(25, 0, 60), (-20, 12, 50), (0, -18, 60)])
def test_a_face_that_looks_into_the_camera_is_straight_wherever_it_is(
    place: tuple[float, float, float],
) -> None:
    x, y, z = place
    towards_camera = turned(
        -math.degrees(math.atan2(x, z)), math.degrees(math.atan2(y, math.hypot(x, z))), 0
    )
    pose = head_pose(seen(towards_camera, place), WIDTH, HEIGHT)
    assert pose is not None
    assert (pose.yaw, pose.pitch) == pytest.approx((0, 0), abs=1)


def test_the_scale_is_pixels_for_a_centimetre() -> None:
    pose = head_pose(seen(turned(0, 0, 0), (0, 0, 48)), WIDTH, HEIGHT)
    assert pose is not None
    assert pose.scale == pytest.approx(FOCAL_SHARE * WIDTH / 48, rel=0.01)


def test_beginning_from_the_last_pose_gives_the_same_answer() -> None:
    last = head_pose(seen(turned(0, 0, 0)), WIDTH, HEIGHT)
    fresh = head_pose(seen(turned(40, 10, 5)), WIDTH, HEIGHT)
    followed = head_pose(seen(turned(40, 10, 5)), WIDTH, HEIGHT, last)
    assert fresh is not None
    assert followed is not None
    assert followed.yaw == pytest.approx(fresh.yaw, abs=0.5)


def test_landmarks_that_are_no_face_have_no_pose_or_a_finite_one() -> None:
    for points in (np.zeros((len(LANDMARKS), 2)), np.full((len(LANDMARKS), 2), 200.0)):
        pose = head_pose(points, WIDTH, HEIGHT)
        assert pose is None or math.isfinite(pose.yaw)


def test_landmarks_that_only_a_torn_face_has_give_no_pose() -> None:
    landmarks = seen(turned(10, 0, 0))
    straight = head_pose(landmarks, WIDTH, HEIGHT)
    assert straight is not None
    assert straight.misfit < 0.01
    left = MODEL_POINTS[:, 0] < 0
    landmarks[:RIGID][left] += (0, 45)
    assert head_pose(landmarks, WIDTH, HEIGHT) is None
    assert head_pose(landmarks, WIDTH, HEIGHT, straight) is None


def test_the_model_as_it_is_shown_is_a_flatter_face_of_the_same_width() -> None:
    assert SHOWN_POINTS[:, :2] == pytest.approx(MODEL_POINTS[:, :2])
    assert np.ptp(SHOWN_POINTS[:, 2]) < np.ptp(MODEL_POINTS[:, 2])
    assert SHOWN_POINTS[:, 2].mean() == pytest.approx(MODEL_POINTS[:, 2].mean())
