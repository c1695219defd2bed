"""The recorder's side of its watchdog: started first, replaced when it dies, ended last."""

from __future__ import annotations

import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

import structlog

from recorder.faults import EnvironmentFault
from recorder.lockdown import WATCHDOG_ARGUMENT
from recorder.lockdown.contents import Content
from recorder.lockdown.operation import Evasion, InForce, Performed, State
from recorder.lockdown.watchdog_messages import (
    Done,
    End,
    GiveBack,
    Keep,
    Order,
    receive_answer,
    send,
)
from recorder.roles import role_command, role_environment

_log = structlog.get_logger(__name__)

# A Python starts in 0.1 s, and in seconds on a machine that is busy or cold.
ANSWER_S = 15.0

# At the end nobody waits long for one that hangs: leaving takes two seconds at most.
END_S = 0.8


# Another one after it was ended must be there sooner: every other look at the lockdown waits
# for it. So it may fail, and is tried again after a wait that doubles up to the longest.
RESTART_S = 3.0
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 60.0


class Guard:
    """An operation like the others: in force, there is a watchdog. Not for two threads at
    once, except that ``pid`` may be read from any."""

    name = "watchdog"

    def __init__(
        self,
        journal: Path,
        command: Sequence[str] | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Have ``journal`` undone when this process dies; ``monotonic`` is in seconds."""
        role = role_command("recorder.lockdown.watchdog", WATCHDOG_ARGUMENT)
        self._command = [*(command or role), str(journal), str(os.getpid())]
        self._kept: Keep | None = None
        self._dog: _Dog | None = None
        self._on = False
        self._monotonic = monotonic
        self._missed: EnvironmentFault | None = None
        self._wait_s = FIRST_WAIT_S
        self._again_at = 0.0

    @property
    def pid(self) -> int | None:
        """The watchdog's process id, while there is one that holds all it should."""
        return None if self._dog is None else self._dog.pid

    def before(self) -> State | None:
        """Nothing is changed by it."""
        return None

    def perform(self) -> Performed:
        """Start it, and wait until it watches."""
        self._on = True
        self._start()
        return InForce()

    def check(self) -> tuple[Evasion, ...]:
        """Whether somebody ended it; then there is another, if one can be started.

        Raises:
            EnvironmentFault: there is still none; that it was ended has been told before.
        """
        if not self._on or (self._dog is not None and self._dog.runs):
            return ()
        if self._missed is not None:
            if self._monotonic() < self._again_at:
                raise self._missed
            self._restart()
            if self._missed is not None:
                raise self._missed
            return ()
        _log.warning("watchdog_ended", pid=self.pid)
        self._wait_s = FIRST_WAIT_S
        self._restart()
        return (Evasion(None, "the watchdog was ended"),)

    def _restart(self) -> None:
        try:
            self._start(RESTART_S)
        except EnvironmentFault as fault:
            _log.warning("no_watchdog", why=fault.what)
            self._missed = fault
            self._again_at = self._monotonic() + self._wait_s
            self._wait_s = min(self._wait_s * 2, LONGEST_WAIT_S)

    def revert(self) -> None:
        """Tell it that all is undone. It stays while somebody may want what it gave back."""
        dog, self._dog, self._kept = self._dog, None, None
        self._on = False
        self._missed = None
        if dog is not None:
            with suppress(EnvironmentFault):
                dog.ask(End(), END_S)
            dog.let_go()

    def keep(self, display: str, contents: tuple[Content, ...]) -> None:
        """Have it hold what was copied; when this returns, a crash gives it back.

        Raises:
            EnvironmentFault: there is no watchdog, so nothing must be emptied.
        """
        kept = Keep(display, contents)
        self._ask(kept)
        self._kept = kept

    def give_back(self) -> None:
        """Have it put back what it holds.

        Raises:
            EnvironmentFault: it could not.
        """
        if self._kept is None:
            return
        if self._dog is None or not self._dog.tries(GiveBack()):
            self._start()  # it had ended unseen, or hangs
            self._ask(GiveBack())
        self._kept = None

    def _ask(self, order: Order) -> None:
        if self._dog is None:
            raise _not_there("it was never started")
        self._dog.ask(order)

    def _start(self, patience_s: float = ANSWER_S) -> None:
        old, self._dog = self._dog, None
        if old is not None:
            old.end()
        dog = _Dog(self._command, patience_s)
        if self._kept is not None:
            try:
                dog.ask(self._kept, patience_s)
            except EnvironmentFault:
                dog.end()
                raise
        self._dog, self._missed = dog, None


class _Dog:
    """One life of the watchdog."""

    def __init__(self, command: Sequence[str], patience_s: float) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603  (our own interpreter)
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=role_environment(),
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as problem:
            raise _not_there(str(problem)) from problem
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._orders: BinaryIO = cast("BinaryIO", self._process.stdin)
        self._answers: queue.SimpleQueue[Done | None] = queue.SimpleQueue()
        self._reader = threading.Thread(
            target=self._read, args=(self._process.stdout,), name="watchdog", daemon=True
        )
        self._reader.start()
        try:
            self._answer(patience_s)
        except EnvironmentFault:
            self.end()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def ask(self, order: Order, patience_s: float = ANSWER_S) -> None:
        """Give an order and wait until it is done."""
        done = self._told(order, patience_s)
        if done.trouble:
            raise EnvironmentFault(done.trouble, "")

    def tries(self, order: Order) -> bool:
        """Give an order; whether it was taken in time. Raises what came of it."""
        try:
            done = self._told(order, END_S)
        except EnvironmentFault:
            return False
        if done.trouble:
            raise EnvironmentFault(done.trouble, "")
        return True

    def end(self) -> None:
        """Another one takes its place: it must not act any more."""
        self._process.kill()
        self.let_go()

    def _told(self, order: Order, patience_s: float) -> Done:
        try:
            send(self._orders, order)
        except OSError as problem:
            raise _not_there(str(problem)) from problem
        return self._answer(patience_s)

    def let_go(self) -> None:
        """Close this end; a watchdog that still hands out what was copied goes on alone."""
        with suppress(OSError):
            self._orders.close()
        self._reader.join(END_S)
        # Nobody waits for it any more: it may outlive this program.
        threading.Thread(target=self._process.wait, name="watchdog-end", daemon=True).start()

    def _answer(self, patience_s: float) -> Done:
        try:
            done = self._answers.get(timeout=patience_s)
        except queue.Empty:
            raise _not_there("it does not answer") from None
        if done is None:
            raise _not_there("it has ended")
        return done

    def _read(self, pipe: BinaryIO) -> None:
        try:
            with pipe:
                while (answer := receive_answer(pipe)) is not None:
                    self._answers.put(answer)
        finally:
            self._answers.put(None)


def _not_there(why: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"The watchdog that gives this computer back after a crash cannot be reached ({why}).",
        "Close other programs to free memory, and try again.",
    )
