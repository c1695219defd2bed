"""Could this picture have shown a face at all? And did it change since another one?"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

# The picture is judged on a thumbnail whose shorter side has about this many pixels. Areas
# are averaged, so the sensor's noise in the dark does not pass for content.
THUMBNAIL_SIDE = 60

# Below this mean absolute deviation of luma (0..128) no face was ever found in a picture:
# a covered lens gives 0-3, a dim room with a face in it 8 and more. The policy's own,
# higher threshold decides when an incident begins.
BLIND_CONTRAST = 4.0


@dataclass(frozen=True, slots=True)
class Look:
    """A picture at a glance.

    ``luma`` is a small grey copy, (h, w) uint8; ``contrast`` its mean absolute deviation.
    """

    luma: NDArray[np.uint8]
    contrast: float

    @property
    def observable(self) -> bool:
        """Whether the picture has enough content to have shown a face."""
        return self.contrast >= BLIND_CONTRAST

    def change_from(self, other: Look) -> float:
        """Mean absolute difference of luma, 0..255; a new size counts as all changed."""
        if self.luma.shape != other.luma.shape:
            return 255.0
        return float(cv2.absdiff(self.luma, other.luma).mean())


def look_at(image: NDArray[np.uint8]) -> Look:
    """Judge a picture, (h, w, 3) uint8 RGB."""
    luma = np.asarray(cv2.cvtColor(_thumbnail(image), cv2.COLOR_RGB2GRAY), np.uint8)
    values = luma.astype(np.float32)
    return Look(luma, float(np.abs(values - values.mean()).mean()))


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
