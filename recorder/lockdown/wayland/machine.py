"""The readers of a desktop on Wayland, and a reason for each that there cannot be.

The protocol tells a program of its own windows alone, and no portal tells of others' (the
wlroots protocols that do are refused to sandboxed programs and unknown to GNOME). What the
kernel, the list of programs and PipeWire tell is told here, too; displays come from the kernel.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from recorder.lockdown.adapter import (
    EnvironmentReader,
    InputReader,
    Machine,
    ProcessReader,
    Unsupported,
)
from recorder.lockdown.linux.casts import pipewire_casts
from recorder.lockdown.wayland.displays import KernelDisplays

_DRM = Path("/sys/class/drm")

WINDOWS = Unsupported("on Wayland no program may see which window is in front")
DESK = Unsupported("on Wayland no program may see workspaces or who gets the keys")
CLIPBOARD = Unsupported("on Wayland a program sees the clipboard only while it is in front")


def wayland_machine(
    environ: Mapping[str, str],
    processes: ProcessReader,
    inputs: InputReader,
    signs: EnvironmentReader,
    drm: Path = _DRM,
) -> Machine:
    """What can be told on Wayland; ``drm`` is where the kernel has its connectors."""
    connectors = KernelDisplays(drm)
    displays = connectors if drm.is_dir() else Unsupported("the kernel tells of no displays")
    return Machine(
        windows=WINDOWS,
        processes=processes,
        desk=DESK,
        displays=displays,
        inputs=inputs,
        clipboard=CLIPBOARD,
        casts=pipewire_casts(environ.get("XDG_RUNTIME_DIR", "")),
        environment=signs,
    )
