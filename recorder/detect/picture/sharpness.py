"""How blurred is a picture? By the width of its sharpest strong edges.

A step of light that is blurred rises more slowly, but no less high: the height of the
strongest edges over the steepest place in them is their width in pixels, whatever the
contrast (the edge-width measure of Marziliano et al., *Perceptual blur and ringing metrics*,
Signal Processing: Image Communication 19, 2004, without looking for edges first). Gradients
are averaged along the edge, which takes the noise away and leaves the edge.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

# Both judgements are made at a fixed scale, so that a width means the same everywhere: a
# face at this many pixels across, a whole picture at so many along its shorter side.
FACE_PX = 96
PICTURE_PX = 120

# An edge is looked for across this many pixels: the widest that can be measured.
_REACH = 16

# Pixels along an edge that are averaged.
_ALONG = 7

# The strongest edges are those above this share of all places.
_STRONGEST_PERCENT = 95

# Edges lower than this (levels) say nothing: an empty wall is not blurred.
_LEAST_STEP = 12.0


def face_edge_width(image: NDArray[np.uint8], x: float, y: float, side: float) -> float | None:
    """Width of a face's strong edges, in pixels of a face of ``FACE_PX`` across.

    Args:
        image: (h, w, 3) uint8 RGB.
        x: the face's middle, pixels.
        y: the face's middle, pixels.
        side: the face's width, pixels.

    Returns:
        About 3 to 6 where every lash is seen; ``None`` where there is no edge at all.
    """
    half = side / 2
    rows = slice(max(0, round(y - half)), max(0, round(y + half)))
    columns = slice(max(0, round(x - half)), max(0, round(x + half)))
    part = image[rows, columns]
    if min(part.shape[:2]) < _REACH:
        return None
    return _edge_width(_grey(part, FACE_PX / side))


def picture_edge_width(image: NDArray[np.uint8]) -> float | None:
    """Width of a picture's strong edges, in pixels of one with ``PICTURE_PX`` rows or
    columns; ``None`` where there is no edge at all."""
    return _edge_width(_grey(image, PICTURE_PX / min(image.shape[:2])))


def _grey(image: NDArray[np.uint8], scale: float) -> NDArray[np.float32]:
    step = max(1, int(0.5 / scale))
    size = tuple(max(2, round(side * scale)) for side in image.shape[1::-1])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(image[::step, ::step], size, interpolation=how)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)


def _edge_width(grey: NDArray[np.float32]) -> float | None:
    across = _steps(grey)
    down = _steps(np.ascontiguousarray(grey.T))
    height = np.concatenate([across[0], down[0]])
    steepest = np.concatenate([across[1], down[1]])
    if height.size == 0:
        return None
    strong = height >= max(_LEAST_STEP, float(np.percentile(height, _STRONGEST_PERCENT)))
    if not strong.any():
        return None
    return float(np.median(height[strong] / np.maximum(steepest[strong], 1e-3)))


def _steps(grey: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For every place: how much higher it is ``_REACH`` pixels on, and the steepest step
    on the way."""
    if grey.shape[1] <= _REACH:
        return np.zeros(0, np.float32), np.zeros(0, np.float32)
    smooth = cv2.blur(grey, (1, _ALONG))
    steps = np.abs(smooth[:, 1:] - smooth[:, :-1])
    height = np.abs(smooth[:, _REACH:] - smooth[:, :-_REACH])
    steepest = cv2.dilate(steps, np.ones((1, _REACH), np.uint8), anchor=(0, 0))
    return height.ravel(), np.asarray(steepest, np.float32)[:, : height.shape[1]].ravel()
