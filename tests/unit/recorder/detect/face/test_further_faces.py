from __future__ import annotations

from recorder.detect.face.further_faces import MS, FurtherFaces
from recorder.detect.face.graphs import FoundFace, Roi
from recorder.detect.face.views import Part, View

ME = Roi(320, 240, 120, 120)
OTHER = Roi(80, 100, 60, 60)
THIRD = Roi(560, 100, 60, 60)


class Search:
    """Searches ten times a second."""

    def __init__(self) -> None:
        self.further, self.now_ns = FurtherFaces(), 0

    def see(
        self,
        *boxes: Roi,
        score: float = 0.9,
        part: Part = Part.WHOLE,
        candidate: Roi | None = ME,
    ) -> int:
        faces = [FoundFace(score, box) for box in boxes]
        self.further.update(self.now_ns, View(part), faces, candidate)
        self.now_ns += 100 * MS
        return len(self.further.beside(candidate))


def test_the_candidate_is_no_further_face() -> None:
    assert Search().see(ME) == 0


def test_a_certain_face_counts_at_once_and_a_doubtful_one_at_the_second_look() -> None:
    assert Search().see(ME, OTHER) == 1
    search = Search()
    assert search.see(ME, OTHER, score=0.6) == 0
    assert search.further.doubtful
    assert search.see(ME, OTHER, score=0.6) == 1
    assert not search.further.doubtful


def test_a_confirmed_face_counts_at_once() -> None:
    search, doubtful = Search(), FoundFace(0.6, OTHER)
    search.further.update(0, View(), [FoundFace(0.9, ME), doubtful], ME, [doubtful])
    assert search.further.beside(ME) == [doubtful]
    assert not search.further.doubtful


def test_two_parts_may_agree_on_a_doubtful_face() -> None:
    search = Search()
    search.see(ME, OTHER, score=0.6)
    assert search.see(OTHER, score=0.6, part=Part.LEFT) == 1


def test_looks_too_far_apart_do_not_agree() -> None:
    search = Search()
    search.see(OTHER, score=0.6)
    search.now_ns += 1_000 * MS
    assert search.see(OTHER, score=0.6) == 0


def test_what_one_part_shows_holds_though_another_does_not_show_it() -> None:
    search = Search()
    search.see(OTHER, part=Part.LEFT)
    assert search.see(ME) == 1
    assert search.see(THIRD, part=Part.RIGHT) == 2


def test_a_face_is_gone_when_the_part_that_showed_it_does_not() -> None:
    search = Search()
    search.see(ME, OTHER)
    search.see(OTHER, part=Part.LEFT)
    assert search.see(ME) == 0


def test_a_face_in_several_parts_is_one() -> None:
    search = Search()
    search.see(ME, OTHER)
    assert search.see(Roi(84, 104, 58, 62), part=Part.LEFT) == 1


def test_without_a_candidate_the_first_face_is_believed_and_the_second_is_not() -> None:
    search = Search()
    assert search.see(ME, OTHER, score=0.6, candidate=None) == 1
    assert search.see(ME, OTHER, score=0.6, candidate=None) == 2


def test_without_a_candidate_a_square_must_show_a_certain_face() -> None:
    search = Search()
    assert search.see(OTHER, score=0.6, part=Part.LEFT, candidate=None) == 0
    assert search.see(OTHER, score=0.6, part=Part.LEFT, candidate=None) == 0
    assert search.see(OTHER, score=0.8, part=Part.LEFT, candidate=None) == 1


def test_a_half_certain_face_that_flickers_counts_again_at_once() -> None:
    search = Search()
    search.see(ME, OTHER, score=0.6)
    assert search.see(ME, OTHER, score=0.6) == 1
    assert search.see(ME) == 0
    assert search.further.unsettled
    assert search.see(OTHER, score=0.6, part=Part.LEFT) == 1


def test_a_certain_face_that_is_gone_leaves_nothing_to_agree_with() -> None:
    search = Search()
    search.see(ME, OTHER)
    search.see(ME)
    assert not search.further.unsettled
    assert search.see(ME, OTHER, score=0.6) == 0


def test_who_is_followed_from_now_on_is_no_further_face_any_more() -> None:
    search = Search()
    search.see(ME, candidate=None)
    assert search.further.beside(ME) == []


def test_a_cleared_memory_believes_nothing() -> None:
    search = Search()
    search.see(OTHER)
    search.further.clear()
    assert search.further.beside(None) == []
    assert search.see(OTHER, score=0.6) == 0
