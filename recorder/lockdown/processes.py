"""What runs on this machine, through psutil: the same on every platform."""

from __future__ import annotations

import psutil

from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Process


class RunningProcesses:
    """All processes of the machine."""

    def processes(self) -> list[Process]:
        """Every process that still runs when it is asked for its name; zombies are gone."""
        found: list[Process] = []
        try:
            for process in psutil.process_iter():
                name = _name(process)
                if name:
                    found.append(Process(process.pid, name))
        except (psutil.Error, OSError) as error:
            raise EnvironmentFault(
                f"The list of running programs cannot be read ({error}).",
                "See that /proc is mounted and readable.",
            ) from error
        return found


def _name(process: psutil.Process) -> str | None:
    try:
        with process.oneshot():
            return None if process.status() == psutil.STATUS_ZOMBIE else process.name()
    except psutil.Error:
        return None
