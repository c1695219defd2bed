"""What is handed to Windows and taken from it, on libraries of a test's own."""

from __future__ import annotations

import ctypes
import struct
import threading
from collections.abc import Iterator
from ctypes import wintypes

import pytest
from support.fake_dlls import MODULE, WINDOW, WM_TIMER, Dlls
from support.waiting import until

from recorder.lockdown.windows import ctypes_api
from recorder.lockdown.windows.api import RIM_HID, RIM_KEYBOARD, RawInput
from recorder.lockdown.windows.ctypes_api import SystemApi

HANDLES = (wintypes.HWND, wintypes.HANDLE, wintypes.HHOOK, wintypes.HMODULE)
KEY_DOWN, KEY_UP = 0x0100, 0x0101


@pytest.fixture
def dlls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dlls]:
    monkeypatch.setattr(ctypes_api, "_function", ctypes.CFUNCTYPE)
    monkeypatch.setattr(ctypes_api, "_refused", lambda: OSError(5, "Access is denied"))
    dlls = Dlls()
    yield dlls
    assert dlls.hooks == [], "a hook was left behind"


def test_every_structure_is_as_large_as_windows_has_it() -> None:
    pointer = struct.calcsize("P")
    wide = ctypes.sizeof(wintypes.WCHAR)
    sizes = {
        "_MonitorInfo": 40 + 32 * wide,
        "_DisplayDevice": 8 + (32 + 128 + 128 + 128) * wide,
        "_RawInputDevice": 2 * pointer,
        "_DeviceInfo": 32,
        "_KeyboardStroke": 16 + pointer,
        "_Input": 40 if pointer == 8 else 28,
    }
    assert {one: ctypes.sizeof(getattr(ctypes_api, one)) for one in sizes} == sizes


@pytest.mark.parametrize(
    ("library", "name"),
    [
        ("user32", "GetForegroundWindow"),
        ("user32", "GetClipboardOwner"),
        ("user32", "SetWindowsHookExW"),
        ("kernel32", "GetModuleHandleW"),
        ("kernel32", "GetCurrentProcess"),
    ],
)
def test_a_handle_that_is_given_is_not_cut_to_32_bits(library: str, name: str) -> None:
    declared = {"user32": ctypes_api._USER, "kernel32": ctypes_api._KERNEL}[library]
    assert declared[name][0] in HANDLES
    assert ctypes.sizeof(declared[name][0]) == struct.calcsize("P")


def test_every_function_that_is_called_is_declared(dlls: Dlls) -> None:
    """An undeclared one has no ``argtypes``, and fails here when it is called."""
    api = SystemApi(dlls.library)
    assert api.foreground_window() == WINDOW
    assert api.window_process(WINDOW) == 4711
    api.window_title(WINDOW)
    api.clipboard_serial()
    api.clipboard_owner()
    api.system_metric(0x1000)
    api.debugger_present()
    assert not api.set_execution_state(1)
    for refused in (api.monitors, api.own_session, lambda: api.display_affinity(WINDOW)):
        with pytest.raises(OSError, match="denied"):
            refused()
    with pytest.raises(OSError, match="denied"):
        api.set_display_affinity(WINDOW, 0x11)


def test_a_key_is_down_by_its_highest_bit(dlls: Dlls) -> None:
    api = SystemApi(dlls.library)
    dlls.keys_down = {0xA4}
    assert api.key_down(0xA4)
    assert not api.key_down(0xA5)


def test_keys_are_sent_down_and_up_and_a_refusal_is_told(dlls: Dlls) -> None:
    api = SystemApi(dlls.library)
    assert api.send_keys(((0xE8, True), (0xE8, False), (0x5B, False)))
    assert dlls.sent == [(1, 0xE8, 0), (1, 0xE8, 2), (1, 0x5B, 3)], "Win's is an extended key"
    dlls.takes_keys = False
    assert not api.send_keys(((0xE8, True),))


