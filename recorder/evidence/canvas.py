"""Pictures made fit for the encoder: one size for the whole stream, in YUV 4:2:0."""

from __future__ import annotations

import math
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

# H.264, level 5.1 (ITU-T H.264, table A-1): macroblocks a picture, and the longest side,
# sqrt(8 × 36,864) macroblocks of 16 pixels. Beyond it browsers do not decode.
MAX_MACROBLOCKS = 36_864
MAX_SIDE = 8_688

# Below this x264 refuses; no device is as small.
MIN_SIDE = 16

_MACROBLOCK = 16


class Canvas:
    """Takes pictures of any size; gives them in the size that the first one led to.

    The size is the first picture's, its sides made even by repeating the last row or column
    (4:2:0 halves the colours), and scaled down only where H.264 ends. Later pictures of
    another size are scaled to fit, with black beside them, so that nothing is distorted.
    """

    def __init__(self, width: int, height: int) -> None:
        """Prepare for a first picture of ``width`` × ``height`` pixels."""
        self.width, self.height = _size_for(width, height)
        self.picture = np.zeros((self.height * 3 // 2, self.width), np.uint8)
        """The last picture drawn: (height × 3/2, width) uint8, planes Y, U, V; reused."""

    def draw(self, image: NDArray[np.uint8]) -> None:
        """Draw an RGB image, (h, w, 3) uint8, into ``picture``."""
        fitted = np.ascontiguousarray(self._fit(image))
        drawn = cv2.cvtColor(fitted, cv2.COLOR_RGB2YUV_I420, dst=self.picture)
        assert drawn is self.picture

    def _fit(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        height, width = image.shape[:2]
        if (width, height) == (self.width, self.height):
            return image
        right, below = self.width - width, self.height - height
        if right in (0, 1) and below in (0, 1):
            return _padded(image, (0, below, 0, right), cv2.BORDER_REPLICATE)
        return self._letterboxed(image)

    def _letterboxed(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        height, width = image.shape[:2]
        scale = min(self.width / width, self.height / height)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        shrink = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        scaled = cast("NDArray[np.uint8]", cv2.resize(image, size, interpolation=shrink))
        left, top = (self.width - size[0]) // 2, (self.height - size[1]) // 2
        borders = (top, self.height - size[1] - top, left, self.width - size[0] - left)
        return _padded(scaled, borders, cv2.BORDER_CONSTANT)


def _padded(
    image: NDArray[np.uint8], borders: tuple[int, int, int, int], kind: int
) -> NDArray[np.uint8]:
    padded = cv2.copyMakeBorder(image, *borders, kind)
    return cast("NDArray[np.uint8]", padded)


def _size_for(width: int, height: int) -> tuple[int, int]:
    """The coded size: even, and within H.264's limits at the same shape."""
    scale = min(1.0, MAX_SIDE / width, MAX_SIDE / height)
    blocks = math.ceil(width * scale / _MACROBLOCK) * math.ceil(height * scale / _MACROBLOCK)
    if blocks > MAX_MACROBLOCKS:
        scale *= math.sqrt(MAX_MACROBLOCKS / blocks)
    if scale == 1.0:
        return max(MIN_SIDE, width + width % 2), max(MIN_SIDE, height + height % 2)
    return max(MIN_SIDE, _even(width * scale)), max(MIN_SIDE, _even(height * scale))


def _even(side: float) -> int:
    return int(side) // 2 * 2
