"""What is agreed to, what is allowed, and how long each step takes: as the policy says."""

from __future__ import annotations

from typing import Any

from support.scripted_program import make_offer

from recorder.ui import agreeing, allowed, timing
from recorder.ui.widgets.steps import Step
from shared.flags import Kind
from shared.policy import (
    Accommodation,
    Breaks,
    Identity,
    Level,
    Lockdown,
    Policy,
    Review,
    Rule,
    Surface,
)

NOTHING = Identity(photo=False, document=False, calibration=False, voice=False)


def policy(**changes: Any) -> Policy:
    return make_offer(**changes).policy


def titles(value: Policy) -> list[str]:
    return [item.title for item in agreeing.recorded(value)]


def test_each_thing_that_is_recorded_is_an_item_of_its_own() -> None:
    full = policy(identity=Identity(document=True), lockdown=Lockdown(keys=Level.ENFORCE))
    assert titles(full) == [
        "Camera",
        "Microphone",
        "Screen",
        "Photograph",
        "Identity document",
        "Voice",
        "This computer",
        "What changes on this computer",
    ]


def test_what_the_policy_does_not_ask_for_is_not_there() -> None:
    calm = Lockdown(sleep=Level.OFF)
    bare = policy(camera=False, microphone=False, kinds={}, identity=Identity(), lockdown=calm)
    assert titles(bare) == ["Screen"]


def test_the_lockdown_names_what_it_holds_to_and_nothing_else() -> None:
    held = policy(lockdown=Lockdown(full_screen=Level.ENFORCE, keys=Level.WATCH))
    assert agreeing.enforced(held) == [
        "the exam fills its display, and other displays are covered",
        "the computer does not sleep or lock by itself",
    ]
    assert set(agreeing._ENFORCED) == set(Lockdown.__struct_fields__)


def test_biometric_use_is_said_only_where_there_is_one() -> None:
    compared = policy(kinds={Kind.IDENTITY_MISMATCH: Rule()})
    photo = {item.title: item for item in agreeing.recorded(compared)}["Photograph"]
    assert "biometric" in photo.what
    not_compared = policy(kinds={})
    photo = {item.title: item for item in agreeing.recorded(not_compared)}["Photograph"]
    assert "biometric" not in photo.what


def test_the_face_is_photographed_for_a_document_too_and_that_is_agreed_to() -> None:
    asked = policy(identity=Identity(photo=False, document=True))
    ids = [item.id for item in agreeing.recorded(asked)]
    assert ids.index("photo") == ids.index("document") - 1
    assert Step.IDENTITY in timing.steps_of(asked)


def test_an_accommodation_is_an_item() -> None:
    given = policy(accommodation=Accommodation(profile="B", off=(Kind.SPEECH,)))
    item = agreeing.switched_off(given)
    assert item is not None
    assert item.points == ("when someone speaks",)
    assert agreeing.switched_off(policy()) is None


def test_what_a_score_does_at_its_limit_is_an_item() -> None:
    assert agreeing.at_limit(policy()) is None
    pauses = agreeing.at_limit(policy(review=Review(limit=60)))
    ends = agreeing.at_limit(policy(review=Review(limit=60, at_limit="terminate")))
    assert pauses is not None
    assert ends is not None
    assert "until a proctor lets it go on" in pauses.what
    assert "ended two minutes later unless a proctor lets it go on" in ends.what


def test_steps_that_the_exam_does_not_have_are_not_promised() -> None:
    assert timing.steps_of(policy()) == tuple(Step)
    assert Step.IDENTITY not in timing.steps_of(policy(identity=NOTHING))
    assert Step.CALIBRATION not in timing.steps_of(policy(identity=NOTHING))
    assert Step.CALIBRATION not in timing.steps_of(policy(camera=False))
    named = [leg.title for leg in timing.legs(policy(identity=NOTHING))]
    assert named == ["Consent", "Check", "Waiting room", "Exam", "Hand-in"]


def test_each_item_has_a_name_of_its_own_in_every_language() -> None:
    """They are kept with the recording, as the protocol's specification lists them."""
    everything = policy(
        identity=Identity(photo=True, document=True, voice=True),
        lockdown=Lockdown(keys=Level.ENFORCE),
    )
    assert [item.id for item in agreeing.recorded(everything)] == [
        "camera",
        "microphone",
        "screen",
        "photo",
        "document",
        "voice",
        "computer",
        "lockdown",
    ]


def test_the_sum_is_that_of_the_steps() -> None:
    assert timing.before_exam_s(policy()) == 60.0 * (4 + 2 + 1 + 1 + 1)
    assert timing.before_exam_s(policy(identity=NOTHING)) == 60.0 * 6


def test_what_is_allowed_follows_the_policy() -> None:
    plain = "\n".join(allowed.lines(policy()))
    assert "You have 1 hour 30 minutes." in plain
    assert "no breaks" in plain
    rich = policy(
        breaks=Breaks(count=2, longest_s=300.0),
        prohibited_processes=("discord",),
        allowed_windows=("Calculator",),
        warnings=3,
    )
    told = "\n".join(allowed.lines(rich))
    for expected in ("2 breaks of up to 5 minutes", "discord", "Calculator", "number 3"):
        assert expected in told
    browser = policy(surface=Surface(kind="browser", start="https://x.example/"))
    assert "own browser" in "\n".join(allowed.lines(browser))
