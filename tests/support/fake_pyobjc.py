"""pyobjc's modules for keys, windows and devices, as far as `macos.pyobjc_api` calls them.

`Taps` is Core Graphics' side of an event tap: macOS switches it off and on, and hands it keys.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

KEY_DOWN, BY_TIMEOUT, BY_USER = 10, 0xFFFFFFFE, 0xFFFFFFFF

# What a run loop says that it ended by (CFRunLoop.h).
STOPPED, TIMED_OUT = 2, 3


@dataclass
class Tap:
    """One tap: its callback, and whether macOS hands it keys."""

    call: Callable[..., Any]
    options: int
    enabled: bool = False
    valid: bool = True


@dataclass
class Taps:
    """Quartz and CoreFoundation of a Mac without any other program."""

    refuses: bool = False
    gate: threading.Event | None = None
    made: list[Tap] = field(default_factory=list)
    sources: list[Tap] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    kCGSessionEventTap = 1  # noqa: N815
    kCGHeadInsertEventTap = 0  # noqa: N815
    kCGEventTapOptionDefault = 0  # noqa: N815
    kCGEventKeyDown = KEY_DOWN  # noqa: N815
    kCGEventTapDisabledByTimeout = BY_TIMEOUT  # noqa: N815
    kCGEventTapDisabledByUserInput = BY_USER  # noqa: N815
    kCGKeyboardEventKeycode = 9  # noqa: N815
    kCFRunLoopCommonModes = "common"  # noqa: N815
    kCFRunLoopDefaultMode = "default"  # noqa: N815
    kCFRunLoopRunFinished = 1  # noqa: N815

    def CGEventMaskBit(self, kind: int) -> int:  # noqa: N802
        return 1 << kind

    def CGEventTapCreate(  # noqa: N802
        self, _place: int, _head: int, options: int, mask: int, call: Any, _extra: None
    ) -> Tap | None:
        assert mask == 1 << KEY_DOWN
        if self.gate is not None:
            self.gate.wait()
        if self.refuses:
            return None
        self.made.append(Tap(call, options))
        return self.made[-1]

    def CGEventTapEnable(self, tap: Tap, enabled: bool) -> None:  # noqa: N802
        tap.enabled = enabled

    def CGEventTapIsEnabled(self, tap: Tap) -> bool:  # noqa: N802
        return tap.enabled and tap.valid

    def CGEventGetIntegerValueField(self, event: Any, _field: int) -> int:  # noqa: N802
        return event.code

    def CGEventGetFlags(self, event: Any) -> int:  # noqa: N802
        return event.flags

    def CFMachPortCreateRunLoopSource(self, _: None, tap: Tap, _order: int) -> Tap:  # noqa: N802
        return tap

    def CFMachPortInvalidate(self, tap: Tap) -> None:  # noqa: N802
        tap.valid = False

    def CFRunLoopGetCurrent(self) -> object:  # noqa: N802
        return self

    def CFRunLoopAddSource(self, _loop: object, source: Tap, _mode: str) -> None:  # noqa: N802
        self.sources.append(source)

    def CFRunLoopRemoveSource(self, _loop: object, source: Tap, _mode: str) -> None:  # noqa: N802
        self.sources.remove(source)

    def CFRunLoopRunInMode(self, _mode: str, seconds: float, _once: bool) -> int:  # noqa: N802
        if not all(one.valid for one in self.sources):
            return self.kCFRunLoopRunFinished
        return STOPPED if self.stopped.wait(seconds) else TIMED_OUT

    def CFRunLoopStop(self, _loop: object) -> None:  # noqa: N802
        self.stopped.set()

    def press(self, code: int, flags: int = 0) -> bool:
        """Press a key; whether it goes on to who is in front."""
        event = SimpleNamespace(code=code, flags=flags)
        tap = self.made[-1]
        return not tap.enabled or tap.call(None, KEY_DOWN, event, None) is event

    def switch_off(self, why: int) -> None:
        """The tap is dropped, and told so."""
        tap = self.made[-1]
        tap.enabled = False
        event = SimpleNamespace(code=0, flags=0)
        assert tap.call(None, why, event, None) is event


@dataclass
class Retained:
    """How many things of macOS' are held: by pools that are not emptied, and by us."""

    pools: int = 0
    unpooled: int = 0
    ours: int = 0
    functions: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    @contextmanager
    def autorelease_pool(self) -> Iterator[None]:
        self.pools += 1
        yield
        self.pools -= 1

    def handed_out(self, thing: Any) -> Any:
        """Something that macOS hands out for a pool to let go."""
        self.unpooled += self.pools == 0
        return thing

    def loadBundle(self, _name: str, _into: dict[str, Any], bundle_path: str) -> str:  # noqa: N802
        return bundle_path

    def loadBundleFunctions(  # noqa: N802
        self, _bundle: str, into: dict[str, Any], functions: list[tuple[Any, ...]]
    ) -> None:
        self.functions = {one[0]: one for one in functions}
        into.update({name: self._called(name) for name in self.functions})

    def _called(self, name: str) -> Callable[..., Any]:
        def call(*values: Any) -> Any:
            about = self.functions[name][3] if len(self.functions[name]) > 3 else {}
            if "Create" in name or "Copy" in name:
                self.ours += about.get("retval", {}).get("already_cfretained") is not True
            if name == "IOHIDManagerCopyDevices":
                return self.handed_out({"keyboard"})
            if name == "IOHIDDeviceGetProperty":
                return HID_KEYBOARD[values[1]]
            if name == "IOPMAssertionCreateWithName":
                return 0, 41
            return object()

        return call


HID_KEYBOARD: dict[str, Any] = {
    "Product": "Keyboard",
    "VendorID": 1452,
    "ProductID": 591,
    "SerialNumber": None,
    "PrimaryUsagePage": 1,
    "PrimaryUsage": 6,
}
