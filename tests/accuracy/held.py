"""A photograph that is held before the camera: printed on a card, flat or bent."""

from __future__ import annotations

import cv2
import numpy as np
from accuracy.heads import FOCAL_SHARE, Picture, Pose
from numpy.typing import NDArray
from support.heads import turned

from recorder.detect.face.graphs import Roi

# The print is as large as life: a face's box (brows to chin) is so wide, cm.
_FACE_CM = 14.0


def held(
    photo: Picture, face: Roi, pose: Pose, into: Picture, bent_cm: float | None = None
) -> Picture:
    """A picture of the print.

    Args:
        photo: what is printed.
        face: where its face is, which is held to the middle of ``pose``.
        pose: of the card; with 0 degrees it faces the camera.
        into: what is behind it; it stays as it is.
        bent_cm: the radius to which the card is bent about its upright, towards the camera.
    """
    height, width = into.shape[:2]
    focal = FOCAL_SHARE * max(width, height)
    rows, columns = np.mgrid[0:height, 0:width]
    rays = np.stack(
        [(columns - width / 2) / focal, (rows - height / 2) / focal, np.ones(rows.shape)], -1
    )
    middle = np.array([(pose.x - 0.5) * width / focal, (pose.y - 0.5) * height / focal, 1.0])
    turn = turned(pose.yaw, pose.pitch, pose.roll)
    camera = -(pose.distance_cm * middle) @ turn
    across, along = _on_card(rays @ turn, camera, bent_cm)
    pixels = face.width / _FACE_CM
    soft = pixels * pose.distance_cm / focal
    printed = cv2.GaussianBlur(photo, (0, 0), 0.4 * soft) if soft > 1 else photo
    x = (across * pixels + face.x).astype(np.float32)
    y = (along * pixels + face.y).astype(np.float32)
    seen = cv2.remap(printed, x, y, cv2.INTER_LINEAR)
    on_it = (x >= 0) & (y >= 0) & (x < photo.shape[1] - 1) & (y < photo.shape[0] - 1)
    return np.where(on_it[:, :, None], seen, into).astype(np.uint8)


def _on_card(
    rays: NDArray[np.float64], camera: NDArray[np.float64], bent_cm: float | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where rays from the camera meet the card, cm across and along it; far off where they
    miss. All in the card's axes: x across, y down, z away from the camera."""
    if bent_cm is None:
        far = -camera[2] / rays[:, :, 2]
        return camera[0] + far * rays[:, :, 0], camera[1] + far * rays[:, :, 1]
    # A cylinder whose nearest line is the card's middle.
    start = camera[[0, 2]] - np.array([0.0, bent_cm])
    flat = rays[:, :, [0, 2]]
    square = (flat**2).sum(axis=-1)
    half = flat @ start
    inside = half**2 - square * (start @ start - bent_cm**2)
    far = (-half - np.sqrt(np.maximum(inside, 0.0))) / square
    hit = start + far[:, :, None] * flat
    around = np.where(inside > 0, np.arctan2(hit[:, :, 0], -hit[:, :, 1]), 1e3)
    return bent_cm * around, camera[1] + far * rays[:, :, 1]
