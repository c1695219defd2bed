"""Pictures of any size come out in one size, undistorted and in the right colours."""

import cv2
import numpy as np
import pytest

from recorder.evidence.canvas import MAX_MACROBLOCKS, MAX_SIDE, Canvas


def drawn(canvas: Canvas, image: np.ndarray) -> np.ndarray:
    canvas.draw(image)
    return cv2.cvtColor(canvas.picture, cv2.COLOR_YUV2RGB_I420)


def scene(width: int, height: int) -> np.ndarray:
    image = np.full((height, width, 3), (200, 40, 60), np.uint8)
    image[:, width // 2 :] = (30, 60, 200)
    return image


def test_keeps_the_picture():
    image = scene(64, 48)
    assert np.abs(drawn(Canvas(64, 48), image).astype(int) - image).max() < 8


def test_odd_sides_are_made_even_by_repeating_the_edge():
    canvas = Canvas(63, 47)
    assert (canvas.width, canvas.height) == (64, 48)
    shown = drawn(canvas, scene(63, 47)).astype(int)
    assert np.abs(shown[:, 63] - shown[:, 62]).max() < 8
    assert np.abs(shown[47] - shown[46]).max() < 8


def test_a_picture_that_is_not_contiguous_is_taken():
    image = scene(64, 48)[:, ::-1]
    assert np.abs(drawn(Canvas(64, 48), image).astype(int) - image).max() < 8


@pytest.mark.parametrize("size", [(128, 48), (32, 48), (63, 96), (8, 8), (640, 24)])
def test_another_size_is_scaled_to_fit_with_black_beside_it(size):
    width, height = size
    shown = drawn(Canvas(64, 48), np.full((height, width, 3), 200, np.uint8))
    bright = np.argwhere(shown[..., 0] > 150)
    tall, wide = bright.max(axis=0) - bright.min(axis=0) + 1
    assert wide / tall == pytest.approx(width / height, rel=0.15, abs=0.2 * width / height)
    assert wide >= 60 or tall >= 44


@pytest.mark.parametrize(
    "size", [(1920, 1080), (3840, 2160), (4096, 2304), (5120, 1440), (1080, 1920), (16, 16)]
)
def test_what_h264_can_carry_keeps_its_size(size):
    canvas = Canvas(*size)
    assert (canvas.width, canvas.height) == size


@pytest.mark.parametrize("size", [(7680, 4320), (11520, 1080), (1080, 11520), (3841, 3841)])
def test_what_it_cannot_is_scaled_down_in_shape(size):
    canvas = Canvas(*size)
    blocks = -(-canvas.width // 16) * -(-canvas.height // 16)
    assert blocks <= MAX_MACROBLOCKS
    assert max(canvas.width, canvas.height) <= MAX_SIDE
    assert canvas.width % 2 == canvas.height % 2 == 0
    assert canvas.width / canvas.height == pytest.approx(size[0] / size[1], rel=0.01)
    assert canvas.width < size[0]


def test_the_smallest_is_what_the_encoder_takes():
    canvas = Canvas(3, 5)
    assert (canvas.width, canvas.height) == (16, 16)
    drawn(canvas, scene(3, 5))
