"""The machine held to the policy from the exam's beginning to its end, and given back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict

import structlog

from recorder.faults import EnvironmentFault
from recorder.lockdown.lane import Watched
from recorder.lockdown.lockdown import Lockdown
from recorder.lockdown.operation import Operation
from recorder.status import Notice
from shared.records import Detail

_log = structlog.get_logger(__name__)

# To a candidate, when a step of ours breaks off.
NO_FAULT = "That is not your doing, and you need not do anything: the recording says so."


class Locking:
    """Starts the lockdown once and stops it once, whoever is first; from any thread.

    Args:
        make: gives the session's lockdown, with the exam window's own steps.
        tell: takes what the candidate should know.
    """

    def __init__(
        self,
        make: Callable[[Sequence[Operation]], Lockdown],
        tell: Callable[[Notice], None],
    ) -> None:
        self._make = make
        self._lockdown = make(())
        self._tell = tell
        self._lock = threading.Lock()
        self._started = self._ended = False
        self._trouble = ""

    def add(self, operations: Sequence[Operation]) -> bool:
        """Hold to these, too: the exam's window is there only after the session is. Where the
        exam goes on after an interruption, the lockdown begins anew with them. Returns at
        once: whether the session is not over.
        """
        with self._lock:
            if self._ended:
                return False
            if not self._started:
                self._lockdown = self._make(operations)
                return True
        threading.Thread(
            target=self._begin_anew, args=(operations,), name="lockdown-anew", daemon=True
        ).start()
        return True

    def start(self) -> None:
        """The exam begins. Returns at once: the steps take a second."""
        threading.Thread(target=self._start, name="lockdown-start", daemon=True).start()

    def stop(self) -> None:
        """Give the machine back; returns when that is done."""
        with self._lock:
            if self._ended:
                return
            self._ended = True
            if self._started:
                self._give_back()

    def status(self) -> list[Watched]:
        """How each kind of incident is looked for."""
        return self._lockdown.status()

    def describe(self) -> Detail:
        """For the heartbeat: what is held to, and what is looked for."""
        return {
            "watching": [asdict(watched) for watched in self.status()],
            "held": [asdict(held) for held in self._lockdown.held()],
            **({"lockdown_trouble": self._trouble} if self._trouble else {}),
        }

    def _begin_anew(self, operations: Sequence[Operation]) -> None:
        with self._lock:
            if self._ended:
                return
            self._give_back()
            self._lockdown = self._make(operations)
            self._started = False
        self._start()

    def _give_back(self) -> None:
        if not self._lockdown.stop():
            _log.warning("the_machine_is_not_all_as_it_was")

    def _start(self) -> None:
        with self._lock:
            if self._ended or self._started:
                return
            self._started = True
            try:
                self._hold()
                self._trouble = ""
            except EnvironmentFault as fault:
                # The exam goes on without; whoever reviews reads why.
                self._trouble = str(fault)
                _log.warning("no_lockdown", why=str(fault))
                text = f"The exam goes on, but this computer is not held to its rules: {fault}"
                self._tell(Notice(text, "Invigil", "info"))

    def _hold(self) -> None:
        """Raises ``EnvironmentFault`` where nothing is held to the policy, bugs of ours too."""
        self._lockdown.start()
        if failed := self._lockdown.failed:
            raise EnvironmentFault(f"“{failed}” has failed unexpectedly.", NO_FAULT)
