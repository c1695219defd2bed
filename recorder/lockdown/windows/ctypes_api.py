"""`WindowsApi` through ctypes: marshalling and nothing else. It imports everywhere.

Written by Microsoft's documentation of each function; tried on no Windows yet (see README).
"""

# ruff: noqa: D102  (the protocol says what each of them is)

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from ctypes import wintypes
from typing import Any

from recorder.lockdown.windows.api import RIM_HID, Monitor, RawInput

# winuser.h and wingdi.h.
_WH_KEYBOARD_LL, _WM_QUIT = 13, 0x0012
_WM_KEYDOWN, _WM_SYSKEYDOWN = 0x0100, 0x0104
_RIDI_DEVICENAME, _RIDI_DEVICEINFO = 0x20000007, 0x2000000B
_DISPLAY_DEVICE_ACTIVE = 0x1

# The hook's thread answers within milliseconds; a busy computer's within a second or two (s).
_THREAD_S = 5.0

_BIOS = r"HARDWARE\DESCRIPTION\System\BIOS"
_FIRMWARE = ("SystemManufacturer", "SystemProductName", "BaseBoardManufacturer", "BIOSVendor")


class _MonitorInfo(ctypes.Structure):
    """MONITORINFOEXW."""

    _fields_ = (
        ("cbSize", wintypes.DWORD),
        ("rcMonitor", wintypes.RECT),
        ("rcWork", wintypes.RECT),
        ("dwFlags", wintypes.DWORD),
        ("szDevice", wintypes.WCHAR * 32),
    )


class _DisplayDevice(ctypes.Structure):
    """DISPLAY_DEVICEW."""

    _fields_ = (
        ("cb", wintypes.DWORD),
        ("DeviceName", wintypes.WCHAR * 32),
        ("DeviceString", wintypes.WCHAR * 128),
        ("StateFlags", wintypes.DWORD),
        ("DeviceID", wintypes.WCHAR * 128),
        ("DeviceKey", wintypes.WCHAR * 128),
    )


class _RawInputDevice(ctypes.Structure):
    """RAWINPUTDEVICELIST."""

    _fields_ = (("hDevice", wintypes.HANDLE), ("dwType", wintypes.DWORD))


class _DeviceInfo(ctypes.Structure):
    """RID_DEVICE_INFO with its part for HID (RID_DEVICE_INFO_HID); the union is 24 bytes."""

    _fields_ = (
        ("cbSize", wintypes.DWORD),
        ("dwType", wintypes.DWORD),
        ("dwVendorId", wintypes.DWORD),
        ("dwProductId", wintypes.DWORD),
        ("dwVersionNumber", wintypes.DWORD),
        ("usUsagePage", wintypes.USHORT),
        ("usUsage", wintypes.USHORT),
        ("padding", ctypes.c_byte * 8),
    )


class _KeyboardStroke(ctypes.Structure):
    """KBDLLHOOKSTRUCT."""

    _fields_ = (
        ("vkCode", wintypes.DWORD),
        ("scanCode", wintypes.DWORD),
        ("flags", wintypes.DWORD),
        ("time", wintypes.DWORD),
        ("dwExtraInfo", ctypes.c_size_t),
    )


