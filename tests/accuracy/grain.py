"""A sensor's noise for scenes of many pictures: drawn once, and laid on each time elsewhere."""

from __future__ import annotations

import cv2
import numpy as np
from accuracy.heads import Picture

# How far the noise is moved about at most, pixels: 10,000 places.
_REACH = 100


class Grain:
    """Noise of so many levels (standard deviation) for pictures of (width, height)."""

    def __init__(self, level: float, size: tuple[int, int], dice: np.random.Generator) -> None:
        """Draw the noise: a second's tenth for 640x480."""
        shape = (size[1] + _REACH, size[0] + _REACH, 3)
        self._drawn = np.rint(dice.normal(0, level, shape)).astype(np.int16)
        self._dice = dice

    def on(self, picture: Picture) -> Picture:
        """The picture as the sensor gives it this time."""
        down, right = self._dice.integers(0, _REACH, 2)
        height, width = picture.shape[:2]
        noise = self._drawn[down : down + height, right : right + width]
        return np.asarray(cv2.add(picture, noise, dtype=cv2.CV_8U), np.uint8)
