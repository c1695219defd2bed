"""Policies: what an institution gets that says nothing, and the bounds of what it may say."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from support.sessions import Keys, make_policy

from shared.flags import Kind
from shared.policy import (
    OFF,
    EvidenceKey,
    Identity,
    Level,
    Lockdown,
    PolicyError,
    decode_keyring,
    decode_policy,
    encode_policy,
)

# Written once from the product, then read and kept: a default changes on purpose only.
DEFAULTS = Path(__file__).with_name("default_policy.json")
LEAST: dict[str, Any] = {
    "institution": {"name": "n", "contact": "c"},
    "exam": {"id": "e", "title": "t"},
    "purpose": "p",
    "retention_days": 30,
    "evidence_keys": [{"kid": "k", "public_key": "p"}],
}


def said(**changes: Any) -> bytes:
    """The least that a policy can say, and more."""
    return json.dumps({"v": 1, **LEAST, **changes}).encode()


def taken(data: bytes) -> bool:
    try:
        decode_policy(data)
    except PolicyError:
        return False
    return True


def setting(path: str, value: object) -> bytes:
    """A policy that says one thing more, named by its path."""
    members = copy.deepcopy(LEAST)
    *way, last = path.split("/")
    at = members
    for step in way:
        at = at.setdefault(step, {})
    at[last] = value
    return said(**members)


def test_what_is_not_said_is_by_default() -> None:
    policy = decode_policy(said())

    assert json.loads(encode_policy(policy)) == json.loads(DEFAULTS.read_text("utf-8"))
    assert decode_policy(encode_policy(policy)) == policy


@pytest.mark.parametrize("member", LEAST)
def test_the_least_is_required(member: str) -> None:
    rest = {name: value for name, value in LEAST.items() if name != member}

    assert not taken(json.dumps({"v": 1, **rest}).encode())


BOUNDS: list[tuple[str, float, float, float]] = [
    ("retention_days", 1, 3650, 1),
    ("heartbeat_s", 1, 60, 0.5),
    ("rotate_s", 60, 86_400, 0.5),
    ("exam/duration_s", 0, 86_400, 0.5),
    ("streams/segment_s", 1, 30, 0.5),
    ("streams/camera/width", 160, 3840, 1),
    ("streams/camera/height", 120, 2160, 1),
    ("streams/camera/fps", 1, 60, 1),
    ("streams/camera/kept_fps", 1, 60, 1),
    ("streams/camera/kbit_s", 16, 8000, 1),
    ("streams/microphone/kbit_s", 6, 256, 1),
    ("streams/screen/fps", 1, 30, 1),
    ("streams/screen/kbit_s", 16, 8000, 1),
    ("kinds/speech/onset_s", 0, 86_400, 0.5),
    ("kinds/speech/merge_s", 0, 86_400, 0.5),
    ("kinds/speech/escalate_after_s", 0, 86_400, 0.5),
    ("kinds/speech/weight", 0, 100, 0.5),
    ("exam/starts_us", 0, 2**53 - 1, 1),
    ("environment/limit", 0, 10, 0.5),
    ("breaks/count", 0, 100, 1),
    ("breaks/longest_s", 0, 86_400, 0.5),
    ("warnings", 0, 100, 1),
    ("review/burst_s", 0, 86_400, 0.5),
    ("review/limit", 0, 100, 1),
]


@pytest.mark.parametrize(("path", "low", "high", "step"), BOUNDS)
def test_numbers_have_bounds(path: str, low: float, high: float, step: float) -> None:
    assert taken(setting(path, low))
    assert taken(setting(path, high))
    assert not taken(setting(path, low - step))
    assert not taken(setting(path, high + step))


def test_whole_numbers_are_whole() -> None:
    for path, low, _, step in BOUNDS:
        assert taken(setting(path, low + 0.5)) == (step == 0.5), path


PARTS = [
    "full_screen",
    "on_top",
    "keys",
    "clipboard",
    "screen_capture",
    "programs",
    "windows",
    "displays",
    "input_devices",
    "sleep",
    "notifications",
]


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_the_machine_is_let_be_watched_or_held_to(part: str) -> None:
    for level in Level:
        policy = decode_policy(setting(f"lockdown/{part}", level.value))
        assert getattr(policy.lockdown, part) is level
        others = [getattr(policy.lockdown, other) for other in PARTS if other != part]
        assert others == [getattr(Lockdown(), other) for other in PARTS if other != part]
    for wrong in ("Enforce", "", "on", True, None):
        assert not taken(setting(f"lockdown/{part}", wrong)), wrong


def test_these_are_all_parts_of_the_machine() -> None:
    assert list(Lockdown.__struct_fields__) == PARTS
    assert [level.value for level in Level] == ["off", "watch", "enforce"]


def test_the_surface_is_the_recorder_alone_or_a_browser() -> None:
    for kind in ("record_only", "browser"):
        assert decode_policy(setting("surface/kind", kind)).surface.kind == kind
    for path, wrong in (
        ("surface/kind", "kiosk"),
        ("surface/start", "x" * 2_001),
        ("surface/start", None),
        ("surface/allowed", "a.example"),
        ("surface/allowed", [1]),
        ("surface/clipboard", "no"),
        ("surface/header", 1),
    ):
        assert not taken(setting(path, wrong)), (path, wrong)
    assert taken(setting("surface/start", "x" * 2_000))
    allowed = decode_policy(setting("surface/allowed", ["a.example", "b.example/x*"]))
    assert allowed.surface.allowed == ("a.example", "b.example/x*")


def test_signs_are_noted_or_asked_about() -> None:
    for action in ("note", "ask"):
        assert decode_policy(setting("environment/action", action)).environment.action == action
    for wrong in ("block", "", None):
        assert not taken(setting("environment/action", wrong))


def test_what_is_shown_before_the_exam_is_asked_for_one_by_one() -> None:
    for part in ("photo", "document", "calibration", "voice", "override"):
        for asked in (True, False):
            identity = decode_policy(setting(f"identity/{part}", asked)).identity
            assert getattr(identity, part) is asked
        assert not taken(setting(f"identity/{part}", "yes"))


@pytest.mark.parametrize(
    ("photo", "document", "face"),
    [(True, True, True), (True, False, True), (False, True, True), (False, False, False)],
)
def test_a_face_is_taken_for_itself_or_for_a_document(
    photo: bool, document: bool, face: bool
) -> None:
    assert Identity(photo=photo, document=document).takes_face is face


def test_an_exam_may_have_a_start_and_has_a_time_zone() -> None:
    assert decode_policy(said()).exam.starts_us is None
    assert taken(setting("exam/starts_us", None))
    assert decode_policy(setting("exam/zone", "Europe/Vienna")).exam.zone == "Europe/Vienna"
    assert taken(setting("exam/zone", "z" * 64))
    for wrong in ("", "z" * 65, None, 1):
        assert not taken(setting("exam/zone", wrong)), wrong


def test_evidence_is_sealed_to_one_key_at_least() -> None:
    assert not taken(said(evidence_keys=[]))
    assert taken(said(evidence_keys=[{"kid": k, "public_key": "p"} for k in "ab"]))
    with pytest.raises(PolicyError):
        decode_keyring(said(evidence_keys=[]))


def test_a_rule_says_what_is_not_said() -> None:
    (rule,) = decode_policy(said(kinds={"speech": {}})).kinds.values()

    assert msgspec.to_builtins(rule) == {
        "enabled": True,
        "severity": "medium",
        "threshold": None,
        "release": None,
        "onset_s": 0.0,
        "merge_s": 5.0,
        "escalate_after_s": None,
        "escalate_to": None,
        "weight": 1.0,
        "every_s": None,
    }
    assert not taken(said(kinds={"singing": {}}))
    assert not taken(setting("kinds/speech/severity", "grave"))
    assert taken(setting("kinds/speech/escalate_to", "high"))
    assert not taken(setting("kinds/speech/escalate_to", "grave"))


def test_a_kind_that_is_not_named_is_off() -> None:
    policy = decode_policy(said(kinds={"speech": {"weight": 3.0}}))

    assert policy.rule(Kind.SPEECH).weight == 3.0
    assert policy.rule(Kind.GAP) is OFF
    assert OFF.enabled is False


def test_an_accommodation_switches_its_kinds_off() -> None:
    given = {"profile": "Reads aloud", "off": ["speech"]}
    policy = decode_policy(said(accommodation=given))

    assert policy.rule(Kind.SPEECH) is OFF
    assert policy.rule(Kind.GAZE_AWAY).enabled
    assert policy.kinds[Kind.SPEECH].enabled


def test_each_policy_has_rules_of_its_own() -> None:
    first, second = make_policy(Keys()), make_policy(Keys())
    first.kinds.clear()

    assert second.rule(Kind.GAZE_AWAY).enabled
    assert make_policy(Keys()).rule(Kind.GAZE_AWAY).enabled


def test_a_verifier_reads_the_keys_alone() -> None:
    keys = (EvidenceKey(kid="k", public_key="p"),)

    assert decode_keyring(said(retention_days=0, kinds={"singing": {}})).evidence_keys == keys


@pytest.mark.parametrize("decode", [decode_policy, decode_keyring])
def test_what_is_no_policy_says_why(decode) -> None:
    for data, why in (
        (b"[]", "not a policy: not an object"),
        (said(v=2), "not a policy: version 2 is not 1"),
        (
            said(evidence_keys=1),
            "not a policy: Expected `array`, got `int` - at `$.evidence_keys`",
        ),
    ):
        with pytest.raises(PolicyError) as refused:
            decode(data)
        assert str(refused.value) == why


@pytest.mark.parametrize("kind", ["camera", "microphone", "screen", "snapshots", "identity"])
def test_each_kind_of_evidence_may_go_earlier(kind: str) -> None:
    assert decode_policy(said(kept_days={kind: 7})).kept_days == {kind: 7}
    assert not taken(said(kept_days={kind.upper(): 7}))


@pytest.mark.parametrize(
    ("kept", "days"), [({}, 30), ({"camera": 7}, 7), ({"camera": 90}, 30), ({"screen": 7}, 30)]
)
def test_no_kind_is_kept_beyond_all(kept: dict[str, int], days: int) -> None:
    assert decode_policy(said(kept_days=kept)).days("camera") == days


def test_records_go_with_the_session_alone() -> None:
    assert not taken(said(kept_days={"records": 7}))
