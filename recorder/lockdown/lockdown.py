"""The lockdown of one session: steps held to, and the machine looked at beside them."""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
import structlog

from recorder.clock import now_ns
from recorder.detect.incidents.boundaries import AllBoundaries, Boundaries, no_boundaries
from recorder.detect.observations import Incident
from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Machine, Unsupported
from recorder.lockdown.deeds import DeedWatcher
from recorder.lockdown.guard import Guard
from recorder.lockdown.journal import Journal
from recorder.lockdown.lane import Lane, Watched, held_ns
from recorder.lockdown.operation import InForce, NotInForce, Operation, Performed
from recorder.lockdown.operations.for_policy import Asked, Desktop, steps_for
from recorder.lockdown.operations.restorers import RESTORERS
from recorder.lockdown.owner import Owner, owner_of
from recorder.lockdown.place import default_folder
from recorder.lockdown.processes import descends_from_us
from recorder.lockdown.sequence import Look
from recorder.lockdown.sequence import Sequence as Steps
from recorder.lockdown.unavailable import Unavailable
from recorder.lockdown.watch import MachineWatch
from shared.flags import Kind
from shared.policy import Level, Policy

_log = structlog.get_logger(__name__)

# What was evaded is done again within so long (seconds): before a hand reaches a second key.
LOOK_EVERY_S = 0.25

# Which incidents a part of the policy gives; the others are only put right.
_KINDS: Mapping[str, Kind] = {
    "keys": Kind.BLOCKED_KEY,
    "screen_capture": Kind.BLOCKED_KEY,
    "clipboard": Kind.CLIPBOARD,
    "full_screen": Kind.FULLSCREEN_EXIT,
    "on_top": Kind.FULLSCREEN_EXIT,
    "addresses": Kind.BLOCKED_ADDRESS,
}

_WATCHDOG = "watchdog"


@dataclass(frozen=True, slots=True)
class Held:
    """How one step is doing. ``part`` is the policy's word, ``reason`` a sentence for people;
    ``evaded`` counts how often it had to be done again, or was tried; ``blind`` says why it
    cannot be told just now whether it holds."""

    part: str
    name: str
    level: Level
    state: Literal["waiting", "in_force", "not_in_force", "unsupported", "undone"]
    reason: str = ""
    evaded: int = 0
    blind: str = ""


def new_journal(folder: Path | None = None) -> Journal:
    """This run's journal; nothing is written before a step needs it."""
    owner = owner_of(os.getpid()) or Owner(os.getpid(), "", "")
    return Journal(folder or default_folder(), owner)


