from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from recorder.detect.objects.object_layout import (
    MOST_CANDIDATES,
    Candidates,
    Layout,
    UnusableModel,
    decode,
    layout_of,
    without_doubles,
)

SIZE = (640, 640)


@pytest.mark.parametrize(
    ("shape", "classes", "size", "layout"),
    [
        ((1, 84, 8400), 80, SIZE, Layout.ANCHOR_FREE),
        ((1, 84, 2100), 80, (320, 320), Layout.ANCHOR_FREE),
        ((1, 84, 5040), 80, (384, 640), Layout.ANCHOR_FREE),
        ((1, 5, 8400), 1, SIZE, Layout.ANCHOR_FREE),
        ((1, 6, 8400), 2, SIZE, Layout.ANCHOR_FREE),
        ((1, 84, 34000), 80, SIZE, Layout.ANCHOR_FREE),
        ((1, 25200, 85), 80, SIZE, Layout.ANCHORS),
        ((1, 25200, 6), 1, SIZE, Layout.ANCHORS),
        ((1, 102000, 85), 80, (1280, 1280), Layout.ANCHORS),
        ((1, 300, 6), 80, SIZE, Layout.END_TO_END),
        ((1, 300, 6), 1, SIZE, Layout.END_TO_END),
        ((1, 0, 6), 80, SIZE, Layout.END_TO_END),
    ],
)
def test_the_known_layouts_are_told_by_the_shape(
    shape: tuple[int, ...], classes: int, size: tuple[int, int], layout: Layout
) -> None:
    assert layout_of(shape, classes, size) is layout


@pytest.mark.parametrize(
    ("shape", "classes"),
    [
        ((1, 84, 8400), 79),  # another number of labels
        ((1, 116, 8400), 80),  # segmentation: 32 numbers more
        ((1, 8400, 85), 80),  # YOLOX or YOLOv6: the numbers may not be decoded
        ((1, 8400, 6), 1),
        ((1, 56, 8400), 1),  # pose
        ((2, 84, 8400), 80),
        ((84, 8400), 80),
        ((1, 1000), 80),  # a classifier
        ((1, 3, 80, 80, 85), 80),  # raw heads
        ((), 80),
    ],
)
def test_other_shapes_are_refused_in_words(shape: tuple[int, ...], classes: int) -> None:
    with pytest.raises(UnusableModel, match="none of the known ones") as refused:
        layout_of(shape, classes, SIZE)
    assert str(list(shape)) in str(refused.value)


def v8(*rows: tuple[float, ...]) -> NDArray[np.float32]:
    return np.array(rows, np.float32).T[np.newaxis]


def of(*rows: tuple[float, ...]) -> NDArray[np.float32]:
    return np.array(rows, np.float32)[np.newaxis]


# The same two things in all layouts: of class 1 at (10, 20)-(50, 80), and weaker of class 0.
SAME = [
    (Layout.ANCHOR_FREE, v8((30, 50, 40, 60, 0.1, 0.8), (300, 300, 20, 20, 0.4, 0.2))),
    (Layout.ANCHORS, of((30, 50, 40, 60, 0.8, 0.1, 1), (300, 300, 20, 20, 0.5, 0.8, 0.2))),
    (Layout.END_TO_END, of((10, 20, 50, 80, 0.8, 1), (290, 290, 310, 310, 0.4, 0))),
]


@pytest.mark.parametrize(("layout", "output"), SAME)
def test_every_layout_says_the_same(layout: Layout, output: NDArray[np.float32]) -> None:
    found = decode(layout, output, 0.3)
    assert found.corners == pytest.approx(
        np.array([[10, 20, 50, 80], [290, 290, 310, 310]]), abs=1e-4
    )
    assert found.scores == pytest.approx([0.8, 0.4])
    assert found.classes.tolist() == [1, 0]


@pytest.mark.parametrize(("layout", "output"), SAME)
def test_what_is_too_unsure_is_left_out(layout: Layout, output: NDArray[np.float32]) -> None:
    assert decode(layout, output, 0.5).classes.tolist() == [1]
    assert len(decode(layout, output, 0.9).scores) == 0


def test_halves_are_read_like_floats() -> None:
    output = v8((30, 50, 40, 60, 0.1, 0.8)).astype(np.float16)
    assert decode(Layout.ANCHOR_FREE, output, 0.3).scores == pytest.approx([0.8], abs=1e-3)


@pytest.mark.parametrize("score", [1.5, -0.5, float("nan"), float("inf")])
def test_scores_that_are_no_probabilities_are_refused(score: float) -> None:
    with pytest.raises(UnusableModel, match="its scores are not"):
        decode(Layout.END_TO_END, of((0, 0, 1, 1, score, 0)), 0.3)


def test_places_that_are_no_numbers_are_left_out() -> None:
    rows = ((float("nan"), 0, 1, 1, 0.9, 0), (0, 0, float("inf"), 1, 0.9, 0))
    assert len(decode(Layout.END_TO_END, of(*rows, (1, 2, 3, 4, 0.5, 0)), 0.3).scores) == 1


def test_a_network_that_fires_everywhere_is_bounded() -> None:
    rows = np.tile(np.array([50, 50, 10, 10, 0.9], np.float32)[:, np.newaxis], (1, 8400))
    rows[4, 7] = 1.0
    found = decode(Layout.ANCHOR_FREE, rows[np.newaxis], 0.3)
    assert len(found.scores) == MOST_CANDIDATES
    assert found.scores[0] == 1.0


def candidates(*things: tuple[tuple[float, ...], float, int]) -> Candidates:
    return Candidates(
        np.array([corners for corners, _, _ in things], np.float32),
        np.array([score for _, score, _ in things], np.float32),
        np.array([number for _, _, number in things], np.int64),
    )


def test_of_doubles_the_surest_stays() -> None:
    one = (((0, 0, 10, 10), 0.6, 0), ((1, 0, 11, 10), 0.9, 0), ((100, 0, 110, 10), 0.7, 0))
    kept = without_doubles(candidates(*one))
    assert kept.scores == pytest.approx([0.9, 0.7])


def test_different_things_in_one_place_both_stay() -> None:
    kept = without_doubles(candidates(((0, 0, 10, 10), 0.6, 0), ((0, 0, 10, 10), 0.9, 1)))
    assert kept.classes.tolist() == [1, 0]


def test_nothing_has_no_doubles() -> None:
    nothing = Candidates(
        np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, int)
    )
    assert len(without_doubles(nothing).scores) == 0
