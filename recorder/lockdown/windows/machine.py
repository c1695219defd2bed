"""The readers of Microsoft Windows."""

from __future__ import annotations

from collections.abc import Callable

from recorder.lockdown.adapter import EnvironmentReader, Machine, ProcessReader, Unsupported
from recorder.lockdown.environment.facts import FactReader, InUse
from recorder.lockdown.processes import program_name
from recorder.lockdown.windows.api import WindowsApi
from recorder.lockdown.windows.readers import WindowsDesktop, WindowsFacts
from recorder.lockdown.windows.steps import system_api

DESK = Unsupported(
    "Windows does not say which of its desktops is shown; a window on another one is in front"
)
CASTS = Unsupported("Windows does not say who captures the screen; known programs are noticed")


def windows_machine(
    processes: ProcessReader,
    signs: Callable[[FactReader], EnvironmentReader],
    used: InUse = dict,
    api: WindowsApi | None = None,
) -> Machine:
    """What can be told on Windows, through ``api``, or through its own libraries."""
    found = api or system_api()
    if isinstance(found, Unsupported):
        return Machine(found, processes, found, found, found, found, found, found)
    desktop = WindowsDesktop(found, program_name)
    return Machine(
        windows=desktop,
        processes=processes,
        desk=DESK,
        displays=desktop,
        inputs=desktop,
        clipboard=desktop,
        casts=CASTS,
        environment=signs(WindowsFacts(found, used)),
    )