class Lockdown:
    """Holds to the policy what it says, and gives the machine back. For one thread, which
    waits for what it does; ``status`` and ``held`` are for any."""

    def __init__(
        self,
        policy: Policy,
        machine: Machine,
        on_incident: Callable[[Incident], None],
        new_id: Callable[[], str],
        journal: Journal,
        extra: Sequence[Operation] = (),
        *,
        is_ours: Callable[[int], bool] = descends_from_us,
        desktop: Desktop | None = None,
        clock: Callable[[], int] = now_ns,
        boundaries: AllBoundaries = no_boundaries,
    ) -> None:
        """Nothing is done yet.

        Args:
            policy: its ``lockdown`` and its rules.
            machine: the readers of what is only watched.
            on_incident: called on threads of the lockdown's own.
            new_id: gives each incident its id; from any thread.
            journal: of this run (`new_journal`).
            extra: the exam window's own steps, done last and undone first; each is called
                as its part of the policy (``full_screen``, ``on_top``).
            is_ours: whether a process belongs to this program.
            desktop: where it runs; this machine.
            clock: the evidence clock, nanoseconds.
            boundaries: where the exam begins, stops and goes on: incidents end there.
        """
        self._policy = policy
        self._new_id = new_id
        self._on_incident = on_incident
        self._clock = clock
        self._boundaries = Boundaries(boundaries)
        where = desktop or Desktop(sys.platform, os.environ)
        guard = Guard(journal.path)
        known = steps_for(policy, where, guard, is_ours)
        self._asked = [*known, *(_asked(policy, one) for one in extra)]
        if any(one.operation.name in RESTORERS for one in self._asked):
            self._asked.insert(0, Asked(_WATCHDOG, Level.ENFORCE, guard))
        self._guard = guard
        self._steps = Steps([one.operation for one in self._asked], journal)
        self._performed: dict[str, Performed] = {}
        self._failed = ""
        self._undone: dict[str, str] = {}
        self._evaded: Counter[str] = Counter()
        self._ended = False
        self._look = Look()
        self._lanes = self._lanes_for(policy, new_id)
        self._watch = MachineWatch(
            self._watched_policy(policy),
            machine,
            on_incident,
            new_id,
            is_ours=is_ours,
            clock=clock,
            boundaries=boundaries,
        )
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lockdown", daemon=True)

    @property
    def watchdog(self) -> int | None:
        """The watchdog's process id, while there is one."""
        return self._guard.pid

    @property
    def failed(self) -> str:
        """The step that broke off in a way that nobody foresaw, so that none is in force."""
        return self._failed

    def start(self) -> list[Held]:
        """Do every step, and begin to watch; returns how each came off. Takes a second."""
        engaged = self._steps.engage()
        self._performed, self._failed = engaged.performed, engaged.failed
        self._lanes = self._lanes_for(self._policy, self._new_id)
        self._watch.start()
        self._thread.start()
        return self.held()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Give the machine back and end what is open. Doing so twice is allowed.

        Returns:
            Whether all is as it was; what is not, `held` tells, and the journal keeps it for
            the next start.
        """
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        self._undone = self._steps.release()
        self._ended = True
        for name, why in self._undone.items():
            _log.warning("not_undone", operation=name, why=why)
        return self._watch.stop() and not self._undone

    def status(self) -> list[Watched]:
        """How each kind of incident is looked for, those of the steps first. What a step cannot
        hold here may be watched all the same.
        """
        own = {lane.watched.kind: lane.watched for lane in self._lanes}
        for one in self._watch.status():
            held = own.get(one.kind)
            if held is None or (held.state == "unsupported" and one.state != "off"):
                own[one.kind] = one
        return list(own.values())

    def held(self) -> list[Held]:
        """How each step is doing, in the order in which they are done."""
        return [self._held(asked) for asked in self._asked]

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._look_once()
            self._stopping.wait(LOOK_EVERY_S)
        self._look_once()
        for lane in self._lanes:
            self._report(lane.finish(self._clock()))

    def _look_once(self) -> None:
        self._look = look = self._steps.look()
        for name, _evasion in look.evasions:
            self._evaded[name] += 1
        for at_ns in self._boundaries.passed():
            for lane in self._lanes:
                self._report(lane.cut(at_ns))
        for lane in self._lanes:
            self._report(lane.look(self._clock()))

    def _report(self, incidents: list[Incident]) -> None:
        for incident in incidents:
            try:
                self._on_incident(incident)
            except Exception:  # noqa: BLE001  (the next look matters more)
                _log.exception("incident_not_taken", kind=incident.kind, id=incident.id)

    def _lanes_for(self, policy: Policy, new_id: Callable[[], str]) -> list[Lane]:
        """A lane for each kind that the steps tell of."""
        names: dict[Kind, list[str]] = {}
        for asked in self._asked:
            if (kind := _KINDS.get(asked.part)) is not None:
                names.setdefault(kind, []).append(asked.operation.name)
        return [self._lane(kind, of, policy, new_id) for kind, of in names.items()]

    def _lane(
        self, kind: Kind, names: list[str], policy: Policy, new_id: Callable[[], str]
    ) -> Lane:
        watcher = DeedWatcher(kind, policy, new_id, held_ns(LOOK_EVERY_S))

        def look(now_ns: int) -> list[Incident]:
            blind = [why for name, why in self._look.blind if name in names]
            blind += [one.reason for one in done if isinstance(one, NotInForce)]
            if blind:
                raise EnvironmentFault(blind[0], "")
            return watcher.look(now_ns, [one for _name, one in self._look.evasions])

        done = [self._performed.get(name) for name in names]
        lacks = [one.reason for one in done if isinstance(one, Unsupported)]
        if not policy.rule(kind).enabled:
            first = Watched(kind, "off", "the policy does not ask for it")
        elif len(lacks) == len(names):
            first = Watched(kind, "unsupported", lacks[0])
        else:
            first = Watched(kind, "watching")
        return Lane(first, watcher, look, LOOK_EVERY_S)

    def _watched_policy(self, policy: Policy) -> Policy:
        """What is left to the watchers: not the clipboard that a step holds."""
        holds = any(
            asked.part == "clipboard" and not isinstance(asked.operation, Unavailable)
            for asked in self._asked
        )
        if not holds:
            return policy
        lockdown = msgspec.structs.replace(policy.lockdown, clipboard=Level.OFF)
        return msgspec.structs.replace(policy, lockdown=lockdown)

    def _held(self, asked: Asked) -> Held:
        name = asked.operation.name
        evaded = self._evaded[name]
        told = Held(asked.part, name, asked.level, "waiting", "", evaded)
        match self._performed.get(name):
            case InForce(without=without) if not self._ended or name in self._undone:
                reason = self._undone.get(name) or " ".join(without)
                blind = "" if self._ended else dict(self._look.blind).get(name, "")
                return Held(asked.part, name, asked.level, "in_force", reason, evaded, blind)
            case InForce():
                return Held(asked.part, name, asked.level, "undone", "", evaded)
            case NotInForce(reason=reason):
                return Held(asked.part, name, asked.level, "not_in_force", reason, evaded)
            case Unsupported(reason=reason):
                return Held(asked.part, name, asked.level, "unsupported", reason, evaded)
            case None:
                return told


def _asked(policy: Policy, operation: Operation) -> Asked:
    """A step of the exam's window, with how far the policy goes with it."""
    level = getattr(policy.lockdown, operation.name, Level.ENFORCE)
    return Asked(operation.name, level, operation)
