"""The face on an identity document that is held before the camera, beside the live one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.faces import Graphs
from recorder.detect.identity.embedding import distance
from recorder.detect.identity.matching import Embedder
from recorder.detect.identity.stills import StillFace, faces_in
from recorder.detect.observations import Box
from shared.records import Detail

# Where the page asks for the document: as wide as this share of the picture, in its middle.
DOCUMENT_PLACE = Box(0.15, 0.15, 0.7, 0.7)

# The eyes on a document that fills the place are at most this share of its width apart: the
# portrait of a card (ID-1, 86 mm) is up to 35 mm wide, its eyes 20 mm; a passport's less. A
# face that is larger is the candidate's own.
_MOST_EYES = 0.28

# Below so much of it a document is too far away to be read by a reviewer either.
_LEAST_EYES = 0.05


class DocumentProblem(StrEnum):
    """Why the document cannot be compared yet, and what to do."""

    NO_FACE = "Hold the side with your photograph into the frame."
    LIVE_FACE = "Hold the document itself into the frame, nearer to the camera than your face."
    FAR = "Hold the document nearer, so that it fills the frame."
    UNCLEAR = "Hold the document still, straight and out of glare."


@dataclass(frozen=True, slots=True)
class DocumentMatch:
    """The document's face beside the live one."""

    distance: float
    threshold: float
    quality: float

    @property
    def same(self) -> bool:
        """Whether they pass for one person. For a person to check either way."""
        return self.distance < self.threshold

    @property
    def words(self) -> str:
        """What a reviewer reads."""
        like = "like" if self.same else "unlike"
        return (
            f"the face on the document is {like} the live one "
            f"(distance {self.distance:.2f}, limit {self.threshold:.2f})"
        )

    def detail(self) -> Detail:
        """For the ``enrolment`` record; embeddings are no part of it."""
        return {
            "distance": round(self.distance, 3),
            "threshold": self.threshold,
            "same": self.same,
            "quality": round(self.quality, 2),
            "reason": self.words,
        }


def match_document(
    image: NDArray[np.uint8],
    live: NDArray[np.float64],
    threshold: float,
    graphs: Graphs,
    embedder: Embedder,
    place: Box = DOCUMENT_PLACE,
) -> DocumentMatch | DocumentProblem:
    """Compare the face on a document with the live one.

    Args:
        image: (h, w, 3) uint8 RGB, not mirrored.
        live: the enrolled face's embedding, (128,).
        threshold: the distance from which they are two people.
        graphs: the models that find faces.
        embedder: the model that compares them.
        place: where the document is asked for.
    """
    faces = [face for face in faces_in(image, graphs) if _inside(face, place)]
    if not faces:
        return DocumentProblem.NO_FACE
    wide = place.width * image.shape[1]
    printed = [face for face in faces if face.pixels <= _MOST_EYES * wide]
    if not printed:
        return DocumentProblem.LIVE_FACE
    face = printed[0]
    if face.pixels < _LEAST_EYES * wide:
        return DocumentProblem.FAR
    if not face.quality.usable:
        return DocumentProblem.UNCLEAR
    apart = distance(embedder.embed(face.chip), live)
    return DocumentMatch(apart, threshold, face.quality.value)


def _inside(face: StillFace, place: Box) -> bool:
    """Whether a face's middle lies in a place."""
    height, width = face.image.shape[:2]
    x, y = face.landmarks.mean(axis=0) / (width, height)
    return place.x <= x <= place.x + place.width and place.y <= y <= place.y + place.height
