"""Every change in a process of its own, some at a time, within bounds."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from mutants.changes import Change

# All tests take some 10 s of CPU time; a change that takes this long loops.
CPU_LIMIT_S = 90
# A change may also wait for ever, or gather without end.
WALL_LIMIT_S = 900
MEMORY_LIMIT_BYTES = 3 * 1024**3

# What a child ends with besides pytest's own codes: mutmut made what does not compile, and
# something is wrong with the trying itself (pytest's own word for it).
NOT_PYTHON = 70
UNUSABLE = 4
# A test failed, a file of tests could not be imported, pytest itself was brought down.
FAILED = (1, 2, 3)


class Outcome(Enum):
    """What became of a change."""

    KILLED = "killed"
    SURVIVED = "survived"
    TIMEOUT = "timeout"
    INVALID = "invalid"


@dataclass(frozen=True)
class Tried:
    """A change, by its number, and what became of it."""

    number: int
    outcome: Outcome


def forked(work: Callable[[], int], *, limited: bool = True) -> int:
    """Do ``work`` in a silent child, which ends with what it returns; the child's id."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = UNUSABLE
        try:
            silence = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(silence, stream)
            if limited:
                resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_S, CPU_LIMIT_S + 5))
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
                _keep_files_apart()
            code = work()
        finally:
            os._exit(code)
    return pid


def _keep_files_apart() -> None:
    """The child's tests put their files where the parent removes them."""
    scratch = _scratch(os.getpid())
    # An earlier run that was killed may have left one of the same number.
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(scratch)


def _scratch(pid: int) -> Path:
    return Path(tempfile.gettempdir()) / f"invigil-mutant-{os.getuid()}-{pid}"


def ended(pid: int) -> int:
    """Wait for a child and clear up behind it; how it ended."""
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    shutil.rmtree(_scratch(pid), ignore_errors=True)
    return code


def each(
    changes: Iterable[tuple[int, Change]], work: Callable[[Change], int], processes: int
) -> Iterator[Tried]:
    """Try every change by ``work`` in a child; they come back as they end."""
    running: dict[int, tuple[int, float]] = {}
    for number, change in changes:
        while len(running) >= processes:
            yield _next(running)
        pid = forked(lambda change=change: work(change))
        running[pid] = number, time.monotonic()
    while running:
        yield _next(running)


def _next(running: dict[int, tuple[int, float]]) -> Tried:
    while True:
        for pid, (number, since) in running.items():
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                del running[pid]
                return Tried(number, _outcome(ended(pid)))
            if time.monotonic() - since > WALL_LIMIT_S:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)


def _outcome(code: int) -> Outcome:
    if code == 0:
        return Outcome.SURVIVED
    if code == NOT_PYTHON:
        return Outcome.INVALID
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return Outcome.TIMEOUT
    if code in FAILED or code < 0:
        return Outcome.KILLED
    raise RuntimeError(f"pytest ended with {code}, which says nothing of a change")
