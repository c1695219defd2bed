"""The enrolment step by step: what is asked for, written, compared and left out."""

from __future__ import annotations

from typing import Any

import pytest
from support.policies import default_policy

from recorder.detect.enrolled import (
    EnrolmentPicture,
    FaceLook,
    FaceTaken,
    VoiceLook,
    VoiceTaken,
)
from recorder.detect.observations import Box
from recorder.detect.setup import (
    FaceEnrolment,
    IdentitySetup,
    VoiceEnrolment,
    VoiceSetup,
)
from recorder.detect.watchlist import LEARN_VOICE, NO_REFERENCE
from recorder.enrolling import (
    ANSWER_S,
    PATIENCE_S,
    UNANSWERED,
    UNATTENDED_S,
    Enrolling,
    Wanted,
)
from shared.policy import Identity
from shared.records import Enrolment

BOX = Box(0.4, 0.2, 0.2, 0.3)
PHOTO = EnrolmentPicture("photo", "image/jpeg", b"jpeg")


class Detectors:
    """What the detector process was told."""

    def __init__(self) -> None:
        self.face: FaceEnrolment | None = None
        self.voice: VoiceEnrolment | None = None
        self.known: list[IdentitySetup | VoiceSetup | None] = []

    def take_face(self, setup: FaceEnrolment | None) -> None:
        self.face = setup

    def take_voice(self, setup: VoiceEnrolment | None) -> None:
        self.voice = setup

    def know_face(self, setup: IdentitySetup | None) -> None:
        self.known.append(setup)

    def know_voice(self, setup: VoiceSetup) -> None:
        self.known.append(setup)


class Enrolled:
    """An enrolment with a clock that a test moves, and what it wrote."""

    def __init__(self, **identity: bool) -> None:
        self.now_s = 0.0
        self.written: list[tuple[Enrolment, list[str]]] = []
        self.over = 0
        self.detectors = Detectors()
        policy = default_policy(identity=Identity(**identity))
        self.run = Enrolling(
            policy,
            Wanted.of(policy, camera=True, microphone=True),
            self.detectors,
            lambda body, pictures: self.written.append((body, [p.role for p in pictures])),
            lambda: round(self.now_s * 1e9),
            self.ended,
        )

    def ended(self) -> None:
        self.over += 1

    @property
    def seen(self) -> tuple[str, str]:
        view = self.run.view()
        assert view is not None
        return view.step, view.outcome

    def look(self, step: Any, words: str = "Look.") -> None:
        assert self.detectors.face is not None
        self.run.on_face(FaceLook(self.detectors.face.number, step, words, 0.5, BOX))

    def cannot(self, why: str) -> None:
        assert self.detectors.face is not None
        number = self.detectors.face.number
        self.run.on_face(FaceLook(number, "photo", why, 0.0, problem=why))

    def taken(self, **identity: object) -> None:
        assert self.detectors.face is not None
        pictures = [PHOTO]
        if "document" in identity:
            pictures.append(EnrolmentPicture("document", "image/jpeg", b"card"))
        face = FaceTaken((0.1,) * 128, tuple(pictures), {"quality": 0.9, **identity}, {})
        number = self.detectors.face.number
        self.run.on_face(FaceLook(number, "done", "", 1.0, None, face))

    def heard(self, taken: VoiceTaken | None = None, problem: str = "") -> None:
        assert self.detectors.voice is not None
        self.run.on_voice(VoiceLook(self.detectors.voice.number, 0.7, taken, problem))


VOICE = VoiceTaken((0.1,) * 256, 0.8, 5, 6.2)


def test_face_and_voice_one_after_the_other() -> None:
    enrolled = Enrolled()
    assert enrolled.run.view() is None
    enrolled.run.begin()
    enrolled.look("photo", "Come nearer.")
    view = enrolled.run.view()
    assert view is not None
    assert (view.step, view.words, view.box, view.outcome) == (
        "face",
        "Come nearer.",
        BOX,
        "running",
    )
    enrolled.look("turn")
    assert enrolled.seen == ("turn", "running")
    enrolled.taken()
    assert enrolled.detectors.face is None
    assert enrolled.seen == ("voice", "running")
    view = enrolled.run.view()
    assert view is not None
    assert "on my own" in view.sentence
    enrolled.heard(VOICE)
    assert enrolled.seen == ("done", "done")
    assert enrolled.over == 1
    (face, pictures), (voice, _) = enrolled.written
    assert pictures == ["photo"]
    assert face.identity == {"quality": 0.9}
    assert voice.voice == {"likeness": 0.8, "stretches": 5, "speech_s": 6.2}
    assert [len(known.embedding or ()) for known in enrolled.detectors.known if known] == [
        128,
        256,
    ]
    assert "embedding" not in str(enrolled.written)


