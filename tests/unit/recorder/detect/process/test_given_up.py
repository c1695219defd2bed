from __future__ import annotations

from dataclasses import replace

import pytest

from recorder.detect.process.given_up import NO_PHOTOGRAPH, GivenUp, NoLonger
from recorder.detect.setup import (
    Beside,
    DetectorSetup,
    FaceEnrolment,
    IdentitySetup,
    ObjectSetup,
)
from recorder.detect.watchlist import LEARN_VOICE

# A moment of the evidence clock, nanoseconds.
AT = 7_000_000_000

SETUP = DetectorSetup(
    identity=IdentitySetup((0.0,) * 128, 5.0),
    objects=ObjectSetup("m.onnx", ("a",), ("a",), 0.4, 0.5, "desk", "a" * 64),
    hands_every_s=0.5,
    voice=LEARN_VOICE,
)


def test_a_detector_that_dies_young_twice_goes_on_without_the_object_model() -> None:
    given_up = GivenUp()
    given_up.died(SETUP, AT, proven=False)
    assert given_up.without(SETUP) == SETUP
    assert given_up.unwatched == ()
    given_up.died(SETUP, AT, proven=False)
    assert given_up.without(SETUP) == replace(SETUP, objects=None)
    why = "object_seen: the detector ended 2 times with the object model desk"
    assert given_up.unwatched == (NoLonger(AT, why),)


def test_it_stays_away_however_often_the_setup_changes() -> None:
    given_up = GivenUp()
    given_up.died(SETUP, AT, proven=False)
    given_up.died(SETUP, AT, proven=False)
    again = replace(SETUP, level=2)
    assert given_up.without(again).objects is None
    given_up.died(again, AT, proven=False)
    assert len(given_up.unwatched) == 1


def test_a_proven_life_between_begins_the_count_anew() -> None:
    given_up = GivenUp()
    given_up.died(SETUP, AT, proven=False)
    given_up.died(SETUP, AT, proven=True)
    given_up.died(SETUP, AT, proven=False)
    assert given_up.without(SETUP) == SETUP


def test_deaths_without_an_object_model_are_not_blamed_on_one() -> None:
    given_up, plain = GivenUp(), replace(SETUP, objects=None)
    given_up.died(plain, AT, proven=False)
    given_up.died(plain, AT, proven=False)
    assert given_up.unwatched == ()
    assert given_up.without(SETUP) == SETUP


def test_what_a_detector_says_twice_stands_once_and_since_the_first_time() -> None:
    given_up = GivenUp()
    given_up.note(["object_seen: no"], SETUP, AT)
    given_up.note(["object_seen: no", "hand_at_ear: no"], SETUP, AT + 1)
    assert given_up.unwatched == (
        NoLonger(AT, "object_seen: no"),
        NoLonger(AT + 1, "hand_at_ear: no"),
    )


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("identity_mismatch: no", replace(SETUP, identity=None)),
        ("hand_at_ear: no", replace(SETUP, hands_every_s=None)),
        ("second_voice: no", replace(SETUP, voice=None)),
        ("object_seen: no", replace(SETUP, objects=None)),
    ],
)
def test_what_was_given_up_is_not_asked_of_the_next_process(
    said: str, left: DetectorSetup
) -> None:
    given_up = GivenUp()
    given_up.note([said], SETUP, AT)
    assert given_up.without(SETUP) == left


@pytest.mark.parametrize(
    ("during", "left", "kind", "doing"),
    [
        ("identity", replace(SETUP, identity=None), "identity_mismatch", "it compared faces"),
        ("speakers", replace(SETUP, voice=None), "second_voice", "it told voices apart"),
        ("hands", replace(SETUP, hands_every_s=None), "hand_at_ear", "it looked for hands"),
        ("objects", replace(SETUP, objects=None), "object_seen", "the object model desk"),
    ],
)
def test_a_detector_in_which_the_process_ended_twice_is_left_out(
    during: Beside, left: DetectorSetup, kind: str, doing: str
) -> None:
    given_up = GivenUp()
    given_up.died(SETUP, AT, proven=False, during=during)
    assert given_up.without(SETUP) == SETUP
    given_up.died(SETUP, AT, proven=True, during=during)
    assert given_up.without(SETUP) == left
    said = given_up.unwatched[0].what
    assert said.startswith(f"{kind}: the detector ended 2 times")
    assert said.endswith(doing)


def test_a_face_that_cannot_be_compared_is_not_taken_either_and_that_is_said() -> None:
    given_up, enrolling = GivenUp(), replace(SETUP, take_face=FaceEnrolment(3, 0.55))
    given_up.died(enrolling, AT, proven=False, during="identity")
    assert given_up.without(enrolling) == enrolling
    given_up.died(enrolling, AT, proven=False, during="identity")
    refused = FaceEnrolment(3, 0.55, refused=NO_PHOTOGRAPH)
    assert given_up.without(enrolling) == replace(SETUP, identity=None, take_face=refused)


def test_the_object_model_is_not_blamed_for_what_another_was_at() -> None:
    given_up = GivenUp()
    given_up.died(SETUP, AT, proven=False, during="hands")
    given_up.died(SETUP, AT, proven=False, during="identity")
    given_up.died(SETUP, AT, proven=False)
    assert given_up.unwatched == ()


def test_another_object_model_is_asked_for() -> None:
    given_up = GivenUp()
    given_up.note(["object_seen: no"], SETUP, AT)
    assert SETUP.objects is not None
    other = replace(SETUP, objects=replace(SETUP.objects, sha256="b" * 64))
    assert given_up.without(other) == other


def test_deaths_after_the_object_model_was_given_up_are_not_laid_on_it() -> None:
    given_up = GivenUp()
    given_up.note(["object_seen: no"], SETUP, AT)
    for _ in range(3):
        given_up.died(SETUP, AT, proven=False)
    assert given_up.unwatched == (NoLonger(AT, "object_seen: no"),)
