"""Is this computer fit for a session: system, disk, store, clock, models, what it can tell."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from recorder.doctor.check import Check, Topic
from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Machine, Unsupported
from recorder.lockdown.watchers import prohibited

SYSTEM = Topic("system", "Computer", "Invigil is tested on certain systems only.")
MODELS = Topic("models", "Models", "They find what a reviewer should look at.")
STORE = Topic("store", "Evidence folder", "Evidence and keys are kept here until delivered.")
DISK = Topic("disk", "Disk space", "Without a network the whole exam waits on this disk.")
WINDOWS = Topic("windows", "Window in front", "Another window in front is reported.")
PROGRAMS = Topic("programs", "Programs", "Programs that the exam prohibits are reported.")
CLOCK = Topic("clock", "Clock", "Evidence is dated, and certificates are checked by date.")

# All streams together take at most 67 MB an hour; a long exam lasts four, and the system
# itself needs room. Below the lower mark a session would end in a full disk.
DISK_WARN_BYTES = 2_000_000_000
DISK_FAIL_BYTES = 400_000_000

# The first release is younger than this, so an earlier date is a clock that was never set.
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)

# The server dates its answer in whole seconds, and the way takes a second at worst.
CLOCK_WARN_S = 3.0
# From here on tokens and certificates are taken for expired, or not yet valid.
CLOCK_FAIL_S = 120.0

_SET_CLOCK = "Switch “set time automatically” on in the system's date settings."
_PYTHONS = ((3, 11), (3, 12))


def check_system(
    platform: str, release: str, python: tuple[int, int], cpus: int | None
) -> Check:
    """A tested system and Python, and a second processor."""
    found = f"{release}, Python {python[0]}.{python[1]}, {cpus or '?'} processors"
    if python not in _PYTHONS:
        return SYSTEM.fail(found, "Install Invigil with its own installer, or Python 3.11.")
    if platform != "linux":
        return SYSTEM.warn(found, "Only Linux is tested yet; try a session before the exam.")
    if cpus is not None and cpus < 2:
        return SYSTEM.warn(found, "Close other programs: one processor is just enough.")
    return SYSTEM.ok(found)


def check_models(hashes: Mapping[str, str] | EnvironmentFault) -> Check:
    """Every model file is the one that was tested."""
    if isinstance(hashes, EnvironmentFault):
        return MODELS.fault(hashes)
    return MODELS.ok(", ".join(sorted(hashes)))


def check_store(folder: Path) -> Check:
    """A file can be written where evidence and keys go; nothing is left behind."""
    place = nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"invigil")
            file.flush()
    except OSError as error:
        return STORE.fail(
            f"{folder}: {error.strerror or error}",
            "Check the disk and the folder's rights, or choose another one with --store.",
        )
    return STORE.ok(str(folder))


def check_disk(folder: Path) -> Check:
    """There is room for a whole exam."""
    try:
        free = shutil.disk_usage(nearest(folder)).free
    except OSError as error:
        return DISK.fail(f"{folder}: {error.strerror or error}", "Check the disk.")
    found = f"{free / 1e9:.1f} GB free"
    if free < DISK_FAIL_BYTES:
        return DISK.fail(found, f"Free at least {DISK_FAIL_BYTES / 1e9:.1f} GB.")
    if free < DISK_WARN_BYTES:
        return DISK.warn(found, f"Better free {DISK_WARN_BYTES / 1e9:.0f} GB before the exam.")
    return DISK.ok(found)


def nearest(folder: Path) -> Path:
    """The folder, or the closest one above it that exists."""
    folder = folder.absolute()
    return next((one for one in (folder, *folder.parents) if one.is_dir()), folder)


def check_windows(machine: Machine) -> Check:
    """It can be told which window is in front."""
    if isinstance(machine.windows, Unsupported):
        return WINDOWS.warn(
            machine.windows.reason, "The session runs, and says that this was not observed."
        )
    try:
        window = machine.windows.active_window()
    except EnvironmentFault as fault:
        return WINDOWS.warn(fault.what, fault.advice)
    finally:
        machine.windows.close()
    return WINDOWS.ok("none" if window is None else window.title or window.app or "no title")


def check_programs(machine: Machine, patterns: tuple[str, ...]) -> Check:
    """What runs can be listed, and nothing of it is prohibited."""
    if isinstance(machine.processes, Unsupported):
        return PROGRAMS.warn(
            machine.processes.reason, "The session runs, and says that this was not observed."
        )
    try:
        running = machine.processes.processes()
    except EnvironmentFault as fault:
        return PROGRAMS.warn(fault.what, fault.advice)
    named = sorted({one.name for one in running if prohibited(patterns, one.name)})
    if named:
        return PROGRAMS.warn(f"running: {', '.join(named)}", "Close these before the exam.")
    return PROGRAMS.ok(f"{len(running)} running, none of them prohibited")


def check_clock(now: datetime, server_minus_ours_s: float | None) -> Check:
    """The date is possible, and agrees with the server's where there is one.

    Args:
        now: this computer's time.
        server_minus_ours_s: the server's clock minus this one, seconds.
    """
    found = f"{now:%Y-%m-%d %H:%M} UTC"
    if now < EARLIEST:
        return CLOCK.fail(found, _SET_CLOCK)
    if server_minus_ours_s is None:
        return CLOCK.ok(f"{found}, not compared with a server's")
    off = abs(server_minus_ours_s)
    found = f"{found}, {off:.0f} s from the server's"
    if off > CLOCK_FAIL_S:
        return CLOCK.fail(found, _SET_CLOCK)
    return CLOCK.warn(found, _SET_CLOCK) if off > CLOCK_WARN_S else CLOCK.ok(found)
