"""The readers of macOS."""

from __future__ import annotations

from collections.abc import Callable

from recorder.lockdown.adapter import EnvironmentReader, Machine, ProcessReader, Unsupported
from recorder.lockdown.environment.facts import FactReader
from recorder.lockdown.macos.api import MacApi
from recorder.lockdown.macos.readers import MacDesktop, MacFacts

DESK = Unsupported(
    "macOS does not say which space is shown; a window on another one is in front"
)
CASTS = Unsupported("macOS does not say who captures the screen; known programs are noticed")
MISSING = Unsupported("this installation lacks pyobjc, which asks macOS")


def macos_machine(
    processes: ProcessReader,
    signs: Callable[[FactReader], EnvironmentReader],
    used: Callable[[], frozenset[str]] = frozenset,
    api: MacApi | None = None,
) -> Machine:
    """What can be told on macOS, through ``api``, or through its own frameworks."""
    if api is None:
        try:
            from recorder.lockdown.macos.pyobjc_api import SystemApi

            api = SystemApi()
        except ImportError:
            return Machine(
                MISSING, processes, MISSING, MISSING, MISSING, MISSING, MISSING, MISSING
            )
    desktop = MacDesktop(api)
    return Machine(
        windows=desktop,
        processes=processes,
        desk=DESK,
        displays=desktop,
        inputs=desktop,
        clipboard=desktop,
        casts=CASTS,
        environment=signs(MacFacts(api, used)),
    )
