"""An exam's terms: what they mean in words, what contradicts itself, what changed."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.policies import default_policy

from server.exams.changes import changes
from server.exams.contradictions import contradictions
from server.exams.measures import measure, numbers, parts, said, value
from server.exams.terms import Terms, restored, terms_of
from server.exams.watching import objects_said, programs_said
from shared.flags import Kind, Severity
from shared.policy import (
    DEFAULT_RULES,
    CameraStream,
    Clips,
    EvidenceKey,
    Identity,
    MicrophoneStream,
    Objects,
    Policy,
    Rule,
    Streams,
)


def with_rule(kind: Kind, **changed: object) -> Terms:
    return Terms(kinds={kind: msgspec.structs.replace(DEFAULT_RULES[kind], **changed)})


def policy(**changed: object) -> Policy:
    return default_policy(**({"retention_days": 30} | changed))


def test_the_defaults_contradict_nothing() -> None:
    assert contradictions(Terms()) == []


@pytest.mark.parametrize("kind", list(DEFAULT_RULES))
def test_every_default_is_a_sentence_with_its_numbers(kind: Kind) -> None:
    rule = DEFAULT_RULES[kind]
    sentence = said(kind, rule)
    assert sentence.endswith(".")
    assert "{" not in sentence
    for name in numbers(kind):
        assert measure(kind, name).words(value(kind, rule, name)) in sentence
    if rule.threshold is not None:
        assert {"threshold", "release"} <= set(numbers(kind))
    if rule.every_s is not None:
        assert "every_s" in numbers(kind)
    assert parts(kind)[0]


def test_a_sentence_tells_units() -> None:
    assert said(Kind.GAZE_AWAY, DEFAULT_RULES[Kind.GAZE_AWAY]).startswith(
        "The eyes off the screen by more than 15° from its middle for 3 s"
    )
    rule = msgspec.structs.replace(DEFAULT_RULES[Kind.SPEECH], threshold=0.75)
    assert "more than 75 %" in said(Kind.SPEECH, rule)


def test_what_a_rule_leaves_out_is_what_the_recorder_takes() -> None:
    bare = Rule()
    default = DEFAULT_RULES[Kind.SPEECH]
    assert value(Kind.SPEECH, bare, "threshold") == default.threshold
    assert value(Kind.SPEECH, bare, "release") == default.release
    # With a threshold of its own and no release there is no hysteresis.
    assert value(Kind.SPEECH, Rule(threshold=0.9), "release") == 0.9


@given(st.floats(0.05, 0.99))
def test_a_measure_is_read_back_as_it_was_told(number: float) -> None:
    of = measure(Kind.SPEECH, "threshold")
    assert of.meant(of.told(number)) == pytest.approx(number, abs=1e-7)


GAZE, SPEECH, COVERED = Kind.GAZE_AWAY, Kind.SPEECH, Kind.CAMERA_BLOCKED


@pytest.mark.parametrize(
    ("terms", "field", "says"),
    [
        (with_rule(GAZE, threshold=95.0), "gaze_away.threshold", "from 5 to 90°"),
        (with_rule(GAZE, release=20.0), "gaze_away.release", "never more than the first"),
        (with_rule(COVERED, release=3.0), "camera_blocked.release", "never less"),
        (with_rule(GAZE, escalate_to=None), "gaze_away.escalate_to", "Say both"),
        (with_rule(GAZE, escalate_after_s=None), "gaze_away.escalate_after_s", "Say both"),
        (with_rule(GAZE, escalate_after_s=3.0), "gaze_away.escalate_after_s", "after 3 s"),
        (with_rule(GAZE, escalate_to=Severity.LOW), "gaze_away.escalate_to", "graver"),
        (with_rule(SPEECH, every_s=2.0), "speech.every_s", "all the time"),
        (with_rule(SPEECH, threshold=1.0), "speech.threshold", "from 5 to 99 %"),
        (Terms(objects=Objects(labels=())), "labels", "Name what to look for"),
        (Terms(objects=Objects(model="abc")), "model", "64 digits"),
        (Terms(objects=Objects(labels=("x" * 201,))), "labels", "200 characters"),
        (Terms(prohibited_processes=("**",)), "prohibited", "every program"),
        (Terms(prohibited_processes=("x",) * 1001), "prohibited", "At most 1,000"),
        (Terms(allowed_windows=("*",)), "windows", "every window"),
        (Terms(identity=Identity(photo=False)), "photo", "ask for the photo"),
        (Terms(duration_s=0), "minutes", "An exam lasts"),
        (
            Terms(retention_days=30, kept_days={"camera": 31, "screen": 30}),
            "kept.camera",
            "Everything is destroyed after 30 days",
        ),
        (Terms(clips=Clips(before_s=0, after_s=0)), "clips.before_s", "A clip lasts"),
        (
            Terms(streams=Streams(camera=CameraStream(fps=5, kept_fps=10))),
            "camera.kept_fps",
            "gives 5 pictures",
        ),
        (
            Terms(streams=Streams(camera=CameraStream(enabled=False))),
            "camera",
            "No face in view",
        ),
        (
            Terms(streams=Streams(microphone=MicrophoneStream(enabled=False))),
            "microphone",
            "Speech, Second voice",
        ),
    ],
)
def test_a_contradiction_is_named_at_its_field(terms: Terms, field: str, says: str) -> None:
    (found,) = contradictions(terms)
    assert found.field == field
    assert says in found.words


def test_a_kind_that_an_old_policy_does_not_name_stays_off() -> None:
    old = policy(kinds={SPEECH: DEFAULT_RULES[SPEECH]})
    terms = terms_of(old)
    assert [kind for kind, rule in terms.rules.items() if rule.enabled] == [SPEECH]
    assert contradictions(terms) == []


def test_terms_of_a_policy_are_the_terms_that_it_was_made_of() -> None:
    assert terms_of(policy(kinds=Terms().rules)).kinds == Terms().rules


def test_what_an_old_policy_keeps_for_longer_than_everything_goes_with_the_rest() -> None:
    old = policy(retention_days=30, kept_days={"camera": 31, "screen": 7})
    assert terms_of(old).kept_days == {"screen": 7}


def test_an_older_versions_rules_are_held_when_the_exam_is_held_now() -> None:
    older = Terms(warnings=3, duration_s=600, starts_us=1, zone="UTC")
    now = Terms(warnings=1, duration_s=5400, starts_us=2, zone="Europe/Vienna")
    held = Terms(warnings=3, duration_s=5400, starts_us=2, zone="Europe/Vienna")
    assert restored(now, older) == held


def test_what_changed_is_told_in_words() -> None:
    before = policy(prohibited_processes=("discord",))
    kinds = DEFAULT_RULES | {
        GAZE: msgspec.structs.replace(DEFAULT_RULES[GAZE], threshold=20.0, weight=3.0),
        SPEECH: msgspec.structs.replace(DEFAULT_RULES[SPEECH], enabled=False),
    }
    after = policy(retention_days=60, kinds=kinds, prohibited_processes=("teamviewer",))
    told = changes(before, after)
    assert told[0] == "Recordings are kept for: 60 days (was 30 days)"
    assert told[1].startswith("Eyes off the screen: The eyes off the screen by more than 20°")
    assert "15°" in told[1]
    assert told[2:] == [
        "Eyes off the screen: weight 3 (was 1)",
        "Speech: switched off",
        "Prohibited: added teamviewer",
        "Prohibited: removed discord",
    ]
    assert changes(before, before) == []


def test_new_keys_are_told_too() -> None:
    other = policy(evidence_keys=(EvidenceKey(kid="d" * 64, public_key="B"),))
    assert changes(policy(), other) == [f"Evidence is sealed to key: {'d' * 16} (was key-1)"]


def test_objects_are_said_plainly() -> None:
    assert "names none" in objects_said(Terms())
    assert "a" * 16 in objects_said(Terms(objects=Objects(model="a" * 64)))
    assert "not watched: “Object in view” is off" in objects_said(
        with_rule(Kind.OBJECT_SEEN, enabled=False)
    )
    assert "none is looked for" in programs_said(Terms())
    assert programs_said(Terms(prohibited_processes=("x",))) == ""
