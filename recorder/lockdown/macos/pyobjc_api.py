"""`MacApi` through pyobjc and two C functions: marshalling and nothing else.

Written by Apple's documentation of each function; tried on no Mac yet (see README). The
frameworks are imported when the one object is made, so that the module imports everywhere.
"""

# ruff: noqa: D102  (the protocol says what each of them is)

from __future__ import annotations

import ctypes
import ctypes.util
import importlib
import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import structlog

from recorder.lockdown.macos.api import Application, HidDevice, Screen

T = TypeVar("T")

_log = structlog.get_logger(__name__)

# IOPMLib.h: the level of an assertion that holds.
_ASSERTION_ON = 255
_AWAKE = "PreventUserIdleDisplaySleep"

# sysctl.h and proc.h: CTL_KERN, KERN_PROC, KERN_PROC_PID; p_flag lies 32 bytes into kinfo_proc
# on 64-bit machines, and P_TRACED is 0x800 (Apple, QA1361).
_TRACED_QUERY = (1, 14, 1)
_P_FLAG_AT, _P_TRACED = 32, 0x800
_KINFO_BYTES = 4096

# More displays than a Mac can drive.
_MOST_SCREENS = 32

# The tap's thread answers within milliseconds; a busy computer's within a second or two (s).
_THREAD_S = 5.0

# How long the tap's run loop runs before it looks whether it shall end: a stop that comes
# before it runs is lost on it (s).
_TURN_S = 0.5

_HID_KEYS = ("Product", "VendorID", "ProductID", "SerialNumber")
_HID_USAGE = ("PrimaryUsagePage", "PrimaryUsage")


