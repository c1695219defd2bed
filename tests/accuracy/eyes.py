"""Eyes that turn: a sphere behind the lids, with an iris where its turn puts it.

The sphere is placed by anatomy and not by the detector's own constants: the lids rest on the
eyeball, so across and in depth it is the sphere of an eyeball's radius that best touches their
edges. Lids open wider in one photograph than in another, so its height is taken from the
eye's corners, which do not move.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from accuracy.meshes import LOWER_LIDS, UPPER_LIDS
from accuracy.raster import Seen
from numpy.typing import NDArray

# An adult eyeball is 24 mm long; a lid's edge stands about a millimetre before it.
RADIUS_CM = 1.2
LID_CM = 0.1

# The pupil of an eye that looks straight ahead is about a millimetre above the middle of the
# eye's corners (seen on the photographs of people who look into the camera).
ABOVE_CORNERS_CM = 0.1

# From the centre of rotation to the plane of the iris as it is seen through the cornea: the
# cornea's apex is 13.5 mm before the centre, the iris 3.6 mm behind it, seen 0.5 mm nearer.
IRIS_PLANE_CM = 1.04
IRIS_RADIUS_CM = 0.585
PUPIL_RADIUS_CM = 0.19

_SCLERA = np.array([226.0, 216.0, 210.0])
_GLINT = np.array([250.0, 250.0, 250.0])


def _ring(which: int) -> tuple[int, ...]:
    """The lids' edge of an eye as one loop."""
    return (*UPPER_LIDS[which], *reversed(LOWER_LIDS[which][1:-1]))


def _fan(which: int) -> NDArray[np.int64]:
    """Triangles across an eye's opening, between opposite points of the lids."""
    upper, lower = UPPER_LIDS[which], LOWER_LIDS[which]
    made = []
    for i in range(len(upper) - 1):
        made += [(upper[i], upper[i + 1], lower[i]), (upper[i + 1], lower[i + 1], lower[i])]
    return np.array([triangle for triangle in made if len(set(triangle)) == 3])


EYE_FANS = (_fan(0), _fan(1))


@dataclass(frozen=True, slots=True)
class EyeColours:
    """sRGB of the iris, and how bright the white is (1 as is)."""

    iris: tuple[float, float, float] = (92.0, 66.0, 44.0)
    white: float = 1.0


def eye_centres(face: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the two eyeballs' centres are in a face with open eyes, (2, 3) cm."""
    centres = np.array([_touching(face[list(_ring(which))]) for which in (0, 1)])
    corners = [face[[lid[0], lid[-1]], 1].mean() for lid in UPPER_LIDS]
    centres[:, 1] = np.array(corners) + ABOVE_CORNERS_CM
    return centres


def _touching(edge: NDArray[np.float64]) -> NDArray[np.float64]:
    """The centre behind a lids' edge whose sphere touches it best (Gauss-Newton).

    The inner corner is left out: there the caruncle lies between lid and eyeball.
    """
    inner = np.argmin(np.abs(edge[:, 0]))
    edge = edge[np.linalg.norm(edge - edge[inner], axis=1) > 0.35]
    centre = edge.mean(axis=0) - np.array([0.0, 0.0, 0.9])
    for _ in range(20):
        away = edge - centre
        distance = np.linalg.norm(away, axis=1)
        slope = -away / distance[:, None]
        step = np.linalg.lstsq(slope, RADIUS_CM + LID_CM - distance, rcond=None)[0]
        centre = centre + step
    return centre


class Eyes:
    """Both eyes of one picture.

    Args:
        centres: (2, 3) of the eyeballs in the camera's axes, cm.
        rotation: of the head in the camera's axes.
        gaze: yaw and pitch in the head, degrees.
        colours: of the eyes.
        skin: mean colour, for the corners.
    """

    def __init__(
        self,
        centres: NDArray[np.float64],
        rotation: NDArray[np.float64],
        gaze: tuple[float, float],
        colours: EyeColours,
        skin: NDArray[np.float64],
    ) -> None:
        yaw, pitch = (math.radians(angle) for angle in gaze)
        ahead = np.array(
            [
                math.sin(yaw) * math.cos(pitch),
                -math.sin(pitch),
                -math.cos(yaw) * math.cos(pitch),
            ]
        )
        self._ahead = rotation @ ahead
        self._up = rotation @ np.array([0.0, -1.0, 0.0])
        self._centres, self._colours, self._skin = centres, colours, skin

    def paint(
        self,
        colours: NDArray[np.float32],
        seen: Seen,
        eye: NDArray[np.int64],
        focal: float,
        middle: tuple[float, float],
    ) -> None:
        """Paint the pixels that lie in an eye's opening; ``colours`` (n, 3) is changed."""
        which = eye[seen.triangle]
        for side in (0, 1):
            rows = np.flatnonzero(which == side)
            if rows.size == 0:
                continue
            rays = np.column_stack(
                [
                    (seen.x[rows] - middle[0]) / focal,
                    (seen.y[rows] - middle[1]) / focal,
                    np.ones(len(rows)),
                ]
            )
            rays /= np.linalg.norm(rays, axis=1, keepdims=True)
            colours[rows] = self._eyeball(rays, self._centres[side], focal)

    def _eyeball(
        self, rays: NDArray[np.float64], centre: NDArray[np.float64], focal: float
    ) -> NDArray[np.float64]:
        soft = float(np.linalg.norm(centre)) / focal  # a pixel, cm
        along = rays @ centre
        inside = RADIUS_CM**2 - (centre @ centre - along**2)
        made = np.where(
            (inside > 0)[:, None], self._white(rays, along, inside, centre), 0.62 * self._skin
        )
        plane = (IRIS_PLANE_CM + centre @ self._ahead) / (rays @ self._ahead)
        from_axis = np.linalg.norm(
            rays * plane[:, None] - centre - IRIS_PLANE_CM * self._ahead, axis=1
        )
        iris = np.array(self._colours.iris)
        for radius, colour in (
            (IRIS_RADIUS_CM, 0.55 * iris),
            (IRIS_RADIUS_CM - 0.07, iris),
            (PUPIL_RADIUS_CM, np.full(3, 14.0)),
        ):
            share = np.clip((radius - from_axis) / soft + 0.5, 0, 1)[:, None]
            made = made * (1 - share) + colour * share
        glint = np.clip((0.09 - self._from_glint(rays, centre)) / soft + 0.5, 0, 1)[:, None]
        return made * (1 - glint) + _GLINT * glint

    def _white(
        self,
        rays: NDArray[np.float64],
        along: NDArray[np.float64],
        inside: NDArray[np.float64],
        centre: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """The white, darker under the upper lid and towards the corners."""
        surface = rays * (along - np.sqrt(np.maximum(inside, 0)))[:, None] - centre
        facing = np.clip(-surface[:, 2] / RADIUS_CM, 0, 1)
        height = surface @ self._up / RADIUS_CM
        shade = (0.55 + 0.45 * facing) * (1 - 0.45 * np.clip(height, 0, 0.6))
        return _SCLERA * (self._colours.white * shade)[:, None]

    def _from_glint(
        self, rays: NDArray[np.float64], centre: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """How far a ray passes from where the cornea mirrors the lamp, cm."""
        half = self._ahead + np.array([0.0, -0.35, -1.0])
        spot = centre + 0.55 * self._ahead + 0.78 * half / np.linalg.norm(half)
        return np.linalg.norm(np.cross(rays, spot), axis=1)
