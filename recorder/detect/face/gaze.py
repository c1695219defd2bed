"""Which way the eyes look, relative to the head, from the irises' and the upper lids' places.

The eye is a sphere that turns about its centre; the iris's centre lies on it. Where the
sphere's centre is in the picture follows from the eye's corners and the head's pose, and
how far the iris has moved from there gives the angle (the model-based method surveyed in
Hansen & Ji, *In the Eye of the Beholder*, IEEE TPAMI 2010).

Up and down the lids cover the iris, whose landmark then follows by a quarter of the way. But
the upper lid goes with the eye (Becker & Fuchs, *Lid-eye coordination during vertical gaze
changes*, J. Neurophysiol. 60, 1988), so pitch is taken from both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.face_model import EYE_ROWS
from recorder.detect.face.pose import HeadPose

# From the eye's centre of rotation to the iris, cm (emmetropic adult: 9.8-10.5 mm).
IRIS_RADIUS_CM = 1.0

# From the middle between the eye's corners to the centre of rotation, cm: towards the
# temple (pupils are 6.3 cm apart, Dodgson 2004; the middles of the corners as the mesh sets
# them 6.16), up (the lower lid hangs lower than the pupil's middle) and into the head.
CENTRE_LATERAL_CM = 0.07
CENTRE_UP_CM = 0.15
CENTRE_DEPTH_CM = 0.75

# From the centre of rotation to the upper lid's edge, cm (the eyeball's 1.2 and the lid), and
# how far above the line of sight that edge rests, degrees (4 mm above the pupil's middle).
LID_RADIUS_CM = 1.3
LID_ABOVE_DEG = 18.0

# Iris and lid together show a third of a turn up or down, with an error of 2.4° (eyes drawn at
# known angles). Where pitch varies by 10° about its middle, the least mean square error is to
# take what they show as this share of the turn: all of it back would also triple the error.
PITCH_SHOWN = 0.5

# Lids closer than this, cm: a blink or a closed eye, whose iris landmarks mean nothing.
# An open eye shows 0.7-1.1 cm, one that looks down at a keyboard about 0.5.
CLOSED_CM = 0.32

# From the first head yaw on the nose comes before the far eye, at the second it hides half of
# it and the landmarks are guesses; between them the eye counts less and less.
BOTH_EYES_YAW_DEG, ONE_EYE_YAW_DEG = 12.0, 24.0

# Beyond this the head shows too little of either eye.
NO_EYE_DEG = 60.0

# The iris is never seen beyond the sphere's rim; what lies there is noise.
_MAX_SINE = 0.98


@dataclass(frozen=True, slots=True)
class Gaze:
    """Degrees relative to the head: yaw towards the picture's right, pitch up."""

    yaw: float
    pitch: float


def gaze_in_head(landmarks: NDArray[np.float64], pose: HeadPose) -> Gaze | None:
    """The direction of both eyes, or ``None`` while they are shut or turned out of view.

    Args:
        landmarks: (n, 2) pixels in the order of ``face_model.LANDMARKS``.
        pose: of the same face in the same picture.
    """
    if max(abs(pose.yaw), abs(pose.pitch)) > NO_EYE_DEG:
        return None
    yaw = pitch = total = 0.0
    for rows, outwards, weight in zip(
        EYE_ROWS, (-1.0, 1.0), eye_weights(pose.yaw), strict=True
    ):
        eye = _one_eye(landmarks[list(rows)], pose, outwards) if weight > 0 else None
        if eye is not None:
            total += weight
            yaw += weight * eye.yaw
            pitch += weight * eye.pitch
    return Gaze(yaw / total, pitch / total) if total > 0 else None


def eye_weights(head_yaw: float) -> tuple[float, float]:
    """How much each eye counts, 0..1, the one on the picture's left first.

    A head that turns right hides its eye on the picture's right.
    """
    hidden = (abs(head_yaw) - BOTH_EYES_YAW_DEG) / (ONE_EYE_YAW_DEG - BOTH_EYES_YAW_DEG)
    far = 1.0 - min(1.0, max(0.0, hidden))
    return (1.0, far) if head_yaw > 0 else (far, 1.0)


def _one_eye(eye: NDArray[np.float64], pose: HeadPose, outwards: float) -> Gaze | None:
    """One eye's direction; ``eye`` is (5, 2): outer, inner, iris, upper and lower lid."""
    outer, inner, iris, upper, lower = eye
    if np.linalg.norm(upper - lower) < CLOSED_CM * pose.scale:
        return None
    from_corners = (outwards * CENTRE_LATERAL_CM, -CENTRE_UP_CM, CENTRE_DEPTH_CM)
    centre = (outer + inner) / 2 + pose.scale * (pose.rotation @ np.array(from_corners))[:2]
    yaw, turned = _direction(iris - centre, IRIS_RADIUS_CM, pose)
    _, lifted = _direction(upper - centre, LID_RADIUS_CM, pose)
    return Gaze(yaw, (turned + lifted - LID_ABOVE_DEG) / 2 / PITCH_SHOWN)


def _direction(
    offset: NDArray[np.float64], radius_cm: float, pose: HeadPose
) -> tuple[float, float]:
    """Yaw and pitch in the head of a point that lies so far from a centre, (2,) pixels."""
    x, y = offset / (pose.scale * radius_cm)
    right, down, inwards = pose.rotation.T @ _on_sphere(float(x), float(y))
    pitch = math.asin(min(max(-down, -1.0), 1.0))
    return math.degrees(math.atan2(right, -inwards)), math.degrees(pitch)


def _on_sphere(x: float, y: float) -> NDArray[np.float64]:
    """The point of the unit sphere's side towards the camera that is seen at (x, y)."""
    length = math.hypot(x, y)
    if length > _MAX_SINE:
        x, y, length = x * _MAX_SINE / length, y * _MAX_SINE / length, _MAX_SINE
    return np.array([x, y, -math.sqrt(1 - length * length)])
