from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from recorder.detect.models.manifest import State
from recorder.detect.models.model_sets import InstalledModel, LookedAt
from recorder.detect.setup import DetectorSetup, IdentitySetup, VoiceSetup
from recorder.detect.watchlist import NO_REFERENCE, NOBODY, Enrolled, Watchlist, watchlist
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, OFF, Objects, Rule

ALL = Objects()
BOTH = ("camera", "microphone")
COCO = ("person", "cell phone", "book", "laptop", "tv", "banana")

KNOWN = Enrolled(face=IdentitySetup((0.0,) * 128, 5.0))


def model(name: str, *labels: str, state: State = State.GOOD, digit: str = "a") -> LookedAt:
    installed = InstalledModel(
        name=name, path=f"{name}.onnx", sha256=digit * 64, labels=labels, release="1.2"
    )
    return LookedAt(installed, Path("/models", installed.path), state)


def watched(
    *models: LookedAt,
    rules: Mapping[Kind, Rule] = DEFAULT_RULES,
    objects: Objects = ALL,
    streams: tuple = BOTH,
    enrolled: Enrolled = KNOWN,
    trouble: str | None = None,
) -> Watchlist:
    def rule(kind: Kind) -> Rule:
        return rules.get(kind, OFF)

    return watchlist(rule, objects, streams, models, enrolled, trouble)


def test_without_a_model_it_is_said_that_objects_are_not_watched() -> None:
    found = watched()
    assert found.setup.objects is None
    assert found.object_model is None
    assert found.unwatched == ("object_seen: no object model is installed",)


def test_with_a_model_objects_are_watched_by_the_policys_rule() -> None:
    desk = model("desk", *COCO)
    found = watched(desk)
    objects = found.setup.objects
    assert objects is not None
    assert (objects.path, objects.name, objects.sha256) == (
        "/models/desk.onnx",
        "desk",
        "a" * 64,
    )
    assert objects.labels == COCO
    assert set(objects.wanted) == {"person", "cell phone", "book", "laptop", "tv"}
    # Down to the release, so that an incident can go on below its threshold.
    assert (objects.confidence, objects.every_s) == (0.4, 0.5)
    assert found.unwatched == ()
    assert found.object_model == desk
    assert (desk.record.name, desk.record.version) == ("desk", "1.2")


def test_labels_are_the_same_however_they_are_spelt() -> None:
    found = watched(
        model("desk", "Cell-Phone", "cell_phones", "BOOK"),
        objects=Objects(labels=("cell phone", "book")),
    )
    assert found.setup.objects is not None
    assert found.setup.objects.wanted == ("Cell-Phone", "BOOK")


def test_what_the_model_does_not_know_is_said() -> None:
    found = watched(model("desk", "book", "person", "tv"))
    (words,) = found.unwatched
    assert words == "object_seen: the object model desk does not know: cell phone, laptop"
    assert found.setup.objects is not None


def test_a_model_that_knows_nothing_of_it_is_not_used() -> None:
    found = watched(model("zoo", "cat", "dog"))
    assert found.setup.objects is None
    assert found.unwatched == (
        "object_seen: the object model zoo knows none of what is asked for",
    )


@pytest.mark.parametrize(
    ("state", "words"),
    [(State.MISSING, "missing"), (State.CHANGED, "not the one that was installed")],
)
def test_a_file_that_is_not_good_is_said(state: State, words: str) -> None:
    found = watched(model("desk", *COCO, state=state))
    assert found.setup.objects is None
    assert found.object_model is None
    assert found.unwatched == (f"object_seen: the file of the object model desk is {words}",)


def test_of_several_the_one_that_knows_most_is_used_and_of_equals_the_first() -> None:
    few, most = model("few", "book"), model("most", *COCO, digit="b")
    same, bad = model("same", *COCO, digit="c"), model("bad", *COCO, state=State.CHANGED)
    found = watched(bad, few, most, same)
    assert found.object_model == most


def test_the_policy_can_name_the_one_model_that_will_do() -> None:
    desk, other = model("desk", *COCO), model("other", "book", digit="b")
    named = Objects(labels=("book",), model="b" * 64)
    assert watched(desk, other, objects=named).object_model == other
    found = watched(desk, objects=named)
    assert found.setup.objects is None
    assert found.unwatched == (
        "object_seen: the object model that the exam asks for (bbbbbbbbbbbb…) is missing",
    )


def test_a_folder_that_cannot_be_read_is_said_instead() -> None:
    found = watched(trouble="The list cannot be used.")
    assert found.unwatched == ("object_seen: The list cannot be used.",)


def test_a_rule_without_hysteresis_reports_from_its_threshold_on() -> None:
    rules = {Kind.OBJECT_SEEN: Rule(threshold=0.7, every_s=2.0)}
    found = watched(model("desk", *COCO), rules=rules)
    assert found.setup.objects is not None
    assert (found.setup.objects.confidence, found.setup.objects.every_s) == (0.7, 2.0)


def test_nothing_is_said_of_what_the_policy_does_not_ask_for() -> None:
    found = watched(model("desk", *COCO), rules={})
    assert found.setup == DetectorSetup(hand_kinds=())
    assert found.unwatched == ()
    assert found.parts == {"faces", "speech"}


def test_without_a_camera_there_is_nothing_to_look_for() -> None:
    found = watched(model("desk", *COCO), streams=("microphone",))
    assert found.setup.objects is None
    assert found.setup.hands_every_s is None
    assert found.unwatched == ()
    assert found.parts == {"speech", "speakers"}


def test_the_parts_are_those_that_the_kinds_need() -> None:
    assert watched().parts == {"faces", "identity", "speech", "speakers"}
    some = {Kind.GAZE_AWAY: Rule(), Kind.HANDS_HIDDEN: Rule()}
    assert watched(rules=some, streams=("camera",)).parts == {"faces", "hands"}


def test_hands_are_looked_for_as_often_as_either_kind_wants() -> None:
    assert watched().setup.hands_every_s is None
    often = {Kind.HAND_AT_EAR: Rule()}
    assert watched(rules=often).setup.hands_every_s == 0.5
    rules = {Kind.HAND_AT_EAR: Rule(every_s=2.0), Kind.HANDS_HIDDEN: Rule(every_s=1.0)}
    assert watched(rules=rules).setup.hands_every_s == 1.0
    assert watched(rules={Kind.GAZE_AWAY: Rule()}).setup.hands_every_s is None


def test_the_candidates_face_and_voice_are_compared_once_they_are_taken() -> None:
    face = IdentitySetup((0.1,) * 128, 5.0)
    voice = VoiceSetup((0.2,) * 256)
    assert (watched(enrolled=NOBODY).setup.identity, watched().setup.voice) == (
        None,
        VoiceSetup(),
    )
    found = watched(enrolled=Enrolled(face, voice)).setup
    assert (found.identity, found.voice) == (face, voice)
    off = watched(enrolled=Enrolled(face, voice), rules={}).setup
    assert (off.identity, off.voice) == (None, None)


def test_without_a_photograph_it_is_said_that_nobody_compares_the_face() -> None:
    found = watched(model("desk", *COCO), enrolled=NOBODY)
    assert found.setup.identity is None
    assert found.unwatched == (NO_REFERENCE,)
    # What the policy does not ask for, or has no camera for, is not missing.
    assert watched(rules={}, enrolled=NOBODY).unwatched == ()
    assert watched(streams=("microphone",), enrolled=NOBODY).unwatched == ()
