"""The candidate's own face beside a document: whatever is this is no document's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recorder.detect.face.further_faces import is_same
from recorder.detect.face.graphs import FittedFace

# From one picture to the next a face does not become this much smaller, or larger the other way
# round: a mesh that does has leapt to another face, such as that on a card before it.
_LEAST_OF_LAST = 0.8


class OwnFace:
    """Whom the photograph shows, and where that face is for as long as it is followed.

    Args:
        embedding: of the photograph, (128,).
        pixels: between the outer corners of the eyes in it.
        mesh: on that face in the picture seen last.
    """

    def __init__(
        self, embedding: NDArray[np.float64], pixels: float, mesh: FittedFace | None
    ) -> None:
        self.embedding = embedding
        self.pixels = pixels
        self.mesh = mesh

    def follow(self, mesh: FittedFace | None) -> None:
        """Take the mesh of the next picture. Once lost it stays ``None``: who or what is found
        then may be anybody.
        """
        if self.mesh is None or mesh is None or not _goes_on(self.mesh, mesh):
            mesh = None
        self.mesh = mesh


def _goes_on(last: FittedFace, now: FittedFace) -> bool:
    """Whether two meshes of pictures in a row are on one face."""
    smaller, larger = sorted((last.box.width, now.box.width))
    return is_same(last.box, now.box) and smaller >= _LEAST_OF_LAST * larger
