"""Whether the eyes are open, shut or on the way, so that a blink is never taken for a glance.

While a lid falls and rises it covers the iris, whose landmark then moves with the lid. How far
eyes are open differs between people and the mesh shows shut eyes of some as half open, so
what counts is how far they are open *against what is usual now*: lids that drop and rise again
are a blink; lids that stay lower (who looks down, squints) are the new usual.
"""

from __future__ import annotations

import math
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.face_model import EYE_ROWS
from recorder.detect.face.gaze import CLOSED_CM, NO_EYE_DEG, eye_weights
from recorder.detect.face.pose import HeadPose

NS = 1_000_000_000

# Shares of the usual opening: below the first the lids cover some of the iris that they
# usually leave free, below the second they are shut or nearly. On drawn heads, shut eyes are
# shown with 0.25 to 0.6 of their opening, and lids do not fall below 0.85 by a look of 10°.
LOWERED, SHUT = 0.8, 0.6

# A blink is over after this (0.1 to 0.4 s; Stern, Walrath & Goldstein, 1984).
BLINK_S = 0.5

# The usual opening follows lids that rise at once, and lids that sink within a few seconds.
RISE_S, SINK_S = 0.2, 3.0

# A pause, after which what was usual is not known.
FORGET_S = 5.0


class LidState(Enum):
    """What the lids do in one picture."""

    OPEN = auto()
    MOVING = auto()
    SHUT = auto()


class Lids:
    """Follows the lids of one face; pictures in the order they were taken."""

    def __init__(self) -> None:
        self._usual: float | None = None
        self._last_ns = 0
        self._lowered_ns: int | None = None

    def step(
        self, now_ns: int, landmarks: NDArray[np.float64], pose: HeadPose
    ) -> LidState | None:
        """What the lids do; ``None`` where the head shows neither eye.

        Args:
            now_ns: when the picture was taken.
            landmarks: (n, 2) pixels in the order of ``face_model.LANDMARKS``.
            pose: of the same face in the same picture.
        """
        opening = lid_opening(landmarks, pose)
        if opening is None:
            return None
        elapsed_s = (now_ns - self._last_ns) / NS
        self._last_ns = now_ns
        if self._usual is None or elapsed_s > FORGET_S:
            self._usual, self._lowered_ns = max(opening, CLOSED_CM), None
        share = opening / self._usual
        if share >= LOWERED:
            self._lowered_ns = None
            self._follow(opening, elapsed_s)
            return LidState.SHUT if opening < CLOSED_CM else LidState.OPEN
        self._lowered_ns = now_ns if self._lowered_ns is None else self._lowered_ns
        if now_ns - self._lowered_ns > BLINK_S * NS:
            if opening >= CLOSED_CM:
                self._usual, self._lowered_ns = opening, None
                return LidState.OPEN
            return LidState.SHUT
        return LidState.SHUT if share < SHUT or opening < CLOSED_CM else LidState.MOVING

    def _follow(self, opening: float, elapsed_s: float) -> None:
        assert self._usual is not None
        within_s = RISE_S if opening > self._usual else SINK_S
        share = 1 - math.exp(-max(0.0, elapsed_s) / within_s)
        self._usual = max(CLOSED_CM, self._usual + share * (opening - self._usual))


def lid_opening(landmarks: NDArray[np.float64], pose: HeadPose) -> float | None:
    """How far apart the lids are, cm, the mean of the eyes that are seen."""
    if max(abs(pose.yaw), abs(pose.pitch)) > NO_EYE_DEG:
        return None
    gaps = [
        float(np.linalg.norm(landmarks[rows[3]] - landmarks[rows[4]])) / pose.scale
        for rows in EYE_ROWS
    ]
    left, right = eye_weights(pose.yaw)
    return (left * gaps[0] + right * gaps[1]) / (left + right)
