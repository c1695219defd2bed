"""Hints that a living head sits before the camera: it blinks, and it is not flat.

Evidence for a reviewer, never a verdict: people who hardly blink are alive, and a film of
somebody on a screen blinks and turns as well as they do.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recorder.detect.identity.parallax import FlatnessTracker
from shared.records import Detail

NS = 1_000_000_000

# Eyes shut for longer are a rest, not a blink (blinks take 0.1 to 0.4 s; Stern et al., 1984).
LONGEST_BLINK_NS = 8 * NS // 10

# Heads that turn by 8° to each side show at least 0.011 of parallax, photographs that are
# held, moved, tilted and turned away at most 0.004 (tests/accuracy, rendered).
DEPTH = 0.007
FLAT = 0.005

# To call something flat it must have seemed to turn by this much, degrees of yaw from the
# farthest left to the farthest right: a head that keeps still shows little depth either.
LEAST_TURN_DEG = 12.0

# A picture that was misread must not make the parallax: this share of the looks may be.
_MISREAD_PERCENT = 10

# Looks kept, half a minute at 30 a second.
_KEPT = 900


@dataclass(frozen=True, slots=True)
class HeadLook:
    """One picture of the head.

    ``image`` is (h, w, 3) uint8 RGB, ``landmarks`` (n, 2) pixels in it in the order of
    ``face_model.LANDMARKS``, ``yaw`` in degrees.
    """

    monotonic_ns: int
    image: NDArray[np.uint8]
    landmarks: NDArray[np.float64]
    yaw: float
    eyes_shut: bool


@dataclass(frozen=True, slots=True)
class LivenessHint:
    """What was seen in ``seconds``: how often the eyes blinked, the degrees that the head
    turned from left to right, and the parallax (``None`` where it could not be measured).
    """

    blinks: int
    seconds: float
    turn: float
    parallax: float | None

    @property
    def blinks_per_minute(self) -> float:
        """How often: 10 to 20 are usual, fewer when reading."""
        return 60 * self.blinks / self.seconds if self.seconds > 0 else 0.0

    @property
    def depth(self) -> bool | None:
        """Whether the face showed depth; ``None`` where it moved too little to tell."""
        if self.parallax is not None and self.parallax >= DEPTH:
            return True
        flat = self.parallax is not None and self.parallax < FLAT
        return False if flat and self.turn >= LEAST_TURN_DEG else None

    @property
    def words(self) -> str:
        """What a reviewer reads."""
        times = "once" if self.blinks == 1 else f"{self.blinks} times"
        return f"blinked {times} in {self.seconds:.0f} s; {_DEPTH_WORDS[self.depth]}"

    def detail(self) -> Detail:
        """For the ``enrolment`` record."""
        return {
            "blinks": self.blinks,
            "blinks_per_minute": round(self.blinks_per_minute, 1),
            "seconds": round(self.seconds, 1),
            "turn": round(self.turn, 1),
            "parallax": None if self.parallax is None else round(self.parallax, 4),
            "hint": self.words,
        }


_DEPTH_WORDS = {
    True: "the face showed depth when it moved",
    False: "the face turned and showed no depth, as a flat picture would",
    None: "the head moved too little to show whether it is flat",
}


class LivenessWatch:
    """Gathers hints over the looks at one face, in the order they were taken."""

    def __init__(self) -> None:
        self._span: tuple[int, int] | None = None
        self._shut_ns: int | None = None
        self._blinks = 0
        self._turns: tuple[float, float] | None = None
        self._parallax: deque[float] = deque(maxlen=_KEPT)
        self._tracker = FlatnessTracker()

    def take(self, look: HeadLook) -> None:
        """One picture more."""
        now_ns = look.monotonic_ns
        self._span = (self._span[0] if self._span else now_ns, now_ns)
        self._count(look)
        left, right = self._turns or (look.yaw, look.yaw)
        self._turns = (min(left, look.yaw), max(right, look.yaw))
        parallax = self._tracker.take(look.image, look.landmarks)
        if parallax is not None and not look.eyes_shut:
            self._parallax.append(parallax)

    def hint(self) -> LivenessHint:
        """What has been seen so far."""
        first_ns, last_ns = self._span or (0, 0)
        left, right = self._turns or (0.0, 0.0)
        return LivenessHint(
            blinks=self._blinks,
            seconds=(last_ns - first_ns) / NS,
            turn=right - left,
            parallax=self._most_parallax(),
        )

    def _most_parallax(self) -> float | None:
        if not self._parallax:
            return None
        return float(np.percentile(np.array(self._parallax), 100 - _MISREAD_PERCENT))

    def _count(self, look: HeadLook) -> None:
        if look.eyes_shut:
            self._shut_ns = look.monotonic_ns if self._shut_ns is None else self._shut_ns
            return
        if self._shut_ns is not None and look.monotonic_ns - self._shut_ns <= LONGEST_BLINK_NS:
            self._blinks += 1
        self._shut_ns = None
