"""The face on an identity document that is held before the camera, beside the live one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.faces import Graphs
from recorder.detect.face.further_faces import is_same
from recorder.detect.identity.embedding import distance, eye_distance
from recorder.detect.identity.matching import Embedder
from recorder.detect.identity.own_face import OwnFace
from recorder.detect.identity.stills import StillFace, upright_faces_in
from recorder.detect.observations import Box
from shared.records import Detail

# Where the page asks for the document: as wide as this share of the picture, in its middle.
DOCUMENT_PLACE = Box(0.15, 0.15, 0.7, 0.7)

# The eyes on a document that fills the place are at most this share of its width apart: the
# portrait of a card (ID-1, 86 mm) is up to 35 mm wide, its eyes 20 mm; a passport's less.
_MOST_EYES = 0.28

# The face on a document is at most this large beside the candidate's own, as the photograph
# shows it and as it is now: so the two are told apart where the own was lost from sight.
_MOST_OF_OWN = 0.8

# Below so much of it a document is too far away to be read by a reviewer either.
_LEAST_EYES = 0.05


class DocumentProblem(StrEnum):
    """Why the document cannot be compared yet, and what to do."""

    NO_FACE = "Hold the side with your photograph into the frame, beside your face."
    LIVE_FACE = "Hold the document beside your face, so that both are seen."
    NEAR = "Hold the document a little farther away."
    FAR = "Hold the document a little nearer."
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
    own: OwnFace,
    threshold: float,
    graphs: Graphs,
    embedder: Embedder,
    place: Box = DOCUMENT_PLACE,
) -> DocumentMatch | DocumentProblem:
    """Compare the face on a document with the candidate's own, which must be seen beside it.

    Args:
        image: (h, w, 3) uint8 RGB, not mirrored.
        own: the candidate's face, followed up to this picture.
        threshold: the distance from which they are two people.
        graphs: the models that find faces.
        embedder: the model that compares them.
        place: where the document is asked for.
    """
    faces = upright_faces_in(image, graphs)
    if not any(_inside(face, place) for face in faces):
        return DocumentProblem.NO_FACE
    others, now = _beside(own, faces)
    shown = [face for face in others if _inside(face, place)]
    if not shown:
        return DocumentProblem.LIVE_FACE
    wide = place.width * image.shape[1]
    most = min(_MOST_EYES * wide, _MOST_OF_OWN * own.pixels, _MOST_OF_OWN * now)
    printed = [face for face in shown if face.pixels <= most]
    if not printed:
        return DocumentProblem.NEAR
    face = printed[0]
    if face.pixels < _LEAST_EYES * wide:
        return DocumentProblem.FAR
    if not face.quality.usable:
        return DocumentProblem.UNCLEAR
    apart = distance(embedder.embed(face.chip), own.embedding)
    return DocumentMatch(apart, threshold, face.quality.value)


def _beside(own: OwnFace, faces: Sequence[StillFace]) -> tuple[Sequence[StillFace], float]:
    """Which faces are not the candidate's own, and how large (pixels) that is now.

    Who was lost from sight is taken for the largest: somebody who got up for the document and
    is alone in the picture again shows none, however far away.
    """
    if own.mesh is None:
        box, now = faces[0].box, faces[0].pixels
    else:
        box, now = own.mesh.box, eye_distance(own.mesh.landmarks)
    return [face for face in faces if not is_same(face.box, box)], now


def _inside(face: StillFace, place: Box) -> bool:
    """Whether a face's middle lies in a place."""
    height, width = face.image.shape[:2]
    x, y = face.landmarks.mean(axis=0) / (width, height)
    return place.x <= x <= place.x + place.width and place.y <= y <= place.y + place.height
