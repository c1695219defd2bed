"""An open hand, drawn: rounded bones under one light, at a known place, size and angle.

Easier than life: every finger is seen, nothing is held, the background is what it is laid on.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

# Joints of each finger from the wrist's side to the tip, thumb first, in lengths of the hand
# (wrist to the middle finger's tip): x to the right, y down, the wrist at (0, 0).
_FINGERS = (
    ((-0.12, -0.05), (-0.25, -0.20), (-0.36, -0.32), (-0.45, -0.42)),
    ((-0.05, -0.05), (-0.16, -0.48), (-0.20, -0.68), (-0.22, -0.80), (-0.235, -0.90)),
    ((0.0, -0.05), (-0.03, -0.50), (-0.03, -0.74), (-0.03, -0.88), (-0.03, -1.0)),
    ((0.05, -0.05), (0.09, -0.48), (0.115, -0.70), (0.13, -0.83), (0.14, -0.93)),
    ((0.08, -0.05), (0.19, -0.42), (0.24, -0.57), (0.27, -0.66), (0.295, -0.75)),
)
_WIDTHS = (0.13, 0.105, 0.105, 0.10, 0.085)

# The hand is drawn once at this length in pixels, and shrunk: soft edges.
_LENGTH = 400

# The drawing's side, in lengths of the hand: enough to turn it about its palm.
_SIDE = 2.4

# Where the light comes from: above and to the left, towards the viewer.
_LIGHT = (-0.35, -0.45)


@dataclass(frozen=True, slots=True)
class Hand:
    """``x``, ``y``: the middle of the palm, pixels; ``length`` from wrist to tip, pixels;
    ``angle`` degrees counter-clockwise from upright; ``left`` mirrors it.
    """

    x: float
    y: float
    length: float
    angle: float = 0.0
    left: bool = False
    skin: tuple[int, int, int] = (224, 172, 138)


def lay(picture: Picture, hand: Hand) -> Picture:
    """The picture, (h, w, 3) uint8 RGB, with the hand before it."""
    colours, cover = _drawn(hand)
    side = len(cover)
    left, top = round(hand.x - side / 2), round(hand.y - side / 2)
    height, width = picture.shape[:2]
    rows = slice(max(0, top), min(height, top + side))
    columns = slice(max(0, left), min(width, left + side))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return picture  # it is held beyond the edge
    own_rows = slice(rows.start - top, rows.stop - top)
    own_columns = slice(columns.start - left, columns.stop - left)
    share = cover[own_rows, own_columns, np.newaxis]
    out = picture.astype(np.float32)
    out[rows, columns] = (
        out[rows, columns] * (1 - share) + colours[own_rows, own_columns] * share
    )
    return out.round().astype(np.uint8)


def _drawn(hand: Hand) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Colours, (n, n, 3), and how much they cover, (n, n); the palm's middle in the middle."""
    side = max(8, int(_SIDE * hand.length))
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), hand.angle, 1)
    lit, cover = (
        cv2.warpAffine(
            cv2.resize(layer, (side, side), interpolation=cv2.INTER_AREA), turn, (side, side)
        )
        for layer in _shaded(mirrored=hand.left)
    )
    colours = np.clip(np.array(hand.skin, np.float32) * lit[..., np.newaxis], 0, 255)
    return np.asarray(colours, np.float32), np.asarray(cover, np.float32)


@cache
def _shaded(*, mirrored: bool) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How brightly each pixel of the drawing is lit, and whether it is the hand."""
    heights = _heights(int(_SIDE * _LENGTH), _LENGTH, mirrored=mirrored)
    down, right = np.gradient(cv2.GaussianBlur(heights, (0, 0), 0.01 * _LENGTH))
    lit = (0.85 - 0.35 * (_LIGHT[0] * right + _LIGHT[1] * down)) / np.sqrt(
        1 + 0.5 * (right**2 + down**2)
    )
    shade = np.clip(lit, 0.35, 1.1).astype(np.float32)
    return shade, (heights > 0).astype(np.float32)


def _heights(side: int, length: float, *, mirrored: bool) -> NDArray[np.float32]:
    """How far each pixel of the hand comes towards the viewer; nothing is 0."""
    heights = np.zeros((side, side), np.float32)
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32)
    # The palm's middle is a third of the length above the wrist.
    origin = np.array([side / 2, side / 2 + 0.33 * length])
    mirror = np.array([-1.0 if mirrored else 1.0, 1.0])

    def bone(
        start: tuple[float, float], end: tuple[float, float], thick: float, thin: float
    ) -> None:
        a, b = (origin + np.array(point) * mirror * length for point in (start, end))
        along = b - a
        share = ((columns - a[0]) * along[0] + (rows - a[1]) * along[1]) / (along @ along)
        share = np.clip(share, 0, 1)
        radius = (thick + (thin - thick) * share) * length
        away = np.hypot(columns - a[0] - share * along[0], rows - a[1] - share * along[1])
        np.maximum(heights, np.sqrt(np.clip(radius**2 - away**2, 0, None)), out=heights)

    bone((0.0, 0.25), (0.0, -0.05), 0.14, 0.15)
    bone(_FINGERS[0][0], _FINGERS[0][1], 0.12, 0.08)
    for finger in _FINGERS[1:]:
        bone((1.6 * finger[0][0], -0.02), finger[1], 0.12, 0.085)
    for finger, width in zip(_FINGERS, _WIDTHS, strict=True):
        for start, end in itertools.pairwise(finger[1:]):
            bone(start, end, width / 2, 0.46 * width)
    return heights
