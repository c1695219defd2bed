"""How the exports of YOLO networks lay out what they found, told from the output's shape.

Pure. Which of the numbers mean what is not said in the file; with the number of classes,
the number of rows and the input's size known, the known layouts cannot be taken for each
other, and anything else is refused instead of guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

# Two boxes of a class that share more of their union than this are one thing (the figure
# of YOLOv5's own detection).
SAME_THING = 0.45

# More candidates than this in a picture are no finding; the surest are kept, so that a
# network that fires everywhere costs no more than any other.
MOST_CANDIDATES = 1_000

# Cells along a side are the input's side divided by these: usually, for small things, and
# for large pictures.
_STRIDES = ((8, 16, 32), (4, 8, 16, 32), (8, 16, 32, 64))

# A YOLOv5 cell has three candidates, of different shapes.
_V5_SHAPES = 3

# Rounding of half-precision networks: a probability may exceed 1 by this.
_ROUNDING = 1e-2


class UnusableModel(ValueError):
    """The file is no object model that can be used; the message says why, a clause."""


class Layout(StrEnum):
    """What the rows of a network's output are."""

    ANCHOR_FREE = "YOLOv8/v11"
    ANCHORS = "YOLOv5"
    END_TO_END = "end-to-end"


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a network took for something: ``corners``, (n, 4) left, top, right, bottom in the
    input's pixels; ``scores``, (n,) 0..1; ``classes``, (n,).
    """

    corners: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]

    def chosen(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> Candidates:
        """Only some of them."""
        return Candidates(self.corners[keep], self.scores[keep], self.classes[keep])


def layout_of(shape: tuple[int, ...], classes: int, input_size: tuple[int, int]) -> Layout:
    """What an output of this shape is, of a network with so many classes.

    Args:
        shape: the output's.
        classes: how many labels the model has.
        input_size: rows and columns of the input, pixels.

    Raises:
        UnusableModel: none of the known layouts.
    """
    if len(shape) == 3 and shape[0] == 1:
        _, rows, columns = shape
        if rows == 4 + classes and columns in _cells(input_size):
            return Layout.ANCHOR_FREE
        if columns == 5 + classes and rows in _v5_rows(input_size):
            return Layout.ANCHORS
        if columns == 6 and rows not in _cells(input_size):
            return Layout.END_TO_END
    raise UnusableModel(
        f"its output {list(shape)} is none of the known ones for {classes} labels and an "
        f"input of {input_size[1]}x{input_size[0]} (YOLOv8/v11 [1, {4 + classes}, n], YOLOv5 "
        f"[1, 3n, {5 + classes}], or end-to-end [1, n, 6])"
    )


def _cells(input_size: tuple[int, int]) -> frozenset[int]:
    """How many cells a network may look at."""
    return frozenset(
        sum((input_size[0] // stride) * (input_size[1] // stride) for stride in strides)
        for strides in _STRIDES
    )


def _v5_rows(input_size: tuple[int, int]) -> frozenset[int]:
    return frozenset(_V5_SHAPES * cells for cells in _cells(input_size))


def decode(layout: Layout, output: NDArray[np.floating], least: float) -> Candidates:
    """The candidates of at least a score of ``least``, as the network gave them.

    Raises:
        UnusableModel: its scores are no probabilities.
    """
    rows = np.asarray(output[0], np.float32)
    match layout:
        case Layout.ANCHOR_FREE:
            found = _by_class(rows[:4].T, rows[4:].T, None)
        case Layout.ANCHORS:
            found = _by_class(rows[:, :4], rows[:, 5:], rows[:, 4])
        case Layout.END_TO_END:
            found = Candidates(rows[:, :4], rows[:, 4], np.rint(rows[:, 5]).astype(np.int64))
    _check_scores(found.scores)
    sound = np.isfinite(found.corners).all(axis=1) & (found.scores >= least)
    return _surest(found.chosen(sound))


def _by_class(
    middles: NDArray[np.float32],
    of_class: NDArray[np.float32],
    of_anything: NDArray[np.float32] | None,
) -> Candidates:
    """Rows of middle and size and a score for each class; the best class counts."""
    classes = of_class.argmax(axis=1)
    scores = of_class[np.arange(len(of_class)), classes]
    if of_anything is not None:
        scores = scores * of_anything
    halves = middles[:, 2:] / 2
    corners = np.hstack([middles[:, :2] - halves, middles[:, :2] + halves])
    return Candidates(corners, scores, classes)


def _check_scores(scores: NDArray[np.float32]) -> None:
    if not np.isfinite(scores).all():
        raise UnusableModel("its scores are not numbers")
    if scores.size and (scores.min() < -_ROUNDING or scores.max() > 1 + _ROUNDING):
        raise UnusableModel("its scores are not between 0 and 1")


def _surest(found: Candidates) -> Candidates:
    order = np.argsort(-found.scores, kind="stable")[:MOST_CANDIDATES]
    return found.chosen(order)


def without_doubles(found: Candidates) -> Candidates:
    """One candidate a thing: of those of a class that overlap, the surest; surest first."""
    if not len(found.scores):
        return found
    sizes = found.corners[:, 2:] - found.corners[:, :2]
    boxes = np.hstack([found.corners[:, :2], sizes])
    kept = cv2.dnn.NMSBoxesBatched(
        boxes.tolist(), found.scores.tolist(), found.classes.tolist(), 0.0, SAME_THING
    )
    return _surest(found.chosen(np.asarray(kept, np.int64).ravel()))
