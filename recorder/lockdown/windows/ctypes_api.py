"""`WindowsApi` through ctypes: marshalling and nothing else. It imports everywhere.

Written by Microsoft's documentation of each function; tried on no Windows yet (see README).
"""

# ruff: noqa: D102  (the protocol says what each of them is)

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable, Sequence
from ctypes import wintypes
from typing import Any

from recorder.lockdown.windows.api import RIM_HID, Monitor, RawInput

# winuser.h and wingdi.h.
_WH_KEYBOARD_LL, _WM_QUIT, _WM_TIMER = 13, 0x0012, 0x0113
_PM_NOREMOVE = 0x0
_WM_KEYDOWN, _WM_SYSKEYDOWN = 0x0100, 0x0104
_RIDI_DEVICENAME, _RIDI_DEVICEINFO = 0x20000007, 0x2000000B
_DISPLAY_DEVICE_ACTIVE = 0x1

# The hook's thread answers within milliseconds; a busy computer's within a second or two (s).
_THREAD_S = 5.0

# Windows drops a hook that was too slow and tells nobody (LowLevelKeyboardProc): so it is set
# anew this often, which takes microseconds (ms).
_HOOKED_ANEW_MS = 10_000

# What functions give as (UINT)-1 where they failed, and for a console without a session.
_NONE = 0xFFFFFFFF

# GetAsyncKeyState: the key is down.
_IS_DOWN = 0x8000

# SendInput: a key's, and that it goes up. Both keys of Win are extended ones.
_INPUT_KEYBOARD, _KEYEVENTF_EXTENDEDKEY, _KEYEVENTF_KEYUP = 1, 0x1, 0x2
_EXTENDED = frozenset({0x5B, 0x5C})

_BIOS = r"HARDWARE\DESCRIPTION\System\BIOS"
_FIRMWARE = ("SystemManufacturer", "SystemProductName", "BaseBoardManufacturer", "BIOSVendor")


# Structures by sizes, not by Windows' names: those are as large as there only there, and so the
# tests elsewhere could not look at them.
class _Area(ctypes.Structure):
    """RECT."""

    _fields_ = tuple((name, ctypes.c_int32) for name in ("left", "top", "right", "bottom"))


class _MonitorInfo(ctypes.Structure):
    """MONITORINFOEXW."""

    _fields_ = (
        ("cbSize", ctypes.c_uint32),
        ("rcMonitor", _Area),
        ("rcWork", _Area),
        ("dwFlags", ctypes.c_uint32),
        ("szDevice", wintypes.WCHAR * 32),
    )


class _DisplayDevice(ctypes.Structure):
    """DISPLAY_DEVICEW."""

    _fields_ = (
        ("cb", ctypes.c_uint32),
        ("DeviceName", wintypes.WCHAR * 32),
        ("DeviceString", wintypes.WCHAR * 128),
        ("StateFlags", ctypes.c_uint32),
        ("DeviceID", wintypes.WCHAR * 128),
        ("DeviceKey", wintypes.WCHAR * 128),
    )


class _RawInputDevice(ctypes.Structure):
    """RAWINPUTDEVICELIST."""

    _fields_ = (("hDevice", wintypes.HANDLE), ("dwType", ctypes.c_uint32))


class _DeviceInfo(ctypes.Structure):
    """RID_DEVICE_INFO with its part for HID (RID_DEVICE_INFO_HID); the union is 24 bytes."""

    _fields_ = (
        ("cbSize", ctypes.c_uint32),
        ("dwType", ctypes.c_uint32),
        ("dwVendorId", ctypes.c_uint32),
        ("dwProductId", ctypes.c_uint32),
        ("dwVersionNumber", ctypes.c_uint32),
        ("usUsagePage", ctypes.c_uint16),
        ("usUsage", ctypes.c_uint16),
        ("padding", ctypes.c_byte * 8),
    )


