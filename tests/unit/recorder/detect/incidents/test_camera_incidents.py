"""One cause, one incident: what each observation of a camera explains of the others."""

from __future__ import annotations

import itertools
from dataclasses import replace

import msgspec
import pytest

from recorder.detect.incidents.camera_incidents import CameraIncidents
from recorder.detect.observations import (
    Blindness,
    Box,
    CameraObservation,
    FaceObservation,
    Finding,
    HandsObservation,
    IdentityObservation,
    Incident,
    ObjectsObservation,
    SeenObject,
)
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, OFF, Rule

NS = 1_000_000_000
STEP_S = 0.05

FACE_BOX = Box(0.4, 0.3, 0.2, 0.3)
FACE = FaceObservation(0, 1, 45.0, None, 0.0, 0.0, 0.0, 0.0, 0.0, box=FACE_BOX)
NOBODY = FaceObservation(0, 0, 45.0)
BLACK = FaceObservation(0, 0, 1.0, Blindness.COVERED)
TURNED = replace(FACE, yaw=50.0)
ASIDE = replace(FACE, gaze_yaw=25.0)
TWO = replace(FACE, faces=2)

# Hints of hands are on only where an institution asks for them.
WATCHED = DEFAULT_RULES | {
    Kind.HAND_AT_EAR: msgspec.structs.replace(DEFAULT_RULES[Kind.HAND_AT_EAR], enabled=True)
}

LOOK_EVERY = 10  # pictures of 50 ms: half a second

STRANGER = IdentityObservation(0, 0.8, 0.9)
SELF = IdentityObservation(0, 0.3, 0.9)
AT_EAR, HANDS_DOWN = HandsObservation(0, 1, 0.9), HandsObservation(0, 0, 0.0)
NOTHING = ObjectsObservation(0, ())


def phone(x: float) -> ObjectsObservation:
    return ObjectsObservation(0, (SeenObject("cell phone", 0.9, Box(x, 0.4, 0.05, 0.1)),))


def persons(count: int) -> ObjectsObservation:
    return ObjectsObservation(0, (SeenObject("person", 0.9, Box(0, 0, 1, 1)),) * count)


Span = tuple[float, FaceObservation, *tuple[CameraObservation, ...]]


def play(*spans: Span, rules: dict[Kind, Rule] | None = None) -> list[Incident]:
    """Show each span's face on every picture and its samples on every tenth, for seconds;
    the incidents once they are over."""
    chosen = WATCHED if rules is None else rules
    ids = itertools.count()
    camera = CameraIncidents(lambda kind: chosen.get(kind, OFF), lambda: f"{next(ids)}")
    found: list[Finding] = []
    picture = 0
    for seconds, face, *samples in spans:
        for place in range(round(seconds / STEP_S)):
            now_ns = round(picture * STEP_S * NS)
            found += camera.observed(replace(face, monotonic_ns=now_ns))
            for sample in samples if place % LOOK_EVERY == 0 else ():
                found += camera.observed(replace(sample, monotonic_ns=now_ns))
            picture += 1
    found += camera.finish(round(picture * STEP_S * NS))
    return [one for one in found if isinstance(one, Incident) and one.end_ns is not None]


def kinds(incidents: list[Incident]) -> list[Kind]:
    return [incident.kind for incident in incidents]


@pytest.mark.parametrize("first", [TURNED, ASIDE])
@pytest.mark.parametrize("back", [TURNED, ASIDE])
def test_who_turns_to_leave_and_comes_back_turned_was_only_away(
    first: FaceObservation, back: FaceObservation
) -> None:
    found = play((5, FACE), (1.7, first), (6, NOBODY), (1.7, back), (8, FACE))
    assert kinds(found) == [Kind.FACE_MISSING]


def test_a_head_that_was_turned_for_its_time_before_it_left_is_one_of_its_own() -> None:
    found = play((5, FACE), (3, TURNED), (6, NOBODY), (8, FACE))
    assert sorted(kinds(found)) == [Kind.FACE_MISSING, Kind.LOOKING_AWAY]
    away, gone = sorted(found, key=lambda one: one.start_ns)
    assert away.end_ns == pytest.approx(gone.start_ns, abs=0.1 * NS)


def test_a_face_lost_for_a_moment_does_not_hide_that_the_head_was_turned() -> None:
    (away,) = play((5, FACE), (1.5, TURNED), (1, NOBODY), (1.5, TURNED), (8, FACE))
    assert away.kind is Kind.LOOKING_AWAY
    assert away.detail["seconds"] == pytest.approx(3, abs=0.1)


def test_eyes_that_lead_and_follow_a_turn_of_the_head_are_not_a_look_of_their_own() -> None:
    found = play((5, FACE), (2, ASIDE), (4, TURNED), (2, ASIDE), (8, FACE))
    assert kinds(found) == [Kind.LOOKING_AWAY]


def test_a_turn_too_short_for_an_incident_does_not_hide_eyes_aside() -> None:
    found = play((5, FACE), (2, ASIDE), (1, TURNED), (2, ASIDE), (8, FACE))
    assert kinds(found) == [Kind.GAZE_AWAY]


def test_a_hand_that_comes_and_goes_before_the_lens_is_not_an_absence() -> None:
    found = play((5, FACE), (1.5, NOBODY), (6, BLACK), (1.5, NOBODY), (8, FACE))
    assert kinds(found) == [Kind.CAMERA_BLOCKED]


