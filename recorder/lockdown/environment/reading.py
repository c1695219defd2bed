"""The signs of this machine: what the platform found out, judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Process, ProcessReader, Unsupported
from recorder.lockdown.capture_tools import capture_signs
from recorder.lockdown.environment.facts import Altered, FactReader, ManifestCheck
from recorder.lockdown.environment.judging import judged
from recorder.lockdown.environment.signs import Sign
from shared.flags import Kind

_UNALTERED = Altered()

_NO_LIST = "this program was installed without a list of its files"


def read_environment(
    facts: FactReader,
    processes: ProcessReader | Unsupported,
    manifest: ManifestCheck | None = None,
    is_ours: Callable[[int], bool] = lambda _pid: False,
) -> tuple[Sign, ...]:
    """Every sign there is just now, of all six kinds; what cannot be read gives none.

    Args:
        facts: the platform's own readings.
        processes: what runs, for debuggers and for what captures the screen.
        manifest: compares the installed files with their list, where there is one.
        is_ours: whether a process id is one of ours; those give no sign.
    """
    running = listed(processes)
    altered = _UNALTERED if manifest is None else manifest.altered()
    return (
        *judged(facts.facts(running), running, altered, is_ours),
        *capture_signs(running, is_ours),
    )


def listed(processes: ProcessReader | Unsupported) -> Sequence[Process]:
    """What runs, or nothing where that cannot be told: its own watcher says so."""
    if isinstance(processes, Unsupported):
        return ()
    try:
        return processes.processes()
    except EnvironmentFault:
        return ()


class MachineSigns:
    """The signs of one machine, for its watch (`adapter.EnvironmentReader`)."""

    def __init__(
        self,
        facts: FactReader,
        processes: ProcessReader | Unsupported,
        manifest: ManifestCheck | None,
        is_ours: Callable[[int], bool],
    ) -> None:
        """As `read_environment`, each time it is asked."""
        self._has_manifest = manifest is not None
        self._facts = facts
        self._read = lambda: read_environment(facts, processes, manifest, is_ours)

    def cannot(self) -> Mapping[Kind, str]:
        """Without a list of its files nobody can say whether the program was changed."""
        return {} if self._has_manifest else {Kind.ALTERED_PROGRAM: _NO_LIST}

    def partly(self) -> Mapping[Kind, str]:
        """What this platform has only some facts about."""
        return self._facts.lacks()

    def signs(self) -> tuple[Sign, ...]:
        """All signs just now."""
        return self._read()
