"""The thread that looks at the machine while a session records."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import structlog

from recorder.clock import now_ns
from recorder.detect.observations import Incident
from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import (
    Machine,
    Process,
    ProcessReader,
    Unsupported,
    WindowReader,
)
from recorder.lockdown.watchers import ProcessWatcher, WindowWatcher
from shared.flags import Kind
from shared.policy import Policy

_log = structlog.get_logger(__name__)

# Four looks a second see a window that is in front for as long as a glance takes, and stay
# below the default onset of 0.5 s.
LOOK_EVERY_S = 0.25

# Listing 300 processes costs 7 ms of CPU; a program that helps in an exam runs for longer.
LIST_EVERY_S = 2.0

# A look stands for what follows it, up to here: when the next comes later, as after a sleep
# of the computer, the time between was not observed. Eight looks; a busy machine misses two.
HELD_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Watched:
    """How one watcher is doing, for the heartbeat and the system check.

    ``state``: ``watching``; ``off`` (not in the policy); ``unsupported`` (this machine
    cannot tell, ``reason`` says why); ``unobserved`` (it could, and just now does not).
    ``unobserved_s`` is how long it could not, in all.
    """

    kind: Kind
    state: Literal["watching", "off", "unsupported", "unobserved"]
    reason: str = ""
    unobserved_s: float = 0.0


class MachineWatch:
    """Looks at windows and processes until stopped, and reports incidents."""

    def __init__(
        self,
        policy: Policy,
        machine: Machine,
        on_incident: Callable[[Incident], None],
        new_id: Callable[[], str],
        *,
        own_pids: Callable[[], frozenset[int]] = lambda: frozenset({os.getpid()}),
        clock: Callable[[], int] = now_ns,
    ) -> None:
        """Watch ``machine`` by ``policy``.

        Args:
            policy: its rules for ``window_switch`` and ``prohibited_process``.
            machine: the readers; ``machine.this_machine()`` gives this one's.
            on_incident: called on the watch's thread.
            new_id: gives each incident its id.
            own_pids: the processes whose windows are ours.
            clock: the evidence clock, nanoseconds.
        """
        self._on_incident = on_incident
        self._clock = clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="machine-watch", daemon=True)
        self._reader = machine.windows
        self._lanes = (
            _window_lane(policy, machine.windows, WindowWatcher(policy, own_pids, new_id)),
            _process_lane(policy, machine.processes, ProcessWatcher(policy, new_id)),
        )

    def status(self) -> tuple[Watched, Watched]:
        """How the windows' and the programs' watcher are doing; from any thread."""
        windows, processes = self._lanes
        return windows.watched, processes.watched

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> bool:
        """Stop looking and end open incidents; false when the thread did not in time."""
        self._stopping.set()
        if self._thread.ident is None:
            return True
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            for lane in self._lanes:
                self._report(lane.look(self._clock()))
            self._stopping.wait(LOOK_EVERY_S)
        for lane in self._lanes:
            self._report(lane.finish(self._clock()))
        if not isinstance(self._reader, Unsupported):
            self._reader.close()

    def _report(self, incidents: list[Incident]) -> None:
        for incident in incidents:
            try:
                self._on_incident(incident)
            except Exception:  # noqa: BLE001  (the next look matters more)
                _log.exception("incident_not_taken", kind=incident.kind, id=incident.id)


class _Watcher(Protocol):
    def unobserved(self, now_ns: int) -> list[Incident]: ...
    def finish(self, now_ns: int) -> list[Incident]: ...


class _Lane:
    """One watcher with what it looks at, and the account of how that goes."""

    def __init__(
        self, watched: Watched, watcher: _Watcher, look: Callable[[int], list[Incident]]
    ) -> None:
        self.watched = watched
        self._watcher = watcher
        self._look = look
        self._last_ns: int | None = None

    def look(self, now_ns: int) -> list[Incident]:
        if self.watched.state in ("off", "unsupported"):
            return []
        self._count_blind(now_ns)
        try:
            incidents = self._look(now_ns)
        except EnvironmentFault as fault:
            return self._blind(now_ns, fault.what)
        except Exception as bug:  # noqa: BLE001  (a watcher's bug is unobserved time)
            if self.watched.state != "unobserved":
                _log.exception("watcher_failed", kind=self.watched.kind)
            return self._blind(now_ns, f"the watcher failed: {bug!r}")
        self.watched = replace(self.watched, state="watching", reason="")
        return incidents

    def _count_blind(self, now_ns: int) -> None:
        """A look that failed, or that came long ago, saw nothing of the time up to now."""
        passed_ns = 0 if self._last_ns is None else now_ns - self._last_ns
        if self.watched.state == "unobserved" or passed_ns > HELD_NS:
            total = self.watched.unobserved_s + passed_ns / _NS_PER_S
            self.watched = replace(self.watched, unobserved_s=total)
        self._last_ns = now_ns

    def _blind(self, now_ns: int, reason: str) -> list[Incident]:
        self.watched = replace(self.watched, state="unobserved", reason=reason)
        return self._watcher.unobserved(now_ns)

    def finish(self, now_ns: int) -> list[Incident]:
        self._count_blind(now_ns)
        return self._watcher.finish(now_ns)


_NS_PER_S = 1_000_000_000


def _window_lane(
    policy: Policy, reader: WindowReader | Unsupported, watcher: WindowWatcher
) -> _Lane:
    def look(now_ns: int) -> list[Incident]:
        assert not isinstance(reader, Unsupported)
        return watcher.look(now_ns, reader.active_window())

    return _Lane(_at_first(Kind.WINDOW_SWITCH, policy, reader), watcher, look)


def _process_lane(
    policy: Policy, reader: ProcessReader | Unsupported, watcher: ProcessWatcher
) -> _Lane:
    listed: list[Process] = []
    next_ns = 0

    def look(now_ns: int) -> list[Incident]:
        nonlocal listed, next_ns
        assert not isinstance(reader, Unsupported)
        if now_ns >= next_ns:
            listed = reader.processes()
            next_ns = now_ns + int(LIST_EVERY_S * _NS_PER_S)
        return watcher.look(now_ns, listed)

    return _Lane(_at_first(Kind.PROHIBITED_PROCESS, policy, reader), watcher, look)


def _at_first(
    kind: Kind, policy: Policy, reader: WindowReader | ProcessReader | Unsupported
) -> Watched:
    nothing_to_find = kind is Kind.PROHIBITED_PROCESS and not policy.prohibited_processes
    if not policy.rule(kind).enabled or nothing_to_find:
        return Watched(kind, "off")
    if isinstance(reader, Unsupported):
        return Watched(kind, "unsupported", reader.reason)
    return Watched(kind, "watching")
