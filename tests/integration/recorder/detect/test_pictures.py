"""Whatever fails of what looks now and then, faces are found on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import numpy as np
import pytest
from numpy.typing import NDArray
from support.filmed_face import Picture, filmed

from recorder.detect.enrolled import FaceLook
from recorder.detect.face.graphs import FaceGraphs
from recorder.detect.pictures import PictureAnalyzer
from recorder.detect.process.worker_messages import Seen
from recorder.detect.setup import DetectorSetup, FaceEnrolment, IdentitySetup
from shared.flags import Kind

NS = 1_000_000_000
KNOWN = DetectorSetup(identity=IdentitySetup((0.1,) * 128, every_s=0.1))


class Failing:
    """What compares faces for so many looks, and then no more."""

    def __init__(self, looks: int) -> None:
        self._left = looks

    def embed(self, chip: NDArray[np.uint8]) -> NDArray[np.float64]:
        del chip
        if self._left == 0:
            raise RuntimeError("error while calling cudaMalloc")
        self._left -= 1
        return np.full(128, 0.1)


class Watching:
    """An analyser that looks at a person, with what compares them."""

    def __init__(self, graphs: FaceGraphs, still: Picture, looks: int) -> None:
        self._still, self._shown = still, 0
        self.analyzer = PictureAnalyzer(graphs, lambda: Failing(looks))

    def show(self, pictures: int) -> list[Seen]:
        """So many pictures more, ten a second."""
        found = []
        for _ in range(pictures):
            self._shown += 1
            at_ns = self._shown * NS // 10
            found.append(self.analyzer.observe(filmed(self._still, self._shown), at_ns))
        return found


WORDS = "it failed at work (RuntimeError: error while calling cudaMalloc)"


@pytest.fixture
def watching(graphs: FaceGraphs, photograph: Picture) -> Callable[[int], Watching]:
    return lambda looks: Watching(graphs, photograph, looks)


def test_what_fails_in_the_middle_is_given_up_once_and_for_all(
    watching: Callable[[int], Watching],
) -> None:
    watched = watching(2)
    watched.analyzer.prepare(KNOWN)
    seen = watched.show(8)
    assert len([one for one in seen if one.identity]) == 2
    said = [one.unwatched for one in seen if one.unwatched]
    assert said == [(f"{Kind.IDENTITY_MISMATCH}: {WORDS}",)]
    watched.analyzer.prepare(KNOWN)
    after = watched.show(4)
    assert [one.face.faces for one in seen + after] == [1] * 12
    assert not any(one.identity or one.unwatched for one in after)


def test_an_enrolment_that_fails_is_told_once_and_may_be_tried_again(
    watching: Callable[[int], Watching],
) -> None:
    watched = watching(0)
    told: list[FaceLook] = []
    for number in (1, 2):
        for _ in range(2):
            # A setup that comes again is no new enrolment.
            watched.analyzer.prepare(DetectorSetup(take_face=FaceEnrolment(number, 0.55)))
            told += [one.enrolling for one in watched.show(20) if one.enrolling]
    refused = [look for look in told if look.problem]
    assert [(look.number, look.problem) for look in refused] == [(1, WORDS), (2, WORDS)]
    assert not any(look.taken for look in told)
    assert told.index(refused[0]) == [look.number for look in told].count(1) - 1


def test_an_enrolment_that_is_refused_is_told_and_loads_nothing(graphs: FaceGraphs) -> None:
    def loads() -> NoReturn:
        raise AssertionError("it was loaded")

    analyzer = PictureAnalyzer(graphs, loads)
    for number in (1, 2):
        refused = FaceEnrolment(number, 0.55, refused="Leave it out.")
        for _ in range(2):
            analyzer.prepare(DetectorSetup(take_face=refused))
        blank = np.zeros((48, 64, 3), np.uint8)
        told = [analyzer.observe(blank, NS * number + at).enrolling for at in range(3)]
        assert [look and (look.number, look.problem) for look in told] == [
            (number, "Leave it out."),
            None,
            None,
        ]
