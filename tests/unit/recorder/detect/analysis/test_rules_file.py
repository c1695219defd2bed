from __future__ import annotations

from pathlib import Path

import pytest
from support.policies import default_policy

from recorder.detect.analysis.rules_file import Rules, read_rules
from recorder.faults import EnvironmentFault
from shared.flags import Kind, Severity
from shared.policy import DEFAULT_RULES, Accommodation, Objects, Rule, encode_policy


def rules(tmp_path: Path, text: str | bytes):
    path = tmp_path / "policy.json"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_rules(path)


def test_without_a_file_the_default_rules_hold() -> None:
    assert read_rules(None) == Rules(DEFAULT_RULES, Objects())


def test_a_whole_policy_is_taken_as_it_stands(tmp_path: Path) -> None:
    policy = default_policy(kinds={Kind.SPEECH: Rule(onset_s=9)})
    found = rules(tmp_path, encode_policy(policy))
    assert found.rule(Kind.SPEECH).onset_s == 9
    assert not found.rule(Kind.GAZE_AWAY).enabled


def test_an_object_with_kinds_changes_what_it_names(tmp_path: Path) -> None:
    found = rules(
        tmp_path, '{"kinds": {"gaze_away": {"onset_s": 1}, "speech": {"enabled": false}}}'
    )
    gaze = found.kinds[Kind.GAZE_AWAY]
    assert (gaze.onset_s, gaze.threshold) == (1, DEFAULT_RULES[Kind.GAZE_AWAY].threshold)
    assert gaze.severity is Severity.LOW
    assert not found.kinds[Kind.SPEECH].enabled
    assert found.kinds[Kind.FACE_MISSING] == DEFAULT_RULES[Kind.FACE_MISSING]


def test_what_an_accommodation_switches_off_is_off(tmp_path: Path) -> None:
    policy = default_policy(accommodation=Accommodation(profile="tics", off=(Kind.SPEECH,)))
    found = rules(tmp_path, encode_policy(policy))
    assert not found.rule(Kind.SPEECH).enabled
    assert found.rule(Kind.GAZE_AWAY).enabled


def test_an_object_with_objects_changes_what_is_looked_for(tmp_path: Path) -> None:
    found = rules(tmp_path, '{"objects": {"labels": ["book"]}}')
    assert found.objects.labels == ("book",)
    assert found.kinds == DEFAULT_RULES


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a policy"),
        ("not json", "JSON"),
        (b"\xff\xfe", "JSON"),
        (b'{"kinds":' * 5_000, "nests too deep"),
        ("[]", "not a policy"),
        ("{}", "not a policy"),
        ('{"objects": []}', "`objects` is not an object"),
        ('{"objects": {"lables": []}}', "no `lables`"),
        ('{"objects": {"labels": "book"}}', "labels"),
        ('{"kinds": []}', "`kinds` is not an object"),
        ('{"kinds": {"yawning": {}}}', "no kind `yawning`"),
        ('{"kinds": {"speech": 3}}', "rule for `speech`"),
        ('{"kinds": {"speech": {"treshold": 0.5}}}', "no `treshold`"),
        ('{"kinds": {"speech": {"onset_s": -1}}}', "onset_s"),
        ('{"kinds": {"speech": {"severity": "dire"}}}', "severity"),
        ('{"kinds": {}, "v": 1}', "institution"),
    ],
)
def test_what_is_no_policy_is_said_in_words(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(EnvironmentFault, match=r"policy\.json is not a policy") as fault:
        rules(tmp_path, text)
    assert said in fault.value.what
    assert '"kinds"' in fault.value.advice


def test_a_policy_of_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="version 9"):
        rules(tmp_path, encode_policy(default_policy(v=9)))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        read_rules(tmp_path / "none.json")