def test_what_takes_long_has_failed_and_may_still_come_off() -> None:
    enrolled = Enrolled(voice=False)
    enrolled.run.begin()
    enrolled.look("photo")
    enrolled.now_s += PATIENCE_S["face"] + 1
    assert enrolled.seen == ("face", "failed")
    enrolled.look("turn")
    assert enrolled.seen == ("turn", "running")
    enrolled.taken()
    assert enrolled.seen == ("done", "done")


def test_a_photograph_left_out_is_said_with_what_is_not_watched() -> None:
    enrolled = Enrolled(voice=False)
    enrolled.run.begin()
    enrolled.run.leave_out("voice")
    enrolled.run.leave_out("face")
    assert enrolled.seen == ("done", "left_out")
    ((body, _),) = enrolled.written
    assert body.identity == {
        "left_out": "left out by the candidate",
        "unwatched": [NO_REFERENCE],
    }
    assert enrolled.run.unwatched == (NO_REFERENCE,)
    enrolled.run.retake()
    enrolled.taken()
    assert enrolled.run.unwatched == ()
    assert enrolled.seen == ("done", "done")


def test_where_faces_cannot_be_compared_one_goes_on_without_or_asks() -> None:
    enrolled = Enrolled(voice=False)
    enrolled.run.begin()
    enrolled.cannot("The face-embedding is missing.")
    view = enrolled.run.view()
    assert view is not None
    assert (view.step, view.outcome) == ("face", "failed")
    assert view.words == "The face-embedding is missing."
    assert enrolled.written == []
    enrolled.run.leave_out("face")
    assert enrolled.seen == ("done", "left_out")
    assert enrolled.run.unwatched == (NO_REFERENCE,)


def test_where_nobody_is_led_it_is_left_out_with_the_reason() -> None:
    enrolled = Enrolled(voice=False)
    enrolled.run.begin(unattended=True)
    enrolled.cannot("The face-embedding is missing.")
    assert enrolled.seen == ("done", "left_out")
    ((body, _),) = enrolled.written
    assert body.identity["left_out"] == "The face-embedding is missing."


@pytest.mark.parametrize("admitted", [True, False])
def test_a_proctor_may_let_one_in_without(admitted: bool) -> None:
    enrolled = Enrolled(voice=False)
    enrolled.run.begin()
    enrolled.run.wait_for_proctor()
    assert enrolled.seen == ("face", "awaiting")
    enrolled.run.answered("I know her", admitted=admitted)
    if admitted:
        assert enrolled.seen == ("done", "left_out")
        ((body, _),) = enrolled.written
        assert "I know her" in str(body.identity)
    else:
        assert enrolled.seen == ("face", "failed")


def test_anothers_document_is_said_and_can_be_taken_again_or_left_out() -> None:
    enrolled = Enrolled(document=True, voice=False)
    enrolled.run.begin()
    enrolled.taken(document={"same": False, "distance": 0.9})
    assert enrolled.seen == ("document", "failed")
    enrolled.run.retake()
    assert enrolled.seen == ("face", "running")
    enrolled.taken(document={"same": False, "distance": 0.9})
    enrolled.run.leave_out("document")
    assert enrolled.seen == ("done", "left_out")
    assert [roles for _, roles in enrolled.written] == [["photo", "document"]] * 2 + [[]]


def test_no_document_at_hand_ends_the_run_with_the_reason() -> None:
    enrolled = Enrolled(document=True, voice=False)
    enrolled.run.begin()
    enrolled.look("document")
    enrolled.run.leave_out("document", "lost")
    assert enrolled.detectors.face is not None
    assert enrolled.detectors.face.withheld == "lost"
    enrolled.taken(document={"reason": "not shown: lost"})
    assert enrolled.seen == ("done", "left_out")


@pytest.mark.parametrize("admitted", [True, False])
def test_no_document_goes_on_where_the_run_ended_with_a_problem(admitted: bool) -> None:
    enrolled = Enrolled(document=True, voice=False)
    enrolled.run.begin()
    enrolled.look("document")
    first = enrolled.detectors.face
    enrolled.cannot("it failed at work (RuntimeError: cv2)")
    assert enrolled.seen == ("document", "failed")
    if admitted:
        enrolled.run.wait_for_proctor()
        enrolled.run.answered("go on", admitted=True)
    else:
        enrolled.run.leave_out("document")
    assert enrolled.seen == ("face", "running")
    again = enrolled.detectors.face
    assert first is not None
    assert again is not None
    assert again.number != first.number
    assert again.withheld is not None
    enrolled.taken(document={"reason": f"not shown: {again.withheld}"})
    assert enrolled.seen == ("done", "left_out")


