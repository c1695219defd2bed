"""A connection to an X server, and what is raised when it is gone."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar

from Xlib import error
from Xlib.display import Display

from recorder.faults import EnvironmentFault

# What python-xlib raises when the server is gone or was never there.
GONE = (
    error.DisplayError,
    error.ConnectionClosedError,
    error.XauthError,
    OSError,
)

# An X server that answers at all answers within milliseconds; a busy one in a second (s).
ANSWER_S = 5.0

T = TypeVar("T")


def connect(name: str) -> Display:
    """Connect to a display; an X error that nobody waits for is not printed.

    Raises:
        EnvironmentFault: it does not answer.
    """
    try:
        _knock(name)
        display = Display(name)
    except GONE as problem:
        raise gone(name, problem) from problem
    display.set_error_handler(lambda *_: None)
    return display


def gone(name: str, problem: BaseException) -> EnvironmentFault:
    """The fault to raise when a display went away."""
    return EnvironmentFault(
        f"The display {name} does not answer ({problem}).",
        "See that the desktop session is still running.",
    )


def _knock(display: str) -> None:
    """Fail as a missing display does, before python-xlib tries: it leaks what fails.

    Raises:
        OSError: nobody listens for a local display.
    """
    number = display.removeprefix(":").partition(".")[0]
    if display.startswith(":") and number.isdigit():
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(f"/tmp/.X11-unix/X{number}")  # noqa: S108  (where X.Org puts it)


class _Call(Generic[T]):
    """Something to be done on the connection's thread, and what came of it."""

    def __init__(self, work: Callable[[Display], T]) -> None:
        self._work = work
        self._done = threading.Event()
        self._result: T | None = None
        self._problem: BaseException | None = None

    def run(self, display: Display) -> None:
        try:
            self._result = self._work(display)
        except BaseException as problem:
            self._problem = problem
            if isinstance(problem, GONE):
                raise
        finally:
            self._done.set()

    def fail(self, problem: BaseException) -> None:
        self._problem = problem
        self._done.set()

    def result(self, timeout_s: float) -> T:
        if not self._done.wait(timeout_s):
            raise TimeoutError("no answer in time")
        if self._problem is not None:
            raise self._problem
        return self._result  # type: ignore[return-value]


class Listener:
    """One connection with a thread of its own, which alone speaks with the server.

    A connection of python-xlib is not for several threads, and events want an answer when
    they come and not at the next look.
    """

    def __init__(self, name: str, label: str, on_event: Callable[[Display, Any], None]) -> None:
        """Connect to display ``name``; ``on_event`` is called on the thread called ``label``.

        Raises:
            EnvironmentFault: the display does not answer.
        """
        self._name = name
        self._display = connect(name)
        self._on_event = on_event
        self._calls: list[_Call[Any]] = []
        self._lock = threading.Lock()
        self._wake, self._woken = socket.socketpair()
        self._stopping = False
        self._problem: BaseException | None = None
        self._timer: tuple[float, Callable[[Display], object]] | None = None
        self._thread = threading.Thread(target=self._run, name=label, daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the connection still stands."""
        return self._thread.is_alive()

    def call(self, work: Callable[[Display], T]) -> T:
        """Do something on the thread and wait for it.

        Raises:
            EnvironmentFault: the display went away, or does not answer.
        """
        call = _Call(work)
        with self._lock:
            if self._problem is not None or self._stopping:
                raise gone(self._name, self._problem or ConnectionError("it was closed"))
            self._calls.append(call)
        self._nudge()
        try:
            return call.result(ANSWER_S)
        except (*GONE, TimeoutError) as problem:
            raise gone(self._name, problem) from problem

    def catch_up(self) -> None:
        """Take every event that the server has sent so far; only from the connection's own
        thread."""
        self._display.sync()
        self._take_events()

    def later(self, seconds: float, work: Callable[[Display], object]) -> None:
        """Do something once so much time has passed; only from the connection's own thread.
        What was to be done before then is not."""
        self._timer = (time.monotonic() + seconds, work)

    def join(self) -> None:
        """Wait until the connection ends by itself."""
        self._thread.join()

    def finish(self) -> None:
        """Have the connection end after what is being done; callable on its own thread."""
        with self._lock:
            self._stopping = True
        self._nudge()

    def close(self) -> None:
        """End the connection and wait for that. Closing twice is allowed."""
        self.finish()
        if threading.current_thread() is not self._thread:
            self._thread.join(ANSWER_S)

    def _nudge(self) -> None:
        with suppress(OSError):
            self._wake.send(b"!")

    def _run(self) -> None:
        problem: BaseException | None = None
        try:
            while not self._stopping:
                self._take_events()
                self._take_calls()
                self._display.flush()
                self._take_timer()
                if not self._display.pending_events():
                    select.select([self._display, self._woken], [], [], self._left())
                    self._drain()
        except GONE as lost:
            problem = lost
        finally:
            self._end(problem)

    def _drain(self) -> None:
        self._woken.setblocking(False)
        with suppress(BlockingIOError):
            self._woken.recv(4096)

    def _take_events(self) -> None:
        while not self._stopping and self._display.pending_events():
            with suppress(error.XError):  # a window that has just closed
                self._on_event(self._display, self._display.next_event())

    def _left(self) -> float | None:
        return None if self._timer is None else max(0.0, self._timer[0] - time.monotonic())

    def _take_timer(self) -> None:
        if self._timer is not None and self._left() == 0:
            work, self._timer = self._timer[1], None
            with suppress(error.XError):
                work(self._display)
            self._display.flush()

    def _take_calls(self) -> None:
        with self._lock:
            calls, self._calls = self._calls, []
        for number, call in enumerate(calls):
            try:
                call.run(self._display)
            except GONE as lost:
                for other in calls[number + 1 :]:
                    other.fail(lost)
                raise

    def _end(self, problem: BaseException | None) -> None:
        with self._lock:
            self._stopping = True
            self._problem = problem
            calls, self._calls = self._calls, []
        for call in calls:
            call.fail(problem or ConnectionError("it was closed"))
        with suppress(*GONE):
            self._display.close()
        self._wake.close()
        self._woken.close()
