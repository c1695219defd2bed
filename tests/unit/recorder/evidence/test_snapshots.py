"""Snapshots: small, upright in their colours, and of any picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from skimage import data

from recorder.evidence.snapshots import camera_snapshot, screen_snapshot


def opened(jpeg: bytes) -> np.ndarray:
    bgr = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert bgr is not None
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)


def test_a_face_is_small_and_looks_as_it_did() -> None:
    picture = cv2.resize(data.astronaut(), (640, 480))
    made = camera_snapshot(picture)
    assert (made.role, made.media_type) == ("snapshot", "image/jpeg")
    assert len(made.data) < 60_000
    assert np.abs(opened(made.data).astype(int) - picture).mean() < 6


@pytest.mark.parametrize(
    ("size", "shown"),
    [((1920, 1080), (1280, 720)), ((3840, 2160), (1280, 720)), ((1080, 1920), (720, 1280))],
)
def test_a_screen_is_scaled_down_to_what_can_be_read(
    size: tuple[int, int], shown: tuple[int, int]
) -> None:
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    found = opened(screen_snapshot(picture).data)
    assert (found.shape[1], found.shape[0]) == shown


def test_a_small_picture_is_not_blown_up() -> None:
    assert opened(camera_snapshot(np.zeros((48, 64, 3), np.uint8)).data).shape == (48, 64, 3)
