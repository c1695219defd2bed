"""A face as 128 numbers: close together for one person, far apart for two.

dlib's ResNet (``models/manifest.toml``: face-embedding) wants the face upright in a square
of 150 pixels, with eyes and nose where its training had them. Where they are is read from
the face mesh, which is there already, so dlib's own landmark model (9 MB more) is not needed;
over 236 altered photographs the two gave the same error rates.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.face_model import ALIGN_ROWS
from recorder.detect.models.manifest import checked_path
from recorder.faults import EnvironmentFault

MODEL = "face-embedding"

# Numbers in an embedding.
LENGTH = 128

# The side of the square that the model looks at, pixels, and the room it has around the
# face as a share of the face's width (dlib, ``get_face_chip``).
CHIP = 150
_PADDING = 0.25

# Where the corners of both eyes, from the left, and the base of the nose lie in a face of
# width 1 (dlib, ``get_face_chip_details``: the mean shape of its 5-point model).
_MEAN_SHAPE = np.array(
    [
        (0.1205750620789, 0.2137274526848),
        (0.3340850613712, 0.2290642403242),
        (0.6460604764104, 0.2289674387677),
        (0.8595674595992, 0.2134981538014),
        (0.4901123135679, 0.6277975316475),
    ]
)
_TARGETS = (_PADDING + _MEAN_SHAPE) / (2 * _PADDING + 1) * CHIP

# A face larger than the square is drawn this many times as large at most before it is
# averaged down; beyond, a few pixels more are left out of each mean.
_MAX_OVERSAMPLING = 8


class FaceEmbedder:
    """The model, loaded: 0.2 s and 25 MB, then 85 ms a face on one core.

    Raises:
        EnvironmentFault: its file is missing, is not the one this release was tested with, or
            cannot be loaded.
    """

    def __init__(self) -> None:
        path = checked_path(MODEL)
        try:
            # Imported here: only who compares faces pays for it. Its stubs are empty.
            dlib: Any = importlib.import_module("dlib")
            self._network: Any = dlib.face_recognition_model_v1(str(path))
        except (ImportError, RuntimeError) as error:
            raise EnvironmentFault(
                f"The {MODEL} cannot be used ({error}).", "Install Invigil again."
            ) from error

    def embed(self, chip: NDArray[np.uint8]) -> NDArray[np.float64]:
        """The embedding, (128,), of a face aligned by ``aligned``."""
        return np.array(self._network.compute_face_descriptor(np.ascontiguousarray(chip)))


def aligned(image: NDArray[np.uint8], landmarks: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The face upright and in the size the model wants, (150, 150, 3) uint8 RGB.

    Args:
        image: (h, w, 3) uint8 RGB.
        landmarks: (n, 2) pixels in the order of ``face_model.LANDMARKS``.
    """
    points = landmarks[list(ALIGN_ROWS)]
    scale = float(np.linalg.norm(_similarity(points, _TARGETS)[:, 0]))
    factor = min(_MAX_OVERSAMPLING, max(1, round(1 / max(scale, 1e-6))))
    # A large pixel's middle lies between those of the small ones it is averaged of.
    fine = _similarity(points, (_TARGETS + 0.5) * factor - 0.5)
    drawn = cv2.warpAffine(image, fine, (CHIP * factor, CHIP * factor), flags=cv2.INTER_LINEAR)
    if factor > 1:
        drawn = cv2.resize(drawn, (CHIP, CHIP), interpolation=cv2.INTER_AREA)
    return np.asarray(drawn, np.uint8)


def eye_distance(landmarks: NDArray[np.float64]) -> float:
    """Pixels between the outer corners of both eyes: how large a face is."""
    left, right = landmarks[ALIGN_ROWS[0]], landmarks[ALIGN_ROWS[3]]
    return float(np.linalg.norm(right - left))


def distance(
    one: NDArray[np.float64] | Sequence[float], other: NDArray[np.float64] | Sequence[float]
) -> float:
    """How unlike two faces are, from their embeddings: 0 the same, about 0.85 strangers."""
    return float(np.linalg.norm(np.asarray(one) - np.asarray(other)))


def _similarity(
    points: NDArray[np.float64], targets: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The turn, scale and shift, (2, 3), that brings points onto targets best (least
    squares; Umeyama, IEEE TPAMI 1991, in the plane)."""
    middle, wanted = points.mean(axis=0), targets.mean(axis=0)
    from_middle = (points - middle) @ np.array([1, 1j])
    to_middle = (targets - wanted) @ np.array([1, 1j])
    spread = float((np.abs(from_middle) ** 2).sum())
    turn = np.vdot(from_middle, to_middle) / spread if spread > 0 else 0j
    rows = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    return np.column_stack([rows, wanted - rows @ middle])
