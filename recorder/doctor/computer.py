"""Is this computer fit for a session: system, memory, power, disk, store, clock."""

from __future__ import annotations

import errno
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from recorder.doctor.finding import Finding, Topic
from recorder.doctor.wording import Words, translate, verbatim
from recorder.evidence import room
from recorder.lockdown.reserves import Memory, Power
from shared.policy import Policy

SYSTEM = Topic(
    "system",
    translate("doctor", "Computer"),
    translate("doctor", "Invigil is tested on certain systems only."),
)
STORE = Topic(
    "store",
    translate("doctor", "Evidence folder"),
    translate("doctor", "Evidence and keys are kept here until delivered."),
)
DISK = Topic(
    "disk",
    translate("doctor", "Disk space"),
    translate("doctor", "Without a network the whole exam waits on this disk."),
)
POWER = Topic(
    "power",
    translate("doctor", "Power"),
    translate("doctor", "A computer that runs out of power ends the exam."),
)
MEMORY = Topic(
    "memory",
    translate("doctor", "Memory"),
    translate("doctor", "With too little memory everything becomes slow, the exam too."),
)
CLOCK = Topic(
    "clock",
    translate("doctor", "Clock"),
    translate("doctor", "Evidence is dated, and certificates are checked by date."),
)

# The first release is younger than this, so an earlier date is a clock that was never set.
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)

# From this far apart on people notice: an exam's start is told to the minute.
CLOCK_WARN_S = 3.0
# From here on tokens and certificates are taken for expired, or not yet valid.
CLOCK_FAIL_S = 120.0

# The system's guess of a battery is trusted for two thirds.
BATTERY_MARGIN = 1.5
# Without a guess: half a battery lasts two hours on most laptops that do some work.
BATTERY_ENOUGH = 80.0

# What the recorder takes with all streams and detectors, and what the browser adds (bytes).
RECORDER_BYTES = 450_000_000
BROWSER_BYTES = 600_000_000

_SET_CLOCK = translate(
    "doctor", "Switch “set time automatically” on in the system's date settings."
)
_PYTHONS = ((3, 11), (3, 12))
_MINUTE_S = 60


def check_system(
    platform: str, release: str, python: tuple[int, int], cpus: int | None
) -> Finding:
    """A tested system and Python, and a second processor."""
    found = translate("doctor", "{system}, Python {python}, {count} processors").format(
        system=release, python=f"{python[0]}.{python[1]}", count=str(cpus or "?")
    )
    if python not in _PYTHONS:
        return SYSTEM.problem(
            found,
            translate("doctor", "Install Invigil with its own installer, or Python 3.11."),
        )
    if platform != "linux":
        return SYSTEM.attention(
            found,
            translate("doctor", "Only Linux is tested yet; try a session before the exam."),
        )
    if cpus is not None and cpus < 2:
        return SYSTEM.attention(
            found, translate("doctor", "Close other programs: one processor is just enough.")
        )
    return SYSTEM.ok(found)


def check_memory(memory: Memory, *, browser: bool) -> Finding:
    """Enough is free for the recorder, and for the exam's browser where it has one."""
    found = translate("doctor", "{free} of {total} GB free").format(
        free=memory.free / 1e9, total=memory.total / 1e9
    )
    if memory.free < RECORDER_BYTES + browser * BROWSER_BYTES:
        return MEMORY.attention(
            found, translate("doctor", "Close programs that you do not need for the exam.")
        )
    return MEMORY.ok(found)


def check_power(power: Power | None, exam_s: float) -> Finding:
    """Plugged in, or charged for the whole exam.

    Args:
        power: the battery; ``None`` where there is none.
        exam_s: how long the exam takes, seconds.
    """
    if power is None:
        return POWER.ok(translate("doctor", "No battery: the computer runs on mains."))
    charged = round(power.percent)
    if power.plugged_in:
        return POWER.ok(
            translate("doctor", "Plugged in, {percent} % charged.").format(percent=charged)
        )
    found = translate("doctor", "On battery, {percent} % charged.").format(percent=charged)
    plug_in = translate("doctor", "Plug the computer in before the exam begins.")
    if power.left_s is None:
        return POWER.ok(found) if charged >= BATTERY_ENOUGH else POWER.attention(found, plug_in)
    found = translate(
        "doctor",
        "On battery, {percent} % charged, for some {left} minutes; the exam takes {exam}.",
    ).format(
        percent=charged,
        left=round(power.left_s / _MINUTE_S),
        exam=round(exam_s / _MINUTE_S),
    )
    if power.left_s >= exam_s * BATTERY_MARGIN:
        return POWER.ok(found)
    return POWER.attention(found, plug_in)


