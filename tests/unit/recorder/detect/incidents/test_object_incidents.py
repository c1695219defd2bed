from __future__ import annotations

import itertools

import pytest

from recorder.detect.incidents.core import DetectionCore
from recorder.detect.incidents.machine import NS
from recorder.detect.observations import (
    Blindness,
    Box,
    FaceObservation,
    Incident,
    ObjectsObservation,
    SeenObject,
)
from shared.flags import Kind, Severity
from shared.policy import DEFAULT_RULES, OFF

HALF = NS // 2


class Desk:
    """A candidate's desk, looked at twice a second."""

    def __init__(self) -> None:
        ids = itertools.count()
        self.core = DetectionCore(DEFAULT_RULES.__getitem__, lambda: f"id-{next(ids)}")
        self.now_ns = 0
        self.found: list[Incident] = []

    def show(
        self,
        seconds: float,
        *things: tuple[str, float],
        faces: int = 1,
        every: int | None = 1,
    ) -> None:
        """Two pictures a second; every so many are looked at for objects, ``None`` is none."""
        objects = tuple(
            SeenObject(label, sure, Box(0.1, 0.1, 0.2, 0.2))
            for label, sure in sorted(things, key=lambda thing: -thing[1])
        )
        for place in range(round(2 * seconds)):
            self._take(self.core.camera(FaceObservation(self.now_ns, faces, 50.0)))
            if every is not None and place % every == 0:
                self._take(self.core.camera(ObjectsObservation(self.now_ns, objects)))
            self.now_ns += HALF

    def end(self) -> list[Incident]:
        """Everything that is over."""
        self._take(self.core.finish("camera", self.now_ns))
        return [incident for incident in self.found if incident.end_ns is not None]

    def _take(self, found: list) -> None:
        self.found += [one for one in found if isinstance(one, Incident)]


def labels(incidents: list[Incident]) -> list[object]:
    return [i.detail.get("label", i.kind.value) for i in incidents]


def test_a_telephone_in_view_is_one_incident_with_its_label_and_words() -> None:
    desk = Desk()
    desk.show(2)
    desk.show(3.5, ("cell phone", 0.81))
    desk.show(8)
    (incident,) = desk.end()
    assert incident.kind is Kind.OBJECT_SEEN
    assert incident.severity is Severity.HIGH
    assert (incident.start_ns, incident.end_ns) == (2 * NS, 5.5 * NS)
    assert incident.confidence == pytest.approx(0.81)
    assert incident.detail["label"] == "cell phone"
    assert incident.detail["count"] == 1
    assert incident.detail["confidence"] == pytest.approx(0.81)
    reason = "a cell phone in view for 3.5 s (confidence 0.81)"
    assert incident.detail["reason"] == reason


def test_each_label_is_an_incident_of_its_own() -> None:
    desk = Desk()
    desk.show(2, ("cell phone", 0.8))
    desk.show(2, ("cell phone", 0.8), ("book", 0.7))
    desk.show(8)
    assert labels(desk.end()) == ["cell phone", "book"]


def test_two_of_a_kind_are_one_incident_that_counts_them() -> None:
    desk = Desk()
    desk.show(3, ("book", 0.8), ("book", 0.6))
    desk.show(8)
    (incident,) = desk.end()
    assert incident.detail["count"] == 2
    assert str(incident.detail["reason"]).startswith("book (2 of them) in view for")


def test_a_glimpse_is_nothing_and_an_unsure_one_does_not_begin_one() -> None:
    desk = Desk()
    desk.show(0.5, ("cell phone", 0.9))
    desk.show(1)
    desk.show(4, ("cell phone", 0.45))
    desk.show(8)
    assert desk.end() == []


def test_an_object_that_is_less_sure_for_a_while_goes_on() -> None:
    desk = Desk()
    desk.show(2, ("cell phone", 0.9))
    desk.show(4, ("cell phone", 0.45))
    desk.show(8)
    (incident,) = desk.end()
    assert incident.detail["seconds"] == pytest.approx(6)


