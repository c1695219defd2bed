"""Whose journal it is: a process told from every other, those too that had its number."""

from __future__ import annotations

from pathlib import Path

import msgspec
import psutil

from recorder.lockdown.boot import boot_id

# The fields of /proc/PID/stat after the name in brackets (proc(5)): state is the 1st of
# them, the start in clock ticks since the boot the 20th.
_STATE, _STARTED = 0, 19
_GONE_STATES = ("Z", "X", "x")


class Owner(msgspec.Struct, frozen=True):
    """A process: its number, when it started (as the system says it) and in which boot."""

    pid: int
    started: str
    boot: str


def owner_of(pid: int) -> Owner | None:
    """The process that has this number now; ``None`` where none runs (a zombie does not)."""
    started = _started(pid)
    return None if started is None else Owner(pid, started, boot_id())


def runs(owner: Owner) -> bool:
    """Whether this very process still runs."""
    return owner_of(owner.pid) == owner


def _started(pid: int) -> str | None:
    """Ticks on Linux: psutil's time of day would move with a clock that is set."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[_STATE] in _GONE_STATES else fields[_STARTED]
    try:
        process = psutil.Process(pid)
        gone = process.status() == psutil.STATUS_ZOMBIE
        return None if gone else f"{process.create_time():.2f}"
    except psutil.Error:
        return None
