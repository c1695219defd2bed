from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from recorder.capture.camera import DeviceCamera
from recorder.capture.devices import CameraNode
from recorder.capture.microphone import DeviceMicrophone
from recorder.capture.permissions import (
    Leave,
    Permission,
    admit,
    ask_on_macos,
    on_linux,
    on_macos,
    on_windows,
)
from recorder.capture.timeline import Timeline
from recorder.faults import EnvironmentFault
from shared.policy import CameraStream

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
    assert set(found) == {"camera", "microphone", "screen", "accessibility"}
    assert found["accessibility"].page.endswith("Privacy_Accessibility")
    assert all(one.page.startswith("x-apple.systempreferences:") for one in found.values())
    assert ("CoreGraphics", "CGPreflightScreenCaptureAccess") in asked


@pytest.mark.parametrize("leave", [Leave.GRANTED, Leave.UNTOLD])
def test_what_is_granted_or_not_told_is_gone_on_with(leave: Leave) -> None:
    admit("camera", lambda: (Permission("camera", leave),))
    admit("microphone", lambda: (Permission("camera", Leave.DENIED),))


def mac(status: int) -> tuple[Permission, ...]:
    return on_macos(lambda _media: status, lambda _framework, _function: True)


def windows(_: int) -> tuple[Permission, ...]:
    return on_windows(lambda _capability, _computer: ["Deny"])


@pytest.mark.parametrize("system", [mac, windows])
@pytest.mark.parametrize("what", ["camera", "microphone"])
def test_a_denied_device_is_said_in_the_same_words_on_both_systems(
    system: Callable[[int], tuple[Permission, ...]], what: str
) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        admit(what, lambda: system(2))
    assert caught.value.what == f"Invigil may not use the {what}."
    assert "privacy settings" in caught.value.advice


def test_linux_says_the_same_and_what_to_do_there(tmp_path: Path) -> None:
    found = tuple(linux(tmp_path, may=False).values())
    with pytest.raises(EnvironmentFault, match="may not use the camera") as caught:
        admit("camera", lambda: found)
    assert "group “video”" in caught.value.advice


def test_who_was_not_asked_yet_is_asked_and_the_device_waits() -> None:
    asked: list[str] = []
    with pytest.raises(EnvironmentFault, match="The system asks whether") as caught:
        admit("camera", lambda: mac(0), asked.append)
    assert asked == ["camera"]
    assert "allow" in caught.value.advice
    admit("camera", lambda: mac(3), asked.append)
    assert asked == ["camera"]


def test_macos_is_made_to_ask_for_the_media_and_told_of_a_block() -> None:
    told: dict[str, Any] = {}
    device = SimpleNamespace(
        requestAccessForMediaType_completionHandler_=lambda media, done: told.update(
            media=media, done=done(False)
        )
    )
    objc = SimpleNamespace(
        loadBundle=lambda name, _into, bundle_path: told.update({name: bundle_path}),
        registerMetaDataForSelector=lambda *about: told.update(about=about),
        lookUpClass={"AVCaptureDevice": device}.__getitem__,
    )
    ask_on_macos("microphone", {"objc": objc}.__getitem__)
    assert told["media"] == "soun"
    assert told["AVFoundation"].endswith("AVFoundation.framework")
    kind, selector, about = told["about"]
    assert kind == b"AVCaptureDevice"
    assert selector.count(b":") == 2
    block = about["arguments"][3]["callable"]
    assert [one["type"] for one in block["arguments"].values()] == [b"^v", b"Z"]


def test_without_pyobjc_whoever_opens_the_device_asks() -> None:
    def missing(_name: str) -> object:
        raise ImportError

    ask_on_macos("camera", missing)


def test_a_camera_or_microphone_that_is_denied_is_not_opened() -> None:
    opened: list[object] = []

    def denied(what: str) -> None:
        raise EnvironmentFault(f"Invigil may not use the {what}.", "Allow it.")

    camera = DeviceCamera(
        0, CameraStream(), Timeline(0, 0), open_capture=opened.append,  # type: ignore[arg-type]
        node=lambda index, _name: CameraNode(index, "HD Webcam"), admitted=denied,
    )  # fmt: skip
    with pytest.raises(EnvironmentFault, match="may not use the camera"):
        camera.open()
    microphone = DeviceMicrophone(
        0,
        Timeline(0, 0),
        open_device=lambda *one: opened.append(one),
        admitted=denied,  # type: ignore[arg-type, return-value]
    )
    with pytest.raises(EnvironmentFault, match="may not use the microphone"):
        microphone.open()
    assert opened == []
