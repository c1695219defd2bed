from __future__ import annotations

from dataclasses import replace

from recorder.detect.process.given_up import GivenUp
from recorder.detect.setup import DetectorSetup, IdentitySetup, ObjectSetup

SETUP = DetectorSetup(
    identity=IdentitySetup((0.0,) * 128, 5.0),
    objects=ObjectSetup("m.onnx", ("a",), ("a",), 0.4, 0.5, "desk", "a" * 64),
)


def test_a_detector_that_dies_young_twice_goes_on_without_the_object_model() -> None:
    given_up = GivenUp()
    given_up.died(SETUP, proven=False)
    assert given_up.without(SETUP) == SETUP
    assert given_up.unwatched == ()
    given_up.died(SETUP, proven=False)
    assert given_up.without(SETUP) == replace(SETUP, objects=None)
    (words,) = given_up.unwatched
    assert words == "object_seen: the detector ended 2 times with the object model desk"


def test_it_stays_away_however_often_the_setup_changes() -> None:
    given_up = GivenUp()
    given_up.died(SETUP, proven=False)
    given_up.died(SETUP, proven=False)
    again = replace(SETUP, level=2)
    assert given_up.without(again).objects is None
    given_up.died(again, proven=False)
    assert len(given_up.unwatched) == 1


def test_a_proven_life_between_begins_the_count_anew() -> None:
    given_up = GivenUp()
    given_up.died(SETUP, proven=False)
    given_up.died(SETUP, proven=True)
    given_up.died(SETUP, proven=False)
    assert given_up.without(SETUP) == SETUP


def test_deaths_without_an_object_model_are_not_blamed_on_one() -> None:
    given_up, plain = GivenUp(), replace(SETUP, objects=None)
    given_up.died(plain, proven=False)
    given_up.died(plain, proven=False)
    assert given_up.unwatched == ()
    assert given_up.without(SETUP) == SETUP


def test_what_a_detector_says_twice_stands_once() -> None:
    given_up = GivenUp()
    given_up.note(["object_seen: no"])
    given_up.note(["object_seen: no", "hand_at_ear: no"])
    assert given_up.unwatched == ("object_seen: no", "hand_at_ear: no")
