"""Chooses the readers for the machine that the program runs on."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from recorder.lockdown.adapter import Machine, Unsupported
from recorder.lockdown.environment.facts import FactReader, InUse, ManifestCheck
from recorder.lockdown.environment.reading import MachineSigns
from recorder.lockdown.processes import RunningProcesses, descends_from_us


def this_machine(
    platform: str = sys.platform,
    environ: Mapping[str, str] = os.environ,
    *,
    used: InUse = dict,
    manifest: ManifestCheck | None = None,
) -> Machine:
    """The readers of this machine; nothing is opened yet.

    Args:
        platform: as ``sys.platform`` names it.
        environ: the program's environment.
        used: the names of what the session records from.
        manifest: compares the installed files with their list, where there is one.
    """
    processes = RunningProcesses()

    def signs(facts: FactReader) -> MachineSigns:
        return MachineSigns(facts, processes, manifest, descends_from_us)

    match platform:
        case "linux":
            from recorder.lockdown.linux.facts import LinuxFacts

            return _linux(processes, environ, signs(LinuxFacts(environ, used)))
        case "win32":
            from recorder.lockdown.windows.machine import windows_machine

            return windows_machine(processes, signs, used)
        case "darwin":
            from recorder.lockdown.macos.machine import macos_machine

            return macos_machine(processes, signs, used)
        case _:
            nothing = Unsupported(f"this cannot be told on {platform}")
            return Machine(nothing, processes)


def _linux(
    processes: RunningProcesses, environ: Mapping[str, str], signs: MachineSigns
) -> Machine:
    from recorder.lockdown.linux.inputs import KernelInputs

    inputs = KernelInputs()
    if environ.get("XDG_SESSION_TYPE") == "wayland" and "WAYLAND_DISPLAY" in environ:
        from recorder.lockdown.wayland.machine import wayland_machine

        return wayland_machine(environ, processes, inputs, signs)
    display = environ.get("DISPLAY", "")
    if not display:
        none = Unsupported("there is no display, so no window can be in front")
        return Machine(none, processes, none, none, inputs, none, none, signs)
    from recorder.lockdown.x11.machine import x11_machine

    return x11_machine(display, environ, processes, inputs, signs)
