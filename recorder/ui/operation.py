"""The one doorway between the window and everything that takes time.

A callable runs on a thread of its own; its success or its trouble comes back on the main
thread. An operation that nobody waits for any more is *abandoned*: neither callback runs,
and what it produced is handed to ``discard`` so that no device or session is left open.
"""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot

from recorder.faults import EnvironmentFault
from recorder.ui.told import told

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
        return Trouble(told(error.what), told(error.advice))
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


class Operation:
    """One callable under way, as the main thread holds it."""

    def __init__(
        self,
        work: Callable[[], Any],
        success: Callable[[Any], None],
        failure: Callable[[Trouble], None],
        discard: Callable[[Any], None] | None,
    ) -> None:
        self.work, self.success, self.failure = work, success, failure
        self.discard = discard
        self.abandoned = False

    def abandon(self) -> None:
        """Nobody waits any more: no callback will run, a late result is discarded."""
        self.abandoned = True


class Doorway(QObject):
    """Starts operations, and brings what they end with back to the main thread.

    Callbacks often hold widgets, which must die on the main thread. So it is the doorway
    that holds an operation, from its start until its end has come back; a worker borrows
    it by its number and has let go of it before it says that it is done.
    """

    _done = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._operations: dict[int, Operation] = {}
        self._ended: deque[tuple[int, _Success | Exception]] = deque()
        self._numbers = itertools.count()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closed = False
        self._done.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> int:
        """How many operations somebody still waits for."""
        return sum(not operation.abandoned for operation in self._operations.values())

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
        operation = Operation(work, success, failure, discard)
        number = next(self._numbers)
        self._operations[number] = operation
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        # A daemon: whatever a call waits for, it does not keep the process from ending.
        thread = threading.Thread(
            target=self._work, args=(number,), name=THREAD_NAME, daemon=True
        )
        self._threads.append(thread)
        thread.start()
        return operation

    def close(self, timeout_s: float) -> bool:
        """Abandon everything and wait for the threads; whether all ended in time.

        What ended unnoticed is discarded. Nothing is delivered from now on.
        """
        with self._lock:
            self._closed = True
        for operation in self._operations.values():
            operation.abandon()
        deadline = time.monotonic() + timeout_s
        while self._threads and time.monotonic() < deadline:
            thread = self._threads.pop()
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                self._threads.append(thread)
            self._deliver()  # which may start a thread that discards
        return not self._threads

    def _work(self, number: int) -> None:
        operation = self._operations[number]
        try:
            outcome: _Success | Exception = _Success(operation.work())
        except Exception as error:  # noqa: BLE001  told to the user by ``trouble_from``
            outcome = error
        del operation
        with self._lock:
            self._ended.append((number, outcome))
            del outcome
            if not self._closed:  # once closed, the Qt half of this object may be gone
                self._done.emit()

    @Slot()
    def _deliver(self) -> None:
        while self._ended:
            with self._lock:
                number, outcome = self._ended.popleft()
            operation = self._operations.pop(number)
            match outcome:
                case _Success(value) if operation.abandoned:
                    self._throw_away(operation.discard, value)
                case _Success(value):
                    operation.success(value)
                case Exception() as error if not operation.abandoned:
                    operation.failure(trouble_from(error))
                case Exception():
                    pass

    def _throw_away(self, discard: Callable[[Any], None] | None, value: Any) -> None:
        if discard is not None:
            # Nobody waits: for a discard that fails, the log that ``Trouble`` makes is all.
            self.run(lambda: discard(value), lambda _: None, lambda _: None)
