"""What is asked of Microsoft Windows: functions of its libraries, as this program needs them.

`ctypes_api.SystemApi` is the real one; tests bring their own. Handles are numbers, 0 is none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

# GetSystemMetrics (winuser.h).
SM_REMOTESESSION = 0x1000
SM_REMOTECONTROL = 0x2001

# SetThreadExecutionState (winnt.h).
ES_SYSTEM_REQUIRED = 0x1
ES_DISPLAY_REQUIRED = 0x2
ES_CONTINUOUS = 0x80000000

# SetWindowDisplayAffinity (winuser.h): seen by everybody; as an empty window, which is what
# Windows before 10 2004 makes of the last; by nobody.
WDA_NONE = 0x0
WDA_MONITOR = 0x1
WDA_EXCLUDEFROMCAPTURE = 0x11

# RAWINPUTDEVICELIST.dwType (winuser.h).
RIM_MOUSE, RIM_KEYBOARD, RIM_HID = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Monitor:
    """One of EnumDisplayMonitors: a part of the desktop, and every screen that shows it."""

    device: str
    width: int
    height: int
    screens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawInput:
    """One of GetRawInputDeviceList: its path and sort; usage (USB HID) of other sorts."""

    path: str
    sort: int
    usage_page: int = 0
    usage: int = 0


class Hook(Protocol):
    """A low-level keyboard hook that runs on its own thread."""

    @property
    def alive(self) -> bool:
        """Whether its thread still runs."""
        ...

    def close(self) -> None:
        """Unhook and wait for the thread."""
        ...


class WindowsApi(Protocol):
    """The functions; each raises OSError where Windows refuses."""

    def foreground_window(self) -> int:
        """GetForegroundWindow."""
        ...

    def window_title(self, window: int) -> str:
        """GetWindowTextW."""
        ...

    def window_process(self, window: int) -> int:
        """GetWindowThreadProcessId: the process, 0 for a window that closed."""
        ...

    def monitors(self) -> list[Monitor]:
        """EnumDisplayMonitors, with EnumDisplayDevicesW for the screens of each."""
        ...

    def raw_inputs(self) -> list[RawInput]:
        """GetRawInputDeviceList with GetRawInputDeviceInfoW."""
        ...

    def clipboard_serial(self) -> int:
        """GetClipboardSequenceNumber."""
        ...

    def clipboard_owner(self) -> int:
        """GetClipboardOwner: a window."""
        ...

    def system_metric(self, which: int) -> int:
        """GetSystemMetrics."""
        ...

    def own_session(self) -> int:
        """ProcessIdToSessionId of this process."""
        ...

    def console_session(self) -> int:
        """WTSGetActiveConsoleSessionId; OSError while it is handed over and nobody's."""
        ...

    def firmware(self) -> tuple[str, ...]:
        """Makers and products from HKLM\\HARDWARE\\DESCRIPTION\\System\\BIOS."""
        ...

    def debugger_present(self) -> bool:
        """IsDebuggerPresent or CheckRemoteDebuggerPresent."""
        ...

    def set_execution_state(self, flags: int) -> bool:
        """SetThreadExecutionState, of the calling thread; false where it was refused."""
        ...

    def key_down(self, key: int) -> bool:
        """GetAsyncKeyState: whether programs see the virtual key down. A key that a hook
        swallowed was never down for them."""
        ...

    def send_keys(self, strokes: Sequence[tuple[int, bool]]) -> bool:
        """SendInput: virtual keys and whether each goes down, as if somebody pressed them, so
        hooks are asked, too; false where Windows did not take them."""
        ...

    def display_affinity(self, window: int) -> int:
        """GetWindowDisplayAffinity."""
        ...

    def set_display_affinity(self, window: int, affinity: int) -> None:
        """SetWindowDisplayAffinity."""
        ...

    def hook_keyboard(self, on_key: Callable[[int, bool], bool]) -> Hook:
        """SetWindowsHookExW(WH_KEYBOARD_LL): asked for each virtual key and whether it goes
        down, on the hook's thread; true swallows it."""
        ...