class _KeyboardStroke(ctypes.Structure):
    """KBDLLHOOKSTRUCT."""

    _fields_ = (
        ("vkCode", ctypes.c_uint32),
        ("scanCode", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("time", ctypes.c_uint32),
        ("dwExtraInfo", ctypes.c_size_t),
    )


class _KeyboardInput(ctypes.Structure):
    """KEYBDINPUT."""

    _fields_ = (
        ("wVk", ctypes.c_uint16),
        ("wScan", ctypes.c_uint16),
        ("dwFlags", ctypes.c_uint32),
        ("time", ctypes.c_uint32),
        ("dwExtraInfo", ctypes.c_size_t),
    )


class _Input(ctypes.Structure):
    """INPUT with its part for keyboards; a mouse's, in the same place, is 8 bytes larger."""

    _fields_ = (
        ("type", ctypes.c_uint32),
        ("ki", _KeyboardInput),
        ("padding", ctypes.c_byte * 8),
    )


# What each function gives and takes: ctypes takes what is not said for 32 bits, and cuts
# handles, which have 64, in half.
_H, _N, _P = wintypes.HWND, wintypes.DWORD, ctypes.c_void_p
_USER: dict[str, tuple[Any, ...]] = {
    "CallNextHookEx": (
        ctypes.c_ssize_t, wintypes.HHOOK, ctypes.c_int, wintypes.WPARAM, wintypes.LPARAM,
    ),
    "EnumDisplayDevicesW": (wintypes.BOOL, wintypes.LPCWSTR, _N, _P, _N),
    "EnumDisplayMonitors": (wintypes.BOOL, wintypes.HDC, _P, _P, wintypes.LPARAM),
    "GetAsyncKeyState": (ctypes.c_short, ctypes.c_int),
    "GetClipboardOwner": (_H,),
    "GetClipboardSequenceNumber": (_N,),
    "GetForegroundWindow": (_H,),
    "GetMessageW": (ctypes.c_int, _P, _H, wintypes.UINT, wintypes.UINT),
    "GetMonitorInfoW": (wintypes.BOOL, wintypes.HMONITOR, _P),
    "GetRawInputDeviceInfoW": (wintypes.UINT, wintypes.HANDLE, wintypes.UINT, _P, _P),
    "GetRawInputDeviceList": (wintypes.UINT, _P, _P, wintypes.UINT),
    "GetSystemMetrics": (ctypes.c_int, ctypes.c_int),
    "GetWindowDisplayAffinity": (wintypes.BOOL, _H, _P),
    "GetWindowTextLengthW": (ctypes.c_int, _H),
    "GetWindowTextW": (ctypes.c_int, _H, _P, ctypes.c_int),
    "GetWindowThreadProcessId": (_N, _H, _P),
    "PeekMessageW": (wintypes.BOOL, _P, _H, wintypes.UINT, wintypes.UINT, wintypes.UINT),
    "PostThreadMessageW": (
        wintypes.BOOL, _N, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM,
    ),
    "SendInput": (wintypes.UINT, wintypes.UINT, _P, ctypes.c_int),
    "SetTimer": (ctypes.c_size_t, _H, ctypes.c_size_t, wintypes.UINT, _P),
    "SetWindowDisplayAffinity": (wintypes.BOOL, _H, _N),
    "SetWindowsHookExW": (wintypes.HHOOK, ctypes.c_int, _P, wintypes.HINSTANCE, _N),
    "UnhookWindowsHookEx": (wintypes.BOOL, wintypes.HHOOK),
}  # fmt: skip
_KERNEL: dict[str, tuple[Any, ...]] = {
    "CheckRemoteDebuggerPresent": (wintypes.BOOL, wintypes.HANDLE, _P),
    "GetCurrentProcess": (wintypes.HANDLE,),
    "GetCurrentThreadId": (_N,),
    "GetModuleHandleW": (wintypes.HMODULE, wintypes.LPCWSTR),
    "IsDebuggerPresent": (wintypes.BOOL,),
    "ProcessIdToSessionId": (wintypes.BOOL, _N, _P),
    "SetThreadExecutionState": (_N, _N),
    # In kernel32, though documented with the functions of wtsapi32.
    "WTSGetActiveConsoleSessionId": (_N,),
}


class SystemApi:
    """The libraries of the Windows that runs this program."""

    def __init__(self, load: Callable[[str], Any] | None = None) -> None:
        """Load user32 and kernel32, by default Windows' own."""
        open_library = load or _windows_library
        self._user = _declared(open_library("user32"), _USER)
        self._kernel = _declared(open_library("kernel32"), _KERNEL)

    def foreground_window(self) -> int:
        return self._user.GetForegroundWindow() or 0

    def window_title(self, window: int) -> str:
        length = self._user.GetWindowTextLengthW(window) + 1
        text = ctypes.create_unicode_buffer(length)
        self._user.GetWindowTextW(window, text, length)
        return text.value

    def window_process(self, window: int) -> int:
        process = wintypes.DWORD()
        self._user.GetWindowThreadProcessId(window, ctypes.byref(process))
        return process.value

    def monitors(self) -> list[Monitor]:
        found: list[Monitor] = []
        pointer = ctypes.POINTER(_Area)
        visitor = _function(
            wintypes.BOOL, wintypes.HMONITOR, wintypes.HDC, pointer, wintypes.LPARAM
        )

        def visit(monitor: int, _context: int, _area: Any, _extra: int) -> bool:
            info = _MonitorInfo(cbSize=ctypes.sizeof(_MonitorInfo))
            if self._user.GetMonitorInfoW(monitor, ctypes.byref(info)):
                area = info.rcMonitor
                size = area.right - area.left, area.bottom - area.top
                found.append(Monitor(info.szDevice, *size, self._screens(info.szDevice)))
            return True

        if not self._user.EnumDisplayMonitors(None, None, visitor(visit), 0):
            raise _refused()
        return found

    def _screens(self, device: str) -> tuple[str, ...]:
        """The screens that show a part of the desktop: more than one where it is cloned."""
        names: list[str] = []
        screen = _DisplayDevice(cb=ctypes.sizeof(_DisplayDevice))
        number = 0
        while self._user.EnumDisplayDevicesW(device, number, ctypes.byref(screen), 0):
            if screen.StateFlags & _DISPLAY_DEVICE_ACTIVE:
                names.append(screen.DeviceID or screen.DeviceName)
            number += 1
        return tuple(names)

    def raw_inputs(self) -> list[RawInput]:
        count = wintypes.UINT()
        size = ctypes.sizeof(_RawInputDevice)
        if self._user.GetRawInputDeviceList(None, ctypes.byref(count), size) == _NONE:
            raise _refused()
        listed = (_RawInputDevice * max(1, count.value))()
        filled = self._user.GetRawInputDeviceList(listed, ctypes.byref(count), size)
        if filled == _NONE:  # one more came between the two calls; the next look has it
            raise _refused()
        found = (self._raw_input(one) for one in listed[:filled])
        return [one for one in found if one is not None]

    def _raw_input(self, device: Any) -> RawInput | None:
        """What is known of a device; ``None`` where it was unplugged since it was listed."""
        handle = device.hDevice
        ask = self._user.GetRawInputDeviceInfoW
        length = wintypes.UINT()
        ask(handle, _RIDI_DEVICENAME, None, ctypes.byref(length))
        path = ctypes.create_unicode_buffer(length.value + 1)
        if ask(handle, _RIDI_DEVICENAME, path, ctypes.byref(length)) == _NONE:
            return None
        if device.dwType != RIM_HID:
            return RawInput(path.value, device.dwType)
        info = _DeviceInfo(cbSize=ctypes.sizeof(_DeviceInfo))
        size = wintypes.UINT(ctypes.sizeof(_DeviceInfo))
        if ask(handle, _RIDI_DEVICEINFO, ctypes.byref(info), ctypes.byref(size)) == _NONE:
            return None
        return RawInput(path.value, device.dwType, info.usUsagePage, info.usUsage)

    def clipboard_serial(self) -> int:
        return self._user.GetClipboardSequenceNumber()

    def clipboard_owner(self) -> int:
        return self._user.GetClipboardOwner() or 0

    def system_metric(self, which: int) -> int:
        return self._user.GetSystemMetrics(which)

    def own_session(self) -> int:
        session = wintypes.DWORD()
        if not self._kernel.ProcessIdToSessionId(os.getpid(), ctypes.byref(session)):
            raise _refused()
        return session.value

    def console_session(self) -> int:
        session = self._kernel.WTSGetActiveConsoleSessionId()
        if session == _NONE:
            raise OSError("the console is just now nobody's")
        return session

    def firmware(self) -> tuple[str, ...]:
        import winreg

        registry: Any = winreg
        found: list[str] = []
        with registry.OpenKey(registry.HKEY_LOCAL_MACHINE, _BIOS) as key:
            for name in _FIRMWARE:
                try:
                    found.append(str(registry.QueryValueEx(key, name)[0]))
                except FileNotFoundError:
                    continue
        return tuple(found)

    def debugger_present(self) -> bool:
        if self._kernel.IsDebuggerPresent():
            return True
        present = wintypes.BOOL()
        own = self._kernel.GetCurrentProcess()
        self._kernel.CheckRemoteDebuggerPresent(own, ctypes.byref(present))
        return bool(present.value)

    def set_execution_state(self, flags: int) -> bool:
        return bool(self._kernel.SetThreadExecutionState(flags))

    def key_down(self, key: int) -> bool:
        return bool(self._user.GetAsyncKeyState(key) & _IS_DOWN)

    def send_keys(self, strokes: Sequence[tuple[int, bool]]) -> bool:
        inputs = (_Input * len(strokes))()
        for one, (key, down) in zip(inputs, strokes, strict=True):
            extended = _KEYEVENTF_EXTENDEDKEY if key in _EXTENDED else 0
            flags = extended | (0 if down else _KEYEVENTF_KEYUP)
            one.type, one.ki = _INPUT_KEYBOARD, _KeyboardInput(wVk=key, dwFlags=flags)
        taken = self._user.SendInput(len(strokes), inputs, ctypes.sizeof(_Input))
        return taken == len(strokes)

    def display_affinity(self, window: int) -> int:
        affinity = wintypes.DWORD()
        if not self._user.GetWindowDisplayAffinity(window, ctypes.byref(affinity)):
            raise _refused()
        return affinity.value

    def set_display_affinity(self, window: int, affinity: int) -> None:
        if not self._user.SetWindowDisplayAffinity(window, affinity):
            raise _refused()

    def hook_keyboard(self, on_key: Callable[[int, bool], bool]) -> _KeyboardHook:
        return _KeyboardHook(self._user, self._kernel, on_key)


class _KeyboardHook:
    """The hook and the thread whose messages bring it the keys."""

    def __init__(self, user: Any, kernel: Any, on_key: Callable[[int, bool], bool]) -> None:
        self._user = user
        self._kernel = kernel
        self._on_key = on_key
        self._ready = threading.Event()
        self._closing = threading.Event()
        self._problem: OSError | None = None
        self._id = 0
        self._thread = threading.Thread(target=self._run, name="keyboard-hook", daemon=True)
        self._thread.start()
        if not self._ready.wait(_THREAD_S):
            self._closing.set()  # or a hook that comes later would be nobody's
            raise OSError("the keyboard's hook did not start in time")
        if self._problem is not None:
            raise self._problem

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def close(self) -> None:
        self._closing.set()
        self._user.PostThreadMessageW(self._id, _WM_QUIT, 0, 0)
        self._thread.join(_THREAD_S)

    def _run(self) -> None:
        result = ctypes.c_ssize_t
        procedure = _function(result, ctypes.c_int, wintypes.WPARAM, wintypes.LPARAM)
        callback = procedure(self._stroke)  # as long as the hook, or Windows calls nothing
        self._id = self._kernel.GetCurrentThreadId()
        message = wintypes.MSG()
        # A thread has a queue, which a message can be posted to, once it has looked into it.
        self._user.PeekMessageW(ctypes.byref(message), None, 0, 0, _PM_NOREMOVE)
        hook = self._hooked(callback)
        if not hook:
            self._problem = _refused()
        self._ready.set()
        if hook:
            self._user.SetTimer(None, 0, _HOOKED_ANEW_MS, None)
        while hook and not self._closing.is_set():
            if self._user.GetMessageW(ctypes.byref(message), None, 0, 0) <= 0:
                break
            if message.message == _WM_TIMER:
                self._user.UnhookWindowsHookEx(hook)
                hook = self._hooked(callback)
        if hook:
            self._user.UnhookWindowsHookEx(hook)

    def _hooked(self, callback: Any) -> Any:
        """The hook. Windows wants the module of a procedure that all threads' keys go to."""
        module = self._kernel.GetModuleHandleW(None)
        return self._user.SetWindowsHookExW(_WH_KEYBOARD_LL, callback, module, 0)

    def _stroke(self, code: int, message: int, stroke: int) -> int:
        if code >= 0:
            key = ctypes.cast(stroke, ctypes.POINTER(_KeyboardStroke)).contents.vkCode
            if self._on_key(key, message in (_WM_KEYDOWN, _WM_SYSKEYDOWN)):
                return 1
        return self._user.CallNextHookEx(None, code, message, stroke)


def _function(result: Any, *arguments: Any) -> Any:
    return ctypes.WINFUNCTYPE(result, *arguments)  # type: ignore[attr-defined]


def _windows_library(name: str) -> Any:
    return ctypes.WinDLL(name, use_last_error=True)  # type: ignore[attr-defined]


def _declared(library: Any, functions: dict[str, tuple[Any, ...]]) -> Any:
    """The library, each of whose functions knows what it gives and takes."""
    for name, (result, *arguments) in functions.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, tuple(arguments)
    return library


def _refused() -> OSError:
    return ctypes.WinError(ctypes.get_last_error())  # type: ignore[attr-defined]
