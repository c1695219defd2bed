"""One preview at a time, whoever asks and however quickly."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from recorder.faults import EnvironmentFault
from recorder.ui.viewfinder import NOTHING, Viewfinder

FAULTY_CAMERA = EnvironmentFault("Camera in use.", "Close it.")
FAULTY_SOUND = EnvironmentFault("Microphone in use.", "Close it.")
TOGETHER = EnvironmentFault("Not both at once.", "Choose another.")
OFFER: Any = object()


class Preview:
    """Knows what it holds open, and tells its owner when it lets go."""

    def __init__(self, owner: Devices, camera: str, microphone: str) -> None:
        self._owner, self.camera, self.microphone = owner, camera, microphone

    def close(self) -> None:
        self._owner.open.discard(self)


class Devices:
    """Opens a device only once, as real ones do."""

    def __init__(self) -> None:
        self.open: set[Preview] = set()
        self.camera_fault: EnvironmentFault | None = None
        self.sound_fault: EnvironmentFault | None = None
        self.together_fault: EnvironmentFault | None = None
        self.passing_fault: EnvironmentFault | None = None
        self.start_fault: Exception | None = None

    def open_preview(self, _offer: object, camera: str, microphone: str) -> Any:
        assert not self.open, "opened twice"
        if self.passing_fault:
            fault, self.passing_fault = self.passing_fault, None
            raise fault
        if self.together_fault and NOTHING not in (camera, microphone):
            raise self.together_fault
        if self.camera_fault and camera != NOTHING:
            raise self.camera_fault
        if self.sound_fault and microphone != NOTHING:
            raise self.sound_fault
        preview = Preview(self, camera, microphone)
        self.open.add(preview)
        return preview

    def start(self, _offer: object, *arguments: Any) -> Any:
        if self.start_fault:
            raise self.start_fault
        return arguments


@pytest.fixture
def devices() -> Devices:
    return Devices()


@pytest.fixture
def finder(devices: Devices) -> Viewfinder:
    return Viewfinder(devices, OFFER)  # pyright: ignore[reportArgumentType]


def held(devices: Devices) -> list[tuple[str, str]]:
    return [(preview.camera, preview.microphone) for preview in devices.open]


def test_looking_again_closes_what_was_open(devices: Devices, finder: Viewfinder) -> None:
    finder.look("device:0", "device:0")
    sight = finder.look("device:1", "device:0")
    assert sight.preview is not None
    assert held(devices) == [("device:1", "device:0")]


def test_a_faulty_camera_leaves_the_microphone_working(
    devices: Devices, finder: Viewfinder
) -> None:
    devices.camera_fault = FAULTY_CAMERA
    sight = finder.look("device:0", "device:0")
    assert (sight.camera_fault, sight.microphone_fault) == (FAULTY_CAMERA, None)
    assert held(devices) == [(NOTHING, "device:0")]


def test_a_faulty_microphone_leaves_the_camera_working(
    devices: Devices, finder: Viewfinder
) -> None:
    devices.sound_fault = FAULTY_SOUND
    sight = finder.look("device:0", "device:0")
    assert (sight.camera_fault, sight.microphone_fault) == (None, FAULTY_SOUND)
    assert held(devices) == [("device:0", NOTHING)]


def test_both_faulty_are_both_named(devices: Devices, finder: Viewfinder) -> None:
    devices.camera_fault, devices.sound_fault = FAULTY_CAMERA, FAULTY_SOUND
    sight = finder.look("device:0", "device:0")
    assert sight.preview is None
    assert (sight.camera_fault, sight.microphone_fault) == (FAULTY_CAMERA, FAULTY_SOUND)


@pytest.mark.parametrize("missing", ["camera", "microphone"])
def test_the_only_device_is_the_one_at_fault(
    devices: Devices, finder: Viewfinder, missing: str
) -> None:
    devices.camera_fault, devices.sound_fault = FAULTY_CAMERA, FAULTY_SOUND
    chosen = {"camera": "device:0", "microphone": "device:0"} | {missing: NOTHING}
    sight = finder.look(chosen["camera"], chosen["microphone"])
    faults = (sight.camera_fault, sight.microphone_fault)
    assert faults == ((None, FAULTY_SOUND) if missing == "camera" else (FAULTY_CAMERA, None))


def test_devices_that_only_fail_together_are_a_fault_of_both(
    devices: Devices, finder: Viewfinder
) -> None:
    devices.together_fault = TOGETHER
    sight = finder.look("device:0", "device:0")
    assert (sight.camera_fault, sight.microphone_fault) == (TOGETHER, TOGETHER)
    assert held(devices) == []


def test_a_fault_that_has_passed_is_no_fault(devices: Devices, finder: Viewfinder) -> None:
    devices.passing_fault = TOGETHER
    sight = finder.look("device:0", "device:0")
    assert (sight.camera_fault, sight.microphone_fault) == (None, None)
    assert held(devices) == [("device:0", "device:0")]


def test_starting_hands_the_preview_over(devices: Devices, finder: Viewfinder) -> None:
    preview = finder.look("device:0", "device:1").preview
    recording: Any = finder.start("device:0", "device:1", "display:0")
    assert recording == ("device:0", "device:1", "display:0", preview)
    finder.close()
    assert held(devices) == [("device:0", "device:1")]


def test_starting_opens_the_devices_if_nothing_is_open(
    devices: Devices, finder: Viewfinder
) -> None:
    finder.start("device:0", NOTHING, "display:0")
    assert held(devices) == [("device:0", NOTHING)]


def test_a_start_that_fails_lets_the_devices_go(devices: Devices, finder: Viewfinder) -> None:
    finder.look("device:0", "device:0")
    devices.start_fault = FAULTY_CAMERA
    with pytest.raises(EnvironmentFault):
        finder.start("device:0", "device:0", "display:0")
    assert held(devices) == []
    assert finder.look("device:0", "device:0").preview is not None


def test_once_closed_nothing_is_opened_again(devices: Devices, finder: Viewfinder) -> None:
    finder.look("device:0", "device:0")
    finder.close()
    assert finder.look("device:0", "device:0").preview is None
    assert held(devices) == []


def test_looks_that_overtake_each_other_leave_one_preview(
    devices: Devices, finder: Viewfinder
) -> None:
    threads = [
        threading.Thread(target=finder.look, args=(f"device:{n}", "device:0")) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert len(devices.open) == 1
