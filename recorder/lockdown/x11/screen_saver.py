"""The X server's own screen saver and power saving of displays: off for the exam, given back.

What is put back is only what is still as it was set: whoever changed it since wants it so.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any

import msgspec
from Xlib import X
from Xlib.display import Display

from recorder.faults import EnvironmentFault
from recorder.lockdown.operation import Evasion, InForce, Performed, State
from recorder.lockdown.x11.connection import GONE, connect, gone

# What the server is told: never.
OFF_S = 0


class _Dpms(msgspec.Struct, frozen=True):
    """Power saving of displays: whether it is on, and its times in seconds."""

    on: bool
    standby: int
    suspend: int
    off: int


class _Saver(msgspec.Struct, frozen=True):
    """The settings of one display as they were; ``dpms`` where the server has it."""

    display: str
    timeout: int
    interval: int
    blanking: int
    exposures: int
    dpms: _Dpms | None = None


class ScreenSaver:
    """Keeps the server from blanking the screen."""

    name = "screen_saver"

    def __init__(self, display: str) -> None:
        """For the display of this name; connects for a moment each time."""
        self._name = display
        self._was: _Saver | None = None
        self._on = False

    def before(self) -> State | None:
        """The settings as they are."""
        with closing(connect(self._name)) as display:
            self._was = _asked(self._name, display, lambda display: _read(self._name, display))
        return msgspec.to_builtins(self._was)

    def perform(self) -> Performed:
        """Switch both off."""
        self._on = True
        self._set_off()
        return InForce()

    def check(self) -> tuple[Evasion, ...]:
        """Whether somebody switched it on again; then it is off again."""
        if not self._on or not self._set_off():
            return ()
        return (Evasion(None, "the screen saver was switched on"),)

    def revert(self) -> None:
        """As it was."""
        if self._on and self._was is not None:
            restore_screen_saver(msgspec.to_builtins(self._was))
        self._on = False

    def _set_off(self) -> bool:
        """Whether anything was on."""
        with closing(connect(self._name)) as display:
            return _asked(self._name, display, _switch_off)


def restore_screen_saver(state: State) -> str:
    """Put back what is still off; a display that has gone took its settings along."""
    was = msgspec.convert(dict(state), _Saver)
    try:
        display = connect(was.display)
    except EnvironmentFault:
        return ""
    with closing(display):
        _asked(was.display, display, lambda display: _put_back(display, was))
    return ""


def _asked(name: str, display: Display, work: Any) -> Any:
    try:
        result = work(display)
        display.sync()
    except GONE as problem:
        raise gone(name, problem) from problem
    return result


def _read(name: str, display: Display) -> _Saver:
    saver = display.get_screen_saver()
    return _Saver(
        name,
        saver.timeout,
        saver.interval,
        saver.prefer_blanking,
        saver.allow_exposures,
        _read_dpms(display),
    )


def _read_dpms(display: Display) -> _Dpms | None:
    if not display.has_extension("DPMS") or not display.dpms_capable().capable:
        return None
    times = display.dpms_get_timeouts()
    on = bool(display.dpms_info().state)
    return _Dpms(on, times.standby_timeout, times.suspend_timeout, times.off_timeout)


def _switch_off(display: Display) -> bool:
    now = _read("", display)
    if now.timeout != OFF_S:
        display.set_screen_saver(OFF_S, now.interval, now.blanking, now.exposures)
        display.force_screen_saver(X.ScreenSaverReset)
    if now.dpms is not None and now.dpms.on:
        display.dpms_disable()
    return now.timeout != OFF_S or (now.dpms is not None and now.dpms.on)


def _put_back(display: Display, was: _Saver) -> None:
    now = _read("", display)
    if now.timeout == OFF_S and was.timeout != OFF_S:
        display.set_screen_saver(was.timeout, was.interval, was.blanking, was.exposures)
    if now.dpms is not None and not now.dpms.on and was.dpms is not None and was.dpms.on:
        display.dpms_enable()