def test_the_candidate_is_no_object() -> None:
    desk = Desk()
    desk.show(5, ("person", 0.9))
    desk.show(2, ("person", 0.9), faces=0)
    assert "person" not in labels(desk.end())


def test_a_person_beyond_those_whose_faces_are_counted_is_one() -> None:
    desk = Desk()
    desk.show(3, ("person", 0.9), ("person", 0.7))
    desk.show(8, ("person", 0.9))
    (incident,) = desk.end()
    assert incident.detail["label"] == "person"
    assert (incident.detail["count"], incident.confidence) == (1, pytest.approx(0.7))


def test_two_faces_are_several_faces_and_not_a_person_too() -> None:
    desk = Desk()
    desk.show(2, ("person", 0.9))
    desk.show(3, ("person", 0.9), ("person", 0.8), faces=2)
    # Turns away for a moment: still the same cause.
    desk.show(2, ("person", 0.9), ("person", 0.8), faces=1)
    desk.show(3, ("person", 0.9), ("person", 0.8), faces=2)
    desk.show(8, ("person", 0.9))
    assert labels(desk.end()) == ["multiple_faces"]


def test_what_cannot_be_seen_neither_ends_nor_lengthens_it() -> None:
    desk = Desk()
    desk.show(3, ("book", 0.8))
    for _ in range(10):
        found = desk.core.absent("camera", desk.now_ns, Blindness.DETECTOR_DOWN)
        desk._take(found)
        desk.now_ns += HALF
    desk.show(3, ("book", 0.8))
    desk.show(8)
    (incident,) = desk.end()
    assert incident.detail["seconds"] == pytest.approx(6, abs=1)
    assert incident.detail["unobserved_seconds"] == pytest.approx(5, abs=1)


def test_what_nobody_looks_for_any_more_is_closed_where_it_was_last_seen() -> None:
    desk = Desk()
    desk.show(10, ("cell phone", 0.8))
    desk.show(40, every=None)
    (incident,) = [one for one in desk.found if one.end_ns is not None]
    assert incident.end_ns is not None
    assert incident.end_ns <= 11 * NS
    assert incident.detail["lost_sight"] is True


@pytest.mark.parametrize("rarer", [2, 4, 8])
def test_rarer_looks_measure_how_long_an_object_is_there_all_the_same(rarer: int) -> None:
    desk = Desk()
    desk.core.look_rarer(rarer)
    desk.show(2 * rarer, every=rarer)
    desk.show(32, ("cell phone", 0.8), every=rarer)
    desk.show(8 * rarer, every=rarer)
    (incident,) = desk.end()
    assert incident.detail["seconds"] == 32
    assert "unobserved_seconds" not in incident.detail


def test_two_rare_looks_that_err_far_apart_are_nothing() -> None:
    desk = Desk()
    desk.core.look_rarer(8)
    for _ in range(3):
        desk.show(4, ("cell phone", 0.9), every=8)
        desk.show(4, every=8)
    assert desk.end() == []


def test_what_is_looked_for_more_often_again_speaks_for_less() -> None:
    desk = Desk()
    desk.core.look_rarer(8)
    desk.show(8, ("cell phone", 0.8), every=8)
    desk.core.look_rarer(1)
    desk.show(1, ("cell phone", 0.8))
    desk.show(40, every=None)
    (incident,) = [one for one in desk.found if one.end_ns is not None]
    assert incident.end_ns is not None
    assert 9 * NS < incident.end_ns <= 10 * NS


def test_what_is_open_at_the_end_is_ended_with_its_label() -> None:
    desk = Desk()
    desk.show(3, ("umbrella", 0.8))
    (incident,) = desk.end()
    assert incident.detail["label"] == "umbrella"
    assert str(incident.detail["reason"]).startswith("an umbrella in view")


def test_with_the_kind_off_objects_are_nothing() -> None:
    desk = Desk()
    rules = dict(DEFAULT_RULES)
    del rules[Kind.OBJECT_SEEN]
    desk.core = DetectionCore(lambda kind: rules.get(kind, OFF), lambda: "id")
    desk.show(5, ("book", 0.9))
    assert desk.end() == []
