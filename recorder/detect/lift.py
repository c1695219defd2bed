"""Brings a dim picture, or the shadows of a bright one, into the range that models know.

The models were trained on photographs that somebody thought well lit. In a dim room the
face detector loses small and dark-skinned faces first; brightened, it finds them down to a
tenth of the light. In front of a bright window the same holds for the shadows alone.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from recorder.detect.visibility import Light

# A picture whose brightest places are below this level is brightened, until they are above
# the second one. On photographs under simulated exposure the detector's scores begin to
# fall at about 60.
DIM_BELOW, DIM_UNTIL = 60.0, 75.0

# Shadows are tried where at least this share of the picture lies in them: a face of 60
# pixels in a picture of 640x480 has 1 %.
LEAST_SHADOW = 0.02

# The level that shadows are brightened to white from; what is lighter is lost meanwhile.
_SHADOWS_FROM = 80.0

# Never brighten from less: there is nothing but noise.
_LEAST_FROM = 12.0

# Brightening bends the scale as well: shadows gain more than light places.
_GAMMA = 0.6

# A curve is kept until the light has changed by this share: brightness must not flicker
# from one picture to the next.
_KEPT_WITHIN = 0.2


class Lift:
    """Decides how the pictures of one camera are brightened. Told about the light now and
    then, asked for every picture."""

    def __init__(self) -> None:
        self._from: float | None = None
        self._shadows = False
        self._curve: NDArray[np.uint8] | None = None

    def update(self, light: Light, *, found: bool) -> None:
        """Take what a search found: faces or none."""
        dim = light.brightest < (DIM_BELOW if self._from is None else DIM_UNTIL)
        if dim:
            self._shadows = False
            self._bend(max(_LEAST_FROM, light.brightest))
            return
        if not found:
            self._shadows = not self._shadows and light.shadow >= LEAST_SHADOW
        self._bend(_SHADOWS_FROM if self._shadows else None)

    @property
    def shows_shadows(self) -> bool:
        """Whether all but the shadows is lost in the pictures as they are brightened now."""
        return self._shadows

    def apply(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture as the models are to see it, (h, w, 3) uint8."""
        if self._curve is None:
            return image
        return np.asarray(cv2.LUT(image, self._curve), np.uint8)

    def _bend(self, white: float | None) -> None:
        last = self._from
        if white is None or last is None or abs(white - last) > _KEPT_WITHIN * last:
            self._from = white
            self._curve = None if white is None else _curve(white)


def _curve(white: float) -> NDArray[np.uint8]:
    """The table that brings ``white`` to the top of the range."""
    shares = np.clip(np.arange(256) / white, 0, 1) ** _GAMMA
    return np.asarray(255 * shares, np.uint8)
