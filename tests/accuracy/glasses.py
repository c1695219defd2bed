"""Glasses on a drawn head: two rims, a bridge, arms, and the lamp's reflection on a lens."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

# Lenses are 4.8 cm wide and 3.6 high, and stand 2.5 cm before the eyeball's centre.
_HALF_LENS_CM = (2.4, 1.8)
_BEFORE_EYE_CM = 2.5
_ARM_CM = 9.0


class View(Protocol):
    """From model axes to pixels."""

    @property
    def focal(self) -> float:
        """Focal length, pixels."""
        ...

    @property
    def place(self) -> NDArray[np.float64]:
        """Of the head in the camera's axes, cm."""
        ...

    def in_camera(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Model axes to the camera's."""
        ...

    def pixels(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """The camera's axes to pixels."""
        ...


@dataclass(frozen=True, slots=True)
class Glasses:
    """``frame`` 0 (black) to 255, ``thick_cm`` its width; ``glare`` 0..1 of a spot on both
    lenses, ``tint`` 0..1 how dark the lenses are.
    """

    frame: int = 30
    thick_cm: float = 0.3
    glare: float = 0.0
    tint: float = 0.0

    def draw(
        self, picture: NDArray[np.uint8], centres: NDArray[np.float64], view: View
    ) -> None:
        """Draw them over a picture, on eyes at ``centres`` (2, 3) in model axes."""
        scale = view.focal / float(view.place[2])
        width = max(1, round(self.thick_cm * scale))
        lenses = [_rim(centre) for centre in centres]
        outlines = [_pixels(view, lens) for lens in lenses]
        if self.tint > 0:
            self._over(picture, outlines, 0, self.tint)
        if self.glare > 0:
            spots = [
                _pixels(view, lens.mean(axis=0) + 0.42 * (lens - lens.mean(axis=0)) + _ASIDE)
                for lens in lenses
            ]
            self._over(picture, spots, 255, self.glare)
        inner = centres + np.array([[2.4, 0.3, _BEFORE_EYE_CM], [-2.4, 0.3, _BEFORE_EYE_CM]])
        lines = [*outlines, _pixels(view, inner)]
        for centre, outwards in zip(centres, (-1.0, 1.0), strict=True):
            hinge = centre + np.array([outwards * 2.4, 0.4, _BEFORE_EYE_CM])
            # The arm on the far side is behind the head.
            if _faces(view, outwards):
                arm = np.array([hinge, hinge + np.array([outwards * 1.2, 0, -_ARM_CM])])
                lines.append(_pixels(view, arm))
        colour = (self.frame,) * 3
        cv2.polylines(picture, lines[:2], True, colour, width, cv2.LINE_AA, 4)
        cv2.polylines(picture, lines[2:], False, colour, width, cv2.LINE_AA, 4)

    @staticmethod
    def _over(
        picture: NDArray[np.uint8],
        outlines: list[NDArray[np.int32]],
        level: int,
        share: float,
    ) -> None:
        painted = picture.copy()
        cv2.fillPoly(painted, outlines, (level,) * 3, cv2.LINE_AA, 4)
        cv2.addWeighted(painted, share, picture, 1 - share, 0, picture)


_ASIDE = np.array([0.5, 0.4, 0.0])


def _rim(centre: NDArray[np.float64]) -> NDArray[np.float64]:
    around = np.linspace(0, 2 * math.pi, 24, endpoint=False)
    wide, high = _HALF_LENS_CM
    return centre + np.column_stack(
        [wide * np.cos(around), high * np.sin(around), np.full(24, _BEFORE_EYE_CM)]
    )


def _pixels(view: View, points: NDArray[np.float64]) -> NDArray[np.int32]:
    """Sixteenths of pixels, as OpenCV's drawing takes them."""
    return np.round(view.pixels(view.in_camera(points)) * 16).astype(np.int32)


def _faces(view: View, outwards: float) -> bool:
    """Whether the side of the head that is ``outwards`` is turned to the camera."""
    ends = view.in_camera(np.array([[0.0, 0.0, 0.0], [outwards, 0.0, 0.0]]))
    return bool(ends[1, 2] < ends[0, 2] + 0.25)