def test_a_photograph_that_fails_again_is_left_out_with_the_document() -> None:
    enrolled = Enrolled(document=True, voice=False)
    enrolled.run.begin()
    enrolled.look("document")
    enrolled.cannot("it failed at work (RuntimeError: cv2)")
    enrolled.run.leave_out("document", "lost")
    enrolled.cannot("it failed at work (RuntimeError: cv2)")
    enrolled.run.leave_out("face")
    assert enrolled.seen == ("done", "left_out")
    ((body, _),) = enrolled.written
    assert body.identity == {
        "left_out": "left out by the candidate",
        "document": {"left_out": "lost"},
        "unwatched": [NO_REFERENCE],
    }


def test_no_document_goes_on_where_no_detector_answers() -> None:
    enrolled = Enrolled(document=True, voice=False)
    enrolled.run.begin()
    enrolled.look("document")
    enrolled.now_s += 60
    enrolled.run.leave_out("document", "lost")
    assert enrolled.seen == ("document", "running")
    enrolled.now_s += ANSWER_S
    assert enrolled.seen == ("done", "left_out")
    assert enrolled.over == 1
    assert enrolled.detectors.face is None
    ((body, _),) = enrolled.written
    assert body.identity == {
        "left_out": UNANSWERED,
        "document": {"left_out": "lost"},
        "unwatched": [NO_REFERENCE],
    }


def test_the_next_detector_takes_the_photograph_and_asks_for_no_document() -> None:
    enrolled = Enrolled(document=True, voice=False)
    enrolled.run.begin()
    enrolled.look("document")
    enrolled.run.leave_out("document", "lost")
    enrolled.now_s += ANSWER_S - 1
    enrolled.look("photo")
    enrolled.now_s += ANSWER_S
    assert enrolled.seen == ("face", "running")
    enrolled.taken(document={"reason": "not shown: lost"})
    assert enrolled.seen == ("done", "left_out")


def test_a_document_unlike_the_face_that_is_left_out_meanwhile_is_not_asked_about() -> None:
    enrolled = Enrolled(document=True, voice=False)
    enrolled.run.begin()
    enrolled.look("document")
    enrolled.run.leave_out("document", "damaged")
    enrolled.taken(document={"same": False, "distance": 0.9})
    assert enrolled.seen == ("done", "left_out")
    assert [body.identity for body, _ in enrolled.written][-1] == {
        "document": {"left_out": "damaged"}
    }


def test_a_voice_that_was_not_heard_can_be_read_again() -> None:
    enrolled = Enrolled(photo=False)
    enrolled.run.begin()
    first = enrolled.detectors.voice
    enrolled.heard(problem="Only 1 s was heard.")
    assert enrolled.seen == ("voice", "failed")
    enrolled.run.retake()
    assert enrolled.seen == ("voice", "running")
    assert enrolled.detectors.voice != first
    assert first is not None
    enrolled.run.on_voice(VoiceLook(first.number, 1.0, VOICE))
    assert enrolled.seen == ("voice", "running")
    enrolled.run.leave_out("voice")
    ((body, _),) = enrolled.written
    assert "first voice" in str(body.voice)


def test_what_is_left_out_when_taken_again_is_compared_with_no_more() -> None:
    enrolled = Enrolled()
    enrolled.run.begin()
    enrolled.taken()
    enrolled.heard(VOICE)
    enrolled.run.retake()
    enrolled.run.leave_out("face")
    assert enrolled.detectors.known[-1] is None
    enrolled.run.leave_out("voice")
    assert enrolled.detectors.known[-1] == LEARN_VOICE
    assert enrolled.run.unwatched == (NO_REFERENCE,)


def test_where_no_voice_was_taken_nothing_else_is_listened_for() -> None:
    enrolled = Enrolled(photo=False)
    enrolled.run.begin()
    enrolled.run.leave_out("voice")
    assert enrolled.detectors.known == []


def test_alone_it_takes_a_photograph_or_gives_up_and_asks_for_nothing() -> None:
    enrolled = Enrolled(document=True)
    enrolled.run.begin(unattended=True)
    enrolled.look("photo")
    assert not enrolled.run.over
    enrolled.now_s += UNATTENDED_S
    assert enrolled.run.over
    said = [body for body, _ in enrolled.written]
    assert [body.voice is not None for body in said] == [False, True, False]
    assert said[-1].identity is not None
    assert "20 s" in said[-1].identity["left_out"]


def test_where_nothing_is_asked_for_it_is_over_at_once() -> None:
    enrolled = Enrolled(photo=False, voice=False)
    enrolled.run.begin()
    assert enrolled.seen == ("done", "done")
    assert enrolled.written == []
