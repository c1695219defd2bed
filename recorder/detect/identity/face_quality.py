"""How far a face can be judged at all: by its size, turn, sharpness and light."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from recorder.detect.identity.embedding import CHIP
from recorder.detect.picture.sharpness import face_edge_width

# Below this nothing is said about whose face it is. The quality is a share of the way from
# useless to good, so this is a quarter of it.
USABLE = 0.25


class Flaw(StrEnum):
    """What is worst about a face."""

    SMALL = "too_small"
    TURNED = "turned_away"
    BLURRED = "blurred"
    DARK = "too_dark"
    BRIGHT = "too_bright"


@dataclass(frozen=True, slots=True)
class Quality:
    """``value`` 0 (useless) … 1 (good) is that of the worst property, which is ``flaw``."""

    value: float
    flaw: Flaw

    @property
    def usable(self) -> bool:
        """Whether whose face it is can be judged."""
        return self.value >= USABLE


@dataclass(frozen=True, slots=True)
class _Ramp:
    """From useless to good, in the unit of what is measured; either may be the larger."""

    useless: float
    good: float

    def share(self, value: float) -> float:
        """How far on the way a value is, 0..1."""
        way = (value - self.useless) / (self.good - self.useless)
        return min(1.0, max(0.0, way))


# Where a face stops being one to the model. Measured as the distance of an altered
# photograph from itself, which stays below 0.4 in the usable part of each (tests/accuracy):

# Pixels between the outer corners of the eyes: 18 gave 0.29 on average.
_SIZE = _Ramp(useless=10.0, good=40.0)

# Degrees of yaw: the model's training faces look ahead. Drawn heads are 0.07 farther from their
# photograph at 40 than at 0.
_TURN = _Ramp(useless=45.0, good=15.0)

# Degrees of pitch, up or down: as much is lost at 30 already, twice as much at 40 down, where
# eight in ten drawn heads are strangers to the usual threshold.
_NOD = _Ramp(useless=31.0, good=15.0)

# Width of the strong edges, pixels of the aligned face: photographs and the shared clip have
# 3 to 7; blurred by 2 pixels (0.29) they are at 7-10, by 4 pixels (0.49) at 10-11.
_EDGES = _Ramp(useless=10.5, good=7.0)

# Mean luma of the aligned face, 0..255: at 12 the distance was 0.29.
_LUMA = _Ramp(useless=6.0, good=50.0)

# Share of the aligned face that is white to the sensor.
_WHITE = _Ramp(useless=0.6, good=0.1)
_WHITE_LUMA = 250

# Between the temples in an aligned face, pixels (the mean shape is as wide as the chip less
# its padding).
_FACE_PX = CHIP / 1.5

# The aligned face's rim is background and hair.
_RIM = 8


def face_quality(
    chip: NDArray[np.uint8], pixels: float, yaw: float | None, pitch: float | None
) -> Quality:
    """How far a face can be judged.

    Args:
        chip: the face as ``embedding.aligned`` gives it.
        pixels: between the outer corners of the eyes, in the picture it comes from.
        yaw: of the head, degrees; ``None`` where it could not be measured.
        pitch: likewise.
    """
    luma = np.asarray(cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY), np.float32)
    inner = luma[_RIM:-_RIM, _RIM:-_RIM]
    turned = 0.0 if yaw is None or pitch is None else abs(yaw)
    bowed = 0.0 if yaw is None or pitch is None else abs(pitch)
    edges = face_edge_width(chip, CHIP / 2, CHIP / 2, _FACE_PX)
    parts = (
        Quality(_SIZE.share(pixels), Flaw.SMALL),
        Quality(_TURN.share(turned), Flaw.TURNED),
        Quality(_NOD.share(bowed), Flaw.TURNED),
        Quality(_LUMA.share(float(inner.mean())), Flaw.DARK),
        Quality(_WHITE.share(float((inner > _WHITE_LUMA).mean())), Flaw.BRIGHT),
        # Last: where there is no light there are no edges either.
        Quality(0.0 if edges is None else _EDGES.share(edges), Flaw.BLURRED),
    )
    return min(parts, key=lambda part: part.value)
