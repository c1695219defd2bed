"""A photograph that turns its head: the sample candidate where there is no camera.

The face mesh of one photograph gives each point a depth; the mesh is turned about the
head's axis and the picture is warped after it. Good to about 45 degrees, which is all that
a sample needs.
"""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator

Picture = NDArray[np.uint8]

# The mesh's points come in the picture's width; heads are about as deep as wide.
# The mesh's last ten points are the two irises: a centre and four around it each.
_IRISES = (slice(468, 473), slice(473, 478))
_RING_POINTS = 48
_RING_REACH = 2.1
# Beyond this angle (radians) from the camera's axis a cheek shows nothing any more.
_FACING = np.radians(72)

# Head and shoulders within scikit-image's astronaut, in shares of its width.
_KEPT, _LEFT = 0.78, 0.05


class Portrait:
    """One photograph of one person, (h, w, 3) uint8 RGB, scaled to ``size`` (w, h)."""

    def __init__(self, photograph: Picture, size: tuple[int, int] = (640, 480)) -> None:
        self._size = size
        self._picture = _framed(photograph, size)

    def turned(self, yaw: float, eyes: float = 0.0) -> Picture:
        """The picture with head and eyes turned, positive to the right.

        ``yaw`` is degrees of the head; ``eyes`` moves the irises, in shares of an iris's
        width.
        """
        if abs(yaw) < 0.5 and abs(eyes) < 0.05:
            return self._picture
        x, y = self._source_of(yaw, eyes)
        return cv2.remap(self._picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    def moved(self, picture: Picture, right: float, down: float = 0.0) -> Picture:
        """The person moved within the room, in shares of the width and height."""
        width, height = self._size
        shift = np.array([[1, 0, right * width], [0, 1, down * height]], np.float32)
        seen = self._room.copy()
        cv2.warpAffine(picture, shift, self._size, dst=seen, borderMode=cv2.BORDER_TRANSPARENT)
        return seen

    def _source_of(
        self, yaw: float, eyes: float
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Where each pixel of the turned picture comes from, as two (h, w) maps."""
        points, ring = self._mesh
        turn = np.radians(yaw)
        centre = points.mean(axis=0)
        relative = points - centre
        across = relative[:, 0] * np.cos(turn) - relative[:, 2] * np.sin(turn)
        to = np.column_stack([across + centre[0], points[:, 1]])
        for iris in _IRISES:
            to[iris, 0] += eyes * np.ptp(points[iris, 0])
        visible = _front(relative, turn)
        known = np.vstack([to[visible], ring])
        source = np.vstack([points[visible, :2], ring])
        rows, columns = np.mgrid[0 : self._size[1], 0 : self._size[0]]
        found = LinearNDInterpolator(known, source)(columns, rows)
        outside = np.isnan(found[..., 0])
        found[outside] = np.column_stack([columns[outside], rows[outside]])
        return found[..., 0].astype(np.float32), found[..., 1].astype(np.float32)

    @cached_property
    def _room(self) -> Picture:
        """What is behind the person: a wall and a shelf of books."""
        width, height = self._size
        shade = np.linspace(215, 165, width)[None, :, None] * np.array([1.0, 0.97, 0.92])
        room = np.broadcast_to(shade, (height, width, 3)).astype(np.uint8).copy()
        colours = np.random.default_rng(3)
        for shelf in (0.45, 0.8):
            floor = int(height * shelf)
            for left in range(int(width * 0.08), int(width * 0.9), 26):
                top = floor - int(colours.integers(70, 120))
                colour = tuple(int(c) for c in colours.integers(40, 200, 3))
                cv2.rectangle(room, (left, top), (left + 22, floor), colour, -1)
            cv2.rectangle(room, (0, floor), (width, floor + 10), (92, 70, 52), -1)
        return room

    @cached_property
    def _mesh(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The face's points (n, 3) in pixels, and a ring (m, 2) around it that stays put."""
        from mediapipe.python.solutions.face_mesh import FaceMesh

        with FaceMesh(static_image_mode=True, refine_landmarks=True) as mesh:
            faces = mesh.process(self._picture).multi_face_landmarks
        if not faces:
            raise ValueError("the sample photograph shows no face")
        scale = np.array([self._size[0], self._size[1], self._size[0]])
        points = np.array([[p.x, p.y, p.z] for p in faces[0].landmark]) * scale
        points[:, 2] -= points[:, 2].max()
        centre, reach = points[:, :2].mean(axis=0), np.ptp(points[:, :2], axis=0) / 2
        angles = np.linspace(0, 2 * np.pi, _RING_POINTS, endpoint=False)
        circle = np.column_stack([np.cos(angles), np.sin(angles)])
        return points, centre + circle * reach * _RING_REACH


def _front(relative: NDArray[np.float64], turn: float) -> NDArray[np.bool_]:
    """Which points still face the camera after ``turn`` (radians): the head is a cylinder."""
    behind = relative[:, 2].max() * 1.1
    around = np.arctan2(relative[:, 0], behind - relative[:, 2])
    return np.abs(around + turn) < _FACING


def _framed(photograph: Picture, size: tuple[int, int]) -> Picture:
    """Cut to head and shoulders in the frame's shape, and scale."""
    width, height = size
    columns = int(photograph.shape[1] * _KEPT)
    rows = min(photograph.shape[0], columns * height // width)
    left = int(photograph.shape[1] * _LEFT)
    return cv2.resize(photograph[:rows, left : left + columns], size)
