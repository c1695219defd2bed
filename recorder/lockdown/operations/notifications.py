"""Notifications held off while the exam lasts, in the way that the desktop has for it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping

import msgspec

from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Unsupported
from recorder.lockdown.dbus.bus import Refused, session_address
from recorder.lockdown.dbus.promises import APP, REASON, Promises, Way
from recorder.lockdown.operation import Evasion, InForce, Performed, State
from recorder.lockdown.operations.desktop_settings import (
    AnySetting,
    Dunst,
    Xfce,
    find_setting,
    inhibitable,
)

_HELD_OFF = Way(
    "That notifications are held back",
    "org.freedesktop.Notifications",
    "/org/freedesktop/Notifications",
    "org.freedesktop.Notifications",
    "ssa{sv}",
    (APP.lower(), REASON, {}),
)

# How often the setting is looked at (seconds); reading it may start a program (20 ms).
LOOK_EVERY_S = 10.0


class _Quiet(msgspec.Struct, frozen=True):
    """The setting, what it was and what it was set to."""

    setting: AnySetting
    was: str


class Notifications:
    """Holds notifications off: a promise where one is given, else the desktop's setting."""

    name = "notifications"

    def __init__(
        self, environ: Mapping[str, str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """For the desktop of this environment."""
        self._environ = environ
        self._clock = clock
        self._promise: Promises | None = None
        self._quiet: _Quiet | None = None
        self._on = False
        self._looked_at = 0.0

    def before(self) -> State | None:
        """The setting as it is; nothing where a promise will do."""
        if inhibitable(self._environ):
            buses = {False: session_address(self._environ), True: None}
            self._promise = Promises(self.name, [_HELD_OFF], buses, self._clock)
            return None
        setting = find_setting(self._environ)
        if setting is None:
            return None
        self._quiet = _Quiet(setting, setting.read())
        return msgspec.to_builtins(self._quiet)

    def perform(self) -> Performed:
        """Ask, or set it."""
        if self._promise is not None:
            return self._promise.perform()
        if self._quiet is None:
            return Unsupported("this desktop has no way known here to hold notifications back")
        self._on = True
        self._quiet.setting.write(self._quiet.setting.quiet)
        self._looked_at = self._clock()
        return InForce()

    def check(self) -> tuple[Evasion, ...]:
        """Whether somebody switched notifications on; they are off again."""
        if self._promise is not None:
            return self._promise.check()
        due = self._clock() - self._looked_at >= LOOK_EVERY_S
        if self._quiet is None or not self._on or not due:
            return ()
        self._looked_at = self._clock()
        setting = self._quiet.setting
        if setting.read() == setting.quiet:
            return ()
        setting.write(setting.quiet)
        return (Evasion(None, "notifications were switched on"),)

    def revert(self) -> None:
        """As it was."""
        if self._promise is not None:
            self._promise.revert()
        if self._quiet is not None and self._on:
            restore_notifications(msgspec.to_builtins(self._quiet))
        self._on = False


def can_hold_off(environ: Mapping[str, str]) -> bool:
    """Whether the desktop of this environment has a way that is known here; asks it."""
    return inhibitable(environ) or find_setting(environ) is not None


def restore_notifications(state: State) -> str:
    """Put the setting back, if it still is as it was set; after another log-in on its bus.

    Raises:
        EnvironmentFault: the desktop does not answer; another try may help.
    """
    quiet = msgspec.convert(dict(state), _Quiet)
    setting = quiet.setting
    try:
        value = setting.read()
    except EnvironmentFault as fault:
        if isinstance(setting, Dunst):  # it has ended, and forgets with its end
            return ""
        setting = _of_this_log_in(setting, fault)
        value = setting.read()
    if value == setting.quiet:
        setting.write(quiet.was)
    return ""


def _of_this_log_in(setting: AnySetting, fault: EnvironmentFault) -> AnySetting:
    """The same setting on the bus that there is now; the fault where there is no other."""
    address = session_address(os.environ)
    if not isinstance(setting, Xfce) or address in (None, setting.address):
        raise fault
    if isinstance(fault.__cause__, Refused):  # its bus is still there
        raise fault
    return msgspec.structs.replace(setting, address=address)
