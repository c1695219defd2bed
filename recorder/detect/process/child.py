"""One life of the detector process, as the recorder holds it."""

from __future__ import annotations

import os
import queue
import subprocess
import threading
from collections.abc import Callable
from typing import BinaryIO, Protocol

from recorder.detect import WORKER_ARGUMENT
from recorder.detect.process.frame_memory import FrameMemory
from recorder.detect.process.worker_messages import Answer, Request, receive_answer, send
from recorder.roles import role_command, role_environment

# A detector that was told to end gets this long; it has nothing to lose.
END_WAIT_S = 1.0


class Child(Protocol):
    """A running detector process."""

    def send(self, request: Request) -> None:
        """Hand over a request; never blocks, and does nothing once the process has gone."""
        ...

    def end(self) -> None:
        """Make it end, politely first, and wait until it has."""
        ...

    def kill(self) -> None:
        """Make it end now."""
        ...


# Starts a process that reads pictures from the memory; every answer, and ``None`` when it
# has gone, is given to the function from another thread.
Spawn = Callable[[FrameMemory, Callable[[Answer | None], None]], Child]


def command() -> list[str]:
    """How to start the detector."""
    return role_command("recorder.detect.process.worker", WORKER_ARGUMENT)


class ChildProcess:
    """The real thing. A thread writes requests, another reads answers, so that neither a
    full pipe nor a stalled process ever holds the recorder up.

    Raises:
        OSError: the process could not be started.
    """

    def __init__(self, memory: FrameMemory, on_answer: Callable[[Answer | None], None]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [*command(), memory.token],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=() if memory.descriptor is None else (memory.descriptor,),
            env=_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._threads = (
            threading.Thread(target=self._write, args=(self._process.stdin,), daemon=True),
            threading.Thread(
                target=self._read, args=(self._process.stdout, on_answer), daemon=True
            ),
        )
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def send(self, request: Request) -> None:
        """Hand over a request; never blocks, and does nothing once the process has gone."""
        self._requests.put(request)

    def end(self) -> None:
        """Make it end, politely first, and wait until it has."""
        self._requests.put(None)
        try:
            self._process.wait(END_WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._reap()

    def kill(self) -> None:
        """Make it end now."""
        self._process.kill()
        self._requests.put(None)
        self._reap()

    def _reap(self) -> None:
        self._process.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()

    def _write(self, pipe: BinaryIO) -> None:
        try:
            with pipe:
                while (request := self._requests.get()) is not None:
                    send(pipe, request)
        except OSError:
            pass  # it has gone: the reading thread says so

    def _read(self, pipe: BinaryIO, on_answer: Callable[[Answer | None], None]) -> None:
        try:
            with pipe:
                while (answer := receive_answer(pipe)) is not None:
                    on_answer(answer)
        finally:
            on_answer(None)


def _environment() -> dict[str, str]:
    """One thread for numpy: its matrices are small here, and more would wait for each other
    at full speed. And no graphics driver on Linux: mediapipe would load one, with a compiler of
    its own, for graphs that have no use for it (libglvnd's environment variable).
    """
    return {
        **role_environment(),
        "OPENBLAS_NUM_THREADS": "1",
        "__EGL_VENDOR_LIBRARY_FILENAMES": os.devnull,
    }
