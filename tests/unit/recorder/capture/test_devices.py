from __future__ import annotations

import os
from pathlib import Path

import pytest

from recorder.capture.devices import (
    CameraNode,
    Choice,
    Unlisted,
    camera_node,
    cameras,
    displays,
)
from recorder.faults import EnvironmentFault


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A /sys and /dev with a webcam (two nodes, as real ones have) and a capture card."""
    for number, index, name in ((0, 0, "HD Webcam"), (1, 1, "HD Webcam"), (10, 0, "Grabber")):
        folder = tmp_path / "sys" / f"video{number}"
        folder.mkdir(parents=True)
        (folder / "name").write_text(f"{name}\n")
        (folder / "index").write_text(f"{index}\n")
        dev = tmp_path / "dev"
        dev.mkdir(exist_ok=True)
        (dev / f"video{number}").touch()
    return tmp_path


def find(machine: Path, index: int, name: str = "") -> int:
    found = camera_node(
        index, name, platform="linux", sys_dir=machine / "sys", dev_dir=machine / "dev"
    )
    return found.index


def test_lists_what_gives_pictures_by_name(machine: Path) -> None:
    assert cameras("linux", machine / "sys") == [
        Choice("device:0", "HD Webcam"),
        Choice("device:10", "Grabber"),
    ]


def test_a_machine_without_cameras_has_an_empty_list(tmp_path: Path) -> None:
    assert cameras("linux", tmp_path) == []


def test_a_platform_that_cannot_list_says_so() -> None:
    assert isinstance(cameras("win32"), Unlisted)


def test_an_absent_camera_is_answered_with_those_there_are(machine: Path) -> None:
    with pytest.raises(EnvironmentFault, match="no camera 4") as caught:
        find(machine, 4)
    assert "device:10 (Grabber)" in caught.value.advice


def test_no_camera_at_all_is_answered_with_other_ways(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        find(tmp_path, 0)
    assert "file:PATH" in caught.value.advice


def test_a_camera_that_came_back_under_another_number_is_found(machine: Path) -> None:
    assert find(machine, 0, "Grabber") == 10


def test_another_camera_is_not_taken_in_its_place(machine: Path) -> None:
    (machine / "sys" / "video0" / "name").write_text("Other Webcam\n")
    with pytest.raises(EnvironmentFault, match="“HD Webcam” is not there"):
        find(machine, 0, "HD Webcam")


def test_a_camera_that_nothing_lists_is_taken_by_its_number(machine: Path) -> None:
    (machine / "dev" / "video3").touch()
    for name, told in (("", "camera 3"), ("HD Cam", "HD Cam")):
        found = camera_node(
            3, name, platform="linux", sys_dir=machine / "sys", dev_dir=machine / "dev"
        )
        assert found == CameraNode(3, told, named=False)


def test_of_two_alike_the_one_with_the_number_is_taken(machine: Path) -> None:
    (machine / "sys" / "video10" / "name").write_text("HD Webcam\n")
    assert find(machine, 10, "HD Webcam") == 10


def test_a_forbidden_camera_names_the_group(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)  # root may open everything
    with pytest.raises(EnvironmentFault, match="permission") as caught:
        find(machine, 0)
    assert "group" in caught.value.advice


def test_a_desktop_that_hides_its_screen_is_named() -> None:
    wayland = {"XDG_SESSION_TYPE": "wayland", "WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}
    found = displays(wayland)
    assert isinstance(found, Unlisted)
    assert "Wayland" in found.reason


def test_no_display_is_said() -> None:
    found = displays({})
    assert isinstance(found, Unlisted)
    assert "DISPLAY" in found.reason
