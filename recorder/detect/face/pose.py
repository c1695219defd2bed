"""Where the head is and which way it faces, from landmarks in one picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.face_model import RIGID, SHOWN_POINTS

# Focal length as a share of the picture's longer side. Webcams see 55-75° across, which is
# 0.65 to 0.95; the angles asked for here hardly depend on it, as they are taken relative
# to the ray from the camera to the face.
FOCAL_SHARE = 0.9

# OpenCV's camera looks along +z with y down; the face model looks out of the face, y up.
_TO_CAMERA = np.array([1.0, -1.0, -1.0])
_POINTS = SHOWN_POINTS * _TO_CAMERA

# Landmarks that miss the posed model by more than this (root mean square, cm) are not those of
# a face that is seen: on drawn heads of many shapes, poses and lights none missed by 0.85.
MISFIT_CM = 1.0

# Webcams bend straight lines little enough to leave that out.
_NO_DISTORTION = np.zeros(4)


@dataclass(frozen=True, slots=True)
class HeadPose:
    """A head's pose. Angles in degrees, 0 when it faces the camera.

    ``rotation`` (3, 3) turns model axes (x right, y down, z into the face) to axes whose z
    is the ray from the camera to the face; ``scale`` is pixels for a centimetre at the
    face; ``guess`` starts the search in the next picture; ``misfit`` is by how much the
    landmarks miss the posed model, root mean square in cm.
    """

    yaw: float
    pitch: float
    roll: float
    rotation: NDArray[np.float64]
    scale: float
    guess: tuple[NDArray[np.float64], NDArray[np.float64]]
    misfit: float = 0.0


def head_pose(
    landmarks: NDArray[np.float64], width: int, height: int, last: HeadPose | None = None
) -> HeadPose | None:
    """The pose that projects the face model onto the landmarks with the least error.

    Args:
        landmarks: (n, 2) pixels in the order of ``face_model.LANDMARKS``.
        width: of the picture, pixels.
        height: of the picture, pixels.
        last: the pose in the picture before, a good place to begin.

    Returns:
        ``None`` where no pose in front of the camera explains the landmarks: a face that is
        half hidden may have none, but never a wild one.
    """
    focal = FOCAL_SHARE * max(width, height)
    camera = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])
    points = np.ascontiguousarray(landmarks[:RIGID])
    guess = last.guess if last else _first_guess(points, camera)
    if guess is None:
        return None
    turn, place = guess[0].copy(), guess[1].copy()
    solved, turn, place = cv2.solvePnP(
        _POINTS, points, camera, _NO_DISTORTION, turn, place, True, cv2.SOLVEPNP_ITERATIVE
    )
    turn, place = np.asarray(turn, np.float64), np.asarray(place, np.float64)
    if not solved or not np.isfinite(place).all() or place[2, 0] <= 0:
        return None if last is None else head_pose(landmarks, width, height)
    turned = np.asarray(cv2.Rodrigues(turn)[0], np.float64)
    scale = focal / float(np.linalg.norm(place))
    misfit = _misfit(points, turned, place[:, 0], camera) / scale
    if misfit > MISFIT_CM:
        # The pose before may have been a bad place to begin.
        return None if last is None else head_pose(landmarks, width, height)
    rotation = _away_from(place[:, 0]).T @ turned
    yaw, pitch, roll = euler_degrees(rotation)
    return HeadPose(yaw, pitch, roll, rotation, scale, (turn, place), misfit)


def euler_degrees(rotation: NDArray[np.float64]) -> tuple[float, float, float]:
    """Yaw (towards the picture's right), pitch (up) and roll (clockwise as seen).

    The rotation is taken as roll first, then pitch, then yaw, about the camera's axes.
    """
    forward = -rotation[:, 2]
    yaw = math.atan2(forward[0], -forward[2])
    pitch = math.atan2(-forward[1], math.hypot(forward[0], forward[2]))
    right = np.array([math.cos(yaw), 0.0, math.sin(yaw)])
    down = np.cross(rotation[:, 2], right)
    side = rotation[:, 0]
    roll = math.atan2(float(side @ down), float(side @ right))
    return math.degrees(yaw), math.degrees(pitch), math.degrees(roll)


def _first_guess(
    points: NDArray[np.float64], camera: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    try:
        solved, turn, place = cv2.solvePnP(
            _POINTS, points, camera, _NO_DISTORTION, flags=cv2.SOLVEPNP_SQPNP
        )
    except cv2.error:  # landmarks that lie in one spot
        return None
    if not solved or not np.isfinite(turn).all() or place[2, 0] <= 0:
        return None
    return np.asarray(turn, np.float64), np.asarray(place, np.float64)


def _misfit(
    points: NDArray[np.float64],
    turned: NDArray[np.float64],
    place: NDArray[np.float64],
    camera: NDArray[np.float64],
) -> float:
    """How far the landmarks are from where the model is seen, root mean square in pixels."""
    spatial = _POINTS @ turned.T + place
    seen = camera[0, 0] * spatial[:, :2] / spatial[:, 2:] + camera[:2, 2]
    return float(np.sqrt(np.square(points - seen).sum(axis=1).mean()))


def _away_from(place: NDArray[np.float64]) -> NDArray[np.float64]:
    """The smallest rotation that turns the camera's axis onto the ray to ``place``."""
    ray = place / np.linalg.norm(place)
    axis = np.array([-ray[1], ray[0], 0.0])
    sine = float(np.linalg.norm(axis))
    if sine == 0.0:
        return np.eye(3)
    turn = cv2.Rodrigues(axis / sine * math.atan2(sine, float(ray[2])))[0]
    return np.asarray(turn, np.float64)
