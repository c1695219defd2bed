"""Looks for hands now and then: how many, and whether one is held at an ear."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.faces import FaceAnalyzer
from recorder.detect.objects.turn import Turn
from recorder.detect.observations import Box, FaceObservation, HandsObservation

# All lengths below are in widths of the face (its box spans the cheeks, about 14 cm), so
# that they hold at every distance from the camera.

# The ears lie at the sides of the box, a little beyond it and above its middle: the box goes
# from the brows to the chin, the ears from the brows to the nose.
EAR_OUT, EAR_UP = 0.05, 0.1

# A hand that holds something to the ear has fingers within 3 cm of it, and one that lies 7 cm
# off holds nothing there; what is half as sure, at 5 cm, is the width of a telephone.
NEAR, FAR = 0.2, 0.5

# That many of the 21 landmarks must be so near: three fingers, not one that scratches nor the
# two whose tips reach the ear of who props up a cheek. Of 100 drawn hands each, 6 take 49 of
# those at a cheek for one at the ear, 9 take 2, and of those at an ear find 90 instead of 91;
# 12 find 72.
FINGERS = 9

# The hand's middle is nearer to the ear than to the middle line of the face; that of a hand
# before the mouth or under the chin is not.
ASIDE = (0.5 + EAR_OUT) / 2


class Graphs(Protocol):
    """What the sampler needs of the models."""

    def find(self, image: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
        """The hands in a picture."""
        ...


class HandSampler:
    """Hands in one camera's pictures. The models are loaded at the first look.

    Args:
        every_s: how often to look.
        graphs: the models; ``None`` loads the packaged ones.
    """

    def __init__(self, every_s: float, graphs: Graphs | None = None) -> None:
        self.every_s = every_s
        self._graphs = graphs
        self._turn = Turn()

    def overdue_s(self, face: FaceObservation) -> float | None:
        """By how much a look is overdue; none is while nothing could be seen."""
        if not face.observable:
            return None
        return self._turn.overdue_s(face.monotonic_ns)

    def look(
        self,
        image: NDArray[np.uint8],
        face: FaceObservation,
        faces: FaceAnalyzer,  # noqa: ARG002 - every sampler is given the faces
    ) -> HandsObservation:
        """Look at a picture, (h, w, 3) uint8 RGB."""
        self._turn.looked(face.monotonic_ns, self.every_s)
        hands = self._models().find(image)
        height, width = image.shape[:2]
        sure = at_ear(hands, face.box, face.roll or 0.0, width / height) if face.box else 0.0
        return HandsObservation(face.monotonic_ns, len(hands), round(sure, 3))

    def _models(self) -> Graphs:
        if self._graphs is None:
            from recorder.detect.objects.hand_graphs import HandGraphs

            self._graphs = HandGraphs()
        return self._graphs


def at_ear(
    hands: Sequence[NDArray[np.float64]], face: Box, roll: float, aspect: float
) -> float:
    """How sure it is that a hand is held at an ear, 0..1.

    Args:
        hands: landmarks of each, (21, 2), in shares of the picture.
        face: the face's box.
        roll: how far the head is tilted, degrees clockwise as seen.
        aspect: the picture's width by its height.
    """
    return max((_nearness(_from_face(hand, face, roll, aspect)) for hand in hands), default=0.0)


def _from_face(
    hand: NDArray[np.float64], face: Box, roll: float, aspect: float
) -> NDArray[np.float64]:
    """Landmarks from the face's middle, in widths of the face: to the right and up along
    the face itself.
    """
    middle = np.array([face.x + face.width / 2, face.y + face.height / 2])
    away = (hand - middle) * np.array([1.0, -1.0 / aspect]) / face.width
    turn = math.radians(roll)
    right = np.array([math.cos(turn), -math.sin(turn)])
    up = np.array([math.sin(turn), math.cos(turn)])
    return np.column_stack([away @ right, away @ up])


def _nearness(hand: NDArray[np.float64]) -> float:
    """One for a hand at the nearer ear, falling to zero where it is not."""
    side = 1.0 if hand[:, 0].mean() >= 0 else -1.0
    if side * hand[:, 0].mean() < ASIDE:
        return 0.0
    ear = np.array([side * (0.5 + EAR_OUT), EAR_UP])
    distances = np.sort(np.hypot(*(hand - ear).T))
    return float(np.clip((FAR - distances[FINGERS - 1]) / (FAR - NEAR), 0.0, 1.0))
