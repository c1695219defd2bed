"""Is the camera upside down? Tried rarely, and only while no face is found for certain."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

NS = 1_000_000_000

TRY_EVERY_NS = 2 * NS

# So many tries must agree. A single one could be a face on a sheet of paper.
AGREEING = 2

# A face this certain is upright. Photographs and rendered heads score 0.71 and more as they
# are, and at most 0.71 upside down, each at least 0.18 less.
SURE_SCORE = 0.75

# A turned picture must show a face that is this certain, and surer by so much than what the
# picture shows as it is.
TURNED_SCORE, SURER_BY = 0.6, 0.12


class Uprightness:
    """Compares the faces of a picture with those of the same picture turned by 180°.

    Args:
        best_score: the score of the surest face in a picture, 0 where there is none.
    """

    def __init__(self, best_score: Callable[[NDArray[np.uint8]], float]) -> None:
        self._best_score = best_score
        self._tried_ns: int | None = None
        self._agreeing = 0

    @property
    def upside_down(self) -> bool:
        """Whether the last tries found the faces upside down."""
        return self._agreeing >= AGREEING

    def update(self, now_ns: int, image: NDArray[np.uint8], score: float) -> None:
        """Take a picture and the score of the surest face in it; turn it if need be."""
        if score >= SURE_SCORE:
            self._agreeing = 0
            return
        if self._tried_ns is not None and now_ns - self._tried_ns < TRY_EVERY_NS:
            return
        self._tried_ns = now_ns
        turned = self._best_score(np.ascontiguousarray(image[::-1, ::-1]))
        agrees = turned >= max(TURNED_SCORE, score + SURER_BY)
        self._agreeing = self._agreeing + 1 if agrees else 0
