"""What is handed to macOS and taken from it, on stand-ins for pyobjc's modules."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from support.fake_pyobjc import BY_TIMEOUT, BY_USER, Retained, Taps
from support.waiting import until

from recorder.lockdown.macos import pyobjc_api
from recorder.lockdown.macos.api import Application, HidDevice
from recorder.lockdown.macos.pyobjc_api import SystemApi, _KeyTap

TAB, A = 0x30, 0x00


def tap(mac: Taps) -> _KeyTap:
    return _KeyTap(mac, mac, lambda code, _flags: code == TAB)


def test_a_tap_swallows_what_it_shall_until_it_is_closed() -> None:
    mac = Taps()
    one = tap(mac)
    until(lambda: one.alive, "the tap")
    assert mac.made[0].options == 0, "one that may swallow, not only listen"
    assert not mac.press(TAB)
    assert mac.press(A)
    one.close()
    assert mac.press(TAB)
    assert not one.alive
    assert (mac.made[0].valid, mac.sources) == (False, []), "nothing stays in macOS' lists"


@pytest.mark.parametrize("why", [BY_TIMEOUT, BY_USER])
def test_a_tap_that_macos_switches_off_is_on_again_at_once(why: int) -> None:
    mac = Taps()
    one = tap(mac)
    mac.switch_off(why)
    assert one.alive
    assert not mac.press(TAB)
    one.close()
    mac.switch_off(why)
    assert not mac.made[0].enabled, "a closed one stays off"


def test_a_tap_that_is_closed_before_its_loop_runs_ends_all_the_same() -> None:
    mac = Taps()
    mac.stopped = Deaf()
    one = tap(mac)
    one.close()
    assert not one._thread.is_alive()


class Deaf(threading.Event):
    """A run loop that was stopped before it ran: it goes on to the end of its turn."""

    def set(self) -> None:
        pass

    def wait(self, timeout: float | None = None) -> bool:
        return super().wait(min(timeout or 0.0, 0.01))


def test_a_tap_that_is_taken_away_for_good_ends_its_thread_and_is_not_alive() -> None:
    mac = Taps()
    one = tap(mac)
    mac.made[0].valid = False
    until(lambda: not one._thread.is_alive(), "the thread's end")
    assert not one.alive
    one.close()


def test_a_refused_tap_is_raised() -> None:
    with pytest.raises(OSError, match="refused"):
        tap(Taps(refuses=True))


def test_a_tap_that_comes_too_late_is_nobodys_and_goes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pyobjc_api, "_THREAD_S", 0.01)
    mac = Taps(gate=threading.Event())
    with pytest.raises(OSError, match="in time"):
        tap(mac)
    assert mac.gate is not None
    mac.gate.set()
    until(lambda: bool(mac.made) and not mac.made[0].valid, "the tap's end")
    assert mac.press(TAB)


def test_a_bug_of_ours_is_not_raised_into_macos() -> None:
    def broken(_code: int, _flags: int) -> bool:
        raise ValueError("a bug")

    mac = Taps()
    one = _KeyTap(mac, mac, broken)
    assert mac.press(TAB), "the key goes on"
    one.close()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Retained:
    """A Mac whose functions say what of theirs is kept."""
    held = Retained()
    front = SimpleNamespace(
        localizedName=lambda: "Safari",
        bundleIdentifier=lambda: "com.apple.Safari",
        processIdentifier=lambda: 5,
    )
    window = {"layer": 0, "pid": 5, "name": "Answers"}
    board = SimpleNamespace(changeCount=lambda: 7)
    workspace = SimpleNamespace(frontmostApplication=lambda: held.handed_out(front))
    modules: dict[str, Any] = {
        "AppKit": SimpleNamespace(
            NSWorkspace=SimpleNamespace(sharedWorkspace=lambda: held.handed_out(workspace)),
            NSPasteboard=SimpleNamespace(generalPasteboard=lambda: held.handed_out(board)),
        ),
        "Quartz": SimpleNamespace(
            kCGWindowListOptionOnScreenOnly=1,
            kCGWindowListExcludeDesktopElements=16,
            kCGNullWindowID=0,
            kCGWindowLayer="layer",
            kCGWindowOwnerPID="pid",
            kCGWindowName="name",
            kCGSessionOnConsoleKey="console",
            CGWindowListCopyWindowInfo=lambda *_: held.handed_out([window]),
            CGSessionCopyCurrentDictionary=lambda: held.handed_out({"console": True}),
        ),
        "ApplicationServices": SimpleNamespace(AXIsProcessTrusted=lambda: 1),
        "CoreFoundation": SimpleNamespace(),
        "objc": held,
    }
    monkeypatch.setattr(pyobjc_api.importlib, "import_module", modules.__getitem__)
    return held


def test_what_is_asked_again_and_again_leaves_nothing_behind(held: Retained) -> None:
    api = SystemApi()
    assert api.front_application() == Application(5, "Safari", "com.apple.Safari")
    assert api.front_title(5) == "Answers"
    assert api.front_title(6) == ""
    assert api.clipboard_serial() == 7
    assert api.on_console()
    assert api.hid_devices() == [HidDevice("Keyboard", 1452, 591, "", 1, 6)]
    assert held.unpooled == 0, "outside a pool it would stay until the thread ends"
    assert held.ours == 0, "what Create and Copy gave is let go"
    assert held.pools == 0


def test_staying_awake_is_an_assertion_by_its_number(held: Retained) -> None:
    api = SystemApi()
    assert api.stay_awake("An exam is being recorded") == 41
    assert held.functions["IOPMAssertionCreateWithName"][1] == b"i@I@o^I"
    api.let_sleep(41)
    assert api.may_control()
