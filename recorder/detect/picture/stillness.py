"""Does anything move? Of a scene that is as good as still, a third of the pictures will do.

Nothing that is watched for lasts less than 0.3 s, and a candidate who reads sits still for
most of an exam. Movement is local and a sensor's noise is everywhere, so the change of each
part of the picture is compared with that of the part in the middle of all.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from recorder.capture.cadence import Cadence

# Pictures a second of a scene in which nothing moves: three within the shortest pause that
# counts, and as many as the steady stream keeps.
STILL_FPS = 10

# The picture is compared on a grid whose shorter side has about this many points, each the
# mean of four pixels of its area.
_GRID_SIDE = 60

# Side of a part, in points of the grid: a twelfth of the picture's shorter side.
_PART = 5

# Change of a part's mean luma, beyond that of the part in the middle, that is movement: a
# head that turns gives 5 and more from one picture to the next, one that reads 1 to 3, and
# noise of 8 levels a pixel stays below 3.
MOVED_LUMA = 4.0

# What a sensor's noise can change everywhere, four pixels averaged; more is a camera that
# moves, or a light.
_NOISE_LUMA = 8.0


class Stillness:
    """Compares pictures of one camera with the one that was looked at last."""

    def __init__(self) -> None:
        self._last: NDArray[np.uint8] | None = None
        self._newest: NDArray[np.uint8] | None = None

    def moved(self, image: NDArray[np.uint8]) -> bool:
        """Whether a picture, (h, w, 3) uint8 RGB, differs from the last one looked at."""
        self._newest = grid = _grid(image)
        last = self._last
        if last is None or last.shape != grid.shape:
            return True
        return _movement(last, grid) >= MOVED_LUMA

    def looked(self) -> None:
        """The picture that was asked about last is looked at."""
        self._last = self._newest


class Turns:
    """Which pictures are looked at: so many a second, and fewer where nothing moves."""

    def __init__(self, fps: int | None = None) -> None:
        """Look at ``fps`` pictures a second at most; ``None`` is all that move."""
        self._cadence = None if fps is None else Cadence(fps)
        self._still_cadence = Cadence(STILL_FPS)
        self._stillness = Stillness()

    def pace(self, fps: int) -> None:
        """Look at so many a second at most from now on."""
        self._cadence = Cadence(fps)

    def comes(self, image: NDArray[np.uint8], at_ns: int) -> bool:
        """Whether it is a picture's turn, (h, w, 3) uint8 RGB, taken at ``at_ns``."""
        if self._cadence and not self._cadence.wants(at_ns):
            return False
        moved = self._stillness.moved(image)
        if not moved and not self._still_cadence.wants(at_ns):
            return False
        if self._cadence:
            self._cadence.took(at_ns)
        self._still_cadence.took(at_ns)
        self._stillness.looked()
        return True


def _movement(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """The largest change of a part beyond the middle one, or of all beyond noise, in levels
    of luma.
    """
    height, width = one.shape[0] // _PART, one.shape[1] // _PART
    if not (height and width):
        return MOVED_LUMA
    within = np.s_[: height * _PART, : width * _PART]
    change = cv2.absdiff(one[within], other[within])
    parts = np.asarray(cv2.resize(change, (width, height), interpolation=cv2.INTER_AREA))
    middle = np.partition(parts, parts.size // 2, axis=None)[parts.size // 2]
    return max(float(parts.max()) - float(middle), float(middle) - _NOISE_LUMA)


def _grid(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Green, which is most of luma, each point the mean of four pixels of its area."""
    factor = max(1, min(image.shape[:2]) // _GRID_SIDE)
    height, width = image.shape[0] // factor, image.shape[1] // factor
    step = max(1, factor // 2)
    green = np.ascontiguousarray(image[: height * factor : step, : width * factor : step, 1])
    small = cv2.resize(green, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
