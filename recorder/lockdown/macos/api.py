"""What is asked of macOS: functions of its frameworks, as this program needs them.

`pyobjc_api.SystemApi` is the real one; tests bring their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Application:
    """NSWorkspace's frontmost application."""

    pid: int
    name: str
    bundle: str


@dataclass(frozen=True, slots=True)
class Screen:
    """A display: its number, its size in pixels, and which other one it mirrors, or 0."""

    number: int
    name: str
    width: int
    height: int
    mirrors: int = 0


@dataclass(frozen=True, slots=True)
class HidDevice:
    """A device of IOHIDManager, with its primary usage (USB HID)."""

    name: str
    vendor: int
    product: int
    serial: str
    usage_page: int
    usage: int


class Tap(Protocol):
    """An event tap for keys that runs on its own thread."""

    @property
    def alive(self) -> bool:
        """Whether macOS still hands it keys: it drops a tap that is too slow."""
        ...

    def close(self) -> None:
        """Let the keys go and wait for the thread."""
        ...


class MacApi(Protocol):
    """The functions; each raises OSError where macOS refuses."""

    def front_application(self) -> Application | None:
        """NSWorkspace.frontmostApplication; none at the login window."""
        ...

    def front_title(self, pid: int) -> str:
        """CGWindowListCopyWindowInfo: the title of the first window of a process; empty
        where the permission to record the screen is missing."""
        ...

    def screens(self) -> list[Screen]:
        """CGGetOnlineDisplayList with CGDisplayMirrorsDisplay."""
        ...

    def hid_devices(self) -> list[HidDevice]:
        """IOHIDManagerCopyDevices."""
        ...

    def clipboard_serial(self) -> int:
        """NSPasteboard.changeCount; who copied is nowhere told."""
        ...

    def on_console(self) -> bool:
        """CGSessionCopyCurrentDictionary: kCGSSessionOnConsoleKey."""
        ...

    def system_value(self, name: str) -> str:
        """sysctlbyname, as text; empty for an unknown name."""
        ...

    def traced(self) -> bool:
        """P_TRACED among this process's flags (sysctl KERN_PROC_PID)."""
        ...

    def may_control(self) -> bool:
        """AXIsProcessTrusted."""
        ...

    def stay_awake(self, reason: str) -> int:
        """IOPMAssertionCreateWithName(PreventUserIdleDisplaySleep): the assertion's number."""
        ...

    def let_sleep(self, assertion: int) -> None:
        """IOPMAssertionRelease."""
        ...

    def tap_keys(self, on_key: Callable[[int, int], bool]) -> Tap:
        """CGEventTapCreate for keys pressed: asked for each key code and CGEventFlags, on the
        tap's thread; true swallows it."""
        ...
