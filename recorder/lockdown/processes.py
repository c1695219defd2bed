"""What runs on this machine, through psutil: the same on every platform."""

from __future__ import annotations

import os

import psutil

from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Process
from recorder.lockdown.assistive import stem
from recorder.lockdown.capture_tools import ARGUMENTS_MATTER
from recorder.lockdown.linux.remote import DISPLAY_SERVERS

# Programs whose name alone does not tell what they do, or for which display.
_ARGUMENTS_MATTER = ARGUMENTS_MATTER | DISPLAY_SERVERS

# Windows keeps apps of its store so after their last window went, for hours (psutil calls it
# stopped). Elsewhere somebody stopped a program, and may let it go on at any moment.
_SYSTEM_SUSPENDS = psutil.WINDOWS


class RunningProcesses:
    """All processes of the machine."""

    def processes(self) -> list[Process]:
        """Every process that still runs when it is asked for its name; zombies are gone."""
        found: list[Process] = []
        try:
            for process in psutil.process_iter():
                described = _describe(process)
                if described is not None:
                    found.append(described)
        except (psutil.Error, OSError) as error:
            raise EnvironmentFault(
                f"The list of running programs cannot be read ({error}).",
                "See that /proc is mounted and readable.",
            ) from error
        return found


def _describe(process: psutil.Process) -> Process | None:
    try:
        with process.oneshot():
            name, status = process.name(), process.status()
            if not name or status == psutil.STATUS_ZOMBIE:
                return None
            suspended = _SYSTEM_SUSPENDS and status == psutil.STATUS_STOPPED
            return Process(process.pid, name, _arguments(process, name), suspended)
    except psutil.Error:
        return None


def _arguments(process: psutil.Process, name: str) -> tuple[str, ...]:
    """The arguments where they say what the program does; none where they may not be read."""
    if stem(name) not in _ARGUMENTS_MATTER:
        return ()
    try:
        return tuple(process.cmdline())
    except psutil.AccessDenied:
        return ()


def descends_from_us(pid: int) -> bool:
    """Whether a process is this program or one that it started, at any remove."""
    own = os.getpid()
    if pid == own:
        return True
    try:
        return any(parent.pid == own for parent in psutil.Process(pid).parents())
    except psutil.Error:  # it is gone, or nobody may know
        return False


def program_name(pid: int) -> str:
    """The file name of a process's program; empty where it is gone or nobody may know."""
    try:
        return psutil.Process(pid).name()
    except psutil.Error:
        return ""
