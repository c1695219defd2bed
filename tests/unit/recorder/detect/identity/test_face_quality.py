"""What can be judged of a face, and what is worst about it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from recorder.detect.identity.embedding import CHIP
from recorder.detect.identity.face_quality import Flaw, Quality, face_quality

Chip = NDArray[np.uint8]


@pytest.fixture
def chip() -> Chip:
    """Blocks and lines as sharp as lashes, of medium light."""
    dice = np.random.default_rng(1)
    small = dice.integers(40, 200, (25, 25, 1)).astype(np.uint8)
    large = cv2.resize(small, (CHIP, CHIP), interpolation=cv2.INTER_NEAREST)
    return np.repeat(large[:, :, None], 3, axis=2)


def judged(chip: Chip, pixels: float = 80, yaw: float = 0, pitch: float = 0) -> Quality:
    return face_quality(chip, pixels, yaw, pitch)


def test_a_good_face_has_nothing_against_it(chip: Chip) -> None:
    assert judged(chip).value == 1.0
    assert judged(chip).usable


@pytest.mark.parametrize(
    ("pixels", "yaw", "pitch", "flaw"),
    [
        (12, 0, 0, Flaw.SMALL),
        (80, 44, 0, Flaw.TURNED),
        (80, -44, 0, Flaw.TURNED),
        (80, 0, -30, Flaw.TURNED),
        (80, 0, 30, Flaw.TURNED),
    ],
)
def test_small_and_turned_faces(
    chip: Chip, pixels: float, yaw: float, pitch: float, flaw: Flaw
) -> None:
    quality = judged(chip, pixels, yaw, pitch)
    assert quality.flaw is flaw
    assert not quality.usable


def test_a_bowed_head_is_judged_less_far_than_a_turned_one(chip: Chip) -> None:
    for angle in (20, 25, 30, 35):
        assert judged(chip, pitch=-angle).value < judged(chip, yaw=angle).value
    assert judged(chip, pitch=-15).value == 1.0


def test_blurred_dark_and_white_faces(chip: Chip) -> None:
    blurred = judged(np.asarray(cv2.GaussianBlur(chip, (0, 0), 6), np.uint8))
    assert (blurred.flaw, blurred.usable) == (Flaw.BLURRED, False)
    dark = judged((chip * 0.04).astype(np.uint8))
    assert (dark.flaw, dark.usable) == (Flaw.DARK, False)
    white = judged(np.where(chip > 80, 255, chip).astype(np.uint8))
    assert (white.flaw, white.usable) == (Flaw.BRIGHT, False)


def test_it_falls_gradually(chip: Chip) -> None:
    values = [judged(chip, pixels).value for pixels in (10, 16, 22, 30, 40, 50)]
    assert values == sorted(values)
    assert values[0] == 0.0
    assert values[-1] == 1.0


def test_a_pose_that_is_not_known_is_not_held_against_it(chip: Chip) -> None:
    assert face_quality(chip, 80, None, None).usable


def test_one_grey_is_no_face() -> None:
    assert not judged(np.full((CHIP, CHIP, 3), 128, np.uint8)).usable
