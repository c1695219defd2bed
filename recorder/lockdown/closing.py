"""Closes programs for a user who agreed: politely first, by force where that was agreed, too.

Only the user's own programs; never this one, what it runs in, or what the desktop needs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import psutil

# A program that saves its state takes a second or two; one that asks the user waits for ever.
POLITE_WAIT_S = 4.0
FORCE_WAIT_S = 2.0

# Two readings of one start may differ by the rounding of a clock's tick (seconds).
_SAME_START_S = 1.0

# What a desktop or a login consists of: to close it is to log out.
_DESKTOP = frozenset({
    "cinnamon-session", "csrss", "dbus-broker", "dbus-daemon", "dock", "dwm", "explorer",
    "finder", "gdm", "gnome-session-binary", "gnome-shell", "init", "kwin_wayland", "kwin_x11",
    "launchd", "loginwindow", "lsass", "lxsession", "mate-session", "openbox", "pipewire",
    "plasmashell", "pulseaudio", "sddm", "services", "smss", "svchost", "systemd",
    "systemuiserver", "wininit", "winlogon", "wireplumber", "windowserver", "xfce4-session",
    "xfwm4", "xorg", "xwayland",
})  # fmt: skip


class Closed(StrEnum):
    """What became of it."""

    GONE = "gone"
    STILL_RUNS = "still_runs"
    OURS = "ours"
    SYSTEM = "system"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Started:
    """A process as it was seen: its id, its name and when it began (seconds since 1970)."""

    pid: int
    name: str
    at: float


def seen(pids: Iterator[int] | list[int]) -> list[Started]:
    """What these processes are, as far as they still run."""
    found: list[Started] = []
    for pid in pids:
        try:
            process = psutil.Process(pid)
            found.append(Started(pid, process.name(), process.create_time()))
        except psutil.Error:
            continue
    return found


def close(one: Started, *, force: bool) -> Closed:
    """Close a program and wait, bounded, until it is gone.

    Args:
        one: the program as the user was asked about it; another that got its id is let be.
        force: end it at once, whatever it was doing.
    """
    try:
        process = psutil.Process(one.pid)
        if abs(process.create_time() - one.at) > _SAME_START_S:
            return Closed.GONE
        if (why := refusal(process)) is not None:
            return why
        return _forced(process) if force else _asked(process)
    except psutil.NoSuchProcess:
        return Closed.GONE
    except psutil.AccessDenied:
        return Closed.FORBIDDEN


def refusal(process: psutil.Process) -> Closed | None:
    """Why a program must not be closed from here, if so; raises ``psutil.Error``."""
    own = psutil.Process()
    ours = {own.pid, *(parent.pid for parent in own.parents())}
    if process.pid in ours or own.pid in {parent.pid for parent in process.parents()}:
        return Closed.OURS
    stem = process.name().casefold().removesuffix(".exe")
    if process.pid <= 4 or stem in _DESKTOP:
        return Closed.SYSTEM
    return None if process.username() == own.username() else Closed.SYSTEM


def _asked(process: psutil.Process) -> Closed:
    if sys.platform == "win32":
        _ask_windows(process.pid)
    else:
        process.terminate()
    return _waited(process, POLITE_WAIT_S)


def _forced(process: psutil.Process) -> Closed:
    process.kill()
    return _waited(process, FORCE_WAIT_S)


def _waited(process: psutil.Process, seconds: float) -> Closed:
    gone, _ = psutil.wait_procs([process], timeout=seconds)
    if gone or process.status() == psutil.STATUS_ZOMBIE:
        return Closed.GONE
    return Closed.STILL_RUNS


# WM_CLOSE (winuser.h): what the cross of a window sends; the program may ask to save.
_WM_CLOSE = 0x0010


def _ask_windows(pid: int) -> None:
    """Have each window of a process close: Windows knows no other polite way."""
    import ctypes
    from ctypes import wintypes

    user = ctypes.windll.user32  # type: ignore[attr-defined]
    visitor = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)  # type: ignore[attr-defined]

    def visit(window: int, _: int) -> bool:
        owner = wintypes.DWORD()
        user.GetWindowThreadProcessId(window, ctypes.byref(owner))
        if owner.value == pid:
            user.PostMessageW(window, _WM_CLOSE, 0, 0)
        return True

    user.EnumWindows(visitor(visit), 0)
