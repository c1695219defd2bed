"""Which kinds are looked for on a machine, how often, and by which part of the policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from recorder.detect.observations import Incident
from recorder.lockdown.adapter import EnvironmentReader, Machine, Process, Unsupported
from recorder.lockdown.capture_tools import capture_signs, cast_signs
from recorder.lockdown.device_watchers import ClipboardWatcher, DisplayWatcher, InputWatcher
from recorder.lockdown.lane import Lane, Recent, Watched, held_ns
from recorder.lockdown.sign_watcher import SignWatcher
from recorder.lockdown.watchers import ProcessWatcher, WindowWatcher
from shared.flags import Kind
from shared.policy import Level, Policy

# Four looks a second see a window that is in front for as long as a glance takes, and stay
# below the default onset of 0.5 s; a copy is seen with the window that it was made in.
LOOK_EVERY_S = 0.25

# A display takes seconds to come up, and asking the X server for all of them may make it
# look at its connectors.
DISPLAYS_EVERY_S = 1.0

# Listing 300 processes costs 7 ms of CPU; a program that helps in an exam runs for longer.
LIST_EVERY_S = 2.0

# A keyboard is plugged in to be used for longer.
DEVICES_EVERY_S = 2.0

# Asking who receives the picture starts a program (pw-dump, 50 ms).
CASTS_EVERY_S = 10.0

# Signs of the environment hardly change while a program runs.
SIGNS_EVERY_S = 60.0

# Screen capture has its own lane: its programs come and go within the minute.
_SIGN_KINDS = (
    Kind.VIRTUAL_MACHINE,
    Kind.REMOTE_SESSION,
    Kind.VIRTUAL_CAMERA,
    Kind.DEBUGGER,
    Kind.ALTERED_PROGRAM,
)

IsOurs = Callable[[int], bool]
NewId = Callable[[], str]
R = TypeVar("R")


def quick_lanes(
    policy: Policy, machine: Machine, is_ours: IsOurs, new_id: NewId
) -> tuple[Lane, ...]:
    """What is read in less than a millisecond or two."""
    return (
        _windows(policy, machine, is_ours, new_id),
        _clipboard(policy, machine, is_ours, new_id),
        _displays(policy, machine, new_id),
    )


def slow_lanes(
    policy: Policy, machine: Machine, is_ours: IsOurs, new_id: NewId
) -> tuple[Lane, ...]:
    """What takes longer: lists of programs, files of the kernel, other programs' answers."""
    processes = machine.processes
    listed = (
        processes
        if isinstance(processes, Unsupported)
        else Recent(processes.processes, LIST_EVERY_S)
    )
    return (
        _programs(policy, listed, is_ours, new_id),
        _captures(policy, machine, listed, is_ours, new_id),
        _inputs(policy, machine, new_id),
        *_signs(policy, machine.environment, new_id),
    )


def _windows(policy: Policy, machine: Machine, is_ours: IsOurs, new_id: NewId) -> Lane:
    hold_ns = held_ns(LOOK_EVERY_S)
    watcher = WindowWatcher(policy, is_ours, new_id, hold_ns)
    windows, desk = machine.windows, machine.desk

    def look(now_ns: int) -> list[Incident]:
        assert not isinstance(windows, Unsupported)
        window = windows.active_window()
        if isinstance(desk, Unsupported):
            return watcher.look(now_ns, window)
        return watcher.look(now_ns, window, desk.desk())

    first = _at_first(Kind.WINDOW_SWITCH, policy, policy.lockdown.windows, windows)
    return Lane(_but(first, "workspaces and focus", desk), watcher, look, LOOK_EVERY_S)


def _clipboard(policy: Policy, machine: Machine, is_ours: IsOurs, new_id: NewId) -> Lane:
    watcher = ClipboardWatcher(policy, is_ours, new_id, held_ns(LOOK_EVERY_S))
    first = _at_first(Kind.CLIPBOARD, policy, policy.lockdown.clipboard, machine.clipboard)
    look = _reading(
        machine.clipboard, lambda reader, now_ns: watcher.look(now_ns, reader.copied())
    )
    return Lane(first, watcher, look, LOOK_EVERY_S)


def _displays(policy: Policy, machine: Machine, new_id: NewId) -> Lane:
    watcher = DisplayWatcher(policy, new_id, held_ns(DISPLAYS_EVERY_S))
    first = _at_first(Kind.DISPLAY_CHANGE, policy, policy.lockdown.displays, machine.displays)
    look = _reading(
        machine.displays, lambda reader, now_ns: watcher.look(now_ns, reader.displays())
    )
    return Lane(first, watcher, look, DISPLAYS_EVERY_S)


