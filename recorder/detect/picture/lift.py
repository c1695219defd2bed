"""Brings what is dim in a picture into the range that the models know.

The models were trained on photographs that somebody thought well lit. In a dim room the
face detector loses small faces first, and dark skin in front of a light wall in any room;
smoothed and brightened, it finds both. There is no one right brightness: light skin is lost
in what shows dark skin best. Three are tried in turn, and the one that shows a face is kept.
"""

from __future__ import annotations

from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from recorder.detect.picture.visibility import Light


class Exposure(Enum):
    """How a picture is brightened: as it is, so that its brightest places are white, or so
    that half of that level is."""

    PLAIN = 0.0
    FULL = 1.0
    SHADOWS = 0.5


# Brightening as a whole is tried while the brightest places are below this level; of a
# lighter picture it makes no other one.
DIM_BELOW = 150.0

# Shadows are tried where at least this share of the picture lies in them: a face of 60
# pixels in a picture of 640x480 has 1.4 %.
LEAST_SHADOW = 0.01

# Never brighten from less: there is nothing but noise.
_LEAST_WHITE = 12.0

# Brightening bends the scale as well: shadows gain more than light places.
_GAMMA = 0.6

# Pixels across that are averaged first: brightened noise hides a face from the detector,
# which sees a picture at a third of its size anyway.
_SMOOTHED = (3, 3)

# A curve is kept until the light has changed by this share: brightness must not flicker
# from one picture to the next.
_KEPT_WITHIN = 0.2


def exposures(light: Light) -> tuple[Exposure, ...]:
    """Those that are worth a try in this light, besides the plain one."""
    full = (Exposure.FULL,) if light.brightest < DIM_BELOW else ()
    return (Exposure.SHADOWS, *full) if light.shadow >= LEAST_SHADOW else full


class Lift:
    """Brightens the pictures of one camera."""

    def __init__(self) -> None:
        self._brightest: float | None = None
        self._curves: dict[Exposure, NDArray[np.uint8]] = {}

    def update(self, light: Light) -> None:
        """Take how the newest picture is lit."""
        last, now = self._brightest, light.brightest
        if last is None or abs(now - last) > _KEPT_WITHIN * last:
            self._brightest, self._curves = now, {}

    def apply(self, image: NDArray[np.uint8], exposure: Exposure) -> NDArray[np.uint8]:
        """The picture as the models are to see it, (h, w, 3) uint8."""
        if exposure is Exposure.PLAIN:
            return image
        curve = self._curves.get(exposure)
        if curve is None:
            white = exposure.value * (self._brightest or 0.0)
            curve = self._curves[exposure] = _curve(max(_LEAST_WHITE, white))
        return np.asarray(cv2.LUT(cv2.blur(image, _SMOOTHED), curve), np.uint8)


def _curve(white: float) -> NDArray[np.uint8]:
    """The table that brings ``white`` to the top of the range."""
    shares = np.clip(np.arange(256) / white, 0, 1) ** _GAMMA
    return np.asarray(255 * shares, np.uint8)
