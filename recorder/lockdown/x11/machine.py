"""The readers of a desktop on X11."""

from __future__ import annotations

from collections.abc import Mapping

from recorder.lockdown.adapter import EnvironmentReader, InputReader, Machine, ProcessReader
from recorder.lockdown.linux.casts import pipewire_casts
from recorder.lockdown.x11.clipboard import X11Clipboard
from recorder.lockdown.x11.displays import X11Displays
from recorder.lockdown.x11.windows import X11Windows


def x11_machine(
    display: str,
    environ: Mapping[str, str],
    processes: ProcessReader,
    inputs: InputReader,
    signs: EnvironmentReader,
) -> Machine:
    """What can be told on X11: all of it, but that any program may copy the screen unasked."""
    windows = X11Windows(display)
    return Machine(
        windows=windows,
        processes=processes,
        desk=windows,
        displays=X11Displays(display),
        inputs=inputs,
        clipboard=X11Clipboard(display),
        casts=pipewire_casts(environ.get("XDG_RUNTIME_DIR", "")),
        environment=signs,
    )
