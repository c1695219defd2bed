"""Faces are laid where the model wants them, whatever their size and turn."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.detect.face.face_model import ALIGN_ROWS, LANDMARKS
from recorder.detect.identity.embedding import CHIP, aligned, distance, eye_distance

# dlib's mean shape in its square of 150 pixels with a quarter of room on each side.
WANTED = 100 * (
    np.array([(0.1206, 0.2137), (0.3341, 0.2291), (0.6461, 0.2290), (0.8596, 0.2135)]) + 0.25
)


def placed(scale: float, degrees: float, x: float, y: float) -> np.ndarray:
    """Landmarks whose eyes and nose are the wanted ones, turned, scaled and shifted."""
    turn = math.radians(degrees)
    rows = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    shape = np.array([*WANTED, (74.0, 87.8)]) - 75
    landmarks = np.zeros((len(LANDMARKS), 2))
    landmarks[list(ALIGN_ROWS)] = scale * shape @ rows.T + (x, y)
    return landmarks


@given(st.floats(0.3, 5.0), st.floats(-60, 60))
def test_marks_on_the_eyes_come_to_where_the_model_looks(scale: float, degrees: float) -> None:
    landmarks = placed(scale, degrees, 400, 400)
    image = np.zeros((800, 800, 3), np.uint8)
    left = landmarks[ALIGN_ROWS[0]]
    cv2.circle(
        image, tuple(int(v) for v in left.round()), max(2, round(4 * scale)), (255,) * 3, -1
    )
    chip = aligned(image, landmarks)
    assert chip.shape == (CHIP, CHIP, 3)
    rows, columns = np.nonzero(chip[:, :, 0] > 100)
    tolerance = 0.7 + 1 / scale  # the mark's middle is a whole pixel
    assert columns.mean() == pytest.approx(WANTED[0][0], abs=tolerance)
    assert rows.mean() == pytest.approx(WANTED[0][1], abs=tolerance)


def test_a_large_face_is_averaged_and_not_sampled() -> None:
    """A pattern finer than the chip's pixels becomes grey instead of stripes."""
    image = np.zeros((1600, 1600, 3), np.uint8)
    image[:, ::2] = 255
    chip = aligned(image, placed(6.0, 0, 800, 800))
    inner = chip[20:-20, 20:-20].astype(float)
    assert inner.mean() == pytest.approx(127, abs=6)
    assert inner.std() < 25


def test_landmarks_in_one_spot_are_no_error() -> None:
    spot = np.full((len(LANDMARKS), 2), 50.0)
    assert aligned(np.zeros((100, 100, 3), np.uint8), spot).shape == (CHIP, CHIP, 3)


def test_sizes_and_distances() -> None:
    assert eye_distance(placed(2.0, 30, 0, 0)) == pytest.approx(2 * 73.9, rel=0.01)
    assert distance([0.0, 3.0], [4.0, 0.0]) == 5.0
