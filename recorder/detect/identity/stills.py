"""Faces in a picture that stands still: a photograph, a document, a frame that was kept.

A still may lie on its side or be cut close around the face, which a camera's picture never
is; so where nothing is found as it stands, it is looked at with room around and turned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from recorder.capture.frames import Frame
from recorder.detect.analysis.replay import MediaFile
from recorder.detect.face.faces import FACE_SCORE, Graphs
from recorder.detect.face.further_faces import SURE_SCORE
from recorder.detect.face.graphs import FittedFace, FoundFace, Roi
from recorder.detect.face.pose import HeadPose, head_pose
from recorder.detect.identity.embedding import aligned, eye_distance
from recorder.detect.identity.face_quality import Quality, face_quality
from recorder.faults import EnvironmentFault

# Room put around a picture, as a share of its longer side: a face that fills it is then of
# the size that the detector knows.
_ROOM = 0.5

_TURNS = (cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE)

# The mesh is fitted to the detector's box first, then to where the mesh itself found the face.
_FITS = 2


@dataclass(frozen=True, slots=True)
class StillFace:
    """One face in a still.

    ``chip`` is the face as ``embedding.aligned`` gives it, ``landmarks`` (n, 2) pixels in
    ``image``, which is the picture as it had to be turned, ``box`` where the mesh has it there;
    ``pose`` is ``None`` where it could not be measured.
    """

    image: NDArray[np.uint8]
    landmarks: NDArray[np.float64]
    box: Roi
    chip: NDArray[np.uint8]
    pose: HeadPose | None
    quality: Quality

    @property
    def pixels(self) -> float:
        """Between the outer corners of the eyes."""
        return eye_distance(self.landmarks)


def read_still(path: Path) -> NDArray[np.uint8]:
    """A picture from a file, (h, w, 3) uint8 RGB, upright; of a video its first picture.

    Raises:
        EnvironmentFault: there is no such file, or no picture in it that can be read.
    """
    with MediaFile(path, camera=True, microphone=False) as file:
        for item in file:
            if isinstance(item, Frame):
                return item.image
    raise EnvironmentFault(f"{path} holds no picture.", "Give a photograph.")


def faces_in(image: NDArray[np.uint8], graphs: Graphs) -> tuple[StillFace, ...]:
    """Every face in a still, (h, w, 3) uint8 RGB, the largest first."""
    for seen, least_score in _views(image):
        if faces := upright_faces_in(seen, graphs, least_score):
            return faces
    return ()


def upright_faces_in(
    image: NDArray[np.uint8], graphs: Graphs, least_score: float = FACE_SCORE
) -> tuple[StillFace, ...]:
    """Every face in a picture as it stands, (h, w, 3) uint8 RGB, the largest first."""
    found = [face for face in graphs.find(image) if face.score >= least_score]
    faces = [_still_face(image, fit) for face in found if (fit := _fitted(image, face, graphs))]
    return tuple(sorted(faces, key=lambda face: -face.pixels))


def _views(image: NDArray[np.uint8]) -> Iterator[tuple[NDArray[np.uint8], float]]:
    """The picture as it stands, then as it may have been meant, and how sure a face in it
    must be."""
    yield image, FACE_SCORE
    room = round(_ROOM * max(image.shape[:2]))
    wide = cv2.copyMakeBorder(image, room, room, room, room, cv2.BORDER_REPLICATE)
    yield np.asarray(wide, np.uint8), FACE_SCORE
    for turn in _TURNS:
        yield np.asarray(cv2.rotate(image, turn), np.uint8), SURE_SCORE


def _fitted(image: NDArray[np.uint8], face: FoundFace, graphs: Graphs) -> FittedFace | None:
    fitted, roi = None, face.roi
    for _ in range(_FITS):
        fitted = graphs.fit(image, roi)
        if fitted is None:
            return None
        roi = fitted.roi
    return fitted


def _still_face(image: NDArray[np.uint8], fitted: FittedFace) -> StillFace:
    height, width = image.shape[:2]
    landmarks = fitted.landmarks
    pose = head_pose(landmarks, width, height)
    chip = aligned(image, landmarks)
    quality = face_quality(
        chip, eye_distance(landmarks), pose.yaw if pose else None, pose.pitch if pose else None
    )
    return StillFace(image, landmarks, fitted.box, chip, pose, quality)
