"""Which steps a policy asks for, and which of them this machine knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from recorder.lockdown.adapter import Window
from recorder.lockdown.dbus.bus import SYSTEM_ADDRESS, session_address
from recorder.lockdown.guard import Guard
from recorder.lockdown.operation import Operation
from recorder.lockdown.operations.shortcuts import BLOCKED, Shortcut, takes_picture
from recorder.lockdown.unavailable import Unavailable
from recorder.lockdown.watchers import in_exam
from shared.flags import Kind
from shared.policy import Level, Lockdown, Policy

# Another window is in front for so much longer than its incident needs, before the exam comes
# back (seconds): two looks at least have seen it by then.
SEEN_S = 0.75

_DISPLAYS = Unavailable(
    "displays", "nobody knows which display is the exam's where it has no window of its own"
)

# Whose keyboard breaks in an exam may plug in another one: none is ever switched off.
_INPUTS = Unavailable("input_devices", "what is plugged in is noticed and never switched off")


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
    policy: Policy, desktop: Desktop, guard: Guard, is_ours: Callable[[int], bool]
) -> list[Asked]:
    """The steps, in the order in which they are done.

    Args:
        policy: how far its ``lockdown`` goes with each part, and which windows it allows.
        desktop: where.
        guard: holds what was copied.
        is_ours: whether a process belongs to this program.
    """
    lockdown = policy.lockdown
    steps: list[Asked] = []
    if lockdown.sleep is Level.ENFORCE:
        steps += [Asked("sleep", Level.ENFORCE, one) for one in _awake(desktop)]
    if lockdown.notifications is Level.ENFORCE:
        steps.append(Asked("notifications", Level.ENFORCE, _quiet(desktop)))
    steps += _shortcuts(lockdown, desktop)
    if lockdown.clipboard is Level.ENFORCE:
        clipboard = _clipboard(desktop, guard, policy.allowed_windows, is_ours)
        steps.append(Asked("clipboard", Level.ENFORCE, clipboard))
    if lockdown.windows is Level.ENFORCE:
        steps.append(Asked("windows", Level.ENFORCE, _front(policy, desktop, is_ours)))
    if lockdown.displays is Level.ENFORCE and policy.surface.kind == "record_only":
        steps.append(Asked("displays", Level.ENFORCE, _DISPLAYS))
    if lockdown.input_devices is Level.ENFORCE:
        steps.append(Asked("input_devices", Level.ENFORCE, _INPUTS))
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


def _shortcuts(lockdown: Lockdown, desktop: Desktop) -> list[Asked]:
    """The keys that lead out, and those that take a picture of the screen where just these
    are held."""
    level, pictures = lockdown.keys, lockdown.screen_capture is Level.ENFORCE
    if level is Level.ENFORCE or not pictures:
        if level is Level.OFF:
            return []
        every = _keys(desktop, "keys", lambda _: True, taken=level is Level.ENFORCE)
        return [Asked("keys", level, every)]
    is_one = _takes_picture(desktop)
    held = _keys(desktop, "screenshot_keys", is_one, taken=True)
    steps = [Asked("screen_capture", Level.ENFORCE, held)]
    if level is Level.WATCH:
        others = _keys(desktop, "keys", lambda one: not is_one(one), taken=False)
        steps.append(Asked("keys", level, others))
    return steps


def _takes_picture(desktop: Desktop) -> Callable[[Shortcut], bool]:
    if desktop.platform == "darwin":
        from recorder.lockdown.macos import operations as macos

        return macos.takes_picture
    return takes_picture


def _keys(
    desktop: Desktop, name: str, which: Callable[[Shortcut], bool], *, taken: bool
) -> Operation:
    if desktop.platform == "win32":
        from recorder.lockdown.windows import steps as windows

        return windows.keys(name, which, taken=taken)
    if desktop.platform == "darwin":
        from recorder.lockdown.macos import steps as macos

        return macos.keys(name, which, taken=taken)
    if not desktop.x11:
        return Unavailable(name, desktop.lacks)
    from recorder.lockdown.operations.keys import Keys

    return Keys(desktop.x11, name=name, shortcuts=filter(which, BLOCKED), taken=taken)


def _front(policy: Policy, desktop: Desktop, is_ours: Callable[[int], bool]) -> Operation:
    if not desktop.x11:
        return Unavailable("windows", desktop.lacks)
    from recorder.lockdown.operations.front import Front
    from recorder.lockdown.x11.windows import X11Windows

    def belongs(window: Window) -> bool:
        return in_exam(window, policy.allowed_windows, is_ours)

    dwell_s = policy.rule(Kind.WINDOW_SWITCH).onset_s + SEEN_S
    return Front(X11Windows(desktop.x11), belongs, dwell_s)


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
