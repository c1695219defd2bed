"""What nine looks at known points say about where the screen is.

The directions of the looks are fitted to the points by an affine map (the usual first-order
calibration of eye trackers, Hansen & Ji, IEEE TPAMI 2010): its shift is the screen's middle,
its slopes are the screen's extents, both as *this* camera measures *these* eyes. Whatever the
measure gets wrong for one person (a gain, an offset) is therefore in the region too.

Pure. A calibration that yields nothing is an outcome with words for the candidate, and
detection goes on from ``Screen()``, which is learnt while it watches.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.screen import Screen

# Version of what ``to_detail`` writes.
DETAIL_VERSION = 1

# Half extents of a screen, degrees: a small tablet at arm's length is 8 by 5, the widest
# desk screens at 50 cm reach 45 by 20. Beyond, the eyes did not follow the points.
LEAST_HALF_YAW_DEG, LEAST_HALF_PITCH_DEG = 3.0, 1.5
MOST_HALF_YAW_DEG, MOST_HALF_PITCH_DEG = 50.0, 35.0

# Farther from the camera no screen's middle is, and no head is held to look at it.
MOST_MIDDLE_DEG = 40.0

# A point counts with this many looks (a third of a second at 15 pictures a second), and a
# plane through the points needs this many of them.
LEAST_LOOKS = 5
LEAST_POINTS = 6

# Two neighbouring points are told apart when their looks differ by this, degrees.
TOLD_APART_DEG = 0.5

# From this quality on, the region is used. Eyes that wander at random give 0.1 and less.
ENOUGH = 0.4


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the screen as shares of its width and height, from its top left corner."""

    x: float
    y: float


# The middle first, where everybody looks anyway; then row by row. A tenth from the edges, so
# that a mark fits in.
NINE_POINTS = (
    Point(0.5, 0.5),
    Point(0.1, 0.1),
    Point(0.5, 0.1),
    Point(0.9, 0.1),
    Point(0.9, 0.5),
    Point(0.1, 0.5),
    Point(0.1, 0.9),
    Point(0.5, 0.9),
    Point(0.9, 0.9),
)


@dataclass(frozen=True, slots=True)
class Look:
    """One picture while a point was shown: the line of sight and the head, degrees."""

    yaw: float
    pitch: float
    head_yaw: float
    head_pitch: float


@dataclass(frozen=True, slots=True)
class Looks:
    """All that was seen while one point was shown.

    ``unseen`` pictures showed no face (or several), ``shut`` ones no open eyes.
    """

    point: Point
    looks: tuple[Look, ...] = ()
    unseen: int = 0
    shut: int = 0


