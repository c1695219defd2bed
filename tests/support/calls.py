"""System calls of a running process, as strace sees them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_WHOLE = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\d+)")
_BEGUN = re.compile(r"(\d+) +(\w+)\((.*) <unfinished \.\.\.>")
_OVER = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>.*\) += (-?\d+)")


@dataclass(frozen=True, slots=True)
class Call:
    """A call that succeeded: the lines of the log at which it began and had returned."""

    name: str
    arguments: str
    begun: int
    over: int


@contextmanager
def traced(pid: int, *options: str, log: Path = Path("/dev/null")) -> Iterator[None]:
    """Strace on a process and all its threads, which it holds when the context begins."""
    command = ["strace", "-f", "-p", str(pid), "-o", str(log), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        try:
            assert tracer.stderr is not None
            tracer.stderr.readline()
            yield
        finally:
            # Asked to end, it might first wait for threads that it holds itself.
            tracer.kill()


def read_calls(log: Path) -> list[Call]:
    """The calls in a log of ``strace -f``, in the order in which they began."""
    calls: list[Call] = []
    begun: dict[str, tuple[str, str, int]] = {}
    for at, line in enumerate(log.read_text(errors="replace").splitlines()):
        if (whole := _WHOLE.match(line)) and int(whole[4]) >= 0:
            calls.append(Call(whole[2], whole[3], at, at))
        elif half := _BEGUN.match(line):
            begun[half[1]] = (half[2], half[3], at)
        elif (rest := _OVER.match(line)) and rest[1] in begun:
            name, arguments, since = begun.pop(rest[1])
            if int(rest[3]) >= 0:
                calls.append(Call(name, arguments, since, at))
    return sorted(calls, key=lambda call: call.begun)
