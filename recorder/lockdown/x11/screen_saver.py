"""The X server's own screen saver and power saving of displays: off for the exam, given back.

What is put back is only what is still as it was set: whoever changed it since wants it so.
"""

from __future__ import annotations

import msgspec
from Xlib import X
from Xlib.display import Display

from recorder.faults import EnvironmentFault
from recorder.lockdown.operation import Evasion, InForce, Performed, State
from recorder.lockdown.x11.reading import Reading

# What the server is told: never.
OFF_S = 0


class _Saver(msgspec.Struct, frozen=True):
    """The settings of one display as they were: seconds, and whether it saves power; ``None``
    where the server cannot."""

    display: str
    timeout: int
    interval: int
    blanking: int
    exposures: int
    dpms: bool | None = None


class ScreenSaver:
    """Keeps the server from blanking the screen."""

    name = "screen_saver"

    def __init__(self, display: str) -> None:
        """For the display of this name; connects when first needed."""
        self._name = display
        self._x = Reading(display)
        self._was: _Saver | None = None
        self._on = False

    def before(self) -> State | None:
        """The settings as they are."""
        self._was = self._x.ask(lambda display: _read(self._name, display))
        return msgspec.to_builtins(self._was)

    def perform(self) -> Performed:
        """Switch both off."""
        self._on = True
        self._x.ask(_switch_off)
        return InForce()

    def check(self) -> tuple[Evasion, ...]:
        """Whether somebody switched it on again; then it is off again."""
        if not self._on or not self._x.ask(_switch_off):
            return ()
        return (Evasion(None, "the screen saver was switched on"),)

    def revert(self) -> None:
        """As it was."""
        self._x.close()
        if self._on and self._was is not None:
            restore_screen_saver(msgspec.to_builtins(self._was))
        self._on = False


def restore_screen_saver(state: State) -> str:
    """Put back what is still off; a display that has gone took its settings along."""
    was = msgspec.convert(dict(state), _Saver)
    x = Reading(was.display)
    try:
        x.ask(lambda display: _put_back(display, was))
    except EnvironmentFault:
        return ""
    finally:
        x.close()
    return ""


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


def _read_dpms(display: Display) -> bool | None:
    if not display.has_extension("DPMS") or not display.dpms_capable().capable:
        return None
    return bool(display.dpms_info().state)


def _switch_off(display: Display) -> bool:
    now = _read("", display)
    if now.timeout != OFF_S:
        display.set_screen_saver(OFF_S, now.interval, now.blanking, now.exposures)
        display.force_screen_saver(X.ScreenSaverReset)
    if now.dpms:
        display.dpms_disable()
    display.sync()
    return now.timeout != OFF_S or bool(now.dpms)


def _put_back(display: Display, was: _Saver) -> None:
    now = _read("", display)
    if now.timeout == OFF_S and was.timeout != OFF_S:
        display.set_screen_saver(was.timeout, was.interval, was.blanking, was.exposures)
    if was.dpms and now.dpms is False:
        display.dpms_enable()
    display.sync()