def check_store(folder: Path) -> Finding:
    """A file can be written where evidence and keys go; nothing is left behind."""
    place = nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"invigil")
            file.flush()
    except OSError as error:
        return STORE.problem(_of_folder(folder, error), _what_helps(error))
    return STORE.ok(verbatim(str(folder)))


def _what_helps(error: OSError) -> Words:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return translate(
            "doctor", "The disk is full. Delete what you do not need on it, then try again."
        )
    return translate(
        "doctor", "Check the disk and the folder's rights, or choose another one with --store."
    )


def needed_bytes(policy: Policy) -> int:
    """What a whole exam takes on the disk when nothing of it can be delivered meanwhile."""
    evidence = room.rates(policy)[room.Step.ALL] * policy.exam.duration_s * room.PROLONGED
    return round(evidence) + room.ballast_bytes(policy) + room.FLOOR_BYTES


def least_bytes(policy: Policy) -> int:
    """What a session needs to begin: its reserve, and some minutes of the barest evidence."""
    barest = room.rates(policy)[room.Step.NO_ATTACHMENTS] * room.LEAST_LEFT_S
    return round(barest) + room.ballast_bytes(policy) + room.FLOOR_BYTES


def check_disk(folder: Path, policy: Policy) -> Finding:
    """There is room for the whole exam, by its length and its streams' rates."""
    try:
        free = shutil.disk_usage(nearest(folder)).free
    except OSError as error:
        return DISK.problem(_of_folder(folder, error), translate("doctor", "Check the disk."))
    needed, least = needed_bytes(policy), least_bytes(policy)
    found = translate("doctor", "{free} GB free; the exam takes up to {needed} MB.").format(
        free=free / 1e9, needed=-(-needed // 1_000_000)
    )
    if free < least:
        return DISK.problem(
            found,
            translate("doctor", "Free at least {mb} MB.").format(
                mb=-(-(needed - free) // 1_000_000)
            ),
        )
    if free < needed:
        return DISK.attention(
            found,
            translate(
                "doctor",
                "That is enough only while the network works. Better free {mb} MB more.",
            ).format(mb=-(-(needed - free) // 1_000_000)),
        )
    return DISK.ok(found)


def nearest(folder: Path) -> Path:
    """The folder, or the closest one above it that exists."""
    folder = folder.absolute()
    return next((one for one in (folder, *folder.parents) if one.is_dir()), folder)


def check_clock(now: datetime, offset: tuple[float, float] | None) -> Finding:
    """The date is possible, and agrees with the server's where there is one.

    Args:
        now: this computer's time.
        offset: the server's clock minus this one, and how far that may be out; seconds.
    """
    found = verbatim(f"{now:%Y-%m-%d %H:%M} UTC")
    if now < EARLIEST:
        return CLOCK.problem(found, _SET_CLOCK)
    if offset is None:
        return CLOCK.ok(
            translate("doctor", "{time}, not compared with a server's").format(time=found)
        )
    off, error = offset
    compared = _compared(found, off, error)
    surely = abs(off) - error
    if surely > CLOCK_FAIL_S:
        return CLOCK.problem(compared, _SET_CLOCK)
    return (
        CLOCK.attention(compared, _SET_CLOCK) if surely > CLOCK_WARN_S else CLOCK.ok(compared)
    )


def _compared(found: Words, off: float, error: float) -> Words:
    if abs(off) <= error:
        return translate("doctor", "{time}, the same as the server's (± {error} s)").format(
            time=found, error=error
        )
    text = (
        translate("doctor", "{time}, {off} s behind the server's (± {error} s)")
        if off > 0
        else translate("doctor", "{time}, {off} s ahead of the server's (± {error} s)")
    )
    return text.format(time=found, off=abs(off), error=error)


def _of_folder(folder: Path, error: OSError) -> Words:
    return verbatim(f"{folder}: {error.strerror or error}")
