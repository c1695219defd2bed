from __future__ import annotations

from pathlib import Path

import pytest

from recorder.capture.permissions import Leave, Permission, on_linux, on_macos, on_windows

X11 = {"DISPLAY": ":0"}
WAYLAND = {"XDG_SESSION_TYPE": "wayland", "WAYLAND_DISPLAY": "wayland-0"}


def linux(tmp_path: Path, *, may: bool, nodes: int = 1, environ: dict[str, str] = X11) -> dict:
    for number in range(nodes):
        (tmp_path / f"video{number}").touch()
    found = on_linux(environ, tmp_path, tmp_path / "flatpak-info", lambda _: may)
    return {one.what: one for one in found}


def test_a_camera_that_may_be_opened_is_granted(tmp_path: Path) -> None:
    found = linux(tmp_path, may=True)
    assert {one.leave for one in found.values()} == {Leave.GRANTED}


def test_a_camera_of_another_group_is_denied_with_what_to_do(tmp_path: Path) -> None:
    assert "group “video”" in linux(tmp_path, may=False)["camera"].advice


def test_in_a_sandbox_the_sandbox_is_named(tmp_path: Path) -> None:
    (tmp_path / "flatpak-info").touch()
    camera = linux(tmp_path, may=False)["camera"]
    assert camera.leave is Leave.DENIED
    assert "Flatpak" in camera.advice


def test_without_a_camera_nothing_is_denied(tmp_path: Path) -> None:
    assert linux(tmp_path, may=True, nodes=0)["camera"].leave is Leave.UNTOLD


def test_on_wayland_the_screen_is_denied(tmp_path: Path) -> None:
    screen = linux(tmp_path, may=True, environ=WAYLAND)["screen"]
    assert (screen.leave, "Xorg" in screen.advice) == (Leave.DENIED, True)


@pytest.mark.parametrize(
    ("of_computer", "of_user", "leave"),
    [
        ([], [], Leave.GRANTED),
        (["Allow"], ["Allow", "Allow"], Leave.GRANTED),
        (["Deny"], ["Allow", "Allow"], Leave.DENIED),
        (["Allow"], ["Allow", "Deny"], Leave.DENIED),
    ],
)
def test_windows_has_a_setting_a_computer_a_user_and_for_desktop_programs(
    of_computer: list[str], of_user: list[str], leave: Leave
) -> None:
    found = on_windows(lambda _, computer: of_computer if computer else of_user)
    assert found == (
        Permission("camera", leave, "ms-settings:privacy-webcam"),
        Permission("microphone", leave, "ms-settings:privacy-microphone"),
    )


@pytest.mark.parametrize(
    ("status", "leave"),
    [
        (0, Leave.ASKS),
        (1, Leave.DENIED),
        (2, Leave.DENIED),
        (3, Leave.GRANTED),
        (-1, Leave.UNTOLD),
    ],
)
def test_macos_has_a_status_a_device_and_an_answer_a_right(status: int, leave: Leave) -> None:
    asked: list[tuple[str, str]] = []

    def check(framework: str, function: str) -> bool:
        asked.append((framework, function))
        return function == "AXIsProcessTrusted"

    found = {one.what: one for one in on_macos(lambda _: status, check)}
    assert found["camera"].leave is found["microphone"].leave is leave
    assert found["screen"].leave is Leave.DENIED
    assert found["accessibility"].leave is Leave.GRANTED
    assert found["input_monitoring"].leave is Leave.DENIED
    assert found["input_monitoring"].page.endswith("Privacy_ListenEvent")
    assert all(one.page.startswith("x-apple.systempreferences:") for one in found.values())
    assert ("CoreGraphics", "CGPreflightScreenCaptureAccess") in asked