class SystemApi:
    """The frameworks of the macOS that runs this program."""

    def __init__(self) -> None:
        """Load the frameworks; raises ImportError where pyobjc is not installed."""
        self._appkit: Any = importlib.import_module("AppKit")
        self._quartz: Any = importlib.import_module("Quartz")
        self._services: Any = importlib.import_module("ApplicationServices")
        self._foundation: Any = importlib.import_module("CoreFoundation")
        self._objc: Any = importlib.import_module("objc")
        self._iokit: Any = _iokit(self._objc)
        self._c = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)

    def _pooled(self, question: Callable[[], T]) -> T:
        """Ask with a pool of its own. Only a main thread has one that is emptied; on any other
        what macOS hands out, several times a second, would be kept until the exam ends."""
        with self._objc.autorelease_pool():
            return question()

    def front_application(self) -> Application | None:
        return self._pooled(self._front_application)

    def _front_application(self) -> Application | None:
        front = self._appkit.NSWorkspace.sharedWorkspace().frontmostApplication()
        if front is None:
            return None
        name, bundle = front.localizedName(), front.bundleIdentifier()
        return Application(int(front.processIdentifier()), str(name or ""), str(bundle or ""))

    def front_title(self, pid: int) -> str:
        return self._pooled(lambda: self._front_title(pid))

    def _front_title(self, pid: int) -> str:
        quartz = self._quartz
        options = quartz.kCGWindowListOptionOnScreenOnly
        options |= quartz.kCGWindowListExcludeDesktopElements
        listed = quartz.CGWindowListCopyWindowInfo(options, quartz.kCGNullWindowID) or ()
        for window in listed:  # the first in front
            in_layer = window.get(quartz.kCGWindowLayer) == 0
            if window.get(quartz.kCGWindowOwnerPID) == pid and in_layer:
                return str(window.get(quartz.kCGWindowName) or "")
        return ""

    def screens(self) -> list[Screen]:
        quartz = self._quartz
        error, numbers, count = quartz.CGGetOnlineDisplayList(_MOST_SCREENS, None, None)
        if error:
            raise OSError(f"CGGetOnlineDisplayList gave {error}")
        return [self._screen(number) for number in list(numbers)[:count]]

    def _screen(self, number: int) -> Screen:
        quartz = self._quartz
        built_in = quartz.CGDisplayIsBuiltin(number)
        return Screen(
            number,
            "Built-in display" if built_in else "Display",
            int(quartz.CGDisplayPixelsWide(number)),
            int(quartz.CGDisplayPixelsHigh(number)),
            int(quartz.CGDisplayMirrorsDisplay(number)),
        )

    def hid_devices(self) -> list[HidDevice]:
        return self._pooled(self._hid_devices)

    def _hid_devices(self) -> list[HidDevice]:
        iokit = self._iokit
        manager = iokit["IOHIDManagerCreate"](None, 0)
        iokit["IOHIDManagerSetDeviceMatching"](manager, None)
        found: list[HidDevice] = []
        for device in iokit["IOHIDManagerCopyDevices"](manager) or ():
            values = {
                key: iokit["IOHIDDeviceGetProperty"](device, key)
                for key in (*_HID_KEYS, *_HID_USAGE)
            }
            name, vendor, product, serial = (values[key] for key in _HID_KEYS)
            page, usage = (int(values[key] or 0) for key in _HID_USAGE)
            model = int(vendor or 0), int(product or 0), str(serial or "")
            found.append(HidDevice(str(name or ""), *model, page, usage))
        return found

    def clipboard_serial(self) -> int:
        return self._pooled(
            lambda: int(self._appkit.NSPasteboard.generalPasteboard().changeCount())
        )

    def on_console(self) -> bool:
        return self._pooled(self._on_console)

    def _on_console(self) -> bool:
        session = self._quartz.CGSessionCopyCurrentDictionary()
        return bool(session and session.get(self._quartz.kCGSessionOnConsoleKey))

    def system_value(self, name: str) -> str:
        size = ctypes.c_size_t()
        key = name.encode()
        if self._c.sysctlbyname(key, None, ctypes.byref(size), None, ctypes.c_size_t(0)):
            return ""
        value = ctypes.create_string_buffer(size.value)
        self._c.sysctlbyname(key, value, ctypes.byref(size), None, ctypes.c_size_t(0))
        raw = value.raw[: size.value]
        if size.value == ctypes.sizeof(ctypes.c_int) and not raw.rstrip(b"\0").isalnum():
            return str(int.from_bytes(raw, "little"))
        return raw.rstrip(b"\0").decode("utf-8", errors="replace")

    def traced(self) -> bool:
        query = (ctypes.c_int * 4)(*_TRACED_QUERY, os.getpid())
        about = ctypes.create_string_buffer(_KINFO_BYTES)
        size = ctypes.c_size_t(_KINFO_BYTES)
        if self._c.sysctl(query, 4, about, ctypes.byref(size), None, ctypes.c_size_t(0)):
            raise OSError(ctypes.get_errno(), "sysctl refused")
        flags = int.from_bytes(about.raw[_P_FLAG_AT : _P_FLAG_AT + 4], "little")
        return bool(flags & _P_TRACED)

    def may_control(self) -> bool:
        return bool(self._services.AXIsProcessTrusted())

    def stay_awake(self, reason: str) -> int:
        create = self._iokit["IOPMAssertionCreateWithName"]
        error, assertion = create(_AWAKE, _ASSERTION_ON, reason, None)
        if error:
            raise OSError(f"IOPMAssertionCreateWithName gave {error}")
        return int(assertion)

    def let_sleep(self, assertion: int) -> None:
        self._iokit["IOPMAssertionRelease"](assertion)

    def tap_keys(self, on_key: Callable[[int, int], bool]) -> _KeyTap:
        return _KeyTap(self._quartz, self._foundation, on_key)


