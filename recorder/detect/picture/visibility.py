"""A picture at a glance: has it content, how is it lit, and where did it change?"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

# The picture is judged on a thumbnail whose shorter side has about this many pixels. Areas
# are averaged, so the sensor's noise in the dark does not pass for content.
THUMBNAIL_SIDE = 60

# Below this mean absolute deviation of luma (0..128) a picture has no content: a lid or a
# finger gives 0 to 1.5, a dim room in which faces are found 3 and more. The policy's own,
# higher threshold decides when an incident begins.
BLIND_CONTRAST = 2.5

# Unless its peaks (all but this share of it is darker: a face of 60 pixels at 640x480 is
# 1.4 % of a picture) stand out from the middle level by this much: a lit face in
# front of the dark is content, however small a part of the picture it is. A finger or a lid
# gives at most 8.
PEAK_SHARE, STANDS_OUT = 0.99, 15.0

# The brightest places of a picture: those above this share of it.
_BRIGHTEST_SHARE = 0.95

# From this level on (0..255) a pixel is taken as saturated; encoders take the top few off.
_SATURATED = 250

# A pixel darker than this lies in shadow: a face there is found more surely when lifted.
_SHADOW = 64

# Change is looked for in fields of this many pixels of the thumbnail across: a face of 60
# pixels in a picture of 640x480.
_FIELD = 8


@dataclass(frozen=True, slots=True)
class Light:
    """How a picture is lit: the level of its brightest places (0..255), and the shares of
    it that are saturated and in shadow (0..1)."""

    brightest: float
    saturated: float
    shadow: float


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a picture, in shares of its width and height."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Look:
    """A picture at a glance.

    ``luma`` is a small grey copy, (h, w) uint8; ``contrast`` its mean absolute deviation;
    ``spread`` how far its peaks are above the middle level, 0..255.
    """

    luma: NDArray[np.uint8]
    contrast: float
    spread: float

    @property
    def observable(self) -> bool:
        """Whether the picture has enough content to have shown a face."""
        return self.contrast >= BLIND_CONTRAST or self.spread >= STANDS_OUT

    def light(self) -> Light:
        """How the picture is lit."""
        counts = np.bincount(self.luma.ravel(), minlength=256)
        below = np.cumsum(counts)
        brightest = np.searchsorted(below, _BRIGHTEST_SHARE * below[-1])
        saturated = counts[_SATURATED:].sum() / below[-1]
        return Light(float(brightest), float(saturated), float(below[_SHADOW] / below[-1]))

    def change_from(self, other: Look) -> float:
        """Mean absolute difference of luma, 0..255; a new size counts as all changed."""
        if self.luma.shape != other.luma.shape:
            return 255.0
        return float(cv2.absdiff(self.luma, other.luma).mean())

    def local_change(self, other: Look, without: tuple[Span, ...] = ()) -> float:
        """The largest change of a field as large as a small face, 0..255.

        Args:
            other: the look to compare with; a new size counts as all changed.
            without: parts that are left out.
        """
        if self.luma.shape != other.luma.shape:
            return 255.0
        change = cv2.absdiff(self.luma, other.luma)
        height, width = change.shape
        for span in without:
            rows = slice(max(0, int(span.top * height)), max(0, int(span.bottom * height)) + 1)
            across = slice(max(0, int(span.left * width)), max(0, int(span.right * width)) + 1)
            change[rows, across] = 0
        field = cv2.blur(change, (_FIELD, _FIELD), borderType=cv2.BORDER_REPLICATE)
        return float(field.max())


def look_at(image: NDArray[np.uint8]) -> Look:
    """Judge a picture, (h, w, 3) uint8 RGB."""
    luma = np.asarray(cv2.cvtColor(_thumbnail(image), cv2.COLOR_RGB2GRAY), np.uint8)
    counts = np.bincount(luma.ravel(), minlength=256)
    levels = np.arange(256)
    mean = counts @ levels / luma.size
    middle, peak = np.searchsorted(np.cumsum(counts), luma.size * np.array([0.5, PEAK_SHARE]))
    contrast = float(counts @ np.abs(levels - mean) / luma.size)
    return Look(luma, contrast, float(peak - middle))


def _thumbnail(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A small copy in which a pixel is the mean of two rows of its area.

    Two rows are noise-free enough, and a fifth of the time of all; whole multiples are
    what OpenCV averages fast, so the last few rows and columns are left out.
    """
    factor = max(1, min(image.shape[:2]) // THUMBNAIL_SIDE)
    height, width = image.shape[0] // factor, image.shape[1] // factor
    rows = image[: height * factor : max(1, factor // 2), : width * factor]
    small = cv2.resize(rows, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
