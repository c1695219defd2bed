from __future__ import annotations

import pytest
from support.fake_macos import FakeMac

from recorder.lockdown.adapter import Unsupported
from recorder.lockdown.environment.judging import judged
from recorder.lockdown.environment.signs import of_kind, total
from recorder.lockdown.macos import steps
from recorder.lockdown.macos.api import Application, HidDevice
from recorder.lockdown.macos.operations import takes_picture
from recorder.lockdown.macos.readers import MacDesktop, MacFacts
from recorder.lockdown.operation import InForce, NotInForce
from shared.flags import Kind

# Key codes (HIToolbox, Events.h) and flags (CGEventTypes.h).
TAB, THREE, A, Q, F5 = 0x30, 0x14, 0x00, 0x0C, 0x60
SHIFT, CTRL, ALT, CMD = 1 << 17, 1 << 18, 1 << 19, 1 << 20
CAPS_LOCK = 1 << 16


@pytest.fixture
def api() -> FakeMac:
    return FakeMac()


def test_a_blocked_shortcut_is_swallowed_and_told(api: FakeMac) -> None:
    step = steps.keys(taken=True, api=api)
    assert isinstance(step.perform(), InForce)
    assert api.press(TAB, CMD)
    assert api.press(THREE, CMD | SHIFT | CAPS_LOCK)
    assert [one.subject for one in step.check()] == [
        "Super+Tab pressed", "Shift+Super+3 pressed",
    ]  # fmt: skip
    step.revert()
    step.revert()
    assert not api.press(TAB, CMD)


def test_where_only_pictures_are_held_other_keys_go_through(api: FakeMac) -> None:
    step = steps.keys("screenshot_keys", takes_picture, taken=True, api=api)
    step.perform()
    assert api.press(THREE, CMD | SHIFT)
    assert api.press(THREE, CMD | SHIFT | CTRL)
    assert not api.press(TAB, CMD)


@pytest.mark.parametrize(
    ("code", "flags", "name"),
    [
        (0xA0, 0, "Mission Control"),
        (0xA0, CMD, "Super+Mission Control"),
        (0x83, 0, "Launchpad"),
        (0xB1, 0, "Spotlight"),
        (0x63, 0, "F3"),
    ],
)
def test_the_keys_with_pictures_are_held_as_those_that_apple_numbers(
    api: FakeMac, code: int, flags: int, name: str
) -> None:
    step = steps.keys(taken=True, api=api)
    step.perform()
    assert api.press(code, flags)
    assert [one.subject for one in step.check()] == [f"{name} pressed"]


def test_that_gestures_stay_free_is_said(api: FakeMac) -> None:
    held = steps.keys(taken=True, api=api).perform()
    assert isinstance(held, InForce)
    assert any("gestures" in one for one in held.without)


@pytest.mark.parametrize(
    ("code", "flags"), [(A, 0), (TAB, 0), (Q, CMD), (F5, CMD), (TAB, CTRL | ALT)]
)
def test_typing_quitting_and_voice_over_go_through(api: FakeMac, code: int, flags: int) -> None:
    step = steps.keys(taken=True, api=api)
    step.perform()
    assert not api.press(code, flags)
    assert step.check() == ()


def test_without_the_permission_the_keys_are_not_held_and_that_is_said(api: FakeMac) -> None:
    api.control = False
    came = steps.keys(taken=True, api=api).perform()
    assert isinstance(came, NotInForce)
    assert "Accessibility" in came.reason
    assert api.taps == []


def test_a_tap_that_macos_dropped_is_set_again(api: FakeMac) -> None:
    step = steps.keys(taken=True, api=api)
    step.perform()
    api.taps[0].alive = False
    step.check()
    assert api.press(TAB, CMD)


def test_staying_awake_is_one_assertion_and_none_afterwards(api: FakeMac) -> None:
    step = steps.stay_awake(api)
    assert isinstance(step.perform(), InForce)
    assert list(api.assertions.values()) == ["An exam is being recorded"]
    step.revert()
    step.revert()
    assert api.assertions == {}
    api.refuses = True
    assert isinstance(step.perform(), NotInForce)


def test_without_leave_to_record_the_screen_the_application_is_still_told(api: FakeMac) -> None:
    api.front, api.titles[5] = Application(5, "Safari", "com.apple.Safari"), "Answers"
    api.screen = False
    window = MacDesktop(api).active_window()
    assert window is not None
    assert (window.app, window.title, window.pid) == ("Safari", "", 5)


def test_a_headset_is_no_input_device(api: FakeMac) -> None:
    api.inputs = [
        HidDevice("Headset", 1, 1, "", 0x0C, 0x01),
        HidDevice("Trackpad", 2, 2, "", 0x01, 0x02),
        HidDevice("Tablet", 3, 3, "", 0x0D, 0x02),
    ]
    devices = MacDesktop(api).input_devices()
    assert [(one.name, one.kind) for one in devices] == [
        ("Trackpad", "pointer"), ("Tablet", "touch"),
    ]  # fmt: skip


def weight(api: FakeMac, kind: Kind) -> float:
    return total(of_kind(judged(MacFacts(api).facts(())), kind))


def test_a_guest_a_remote_session_and_a_debugger_of_macos(api: FakeMac) -> None:
    assert judged(MacFacts(api).facts(())) == ()
    api.values = {"hw.model": "VirtualMac2,1", "kern.hv_vmm_present": "1"}
    assert weight(api, Kind.VIRTUAL_MACHINE) >= 0.8
    api.console, api.debugged = False, True
    assert weight(api, Kind.REMOTE_SESSION) >= 0.8
    assert weight(api, Kind.DEBUGGER) >= 0.8
    api.refuses = True
    assert weight(api, Kind.DEBUGGER) == 0


def test_without_pyobjc_the_steps_say_so() -> None:
    came = steps.keys(taken=True).perform()
    assert isinstance(came, Unsupported)
    assert "pyobjc" in came.reason
