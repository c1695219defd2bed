"""The photograph that a candidate is known by: the best of some pictures of the camera."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.graphs import FittedFace
from recorder.detect.identity.embedding import aligned, eye_distance
from recorder.detect.identity.face_quality import Flaw, Quality, face_quality
from recorder.detect.observations import Blindness, FaceObservation

# A photograph that others are compared with is to be better than one that is compared.
LEAST_QUALITY = 0.6

# Degrees of yaw and pitch that still count as facing the camera: it stands above or below the
# screen.
FRONTAL_DEG = 15.0

# Pictures that would do, before the best of them is taken: half a second at 30 a second.
ENOUGH = 15

# Of JPEG: nothing that is compared or looked at is lost.
_JPEG_QUALITY = 92


class Problem(StrEnum):
    """Why a picture will not do, and what to do about it."""

    NO_FACE = "Your face is not seen: sit before the camera."
    SEVERAL_FACES = "Two faces are seen: you should be alone in the picture."
    COVERED = "The camera sees nothing: take away what is before the lens."
    DARK = "It is too dark: put on a light, or turn towards the window."
    BRIGHT = "It is too bright: turn away from the light."
    BLURRED = "The picture is blurred: hold still, and wipe the lens."
    FROZEN = "The camera's picture does not change: plug it in again."
    REPEATED = "The camera shows a recording: choose the real camera."
    UPSIDE_DOWN = "The picture is upside down: turn the camera."
    SMALL = "Come nearer to the camera."
    CUT = "Your whole face should be in the picture."
    TURNED = "Turn towards the camera."
    EYES_SHUT = "Open your eyes."


_BLIND = {
    Blindness.COVERED: Problem.COVERED,
    Blindness.DARK: Problem.DARK,
    Blindness.BRIGHT: Problem.BRIGHT,
    Blindness.BLURRED: Problem.BLURRED,
    Blindness.FROZEN: Problem.FROZEN,
    Blindness.REPEATED: Problem.REPEATED,
    Blindness.UPSIDE_DOWN: Problem.UPSIDE_DOWN,
    Blindness.FACE_SMALL: Problem.SMALL,
    Blindness.FACE_CUT: Problem.CUT,
}
_FLAWED = {
    Flaw.SMALL: Problem.SMALL,
    Flaw.TURNED: Problem.TURNED,
    Flaw.BLURRED: Problem.BLURRED,
    Flaw.DARK: Problem.DARK,
    Flaw.BRIGHT: Problem.BRIGHT,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A picture that would do: (h, w, 3) uint8 RGB, its face aligned, and how good it is;
    ``pixels`` are between the outer corners of the eyes.
    """

    image: NDArray[np.uint8]
    chip: NDArray[np.uint8]
    pixels: float
    quality: float
    turn: float

    @property
    def rank(self) -> tuple[float, float]:
        """Larger is better: quality in tenths, then how straight it looks ahead."""
        return round(self.quality, 1), -self.turn


class PhotoChoice:
    """Gathers pictures that would do and keeps the best."""

    def __init__(self) -> None:
        self._best: Candidate | None = None
        self._count = 0

    @property
    def progress(self) -> float:
        """How much of it is done, 0..1."""
        return min(1.0, self._count / ENOUGH)

    @property
    def best(self) -> Candidate | None:
        """The photograph, once there were enough to choose from."""
        return self._best if self._count >= ENOUGH else None

    def take(
        self, image: NDArray[np.uint8], face: FaceObservation, mesh: FittedFace | None
    ) -> Problem | None:
        """One picture more; what is wrong with it, or ``None`` where it would do."""
        judged = judge(image, face, mesh)
        if isinstance(judged, Problem):
            # Who comes next may be somebody else.
            if judged in (Problem.NO_FACE, Problem.SEVERAL_FACES):
                self._best, self._count = None, 0
            return judged
        self._count += 1
        if self._best is None or judged.rank > self._best.rank:
            self._best = judged
        return None


def judge(
    image: NDArray[np.uint8], face: FaceObservation, mesh: FittedFace | None
) -> Candidate | Problem:
    """Whether a picture would do as the photograph."""
    if face.blind is not None:
        return _BLIND.get(face.blind, Problem.COVERED)
    if face.faces > 1:
        return Problem.SEVERAL_FACES
    if face.faces == 0 or mesh is None or face.yaw is None or face.pitch is None:
        return Problem.NO_FACE
    turn = max(abs(face.yaw), abs(face.pitch))
    if turn > FRONTAL_DEG:
        return Problem.TURNED
    if face.eyes_shut or face.gaze_yaw is None:
        return Problem.EYES_SHUT
    chip = aligned(image, mesh.landmarks)
    pixels = eye_distance(mesh.landmarks)
    quality = face_quality(chip, pixels, face.yaw, face.pitch)
    if quality.value < LEAST_QUALITY:
        return _worst(quality)
    return Candidate(image.copy(), chip, pixels, quality.value, turn)


def jpeg(image: NDArray[np.uint8]) -> bytes:
    """A picture, (h, w, 3) uint8 RGB, as a JPEG file."""
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    assert done
    return data.tobytes()


def _worst(quality: Quality) -> Problem:
    return _FLAWED[quality.flaw]
