"""Is what moves before the camera flat? By what one plane leaves unexplained of its motion.

Pictures of a plane are related by a homography, whatever way it is moved (Hartley & Zisserman,
*Multiple View Geometry*, 13.1); a nose in front of a face is not on the plane of the eyes.
Corners of the texture are followed from picture to picture (Lucas & Kanade), which gives the
homography back to the first picture; what is then still out of place there, measured against
the first picture itself so that nothing adds up over time, is the parallax. Landmarks of the
mesh would not do: the mesh knows how faces are built, and sees depth in photographs.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.face_model import RIGID
from recorder.detect.identity.embedding import eye_distance

# The picture is looked at with this many pixels along its longer side at most.
_SIDE = 640

# Corners that are followed, and fewer than which say nothing (a homography takes 4).
_CORNERS = 80
_LEAST_CORNERS = 20

# With this share of its corners lost, a face has turned too far from its first picture.
_LEAST_SHARE = 0.5

# How good a corner must be beside the best, and how far from the next: share of the distance
# between the eyes.
_CORNER_QUALITY = 0.01
_CORNERS_APART = 0.05

# A corner that is not found back where it came from, within so many pixels, was lost.
_FOUND_BACK = 0.7

# The sensor's noise, which corners must not be made of.
_NOISE_SIGMA = 1.0

# Corners farther out than this percentile are lost ones that were not noticed.
_WORST_PERCENT = 95

# The homography is looked for anew after what it left has been measured.
_REFINEMENTS = 2

_FLOW: dict[str, Any] = {"winSize": (15, 15), "maxLevel": 2, "criteria": (3, 20, 0.03)}

_Grey = NDArray[np.uint8]
_Points = NDArray[np.float32]


class FlatnessTracker:
    """Follows one face. Pictures in the order they were taken."""

    def __init__(self) -> None:
        self._first: _Grey | None = None
        self._last: _Grey | None = None
        self._from: _Points = np.zeros((0, 1, 2), np.float32)
        self._to: _Points = self._from
        self._corners = 0
        self._size = 0.0

    def take(self, image: NDArray[np.uint8], landmarks: NDArray[np.float64]) -> float | None:
        """One picture more.

        Args:
            image: (h, w, 3) uint8 RGB.
            landmarks: (n, 2) pixels in the order of ``face_model.LANDMARKS``.

        Returns:
            The parallax since the first picture: root mean square, as a share of the distance
            between the outer corners of the eyes; ``None`` where the face is followed anew
            or cannot be.
        """
        scale = min(1.0, _SIDE / max(image.shape[:2]))
        grey = _prepared(image, scale)
        if self._first is None or self._first.shape != grey.shape or not self._follow(grey):
            self._begin(grey, landmarks * scale)
            return None
        found = self._unexplained(grey)
        return None if found is None else found / self._size

    def _begin(self, grey: _Grey, landmarks: NDArray[np.float64]) -> None:
        """Make this the first picture."""
        self._first = None
        self._size = eye_distance(landmarks)
        face = np.zeros_like(grey)
        outline = cv2.convexHull(landmarks[:RIGID].astype(np.int32))
        cv2.fillConvexPoly(face, outline, (255,))
        apart = max(3.0, _CORNERS_APART * self._size)
        found = cv2.goodFeaturesToTrack(
            grey, _CORNERS, _CORNER_QUALITY, apart, mask=face, blockSize=5
        )
        if found is not None and len(found) >= _LEAST_CORNERS:
            self._first = self._last = grey
            self._from = self._to = np.asarray(found, np.float32)
            self._corners = len(found)

    def _follow(self, grey: _Grey) -> bool:
        """Find the corners in the next picture; whether enough were."""
        assert self._last is not None
        moved, kept = _flow(self._last, grey, self._to)
        self._from, self._to, self._last = self._from[kept], moved[kept], grey
        return len(self._to) >= max(_LEAST_CORNERS, _LEAST_SHARE * self._corners)

    def _unexplained(self, grey: _Grey) -> float | None:
        """What the best plane leaves of the corners' places in the first picture, pixels."""
        assert self._first is not None
        plane, _ = cv2.findHomography(self._from, self._to, 0)
        left = None
        for _ in range(_REFINEMENTS):
            if plane is None:
                return None
            back = cv2.warpPerspective(
                grey, plane, grey.shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            )
            found, kept = _flow(self._first, np.asarray(back, np.uint8), self._from)
            if kept.sum() < _LEAST_CORNERS:
                return None
            left = np.linalg.norm((found - self._from)[kept][:, 0], axis=1)
            seen = cv2.perspectiveTransform(found[kept], plane)
            plane, _ = cv2.findHomography(self._from[kept], seen, 0)
        assert left is not None
        inner = left[left <= np.percentile(left, _WORST_PERCENT)]
        return float(np.sqrt(np.mean(inner**2)))


def _prepared(image: NDArray[np.uint8], scale: float) -> _Grey:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    if scale < 1.0:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), _NOISE_SIGMA), np.uint8)


def _flow(one: _Grey, other: _Grey, points: _Points) -> tuple[_Points, NDArray[np.bool_]]:
    """Where points of one picture are in the other, (n, 1, 2), and which were found."""
    there, found, _ = cv2.calcOpticalFlowPyrLK(one, other, points, points.copy(), **_FLOW)
    back, again, _ = cv2.calcOpticalFlowPyrLK(other, one, there, there.copy(), **_FLOW)
    missed = np.linalg.norm((back - points)[:, 0], axis=1)
    kept = (found[:, 0] > 0) & (again[:, 0] > 0) & (missed < _FOUND_BACK)
    return np.asarray(there, np.float32), np.asarray(kept, np.bool_)
