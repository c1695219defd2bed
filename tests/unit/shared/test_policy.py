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