class SystemApi:
    """The libraries of the Windows that runs this program."""

    def __init__(self) -> None:
        load: Any = ctypes.WinDLL  # type: ignore[attr-defined]
        self._user: Any = load("user32", use_last_error=True)
        self._kernel: Any = load("kernel32", use_last_error=True)
        for name in ("GetForegroundWindow", "GetClipboardOwner"):
            getattr(self._user, name).restype = wintypes.HWND
        self._user.SetWindowsHookExW.restype = wintypes.HHOOK
        self._user.CallNextHookEx.restype = ctypes.c_ssize_t
        self._user.CallNextHookEx.argtypes = (
            wintypes.HHOOK, ctypes.c_int, wintypes.WPARAM, wintypes.LPARAM,
        )  # fmt: skip
        self._user.SetWindowsHookExW.argtypes = (
            ctypes.c_int, ctypes.c_void_p, wintypes.HINSTANCE, wintypes.DWORD,
        )  # fmt: skip
        self._user.UnhookWindowsHookEx.argtypes = (wintypes.HHOOK,)
        self._kernel.SetThreadExecutionState.restype = wintypes.DWORD
        self._kernel.SetThreadExecutionState.argtypes = (wintypes.DWORD,)
        self._kernel.GetCurrentProcess.restype = wintypes.HANDLE

    def foreground_window(self) -> int:
        return self._user.GetForegroundWindow() or 0

    def window_title(self, window: int) -> str:
        length = self._user.GetWindowTextLengthW(wintypes.HWND(window)) + 1
        text = ctypes.create_unicode_buffer(length)
        self._user.GetWindowTextW(wintypes.HWND(window), text, length)
        return text.value

    def window_process(self, window: int) -> int:
        process = wintypes.DWORD()
        self._user.GetWindowThreadProcessId(wintypes.HWND(window), ctypes.byref(process))
        return process.value

    def monitors(self) -> list[Monitor]:
        found: list[Monitor] = []
        pointer = ctypes.POINTER(wintypes.RECT)
        visitor = _function(
            wintypes.BOOL, wintypes.HMONITOR, wintypes.HDC, pointer, wintypes.LPARAM
        )

        def visit(monitor: int, _context: int, _area: Any, _extra: int) -> bool:
            info = _MonitorInfo(cbSize=ctypes.sizeof(_MonitorInfo))
            if self._user.GetMonitorInfoW(wintypes.HMONITOR(monitor), ctypes.byref(info)):
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
        if self._user.GetRawInputDeviceList(None, ctypes.byref(count), size) == -1:
            raise _refused()
        listed = (_RawInputDevice * max(1, count.value))()
        filled = self._user.GetRawInputDeviceList(listed, ctypes.byref(count), size)
        if filled == -1:  # one more came between the two calls; the next look has it
            raise _refused()
        return [self._raw_input(one) for one in listed[:filled]]

    def _raw_input(self, device: Any) -> RawInput:
        handle = wintypes.HANDLE(device.hDevice)
        ask = self._user.GetRawInputDeviceInfoW
        length = wintypes.UINT()
        ask(handle, _RIDI_DEVICENAME, None, ctypes.byref(length))
        path = ctypes.create_unicode_buffer(length.value + 1)
        ask(handle, _RIDI_DEVICENAME, path, ctypes.byref(length))
        if device.dwType != RIM_HID:
            return RawInput(path.value, device.dwType)
        info = _DeviceInfo(cbSize=ctypes.sizeof(_DeviceInfo))
        size = wintypes.UINT(ctypes.sizeof(_DeviceInfo))
        ask(handle, _RIDI_DEVICEINFO, ctypes.byref(info), ctypes.byref(size))
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
        # In kernel32, though documented with the functions of wtsapi32. 0xFFFFFFFF: nobody's.
        self._kernel.WTSGetActiveConsoleSessionId.restype = wintypes.DWORD
        return self._kernel.WTSGetActiveConsoleSessionId()

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
        own = wintypes.HANDLE(self._kernel.GetCurrentProcess())
        self._kernel.CheckRemoteDebuggerPresent(own, ctypes.byref(present))
        return bool(present.value)

    def set_execution_state(self, flags: int) -> bool:
        return bool(self._kernel.SetThreadExecutionState(flags))

    def display_affinity(self, window: int) -> int:
        affinity = wintypes.DWORD()
        handle = wintypes.HWND(window)
        if not self._user.GetWindowDisplayAffinity(handle, ctypes.byref(affinity)):
            raise _refused()
        return affinity.value

    def set_display_affinity(self, window: int, affinity: int) -> None:
        if not self._user.SetWindowDisplayAffinity(wintypes.HWND(window), affinity):
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
        self._problem: OSError | None = None
        self._id = 0
        self._thread = threading.Thread(target=self._run, name="keyboard-hook", daemon=True)
        self._thread.start()
        if not self._ready.wait(_THREAD_S):
            raise OSError("the keyboard's hook did not start in time")
        if self._problem is not None:
            raise self._problem

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def close(self) -> None:
        self._user.PostThreadMessageW(self._id, _WM_QUIT, 0, 0)
        self._thread.join(_THREAD_S)

    def _run(self) -> None:
        result = ctypes.c_ssize_t
        procedure = _function(result, ctypes.c_int, wintypes.WPARAM, wintypes.LPARAM)
        callback = procedure(self._stroke)  # as long as the hook, or Windows calls nothing
        self._id = self._kernel.GetCurrentThreadId()
        hook = self._user.SetWindowsHookExW(_WH_KEYBOARD_LL, callback, None, 0)
        if not hook:
            self._problem = _refused()
        self._ready.set()
        if not hook:
            return
        message = wintypes.MSG()
        while self._user.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
            pass
        self._user.UnhookWindowsHookEx(hook)

    def _stroke(self, code: int, message: int, stroke: int) -> int:
        if code >= 0:
            key = ctypes.cast(stroke, ctypes.POINTER(_KeyboardStroke)).contents.vkCode
            if self._on_key(key, message in (_WM_KEYDOWN, _WM_SYSKEYDOWN)):
                return 1
        return self._user.CallNextHookEx(None, code, message, stroke)


def _function(result: Any, *arguments: Any) -> Any:
    return ctypes.WINFUNCTYPE(result, *arguments)  # type: ignore[attr-defined]


def _refused() -> OSError:
    return ctypes.WinError(ctypes.get_last_error())  # type: ignore[attr-defined]
