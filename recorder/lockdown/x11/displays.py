"""The displays that are plugged in, as RandR 1.5 knows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from Xlib import X, error
from Xlib.display import Display as XDisplay
from Xlib.ext import randr

from recorder.lockdown import adapter
from recorder.lockdown.x11.reading import Reading


@dataclass(frozen=True, slots=True)
class Shown:
    """A display and the part of the desktop that it shows; no area where it is dark."""

    name: str
    x: int = 0
    y: int = 0
    width: int = 0
    height: int = 0


class X11Displays:
    """The outputs of one X server that something is plugged into, and its virtual monitors."""

    def __init__(self, display: str) -> None:
        self._x = Reading(display)

    def displays(self) -> tuple[adapter.Display, ...]:
        """Every display; raises EnvironmentFault when X11 is gone."""
        return with_mirrors(self._x.ask(_shown))

    def close(self) -> None:
        """Let the display go."""
        self._x.close()


def with_mirrors(shown: Iterable[Shown]) -> tuple[adapter.Display, ...]:
    """The displays; one that begins where an earlier one does repeats that one's picture."""
    first_at: dict[tuple[int, int], str] = {}
    found: list[adapter.Display] = []
    for one in sorted(shown, key=lambda one: one.name):
        lit = one.width > 0 and one.height > 0
        mirrors = first_at.setdefault((one.x, one.y), one.name) if lit else one.name
        found.append(
            adapter.Display(
                one.name, one.width, one.height, "" if mirrors == one.name else mirrors
            )
        )
    return tuple(found)


def _shown(display: XDisplay) -> list[Shown]:
    root: Any = display.screen().root
    # "Current" asks the server for what it knows; without it, it probes the connectors.
    resources = root.xrandr_get_screen_resources_current()
    found = [
        shown
        for output in resources.outputs
        if (shown := _output(display, output, resources.config_timestamp)) is not None
    ]
    # A monitor without an output is a part of the desktop that a program made into one.
    monitors = root.xrandr_get_monitors().monitors
    for monitor in monitors:
        if not monitor.crtcs:
            name = str(display.get_atom_name(monitor.name))
            size = monitor.width_in_pixels, monitor.height_in_pixels
            found.append(Shown(name, monitor.x, monitor.y, *size))
    return found


def _output(display: Any, output: int, timestamp: int) -> Shown | None:
    try:
        info = display.xrandr_get_output_info(output, timestamp)
        if info.connection == randr.Disconnected:
            return None
        if info.crtc == X.NONE:
            return Shown(info.name)
        crtc = display.xrandr_get_crtc_info(info.crtc, timestamp)
        return Shown(info.name, crtc.x, crtc.y, crtc.width, crtc.height)
    except error.XError:  # it was plugged out between two questions
        return None