@pytest.mark.parametrize("why", [Blindness.DARK, Blindness.BRIGHT, Blindness.BLURRED])
def test_a_face_lost_in_bad_light_was_not_missing_before_that_was_sure(why: Blindness) -> None:
    unseen = replace(NOBODY, blind=why)
    found = play((5, FACE), (1.5, NOBODY), (4, unseen), (1.5, NOBODY), (8, FACE))
    assert found == []
    (gone,) = play((5, FACE), (4, NOBODY), (4, unseen), (4, NOBODY), (8, FACE))
    assert gone.detail["seconds"] == pytest.approx(8, abs=0.1)


def test_what_follows_a_graver_incident_begins_when_it_began() -> None:
    found = play((5, FACE), (4, NOBODY), (4, TURNED), (5, ASIDE), (8, FACE))
    starts = {one.kind: one.start_ns / NS for one in found}
    assert starts == {
        Kind.FACE_MISSING: pytest.approx(5),
        Kind.LOOKING_AWAY: pytest.approx(9),
        Kind.GAZE_AWAY: pytest.approx(13),
    }


def test_what_is_not_asked_for_still_explains() -> None:
    rules = {**DEFAULT_RULES, Kind.FACE_MISSING: OFF}
    spans = ((5.0, FACE), (1.5, TURNED), (6.0, NOBODY), (1.5, TURNED), (8.0, FACE))
    assert play(*spans, rules=rules) == []


def test_two_faces_are_no_stranger_in_the_candidates_place() -> None:
    found = play((5, FACE, SELF), (6, TWO, STRANGER), (8, FACE, SELF))
    assert kinds(found) == [Kind.MULTIPLE_FACES]


def test_a_stranger_who_stays_when_the_candidate_has_gone_is_one() -> None:
    found = play((5, FACE, SELF), (3, TWO, STRANGER), (6, FACE, STRANGER), (8, FACE, SELF))
    assert sorted(kinds(found)) == [Kind.IDENTITY_MISMATCH, Kind.MULTIPLE_FACES]


def test_a_face_that_is_turned_away_is_no_stranger() -> None:
    found = play((5, FACE, SELF), (6, TURNED, STRANGER), (8, FACE, SELF))
    assert kinds(found) == [Kind.LOOKING_AWAY]


def test_a_second_face_is_not_a_second_person_too() -> None:
    found = play((5, FACE, persons(1)), (6, TWO, persons(2)), (8, FACE, persons(1)))
    assert kinds(found) == [Kind.MULTIPLE_FACES]


def test_a_second_person_without_a_face_is_an_object() -> None:
    (found,) = play((5, FACE, persons(1)), (4, FACE, persons(2)), (8, FACE, persons(1)))
    assert (found.kind, found.detail["label"]) == (Kind.OBJECT_SEEN, "person")


def test_a_telephone_at_the_ear_is_one_incident_that_tells_of_the_hand() -> None:
    (found,) = play(
        (5, FACE, NOTHING, HANDS_DOWN),
        (8, FACE, phone(0.61), AT_EAR),
        (8, FACE, NOTHING, HANDS_DOWN),
    )
    assert found.kind is Kind.OBJECT_SEEN
    assert found.detail["reason"] == "a cell phone held at the ear for 8.0 s (confidence 0.90)"


def test_a_telephone_on_the_table_does_not_explain_a_hand_at_the_ear() -> None:
    found = play(
        (5, FACE, NOTHING, HANDS_DOWN),
        (8, FACE, phone(0.9), AT_EAR),
        (8, FACE, NOTHING, HANDS_DOWN),
    )
    assert sorted(kinds(found)) == [Kind.HAND_AT_EAR, Kind.OBJECT_SEEN]


def test_a_still_picture_is_not_a_loop_of_no_time() -> None:
    (still,) = play((5, FACE), (8, replace(FACE, loop_s=0.0)), (8, FACE))
    (loop,) = play((5, FACE), (8, replace(FACE, loop_s=4.2)), (8, FACE))
    assert still.detail["reason"] == "the camera shows one still picture for 8.0 s"
    assert loop.detail["reason"] == "the camera repeats the same 4.2 s, for 8.0 s"


def test_a_black_picture_now_and_then_hides_no_loop() -> None:
    spans = [(3.9, replace(FACE, loop_s=10.0)), (0.1, BLACK)] * 10
    (loop,) = play((5, FACE), *spans, (8, FACE))
    assert loop.kind is Kind.VIRTUAL_CAMERA
    assert loop.detail["seconds"] == pytest.approx(39, abs=1)


def test_black_pictures_alone_are_no_loop() -> None:
    assert kinds(play((5, FACE), (20, BLACK), (8, FACE))) == [Kind.CAMERA_BLOCKED]


def test_a_hand_that_nobody_looks_for_any_more_is_closed() -> None:
    ids = itertools.count()
    camera = CameraIncidents(lambda kind: WATCHED.get(kind, OFF), lambda: f"{next(ids)}")
    found: list[Finding] = []
    for half in range(100):
        now_ns = half * NS // 2
        found += camera.observed(replace(FACE, monotonic_ns=now_ns))
        if half < 20:
            found += camera.observed(replace(AT_EAR, monotonic_ns=now_ns))
    (over,) = [one for one in found if isinstance(one, Incident) and one.end_ns is not None]
    assert over.kind is Kind.HAND_AT_EAR
    assert over.end_ns is not None
    assert over.end_ns <= 11 * NS
    assert over.detail["lost_sight"] is True


def test_looks_to_both_sides_have_no_direction() -> None:
    (found,) = play((5, FACE), (3, TURNED), (3, replace(FACE, yaw=-50.0)), (8, FACE))
    assert found.detail["reason"] == "head turned 50° this way and that for 6.0 s"
    (found,) = play((5, FACE), (4, ASIDE), (4, replace(FACE, gaze_yaw=-25.0)), (8, FACE))
    assert "this way and that from the screen's middle" in str(found.detail["reason"])