def _inputs(policy: Policy, machine: Machine, new_id: NewId) -> Lane:
    watcher = InputWatcher(policy, new_id, held_ns(DEVICES_EVERY_S))
    first = _at_first(Kind.INPUT_DEVICE, policy, policy.lockdown.input_devices, machine.inputs)
    look = _reading(
        machine.inputs, lambda reader, now_ns: watcher.look(now_ns, reader.input_devices())
    )
    return Lane(first, watcher, look, DEVICES_EVERY_S)


def _programs(
    policy: Policy,
    listed: Recent[list[Process]] | Unsupported,
    is_ours: IsOurs,
    new_id: NewId,
) -> Lane:
    watcher = ProcessWatcher(policy, new_id, is_ours, held_ns(LIST_EVERY_S))
    look = _reading(listed, lambda lists, now_ns: watcher.look(now_ns, lists.at(now_ns)))
    first = _at_first(Kind.PROHIBITED_PROCESS, policy, policy.lockdown.programs, listed)
    if first.state == "watching" and not policy.prohibited_processes:
        first = Watched(Kind.PROHIBITED_PROCESS, "off", "the policy names no program")
    return Lane(first, watcher, look, LIST_EVERY_S)


def _captures(
    policy: Policy,
    machine: Machine,
    listed: Recent[list[Process]] | Unsupported,
    is_ours: IsOurs,
    new_id: NewId,
) -> Lane:
    watcher = SignWatcher(Kind.SCREEN_CAPTURE, policy, new_id, held_ns(LIST_EVERY_S))
    casts = machine.casts
    cast = None if isinstance(casts, Unsupported) else Recent(casts.casts, CASTS_EVERY_S)

    def look(now_ns: int) -> list[Incident]:
        assert not isinstance(listed, Unsupported)
        signs = capture_signs(listed.at(now_ns), is_ours)
        if cast is not None:
            signs += cast_signs(cast.at(now_ns), is_ours)
        return watcher.look(now_ns, signs)

    level = policy.lockdown.screen_capture
    first = _at_first(Kind.SCREEN_CAPTURE, policy, level, listed)
    return Lane(_but(first, "who receives it", casts), watcher, look, LIST_EVERY_S)


def _signs(
    policy: Policy, reader: EnvironmentReader | Unsupported, new_id: NewId
) -> tuple[Lane, ...]:
    read = None if isinstance(reader, Unsupported) else Recent(reader.signs, SIGNS_EVERY_S)
    cannot = {} if isinstance(reader, Unsupported) else reader.cannot()
    partly = {} if isinstance(reader, Unsupported) else reader.partly()

    def lane(kind: Kind) -> Lane:
        watcher = SignWatcher(kind, policy, new_id, held_ns(SIGNS_EVERY_S))

        def look(now_ns: int) -> list[Incident]:
            assert read is not None
            return watcher.look(now_ns, read.at(now_ns))

        told = Unsupported(cannot[kind]) if kind in cannot else reader
        first = _at_first(kind, policy, Level.WATCH, told)
        if first.state == "watching" and kind in partly:
            first = Watched(kind, "watching", partly[kind])
        return Lane(first, watcher, look, SIGNS_EVERY_S)

    return tuple(lane(kind) for kind in _SIGN_KINDS)


def _reading(
    reader: R | Unsupported, look: Callable[[R, int], list[Incident]]
) -> Callable[[int], list[Incident]]:
    """A lane's look through a reader; without one there is no look (``_at_first``)."""

    def look_now(now_ns: int) -> list[Incident]:
        assert not isinstance(reader, Unsupported)
        return look(reader, now_ns)

    return look_now


def _at_first(kind: Kind, policy: Policy, level: Level, reader: object) -> Watched:
    if level is Level.OFF:
        return Watched(kind, "off", "the policy leaves this part of the machine alone")
    if not policy.rule(kind).enabled:
        return Watched(kind, "off", "the policy does not ask for it")
    if isinstance(reader, Unsupported):
        return Watched(kind, "unsupported", reader.reason)
    return Watched(kind, "watching")


def _but(watched: Watched, part: str, reader: object) -> Watched:
    """What is watched, with what of it this machine cannot tell."""
    if watched.state == "watching" and isinstance(reader, Unsupported):
        return Watched(watched.kind, "watching", f"{part}: {reader.reason}")
    return watched