class Trouble(StrEnum):
    """Why a calibration is not used."""

    NO_FACE = "no_face"
    EYES_SHUT = "eyes_shut"
    EYES_STILL = "eyes_still"
    NOT_FOLLOWED = "points_not_followed"
    UNSTEADY = "unsteady"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The candidate's own screen. ``quality`` 0..1; ``advice`` says what would better it,
    where it is not good.
    """

    screen: Screen
    quality: float
    points: int
    spread: float
    mirrored: bool
    advice: str = ""


@dataclass(frozen=True, slots=True)
class NotCalibrated:
    """No region came of it: why, and what the candidate can do."""

    trouble: Trouble
    advice: str
    quality: float = 0.0
    points: int = 0


Outcome = Calibrated | NotCalibrated

SKIPPED = NotCalibrated(
    Trouble.SKIPPED, "calibration was skipped: the screen is learnt while you work"
)


def calibrate(seen: Sequence[Looks]) -> Outcome:
    """Where the screen is, from what was seen at each point."""
    usable = [at for at in seen if len(at.looks) >= LEAST_LOOKS]
    if len(usable) < LEAST_POINTS:
        return _too_little(seen, len(usable))
    middles = np.array([_middle(at) for at in usable])
    places = np.array([(at.point.x - 0.5, at.point.y - 0.5) for at in usable])
    shift, slopes = _plane(places, middles)
    half_yaw, half_pitch = abs(slopes[0, 0]) / 2, abs(slopes[1, 1]) / 2
    quality = _Quality.of(usable, middles, slopes, len(seen))
    moved = float(np.ptp(middles, axis=0).max())
    trouble = _trouble(half_yaw, half_pitch, moved, quality)
    if trouble is not None:
        advice = _ADVICE[trouble]
        return NotCalibrated(trouble, advice, min(quality.value, ENOUGH), len(usable))
    head = np.median([(k.head_yaw, k.head_pitch) for at in usable for k in at.looks], axis=0)
    screen = Screen(
        yaw=_bounded(shift[0]),
        pitch=_bounded(shift[1]),
        half_yaw=float(half_yaw),
        half_pitch=float(half_pitch),
        head_yaw=_bounded(head[0]),
        head_pitch=_bounded(head[1]),
        calibrated=True,
    )
    return Calibrated(
        screen=screen,
        quality=quality.value,
        points=len(usable),
        spread=quality.spread,
        mirrored=bool(slopes[0, 0] > 0),
        advice=_better(len(usable), len(seen), quality),
    )


def to_detail(outcome: Outcome) -> dict[str, object]:
    """An outcome as the ``enrolment`` record keeps it."""
    match outcome:
        case Calibrated():
            screen = outcome.screen
            return {
                "v": DETAIL_VERSION,
                "calibrated": True,
                "quality": round(outcome.quality, 3),
                "points": outcome.points,
                "spread_degrees": round(outcome.spread, 2),
                "mirrored": outcome.mirrored,
                "advice": outcome.advice,
                **{name: round(getattr(screen, name), 2) for name in _SCREEN_DEGREES},
            }
        case NotCalibrated():
            return {
                "v": DETAIL_VERSION,
                "calibrated": False,
                "quality": round(outcome.quality, 3),
                "points": outcome.points,
                "trouble": str(outcome.trouble),
                "advice": outcome.advice,
            }


def screen_from(detail: Mapping[str, object] | None) -> Screen | None:
    """The screen that ``to_detail`` wrote; ``None`` where there is none, or not one that a
    calibration can have found: detection then learns it.
    """
    if detail is None or detail.get("v") != DETAIL_VERSION or not detail.get("calibrated"):
        return None
    degrees = {name: detail.get(name) for name in _SCREEN_DEGREES}
    found: dict[str, float] = {}
    for name, value in degrees.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        if not math.isfinite(value) or abs(value) > MOST_HALF_YAW_DEG:
            return None
        found[name] = float(value)
    if found["half_yaw"] < LEAST_HALF_YAW_DEG or found["half_pitch"] < LEAST_HALF_PITCH_DEG:
        return None
    return Screen(**found, calibrated=True)


_SCREEN_DEGREES = ("yaw", "pitch", "half_yaw", "half_pitch", "head_yaw", "head_pitch")

_ADVICE = {
    Trouble.EYES_STILL: "the eyes hardly moved: follow the mark with your eyes, to each corner",
    Trouble.NOT_FOLLOWED: "the eyes did not follow the mark: look at it until it moves on",
    Trouble.UNSTEADY: "the eyes were not steady: sit closer, with light on your face, "
    "and look at the mark until it moves on",
}


@dataclass(frozen=True, slots=True)
class _Quality:
    """Three shares 0..1 and their product; ``spread`` is that of looks at one point, degrees.

    ``seen`` of the points; ``order`` of neighbouring points whose looks lie in the order of
    the points (chance, which is half, counts as none); ``steady`` looks at a point against
    the way to the next.
    """

    seen: float
    order: float
    steady: float
    spread: float

    @property
    def value(self) -> float:
        return self.seen * self.order * self.steady

    @staticmethod
    def of(
        usable: Sequence[Looks],
        middles: NDArray[np.float64],
        slopes: NDArray[np.float64],
        of: int,
    ) -> _Quality:
        spread = float(np.median([_spread(at) for at in usable]))
        # Half of the screen's extent is the way between neighbours, about.
        step = min(abs(slopes[0, 0]), abs(slopes[1, 1])) / 2.5
        steady = 1 / (1 + (spread / step) ** 2) if step > 0 else 0.0
        order = _order([at.point for at in usable], middles, slopes)
        return _Quality(len(usable) / of, order, steady, spread)


def _order(
    points: Sequence[Point], middles: NDArray[np.float64], slopes: NDArray[np.float64]
) -> float:
    """How many pairs of points side by side are looked at in their order, -> 0..1."""
    right = total = 0
    for i, first in enumerate(points):
        for j, second in enumerate(points):
            for axis, ahead, level in (
                (0, second.x - first.x, second.y - first.y),
                (1, second.y - first.y, second.x - first.x),
            ):
                if not (0 < ahead <= 0.5 and level == 0):
                    continue
                total += 1
                step = (middles[j, axis] - middles[i, axis]) * np.sign(slopes[axis, axis])
                right += step >= TOLD_APART_DEG
    return max(0.0, 2 * right / total - 1) if total else 0.0


def _trouble(
    half_yaw: float, half_pitch: float, moved: float, quality: _Quality
) -> Trouble | None:
    """What is wrong with a region; ``moved`` is how far the looks lie apart, degrees."""
    if moved < 2 * LEAST_HALF_YAW_DEG:
        return Trouble.EYES_STILL
    small = half_yaw < LEAST_HALF_YAW_DEG or half_pitch < LEAST_HALF_PITCH_DEG
    if small or half_yaw > MOST_HALF_YAW_DEG or half_pitch > MOST_HALF_PITCH_DEG:
        return Trouble.NOT_FOLLOWED
    if quality.value >= ENOUGH:
        return None
    return Trouble.NOT_FOLLOWED if quality.order < quality.steady else Trouble.UNSTEADY


def _too_little(seen: Sequence[Looks], usable: int) -> NotCalibrated:
    """Too few points with looks: no face, or eyes that were shut."""
    missing = [at for at in seen if len(at.looks) < LEAST_LOOKS]
    shut = [at for at in missing if at.shut > at.unseen]
    if 2 * len(shut) > len(missing):
        words = f"the eyes were shut at {len(shut)} of {len(seen)} points: keep them open"
        return NotCalibrated(Trouble.EYES_SHUT, words, points=usable)
    unseen = len(missing) - len(shut)
    return NotCalibrated(
        Trouble.NO_FACE,
        f"your face was not seen, or not alone, at {unseen} of {len(seen)} points: "
        "sit before the camera, with light on your face",
        points=usable,
    )


def _better(usable: int, of: int, quality: _Quality) -> str:
    if usable < of:
        return f"your eyes were seen at {usable} of {of} points"
    if quality.value >= (1 + ENOUGH) / 2:
        return ""
    return _ADVICE[Trouble.NOT_FOLLOWED if quality.order < quality.steady else Trouble.UNSTEADY]


def _plane(
    places: NDArray[np.float64], middles: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shift (2,) and slopes (2, 2) of directions over places, degrees for a whole screen.

    Repeated with less weight for points that lie far off (Huber), so that one point at which
    the candidate looked elsewhere does not tilt the screen.
    """
    rows = np.hstack([np.ones((len(places), 1)), places])
    weights = np.ones(len(places))
    found = np.zeros((3, 2))
    for _ in range(10):
        root = np.sqrt(weights)[:, None]
        found = np.linalg.lstsq(rows * root, middles * root, rcond=None)[0]
        off = np.linalg.norm(middles - rows @ found, axis=1)
        usual = max(1e-6, float(np.median(off)))
        weights = np.minimum(1.0, usual / np.maximum(off, 1e-9))
    return found[0], found[1:].T


def _middle(at: Looks) -> tuple[float, float]:
    yaw, pitch = np.median([(look.yaw, look.pitch) for look in at.looks], axis=0)
    return float(yaw), float(pitch)


def _spread(at: Looks) -> float:
    """Median distance of looks at one point from their middle, degrees."""
    yaw, pitch = _middle(at)
    return float(np.median([math.hypot(k.yaw - yaw, k.pitch - pitch) for k in at.looks]))


def _bounded(value: float) -> float:
    return float(min(max(value, -MOST_MIDDLE_DEG), MOST_MIDDLE_DEG))
