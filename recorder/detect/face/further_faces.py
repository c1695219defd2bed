"""The faces besides the one that is followed: believed when certain, when the mesh sees them
too, or when seen twice.

Each view of the picture is searched in its turn, and what was found there holds until it is
searched again. A face is gone when the view that showed it shows it no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recorder.detect.face.graphs import FoundFace, Roi
from recorder.detect.face.views import View

MS = 1_000_000

# A face that is certain needs no second look: lookalikes score below this.
SURE_SCORE = 0.75

# Share of the smaller box that must be covered for two boxes to be the same face: half a
# face, or a box within the mesh's, is never a second person.
SAME_FACE = 0.3

# Two looks at a half-certain face agree when they are no further apart: all views of the
# picture in their turn, twice over.
AGREE_WITHIN_NS = 1_000 * MS


@dataclass(frozen=True, slots=True)
class _Sighting:
    """A face as a view showed it."""

    at_ns: int
    face: FoundFace

    def shows(self, box: Roi) -> bool:
        """Whether it is the face in this box."""
        return is_same(self.face.box, box)


class FurtherFaces:
    """Those of one camera."""

    def __init__(self) -> None:
        self._believed: dict[View, list[FoundFace]] = {}
        self._glimpsed: list[_Sighting] = []
        self.doubtful = False

    def clear(self) -> None:
        """Nobody is known."""
        self._believed, self._glimpsed, self.doubtful = {}, [], False

    @property
    def unsettled(self) -> bool:
        """Whether others were seen a moment ago, believed or not."""
        return bool(self._glimpsed)

    @property
    def showing(self) -> list[View]:
        """The views that showed those who are believed in."""
        return [view for view, faces in self._believed.items() if faces]

    def update(
        self,
        now_ns: int,
        view: View,
        faces: list[FoundFace],
        candidate: Roi | None,
        confirmed: Sequence[FoundFace] = (),
    ) -> None:
        """Take all faces that a search of one view found.

        Args:
            now_ns: when the picture was taken.
            view: of the picture.
            faces: most certain first.
            candidate: the box of the face that is followed, which is none of them. Without
                one the first face is the candidate's, and is believed at once where the
                picture is seen as it is; squares and brightness show more lookalikes, and
                are then believed only when they are certain.
            confirmed: those of them that need no second look.
        """
        since_ns = now_ns - AGREE_WITHIN_NS
        self._glimpsed = [one for one in self._glimpsed if one.at_ns >= since_ns]
        further = [face for face in faces if not is_same(face.box, candidate)]
        known = [face.box for face in self.beside(candidate)]
        lone = candidate is None
        free = lone and not known and view.plain
        agreeing = [] if lone and not view.plain else self._glimpsed
        believed = [
            face
            for number, face in enumerate(further)
            if face.score >= SURE_SCORE
            or face in confirmed
            or (free and number == 0)
            or any(one.shows(face.box) for one in agreeing)
            or any(is_same(face.box, box) for box in known)
        ]
        self._forget_gone(self._believed.get(view, []), believed)
        self._believed[view] = believed
        self._glimpsed = [*self._glimpsed, *(_Sighting(now_ns, face) for face in further)]
        self.doubtful = len(believed) < len(further)

    def beside(self, candidate: Roi | None) -> list[FoundFace]:
        """Each believed face once, most certain first, without the one that is followed."""
        found: list[FoundFace] = []
        faces = [face for view in self._believed.values() for face in view]
        for face in sorted(faces, key=lambda one: -one.score):
            known = (candidate, *(one.box for one in found))
            if not any(is_same(face.box, box) for box in known):
                found.append(face)
        return found

    def _forget_gone(self, before: list[FoundFace], now: list[FoundFace]) -> None:
        """A face that its view shows no more counts no longer; the next glimpse of it will
        do to count again, unless it was certain, and is gone."""
        lost = [one for one in before if not any(is_same(one.box, face.box) for face in now)]
        for view, faces in self._believed.items():
            self._believed[view] = [
                face for face in faces if not any(is_same(face.box, one.box) for one in lost)
            ]
        gone = [one.box for one in lost if one.score >= SURE_SCORE]
        self._glimpsed = [
            one for one in self._glimpsed if not any(one.shows(box) for box in gone)
        ]


def is_same(one: Roi, other: Roi | None) -> bool:
    """Whether two boxes are those of one face."""
    return other is not None and one.overlap(other) >= SAME_FACE
