"""Kinds of incident: those of the specification, each in a group and with a name for people."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.flags import Group, Kind, Severity

SPECIFICATION = (Path(__file__).parents[3] / "shared" / "README.md").read_text("utf-8")

# As the design's table groups them.
GROUPS = {
    Group.FACE: [
        "face_missing",
        "multiple_faces",
        "looking_away",
        "gaze_away",
        "identity_mismatch",
        "camera_blocked",
    ],
    Group.OBJECTS: ["object_seen", "hand_at_ear", "hands_hidden"],
    Group.VOICE: ["speech", "second_voice"],
    Group.MACHINE: [
        "window_switch",
        "fullscreen_exit",
        "prohibited_process",
        "clipboard",
        "blocked_key",
        "display_change",
        "virtual_machine",
        "remote_session",
        "virtual_camera",
        "screen_capture",
        "input_device",
        "blocked_address",
        "debugger",
        "altered_program",
    ],
    Group.RECORDER: [
        "gap",
        "clock_jump",
        "disk_full",
        "network_lost",
        "detector_down",
        "device_lost",
    ],
}


def listed(member: str) -> list[str]:
    """The words that the specification allows for a member, in its order."""
    (sentence,) = re.findall(rf"`{member}` is\s+((?:`\w+`(?:,|\s|or)*)+)\.", SPECIFICATION)
    return re.findall(r"`(\w+)`", sentence)


def test_kinds_and_severities_are_those_of_the_specification() -> None:
    assert [kind.value for kind in Kind] == listed("kind")
    assert [severity.value for severity in Severity] == listed("severity")


def test_severities_rise() -> None:
    assert [severity.rank for severity in Severity] == [0, 1, 2, 3, 4]


def test_groups_have_names_for_policies() -> None:
    names = ["face", "objects", "voice", "machine", "recorder"]
    assert [group.value for group in Group] == names


@pytest.mark.parametrize("group", Group)
def test_every_kind_is_in_its_group(group: Group) -> None:
    assert [kind.value for kind in Kind if kind.group is group] == GROUPS[group]


def test_labels_are_short_names_in_sentence_case() -> None:
    labels = [kind.label for kind in Kind]

    assert len(set(labels)) == len(labels)
    for label in labels:
        assert re.fullmatch(r"[A-Z][a-z]+(?: [a-z]+){0,4}", label), label
