"""Where the screen is, seen from the candidate: learnt slowly, or given by a calibration.

Directions are those of the line of sight (head and eyes together) in degrees: yaw towards
the right edge of the picture, pitch up; (0, 0) looks into the camera.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

NS = 1_000_000_000

# Half the angle of a 14-inch laptop screen at 60 cm is about 14° by 8°; people read in its
# middle two thirds. The policy's threshold counts from the middle of such a screen.
TYPICAL_HALF_DEG = 10.0

# People sit facing the camera, and errors of the two eyes' yaw cancel: yaw is believed to
# start near 0. The pitch depends on where the camera stands and on the face's build.
PRIOR_YAW_S = 10.0
PRIOR_PITCH_S = 1.0

# After this much observed time, what is learnt follows slowly: a posture changes within
# minutes; a look aside that lasts must not become the new middle within an exam question.
LEARNING_S = 3.0
FOLLOW_S = 60.0
FOLLOW_AWAY_S = 900.0

# Once so much time was spent on the screen, its middle is known, and looks aside may move it
# by no more than this, however long they last: 3° is what a shifted chair makes. Before, the
# camera may stand beside the screen, so that all looks seem aside and must teach something.
KNOWN_S = 60.0
DRAGGED_AT_MOST_DEG = 3.0

# The middle is never believed to be farther from the camera than this: the widest desk
# screens with the camera on one edge reach about it. A calibrated middle stays this near to
# where it was found: half of a screen's half extent.
LIMIT_YAW_DEG = 12.0
LIMIT_PITCH_DEG = 30.0
LIMIT_CALIBRATED_DEG = 6.0

# A frame counts for at most this much time, so that a pause teaches nothing.
MAX_FRAME_S = 0.2


@dataclass(frozen=True, slots=True)
class Screen:
    """The screen's middle and half extents, degrees as seen by the candidate.

    ``head_yaw`` and ``head_pitch`` are the head's pose while it looks at the screen.
    ``calibrated`` says that a calibration found all this; otherwise the extents are typical.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    half_yaw: float = TYPICAL_HALF_DEG
    half_pitch: float = TYPICAL_HALF_DEG
    head_yaw: float = 0.0
    head_pitch: float = 0.0
    calibrated: bool = False

    @property
    def neutral(self) -> Screen:
        """The head's own middle, as far as the head alone is looked at."""
        return Screen(self.head_yaw, self.head_pitch, calibrated=self.calibrated)

    def offset(self, yaw: float, pitch: float) -> tuple[float, float]:
        """How far a direction points from the middle, right and up."""
        return yaw - self.yaw, pitch - self.pitch

    def distance(self, yaw: float, pitch: float) -> float:
        """Degrees from the middle of a typical screen.

        A screen that is larger in that direction counts its surplus off, so that a
        policy's threshold leaves the same margin beyond the edge of any screen.
        """
        return max(0.0, self._from_edge(yaw, pitch) + TYPICAL_HALF_DEG)

    def beyond(self, yaw: float, pitch: float) -> float:
        """Degrees past the screen's edge in that direction, 0 on the screen."""
        return max(0.0, self._from_edge(yaw, pitch))

    def _from_edge(self, yaw: float, pitch: float) -> float:
        """Degrees from the edge of the ellipse with these extents, negative within."""
        right, up = self.offset(yaw, pitch)
        angle = math.hypot(right, up)
        if angle == 0.0:
            return -TYPICAL_HALF_DEG
        reach = 1 / math.hypot(right / angle / self.half_yaw, up / angle / self.half_pitch)
        return angle - reach


class ScreenEstimate:
    """Follows the middle of what a candidate looks at.

    Args:
        calibration: where a calibration found the screen; learning then only follows.
    """

    def __init__(self, calibration: Screen | None = None) -> None:
        self.screen = calibration or Screen()
        self._found = calibration
        self._learnt_s = 0.0 if calibration is None else LEARNING_S
        self._known_s = 0.0 if calibration is None else KNOWN_S
        self._held = (self.screen.yaw, self.screen.pitch)
        self._last_ns: int | None = None

    def update(self, now_ns: int, yaw: float, pitch: float, *, away: bool) -> None:
        """Take one direction; ``away`` says that it is off the screen by the policy."""
        last_ns, self._last_ns = self._last_ns, now_ns
        if last_ns is None:
            return
        elapsed = min(max(0.0, (now_ns - last_ns) / NS), MAX_FRAME_S)
        yaw_share = pitch_share = elapsed / (FOLLOW_AWAY_S if away else FOLLOW_S)
        if self._learnt_s < LEARNING_S:
            self._learnt_s += elapsed
            pitch_share = elapsed / (PRIOR_PITCH_S + self._learnt_s)
            # Who begins by looking aside does not move the screen there.
            yaw_share = yaw_share if away else elapsed / (PRIOR_YAW_S + self._learnt_s)
        self._move(yaw_share, pitch_share, yaw, pitch, away=away)
        if not away:
            self._known_s += elapsed
            self._held = (self.screen.yaw, self.screen.pitch)

    def _move(
        self, yaw_share: float, pitch_share: float, yaw: float, pitch: float, *, away: bool
    ) -> None:
        old = self.screen
        middle_yaw = old.yaw + yaw_share * (yaw - old.yaw)
        middle_pitch = old.pitch + pitch_share * (pitch - old.pitch)
        if away and self._known_s >= KNOWN_S:
            middle_yaw = _near(middle_yaw, self._held[0], DRAGGED_AT_MOST_DEG)
            middle_pitch = _near(middle_pitch, self._held[1], DRAGGED_AT_MOST_DEG)
        if self._found is None:
            middle_yaw = _clamp(middle_yaw, LIMIT_YAW_DEG)
            middle_pitch = _clamp(middle_pitch, LIMIT_PITCH_DEG)
        else:
            middle_yaw = _near(middle_yaw, self._found.yaw, LIMIT_CALIBRATED_DEG)
            middle_pitch = _near(middle_pitch, self._found.pitch, LIMIT_CALIBRATED_DEG)
        self.screen = replace(old, yaw=middle_yaw, pitch=middle_pitch)


def line_of_sight(
    yaw: float, pitch: float, roll: float, gaze_yaw: float, gaze_pitch: float
) -> tuple[float, float]:
    """Head and eyes together: yaw and pitch of the gaze as seen from the camera, degrees."""
    y, p, r, gy, gp = map(math.radians, (yaw, pitch, roll, gaze_yaw, gaze_pitch))
    right, up, out = math.sin(gy) * math.cos(gp), math.sin(gp), math.cos(gy) * math.cos(gp)
    # Roll clockwise as seen turns the head's "up" towards the right of the picture.
    right, up = (
        right * math.cos(r) + up * math.sin(r),
        up * math.cos(r) - right * math.sin(r),
    )
    up, out = up * math.cos(p) + out * math.sin(p), out * math.cos(p) - up * math.sin(p)
    right, out = (
        right * math.cos(y) + out * math.sin(y),
        out * math.cos(y) - right * math.sin(y),
    )
    return math.degrees(math.atan2(right, out)), math.degrees(math.asin(_clamp(up, 1.0)))


def _clamp(value: float, limit: float) -> float:
    return min(max(value, -limit), limit)


def _near(value: float, middle: float, limit: float) -> float:
    return middle + _clamp(value - middle, limit)
