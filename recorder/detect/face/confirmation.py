"""Does the mesh see a face too where the detector half saw one?

The mesh has its own idea of what a face is. Of half-certain faces of 40 pixels and more it
confirms 96 in 100 (heads of every skin tone, in every light, turned up to 60 degrees), of
lookalikes as large in rooms and photographs without people, in squares and brightened, one
in seven. Whoever is confirmed counts at once; who is not needs a second look, and counts for
nothing where lookalikes are many: in a square or a brightened picture. Answers are remembered:
about what stands still the mesh is not asked every time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from recorder.detect.face.graphs import FoundFace, Roi
from recorder.detect.face.views import View

MS = 1_000_000

# How long an answer holds: a mesh costs 3 ms.
KEPT_NS = 1_000 * MS

# A face at the place of an earlier answer covers so much of its box, and is so much covered:
# who walks is asked about anew.
SAME_PLACE = 0.7


@dataclass(frozen=True, slots=True)
class _Answer:
    """Whether the mesh saw a face, where and in what view."""

    at_ns: int
    view: View
    box: Roi
    is_face: bool

    def is_about(self, view: View, box: Roi) -> bool:
        """Whether this is the same question."""
        return view == self.view and _common(box, self.box) >= SAME_PLACE


class Confirmation:
    """Asks the mesh about half-certain faces of one camera."""

    def __init__(self) -> None:
        self._answers: list[_Answer] = []

    def clear(self) -> None:
        """Nothing was asked."""
        self._answers = []

    def has(
        self, now_ns: int, view: View, face: FoundFace, has_mesh: Callable[[FoundFace], bool]
    ) -> bool:
        """Whether the mesh sees a face there, now or a moment ago.

        Args:
            now_ns: when the picture was taken.
            view: the view of it that showed the face.
            face: what was found.
            has_mesh: asks the mesh about a face in that view.
        """
        since_ns = now_ns - KEPT_NS
        self._answers = [one for one in self._answers if one.at_ns > since_ns]
        for answer in self._answers:
            if answer.is_about(view, face.box):
                return answer.is_face
        is_face = has_mesh(face)
        self._answers.append(_Answer(now_ns, view, face.box, is_face))
        return is_face


def _common(one: Roi, other: Roi) -> float:
    """Shared area as a share of the larger box, 0..1."""
    sizes = (one.width * one.height, other.width * other.height)
    return one.overlap(other) * min(sizes) / max(sizes) if max(sizes) > 0 else 0.0
