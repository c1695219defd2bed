from __future__ import annotations

from recorder.detect.face.confirmation import KEPT_NS, MS, Confirmation
from recorder.detect.face.graphs import FoundFace, Roi
from recorder.detect.face.views import PLAIN, Part, View

THERE = Roi(80, 100, 60, 60)
LEFT = View(Part.LEFT)


class Mesh:
    """Asks a mesh that always answers alike, and counts how often."""

    def __init__(self, *, is_face: bool = True) -> None:
        self.confirmation, self.is_face, self.asked = Confirmation(), is_face, 0

    def has(self, box: Roi = THERE, *, at_ns: int = 0, view: View = LEFT) -> bool:
        return self.confirmation.has(at_ns, view, FoundFace(0.6, box), self._answer)

    def _answer(self, face: FoundFace) -> bool:
        self.asked += 1
        return self.is_face


def test_what_stands_still_is_asked_about_once_a_second_whatever_the_answer() -> None:
    for is_face in (True, False):
        mesh = Mesh(is_face=is_face)
        answers = [mesh.has(at_ns=number * 100 * MS) for number in range(30)]
        assert set(answers) == {is_face}
        assert mesh.asked == 30 * 100 * MS // KEPT_NS


def test_who_walks_and_who_comes_nearer_is_asked_about_anew() -> None:
    mesh = Mesh(is_face=False)
    mesh.has()
    mesh.is_face = True
    assert not mesh.has(Roi(82, 101, 60, 62))
    assert mesh.has(Roi(110, 100, 60, 60))
    assert mesh.has(Roi(80, 100, 90, 90))


def test_an_answer_is_about_one_view() -> None:
    mesh = Mesh(is_face=False)
    mesh.has()
    mesh.is_face = True
    assert mesh.has(view=PLAIN)


def test_a_cleared_memory_asks_again() -> None:
    mesh = Mesh()
    mesh.has()
    mesh.confirmation.clear()
    mesh.has()
    assert mesh.asked == 2


def test_a_place_without_a_size_is_no_error() -> None:
    mesh = Mesh()
    nowhere = Roi(0, 0, 0, 0)
    assert mesh.has(nowhere)
    assert mesh.has(nowhere)
