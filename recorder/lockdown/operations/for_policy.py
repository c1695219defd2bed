"""Which steps a policy asks for, and which of them this machine knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from recorder.lockdown.dbus.bus import SYSTEM_ADDRESS, session_address
from recorder.lockdown.guard import Guard
from recorder.lockdown.operation import Operation
from recorder.lockdown.unavailable import Unavailable
from shared.policy import Level, Lockdown


@dataclass(frozen=True, slots=True)
class Asked:
    """A step with the part of the policy that asks for it."""

    part: str
    level: Level
    operation: Operation


@dataclass(frozen=True, slots=True)
class Desktop:
    """What the steps need to know of where they run: as `sys.platform`, the environment."""

    platform: str
    environ: Mapping[str, str]

    @property
    def x11(self) -> str:
        """The X display that is the desktop; empty where there is none, or only in part."""
        wayland = (
            self.environ.get("XDG_SESSION_TYPE") == "wayland"
            and "WAYLAND_DISPLAY" in self.environ
        )
        return "" if wayland or self.platform != "linux" else self.environ.get("DISPLAY", "")

    @property
    def lacks(self) -> str:
        """Why there is no X display."""
        if self.platform != "linux":
            return f"on {self.platform} this version can only watch"
        if "WAYLAND_DISPLAY" in self.environ:
            return "on Wayland no program may do this; log in with “Xorg” where that is offered"
        return "there is no display"


def steps_for(
    lockdown: Lockdown,
    desktop: Desktop,
    guard: Guard,
    allowed: tuple[str, ...],
    is_ours: Callable[[int], bool],
) -> list[Asked]:
    """The steps, in the order in which they are done.

    Args:
        lockdown: how far the policy goes with each part.
        desktop: where.
        guard: holds what was copied.
        allowed: patterns of windows that belong to the exam.
        is_ours: whether a process belongs to this program.
    """
    steps: list[Asked] = []
    if lockdown.sleep is Level.ENFORCE:
        steps += [Asked("sleep", Level.ENFORCE, one) for one in _awake(desktop)]
    if lockdown.notifications is Level.ENFORCE:
        steps.append(Asked("notifications", Level.ENFORCE, _quiet(desktop)))
    if lockdown.keys is not Level.OFF:
        steps.append(Asked("keys", lockdown.keys, _keys(desktop, lockdown.keys)))
    if lockdown.clipboard is Level.ENFORCE:
        clipboard = _clipboard(desktop, guard, allowed, is_ours)
        steps.append(Asked("clipboard", Level.ENFORCE, clipboard))
    return steps


def _awake(desktop: Desktop) -> list[Operation]:
    match desktop.platform:
        case "win32":
            from recorder.lockdown.windows import steps as windows

            return [windows.stay_awake()]
        case "darwin":
            from recorder.lockdown.macos import steps as macos

            return [macos.stay_awake()]
        case "linux":
            return _awake_on_linux(desktop)
        case _:
            return [Unavailable("stay_awake", desktop.lacks)]


def _awake_on_linux(desktop: Desktop) -> list[Operation]:
    from recorder.lockdown.operations.stay_awake import stay_awake

    steps: list[Operation] = [stay_awake(session_address(desktop.environ), SYSTEM_ADDRESS)]
    if desktop.x11:
        from recorder.lockdown.x11.screen_saver import ScreenSaver

        steps.append(ScreenSaver(desktop.x11))
    return steps


def _quiet(desktop: Desktop) -> Operation:
    if desktop.platform != "linux":
        return Unavailable("notifications", desktop.lacks)
    from recorder.lockdown.operations.notifications import Notifications

    return Notifications(desktop.environ)


def _keys(desktop: Desktop, level: Level) -> Operation:
    taken = level is Level.ENFORCE
    if desktop.platform == "win32":
        from recorder.lockdown.windows import steps as windows

        return windows.keys(taken=taken)
    if desktop.platform == "darwin":
        from recorder.lockdown.macos import steps as macos

        return macos.keys(taken=taken)
    if not desktop.x11:
        return Unavailable("keys", desktop.lacks)
    from recorder.lockdown.operations.keys import Keys

    return Keys(desktop.x11, taken=taken)


def _clipboard(
    desktop: Desktop,
    guard: Guard,
    allowed: tuple[str, ...],
    is_ours: Callable[[int], bool],
) -> Operation:
    if not desktop.x11:
        return Unavailable("clipboard", desktop.lacks)
    from recorder.lockdown.operations.clipboard import Clipboard

    return Clipboard(desktop.x11, guard, allowed, is_ours)
