from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.detect.objects.letterbox import GREY, fill, place

SIDES = st.integers(16, 4_000)
INPUTS = st.sampled_from([(320, 320), (640, 640), (384, 640), (640, 384)])


@given(SIDES, SIDES, INPUTS)
def test_the_whole_picture_lies_inside_and_is_not_stretched(
    height: int, width: int, size: tuple[int, int]
) -> None:
    box = place((height, width), size)
    assert box.left >= 0
    assert box.top >= 0
    assert box.left + box.width <= size[1]
    assert box.top + box.height <= size[0]
    # One side is filled, and the other is to scale but for rounding to a pixel.
    scale = min(size[0] / height, size[1] / width)
    assert box.width == pytest.approx(width * scale, abs=1)
    assert box.height == pytest.approx(height * scale, abs=1)


@given(
    SIDES,
    SIDES,
    INPUTS,
    st.tuples(*[st.floats(0, 1)] * 4),
)
def test_a_place_comes_back_where_it_was(
    height: int, width: int, size: tuple[int, int], share: tuple[float, ...]
) -> None:
    box = place((height, width), size)
    x, y = box.left + share[0] * box.width, box.top + share[1] * box.height
    right, bottom = box.left + share[2] * box.width, box.top + share[3] * box.height
    (back,) = box.shares(np.array([[x, y, right, bottom]], np.float32))
    assert back == pytest.approx(share, abs=1e-3)


def test_what_lies_beside_the_picture_is_cut_off() -> None:
    box = place((480, 640), (640, 640))
    (back,) = box.shares(np.array([[-50, 0, 700, 640]], np.float32))
    assert list(back) == [0, 0, 1, 1]


def test_the_input_is_the_picture_between_grey() -> None:
    picture = np.zeros((480, 640, 3), np.uint8)
    picture[..., 0] = 255
    planes, box = fill(picture, (320, 320))
    assert (planes.shape, planes.dtype) == ((1, 3, 320, 320), np.float32)
    assert (box.left, box.top, box.width, box.height) == (0, 40, 320, 240)
    assert planes[0, :, 160, 160].tolist() == [1, 0, 0]
    assert planes[0, :, 10, 160] == pytest.approx([GREY / 255] * 3)


def test_a_thread_of_a_picture_has_a_pixel_left() -> None:
    planes, box = fill(np.zeros((1, 4_000, 3), np.uint8), (320, 320))
    assert (box.height, planes.shape) == (1, (1, 3, 320, 320))
