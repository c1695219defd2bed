"""Takes pictures of the screen through mss: X11 here, the platform's own way elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import mss
from mss.exception import ScreenShotError

from recorder.faults import EnvironmentFault

# What mss raises when the display is gone: its own error, or a failed assertion about the
# answer that did not come (mss 10.2), or the system's.
_GONE = (ScreenShotError, AssertionError, OSError)


@dataclass(frozen=True, slots=True)
class Monitor:
    """A rectangle of the desktop, pixels; the first of a layout is all of it."""

    left: int
    top: int
    width: int
    height: int
    name: str


@dataclass(frozen=True, slots=True)
class Shot:
    """The screen at one moment: ``raw`` is rows of B, G, R, x, one byte each."""

    width: int
    height: int
    raw: bytearray


def monitors(environ: Mapping[str, str] = os.environ) -> list[Monitor]:
    """The layout: all monitors as one rectangle, then each.

    Raises:
        EnvironmentFault: there is no display, or programs cannot see it.
    """
    with _open_mss(environ) as library:
        return _layout(library)


def _layout(library: mss.MSS) -> list[Monitor]:
    try:
        found: list[Any] = list(library.monitors)
    except _GONE as error:
        raise _gone() from error
    return [
        Monitor(m["left"], m["top"], m["width"], m["height"], _name(n, m))
        for n, m in enumerate(found)
    ]


def _name(number: int, monitor: Mapping[str, Any]) -> str:
    if number == 0:
        return "all monitors"
    return str(monitor.get("name") or monitor.get("output") or f"monitor {number - 1}")


class Grabber:
    """An open display and the part of it that is recorded."""

    def __init__(self, index: int | None, environ: Mapping[str, str] = os.environ) -> None:
        """Open the display.

        Args:
            index: the monitor, counted from 0; ``None`` is all of them as one picture.
            environ: where the display is named (DISPLAY).

        Raises:
            EnvironmentFault: no display, or no such monitor.
        """
        self._index = index
        self._environ = environ
        self._library = _open_mss(environ)
        try:
            self.area = self._choose(_layout(self._library))
        except EnvironmentFault:
            self.close()
            raise

    def _choose(self, layout: list[Monitor]) -> Monitor:
        if self._index is None:
            return layout[0]
        if self._index + 1 < len(layout):
            return layout[self._index + 1]
        raise EnvironmentFault(
            f"There is no monitor {self._index}; {len(layout) - 1} found, counted from 0.",
            "Use display:all to record every monitor.",
        )

    def moved(self) -> bool:
        """Whether monitors were added, removed or resized since this was opened.

        mss reads the layout once an instance, so a second one looks (0.7 ms).
        """
        return self._choose(monitors(self._environ)) != self.area

    def grab(self) -> Shot:
        """Take a picture, with the pointer where the platform draws it.

        Raises:
            EnvironmentFault: the display went away or changed its size.
        """
        area = self.area
        try:
            shot = self._library.grab(
                {
                    "left": area.left,
                    "top": area.top,
                    "width": area.width,
                    "height": area.height,
                }
            )
        except _GONE as error:
            raise _gone() from error
        return Shot(shot.width, shot.height, shot.raw)

    def close(self) -> None:
        """Let the display go, also one that has gone itself."""
        with suppress(*_GONE):
            self._library.close()


def _open_mss(environ: Mapping[str, str]) -> mss.MSS:
    if sys.platform != "linux":
        return mss.MSS()
    if environ.get("XDG_SESSION_TYPE") == "wayland" and "WAYLAND_DISPLAY" in environ:
        raise EnvironmentFault(
            "This desktop runs on Wayland, where no program may see the screen.",
            "Log out, choose the session “on Xorg” at the login screen, and log in again.",
        )
    display = environ.get("DISPLAY", "")
    if not display:
        raise EnvironmentFault(
            "There is no display (DISPLAY is not set).",
            "Run this in a desktop session, or give a recording with file:PATH, or use none.",
        )
    try:
        return mss.MSS(display=display, with_cursor=True)
    except _GONE as error:
        raise EnvironmentFault(
            f"The display {display} cannot be opened ({error}).",
            "See that the desktop session is running and is yours.",
        ) from error


def _gone() -> EnvironmentFault:
    return EnvironmentFault("The display went away.", "See that the desktop is still running.")