def test_a_console_that_is_nobodys_is_not_told(dlls: Dlls) -> None:
    api = SystemApi(dlls.library)
    assert api.console_session() == 1
    dlls.console = 0xFFFFFFFF
    with pytest.raises(OSError, match="nobody"):
        api.console_session()


def test_a_device_that_was_unplugged_while_it_was_listed_is_none(dlls: Dlls) -> None:
    far = 0x1_0000_0001
    dlls.listed = [(far, RIM_KEYBOARD), (2, RIM_KEYBOARD), (3, RIM_HID)]
    dlls.names = {far: r"\\?\HID#VID_1&PID_1#a#{1}", 3: r"\\?\HID#VID_3&PID_3#a#{1}"}
    assert SystemApi(dlls.library).raw_inputs() == [
        RawInput(dlls.names[far], RIM_KEYBOARD),
        RawInput(dlls.names[3], RIM_HID, 0x0D, 0x04),
    ]
    assert far in dlls.asked


def stroke(dlls: Dlls, key: int, message: int, code: int = 0) -> int:
    """Have Windows call the hook's procedure for a key."""
    told = ctypes_api._KeyboardStroke(vkCode=key)
    _, procedure, _, _ = dlls.set_hooks[-1]
    return procedure(code, message, ctypes.addressof(told))


def test_the_hook_is_asked_for_each_key_and_swallows_what_it_shall(dlls: Dlls) -> None:
    heard: list[tuple[int, bool]] = []

    def on_key(key: int, down: bool) -> bool:
        heard.append((key, down))
        return key == 0x09

    hook = SystemApi(dlls.library).hook_keyboard(on_key)
    kind, _, module, thread = dlls.set_hooks[0]
    assert (kind, module, thread) == (13, MODULE, 0), "Windows wants a module for all threads"
    assert stroke(dlls, 0x09, KEY_DOWN) == 1
    assert stroke(dlls, 0x41, KEY_DOWN) == 77, "handed to the next hook"
    assert stroke(dlls, 0x41, KEY_UP) == 77
    assert stroke(dlls, 0x09, KEY_DOWN, code=-1) == 77, "not for us to look at"
    assert heard == [(0x09, True), (0x41, True), (0x41, False)]
    hook.close()
    assert not hook.alive


def test_a_hook_that_windows_dropped_unseen_is_set_anew_by_the_clock(dlls: Dlls) -> None:
    hook = SystemApi(dlls.library).hook_keyboard(lambda _key, _down: False)
    until(lambda: dlls.timers == [10_000], "the timer")
    dlls.messages.put(WM_TIMER)
    until(lambda: len(dlls.set_hooks) == 2, "the second hook")
    hook.close()
    assert not hook.alive


def test_a_hook_that_can_no_longer_be_set_is_not_alive(dlls: Dlls) -> None:
    hook = SystemApi(dlls.library).hook_keyboard(lambda _key, _down: False)
    dlls.refuses_hook = True
    dlls.messages.put(WM_TIMER)
    until(lambda: not hook.alive, "the thread's end")
    hook.close()


def test_closing_at_once_ends_the_thread_as_it_has_a_queue_by_then(dlls: Dlls) -> None:
    hook = SystemApi(dlls.library).hook_keyboard(lambda _key, _down: False)
    assert dlls.has_queue
    hook.close()
    assert not hook.alive


def test_a_refused_hook_is_raised(dlls: Dlls) -> None:
    dlls.refuses_hook = True
    with pytest.raises(OSError, match="denied"):
        SystemApi(dlls.library).hook_keyboard(lambda _key, _down: False)


def test_a_hook_that_comes_too_late_is_nobodys_and_goes_again(
    dlls: Dlls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ctypes_api, "_THREAD_S", 0.01)
    dlls.gate = threading.Event()
    with pytest.raises(OSError, match="in time"):
        SystemApi(dlls.library).hook_keyboard(lambda _key, _down: False)
    dlls.gate.set()
    until(lambda: len(dlls.set_hooks) == 1 and dlls.hooks == [], "the hook's end")
