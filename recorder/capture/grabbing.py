"""Takes pictures of the screen through mss: X11, Windows, and macOS before ScreenCaptureKit."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

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


class Grabs(Protocol):
    """An open display: `Grabber`, or `screen_kit_grabber.KitGrabber`."""

    area: Monitor

    def grab(self) -> Shot:
        """What is shown now; raises EnvironmentFault when the display went away."""
        ...

    def moved(self) -> bool:
        """Whether monitors were added, removed or resized since this was opened."""
        ...

    def close(self) -> None:
        """Let the display go; twice is allowed."""
        ...


def open_grabber(index: int | None, fps: float) -> Grabs:
    """Open monitor ``index`` (``None``: all as one picture) by this system's best way.

    Args:
        index: counted from 0.
        fps: how often a second it will be looked at.

    Raises:
        EnvironmentFault: no display, no such monitor, or it may not be seen.
    """
    if sys.platform == "darwin":
        from recorder.capture.screen_kit import frameworks
        from recorder.capture.screen_kit_grabber import KitGrabber

        found = frameworks()
        if found is not None:
            return KitGrabber(index, fps, found)
    return Grabber(index)


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
        raise gone() from error
    return [
        Monitor(m["left"], m["top"], m["width"], m["height"], _name(n, m))
        for n, m in enumerate(found)
    ]


def _name(number: int, monitor: Mapping[str, Any]) -> str:
    if number == 0:
        return "all monitors"
    return str(monitor.get("name") or monitor.get("output") or f"monitor {number - 1}")


def chosen(layout: list[Monitor], index: int | None) -> Monitor:
    """The monitor of that number, or all of them; raises EnvironmentFault if there is none."""
    if not (layout[0].width and layout[0].height):  # all asleep, or none plugged in
        raise gone()
    if index is None:
        return layout[0]
    if index + 1 < len(layout):
        return layout[index + 1]
    raise EnvironmentFault(
        f"There is no monitor {index}; {len(layout) - 1} found, counted from 0.",
        "Use display:all to record every monitor.",
    )


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
            self.area = chosen(_layout(self._library), index)
        except EnvironmentFault:
            self.close()
            raise

    def moved(self) -> bool:
        """Whether monitors were added, removed or resized since this was opened.

        mss reads the layout once an instance, so a second one looks (0.7 ms).
        """
        return chosen(monitors(self._environ), self._index) != self.area

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
            raise gone() from error
        return Shot(shot.width, shot.height, shot.raw)

    def close(self) -> None:
        """Let the display go, also one that has gone itself."""
        with suppress(*_GONE):
            self._library.close()


def _open_mss(environ: Mapping[str, str]) -> mss.MSS:
    if sys.platform != "linux":
        return _open_default()
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


def _open_default() -> mss.MSS:
    """The desktop of who is signed in; a locked or sleeping one may be refused."""
    try:
        return mss.MSS()
    except _GONE as error:
        raise gone() from error


def gone() -> EnvironmentFault:
    """The fault of a display that is no longer there."""
    return EnvironmentFault("The display went away.", "See that the desktop is still running.")
