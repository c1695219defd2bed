"""What runs here: what is prohibited, who holds the devices, another Invigil."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from recorder.capture.holders import Holders
from recorder.doctor.finding import ClosePrograms, Finding, Running, Topic
from recorder.doctor.wording import Words, translate, verbatim
from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Machine, Process, Unsupported
from recorder.lockdown.assistive import assistive
from recorder.lockdown.closing import Started, seen
from recorder.lockdown.watchers import prohibited

PROGRAMS = Topic(
    "programs",
    translate("doctor", "Programs"),
    translate("doctor", "Programs that the exam prohibits are reported."),
)
DEVICE_USERS = Topic(
    "device_users",
    translate("doctor", "Other users of camera and microphone"),
    translate("doctor", "Most cameras can be used by one program at a time."),
)
INSTANCE = Topic(
    "instance",
    translate("doctor", "Another Invigil"),
    translate("doctor", "Two at a time take the devices from each other."),
)
ASSISTIVE = Topic(
    "screen_reader",
    translate("doctor", "Assistive technology"),
    translate("doctor", "Screen readers, magnifiers and the like never count against you."),
)

_UNTOLD = translate("doctor", "The session runs, and says that this was not observed.")

See = Callable[[list[int]], list[Started]]


def check_programs(machine: Machine, patterns: tuple[str, ...], see: See = seen) -> Finding:
    """What runs can be listed, and nothing of it is prohibited."""
    running = _running(machine)
    if isinstance(running, Finding):
        return running
    named = [one for one in running if prohibited(patterns, one.name)]
    if not named:
        return PROGRAMS.ok(
            translate("doctor", "{count} running, none of them prohibited").format(
                count=len(running)
            )
        )
    found = see([one.pid for one in named])
    programs = tuple(Running(one.pid, one.name, one.at) for one in found)
    names = tuple(sorted({one.name for one in named}))
    return PROGRAMS.attention(
        translate("doctor", "Running: {names}").format(names=names),
        translate("doctor", "Close these before the exam, or have Invigil close them."),
        *([ClosePrograms(programs)] if programs else []),
    )


def check_device_users(holders: Holders) -> Finding:
    """Nobody else has camera or microphone, as far as that can be told."""
    untold = verbatim(holders.untold)
    if not holders.found:
        if not untold:
            return DEVICE_USERS.ok(translate("doctor", "No other program uses them."))
        found = translate("doctor", "No other program is seen to use them. {untold}")
        return DEVICE_USERS.ok(found.format(untold=untold))
    uses = tuple(dict.fromkeys(f"{one.program} ({one.device})" for one in holders.found))
    pids = [one.pid for one in holders.found if one.pid is not None]
    programs = tuple(Running(one.pid, one.name, one.at) for one in seen(pids))
    return DEVICE_USERS.attention(
        translate("doctor", "In use by: {programs}").format(programs=uses),
        translate("doctor", "Close these before the exam, or have Invigil close them."),
        *([ClosePrograms(programs)] if programs else []),
    )


def check_instance(others: Sequence[Started]) -> Finding:
    """No other Invigil of this user is open."""
    if not others:
        return INSTANCE.ok(translate("doctor", "None is open."))
    return INSTANCE.attention(
        translate("doctor", "Invigil is open more than once."),
        translate("doctor", "Close the other window; its recording, if any, goes on later."),
        ClosePrograms(tuple(Running(one.pid, one.name, one.at) for one in others)),
    )


def check_assistive(machine: Machine) -> Finding:
    """Assistive technology that runs is told, so that nobody worries about it."""
    running = _running(machine)
    if isinstance(running, Finding):
        return ASSISTIVE.skipped(running.found)
    found = _names(one for one in running if assistive(one.name))
    if not found:
        return ASSISTIVE.ok(
            translate(
                "doctor",
                "None is seen. You may use it at any time; it is not reported.",
            )
        )
    return ASSISTIVE.ok(
        translate(
            "doctor",
            "Running: {names}. Use it as always: it is not reported. If it speaks aloud, use "
            "headphones where you can, so that its voice is not taken for another person's.",
        ).format(names=found)
    )


def _running(machine: Machine) -> list[Process] | Finding:
    if isinstance(machine.processes, Unsupported):
        return PROGRAMS.attention(verbatim(machine.processes.reason), _UNTOLD)
    try:
        return machine.processes.processes()
    except EnvironmentFault as fault:
        return PROGRAMS.remark(fault)


def _names(processes: Iterable[Process]) -> tuple[Words | str, ...]:
    return tuple(sorted({one.name for one in processes}))
