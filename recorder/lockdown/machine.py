"""Chooses the readers for the machine that the program runs on."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from recorder.lockdown.adapter import Machine, Unsupported, WindowReader
from recorder.lockdown.processes import RunningProcesses


def this_machine(
    platform: str = sys.platform, environ: Mapping[str, str] = os.environ
) -> Machine:
    """The readers of this machine; nothing is opened yet."""
    return Machine(windows=_windows(platform, environ), processes=RunningProcesses())


def _windows(platform: str, environ: Mapping[str, str]) -> WindowReader | Unsupported:
    if platform != "linux":
        return Unsupported(f"which window is in front cannot be told on {platform} yet")
    if environ.get("XDG_SESSION_TYPE") == "wayland" and "WAYLAND_DISPLAY" in environ:
        return Unsupported("on Wayland no program may see which window is in front")
    display = environ.get("DISPLAY", "")
    if not display:
        return Unsupported("there is no display, so no window can be in front")
    from recorder.lockdown.x11.windows import X11Windows

    return X11Windows(display)
