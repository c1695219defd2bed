"""The readers of macOS."""

from __future__ import annotations

from collections.abc import Callable

from recorder.lockdown.adapter import EnvironmentReader, Machine, ProcessReader, Unsupported
from recorder.lockdown.environment.facts import FactReader, InUse
from recorder.lockdown.macos.api import MacApi
from recorder.lockdown.macos.readers import MacDesktop, MacFacts
from recorder.lockdown.macos.steps import system_api

DESK = Unsupported(
    "macOS does not say which space is shown; a window on another one is in front"
)
CASTS = Unsupported("macOS does not say who captures the screen; known programs are noticed")


def macos_machine(
    processes: ProcessReader,
    signs: Callable[[FactReader], EnvironmentReader],
    used: InUse = dict,
    api: MacApi | None = None,
) -> Machine:
    """What can be told on macOS, through ``api``, or through its own frameworks."""
    found = api or system_api()
    if isinstance(found, Unsupported):
        return Machine(found, processes, found, found, found, found, found, found)
    desktop = MacDesktop(found)
    return Machine(
        windows=desktop,
        processes=processes,
        desk=DESK,
        displays=desktop,
        inputs=desktop,
        clipboard=desktop,
        casts=CASTS,
        environment=signs(MacFacts(found, used)),
    )
