"""The one doorway between the window and everything that takes time.

A callable runs on a thread of its own; its success or its trouble comes back on the main
thread. An operation that nobody waits for any more is *abandoned*: neither callback runs,
and what it produced is handed to ``discard`` so that no device or session is left open.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot

from recorder.faults import EnvironmentFault

T = TypeVar("T")

THREAD_NAME = "ui-operation"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, for the user. ``reference`` names the log's entry of a bug."""

    what: str
    advice: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class _Success:
    value: Any


def fresh_reference() -> str:
    """Six characters a candidate can read out and support can search the log for."""
    return secrets.token_hex(3).upper()


def trouble_from(error: Exception, reference: Callable[[], str] = fresh_reference) -> Trouble:
    """The user's words for a failure; anything but the environment's is logged as a bug."""
    if isinstance(error, EnvironmentFault):
        return Trouble(error.what, error.advice)
    import structlog  # 0.2 s to import, and only a bug needs it

    name = reference()
    structlog.get_logger("recorder.ui").error(
        "unexpected problem", reference=name, exc_info=error
    )
    return Trouble(
        QCoreApplication.translate("Operation", "Something unexpected went wrong."),
        QCoreApplication.translate(
            "Operation",
            "Please try again. If it happens again, tell your institution the reference {0}.",
        ).format(name),
        name,
    )


def guarded(call: Callable[[], T], failure: Callable[[Trouble], None]) -> T | None:
    """Make a call that returns at once; a failure is told like an operation's."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001  a bug must reach the user, not end the window
        failure(trouble_from(error))
        return None


class Operation(QObject):
    """One callable under way. Made by ``Doorway.run``; lives on the main thread."""

    ended = Signal()
    _worked = Signal()

    def __init__(
        self,
        doorway: Doorway,
        work: Callable[[], Any],
        success: Callable[[Any], None],
        failure: Callable[[Trouble], None],
        discard: Callable[[Any], None] | None,
    ) -> None:
        super().__init__(doorway)
        self._doorway, self._work = doorway, work
        self._success, self._failure, self._discard = success, failure, discard
        self._lock = threading.Lock()
        self._abandoned = False
        self._outcome: _Success | Exception | None = None
        self._worked.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def abandon(self) -> None:
        """Nobody waits any more: no callback will run, a late result is discarded."""
        with self._lock:
            if self._abandoned:
                return
            self._abandoned = True
            outcome, self._outcome = self._outcome, None
        if isinstance(outcome, _Success):
            self._doorway.spawn(lambda: self._throw_away(outcome.value))
        self.ended.emit()

    def work(self) -> None:
        """The whole life of the thread."""
        try:
            outcome: _Success | Exception = _Success(self._work())
        except Exception as error:  # noqa: BLE001  told to the user by ``trouble_from``
            outcome = error
        with self._lock:
            if not self._abandoned:
                # Inside the lock: once abandoned, the Qt half of this object may be gone.
                self._outcome = outcome
                self._worked.emit()
                return
        if isinstance(outcome, _Success):
            self._throw_away(outcome.value)

    def _throw_away(self, value: Any) -> None:
        if self._discard is None:
            return
        try:
            self._discard(value)
        except Exception as error:  # noqa: BLE001  nobody waits: the log is all there is
            trouble_from(error)

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            outcome, self._outcome = self._outcome, None
            if self._abandoned:
                return
        self.ended.emit()
        match outcome:
            case _Success(value):
                self._success(value)
            case Exception() as error:
                self._failure(trouble_from(error))
            case None:
                pass


class Doorway(QObject):
    """Starts operations and knows which are under way."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._operations: set[Operation] = set()
        self._threads: list[threading.Thread] = []

    @property
    def busy(self) -> int:
        """How many operations somebody still waits for."""
        return len(self._operations)

    def run(
        self,
        work: Callable[[], T],
        success: Callable[[T], None],
        failure: Callable[[Trouble], None],
        discard: Callable[[T], None] | None = None,
    ) -> Operation:
        """Run ``work`` on a thread; exactly one callback follows on the main thread.

        Args:
            work: may block; must not touch a widget.
            success: gets the result.
            failure: gets the trouble, in the user's words.
            discard: gets the result of an operation abandoned meanwhile, on a thread.
        """
        operation = Operation(self, work, success, failure, discard)
        self._operations.add(operation)
        operation.ended.connect(lambda: self._forget(operation))
        self.spawn(operation.work)
        return operation

    def spawn(self, target: Callable[[], None]) -> None:
        """Start a thread that ``close`` waits for and that does not hold the process up."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=target, name=THREAD_NAME, daemon=True)
        self._threads.append(thread)
        thread.start()

    def close(self, timeout_s: float) -> bool:
        """Abandon everything and wait for the threads; whether all ended in time."""
        for operation in tuple(self._operations):
            operation.abandon()
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _forget(self, operation: Operation) -> None:
        self._operations.discard(operation)
        operation.deleteLater()