class _KeyTap:
    """The tap and the thread whose run loop brings it the keys."""

    def __init__(
        self, quartz: Any, foundation: Any, on_key: Callable[[int, int], bool]
    ) -> None:
        self._quartz = quartz
        self._foundation = foundation
        self._on_key = on_key
        self._ready = threading.Event()
        self._closing = threading.Event()
        self._loop: Any = None
        self._tap: Any = None
        self._thread = threading.Thread(target=self._run, name="keyboard-tap", daemon=True)
        self._thread.start()
        if not self._ready.wait(_THREAD_S):
            self._closing.set()  # or a tap that comes later would be nobody's
            raise OSError("CGEventTapCreate did not answer in time")
        if self._tap is None:
            raise OSError("CGEventTapCreate was refused")

    @property
    def alive(self) -> bool:
        return self._thread.is_alive() and bool(self._quartz.CGEventTapIsEnabled(self._tap))

    def close(self) -> None:
        self._closing.set()
        self._foundation.CFRunLoopStop(self._loop)
        self._thread.join(_THREAD_S)

    def _run(self) -> None:
        quartz, foundation = self._quartz, self._foundation
        self._loop = foundation.CFRunLoopGetCurrent()
        tap = self._tap = quartz.CGEventTapCreate(
            quartz.kCGSessionEventTap,
            quartz.kCGHeadInsertEventTap,
            quartz.kCGEventTapOptionDefault,
            quartz.CGEventMaskBit(quartz.kCGEventKeyDown),
            self._event,
            None,
        )
        if tap is None:
            self._ready.set()
            return
        source = foundation.CFMachPortCreateRunLoopSource(None, tap, 0)
        foundation.CFRunLoopAddSource(self._loop, source, foundation.kCFRunLoopCommonModes)
        quartz.CGEventTapEnable(tap, True)
        self._ready.set()
        while not self._closing.is_set():
            ran = foundation.CFRunLoopRunInMode(
                foundation.kCFRunLoopDefaultMode, _TURN_S, False
            )
            if ran == foundation.kCFRunLoopRunFinished:  # the tap was taken away for good
                break
        quartz.CGEventTapEnable(tap, False)
        foundation.CFRunLoopRemoveSource(self._loop, source, foundation.kCFRunLoopCommonModes)
        foundation.CFMachPortInvalidate(tap)  # which takes the tap out of macOS' list

    def _event(self, _proxy: Any, kind: int, event: Any, _extra: Any) -> Any:
        """An event, handed back where it goes on. Nothing may be raised into macOS."""
        quartz = self._quartz
        if kind in (
            quartz.kCGEventTapDisabledByTimeout,
            quartz.kCGEventTapDisabledByUserInput,
        ):
            # Told once, when a computer was too busy for the tap: until it is switched on again
            # every shortcut leads out.
            if not self._closing.is_set():
                quartz.CGEventTapEnable(self._tap, True)
            return event
        if kind != quartz.kCGEventKeyDown:
            return event
        try:
            field = quartz.kCGKeyboardEventKeycode
            code = quartz.CGEventGetIntegerValueField(event, field)
            swallowed = self._on_key(int(code), int(quartz.CGEventGetFlags(event)))
        except Exception:  # noqa: BLE001  (it would end the program there)
            _log.exception("key_event_failed")
            return event
        return None if swallowed else event


def _iokit(objc: Any) -> dict[str, Any]:
    """The functions of IOKit that pyobjc has no module for, by their C types.

    What a function with *Create* or *Copy* in its name gives is the caller's to let go, which
    pyobjc does where it is told so.
    """
    ours = {"retval": {"already_cfretained": True}}
    functions: dict[str, Any] = {}
    bundle = objc.loadBundle(
        "IOKit", {}, bundle_path="/System/Library/Frameworks/IOKit.framework"
    )
    objc.loadBundleFunctions(
        bundle,
        functions,
        [
            ("IOPMAssertionCreateWithName", b"i@I@o^I"),
            ("IOPMAssertionRelease", b"iI"),
            ("IOHIDManagerCreate", b"@@I", "", ours),
            ("IOHIDManagerSetDeviceMatching", b"v@@"),
            ("IOHIDManagerCopyDevices", b"@@", "", ours),
            ("IOHIDDeviceGetProperty", b"@@@"),
        ],
    )
    return functions
