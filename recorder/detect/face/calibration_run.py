"""The calibration as it goes: which point is shown, for how long, and when it is enough.

A page asks ``target`` what to draw, gives every face observation to ``take``, and draws
``share`` as a ring that fills and ``hint`` as words. Time is that of the observations.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from recorder.detect.face.calibration import (
    LEAST_LOOKS,
    NINE_POINTS,
    SKIPPED,
    Look,
    Looks,
    Outcome,
    Point,
    calibrate,
)
from recorder.detect.face.screen import NS, line_of_sight
from recorder.detect.observations import FaceObservation

# Eyes need up to 0.4 s to find a mark that has moved and to rest on it.
SETTLE_S = 0.6

# Looks are gathered for this long, which is short enough not to wander and long enough for a
# blink; where pictures are slow or the eyes are shut, up to twice as long, and not beyond.
LOOK_S = 1.0
LEAST_GATHERED = 12
LONGEST_S = 4.0


class Hint(StrEnum):
    """What the candidate should know right now."""

    NO_FACE = "Your face is not seen: sit before the camera."
    SEVERAL_FACES = "Several people are seen: you should be alone."
    NOT_VISIBLE = "The camera sees too little: more light, and nothing before the lens."
    EYES_SHUT = "Look at the mark with open eyes."


class CalibrationRun:
    """One calibration.

    Args:
        points: what is shown, one after the other.
    """

    def __init__(self, points: Sequence[Point] = NINE_POINTS) -> None:
        self._points = tuple(points)
        self._done: list[Looks] = []
        self._skipped = False
        self._hint: Hint | None = None
        self._begin()

    @property
    def target(self) -> Point | None:
        """The point to show; ``None`` when it is over."""
        if self._skipped or len(self._done) == len(self._points):
            return None
        return self._points[len(self._done)]

    @property
    def share(self) -> float:
        """How much of the present point is done, 0..1."""
        return min(1.0, len(self._looks) / LEAST_GATHERED, self._elapsed_s / self._needed_s)

    @property
    def progress(self) -> float:
        """How much of the whole is done, 0..1."""
        if self.target is None:
            return 1.0
        return (len(self._done) + self.share) / len(self._points)

    @property
    def hint(self) -> Hint | None:
        """What keeps the present point from being done."""
        return self._hint

    def take(self, seen: FaceObservation) -> None:
        """Take what the camera saw; the order is that of time."""
        if self.target is None:
            return
        if self._since_ns is None:
            self._since_ns = seen.monotonic_ns
        self._elapsed_s = (seen.monotonic_ns - self._since_ns) / NS
        look = self._look(seen)
        if self._elapsed_s >= SETTLE_S and look is not None:
            self._looks.append(look)
        enough = self._elapsed_s >= self._needed_s and len(self._looks) >= LEAST_GATHERED
        if enough or self._elapsed_s >= LONGEST_S:
            self._next()

    def skip(self) -> None:
        """The candidate does not want to, or need not."""
        self._skipped = True

    def again(self) -> None:
        """Begin anew."""
        self._done, self._skipped = [], False
        self._begin()

    def outcome(self) -> Outcome:
        """What came of it; of the points so far where it is not over."""
        if self._skipped:
            return SKIPPED
        shown = [*self._done, self._gathered()] if self.target else self._done
        unshown = [Looks(point) for point in self._points[len(shown) :]]
        return calibrate([*shown, *unshown])

    @property
    def _needed_s(self) -> float:
        return SETTLE_S + LOOK_S

    def _look(self, seen: FaceObservation) -> Look | None:
        """The line of sight, or a hint why there is none."""
        self._hint = _hint(seen)
        settled = self._elapsed_s >= SETTLE_S
        angles = (seen.yaw, seen.pitch, seen.roll, seen.gaze_yaw, seen.gaze_pitch)
        if self._hint is not None or None in angles:
            self._shut += settled and self._hint is Hint.EYES_SHUT
            self._unseen += settled and self._hint is not Hint.EYES_SHUT
            return None
        yaw, pitch, roll, gaze_yaw, gaze_pitch = (angle or 0.0 for angle in angles)
        sight = line_of_sight(yaw, pitch, roll, gaze_yaw, gaze_pitch)
        return Look(*sight, yaw, pitch)

    def _begin(self) -> None:
        self._looks: list[Look] = []
        self._unseen = self._shut = 0
        self._since_ns: int | None = None
        self._elapsed_s = 0.0

    def _gathered(self) -> Looks:
        point = self._points[len(self._done)]
        return Looks(point, tuple(self._looks), self._unseen, self._shut)

    def _next(self) -> None:
        self._done.append(self._gathered())
        self._begin()


def _hint(seen: FaceObservation) -> Hint | None:
    if not seen.observable:
        return Hint.NOT_VISIBLE
    if seen.faces == 0 or seen.yaw is None:
        return Hint.NO_FACE
    if seen.faces > 1:
        return Hint.SEVERAL_FACES
    return Hint.EYES_SHUT if seen.eyes_shut or seen.gaze_yaw is None else None


assert LEAST_GATHERED >= LEAST_LOOKS
