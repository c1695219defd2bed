"""Faults at one system call of a program, by strace: kill it there, or have the call fail.

The program is run once to count its calls (``count_calls``), then again for each of them
with a fault at it (``run_with_fault``). That is exact where the program makes the same calls
in the same order each time: one thread, no clock, nothing random.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]

# What makes a file's bytes or its name reach the disk, by any of the calls' names.
DISK_CALLS = (
    *("pwrite64", "fsync", "fdatasync"),
    *("rename", "renameat", "renameat2", "unlink", "unlinkat"),
)

KILL = "signal=KILL"

# Nothing that is run here takes longer; in seconds.
BOUND_S = 120.0

_BY_THREAD = re.compile(r"^(?:\[pid +(\d+)\] )?(\w+)\(")
_CALL = re.compile(r"^(?:\[pid +\d+\] |\d+ +)?(\w+)\(", re.MULTILINE)


class Call(NamedTuple):
    """The ``number``-th call of a name, from 1 on."""

    name: str
    number: int


def python(program: Path, *arguments: str) -> list[str]:
    """The command that runs a program with the tests' modules at hand."""
    return [sys.executable, str(program), *arguments]


def count_calls(command: Sequence[str], names: Sequence[str] = DISK_CALLS) -> Counter[str]:
    """Run a command to its end and count its calls by name.

    Raises:
        AssertionError: the command failed.
    """
    trace = f"trace={','.join(names)}"
    done = _run(["strace", "-f", "-qq", "--seccomp-bpf", "-e", trace, *command])
    assert done.returncode == 0, done.stdout + done.stderr
    return Counter(name for name in _CALL.findall(done.stderr) if name in names)


class Traced(NamedTuple):
    """Calls on files under a folder, and those files by their place in it."""

    calls: list[Call]
    files: frozenset[str]


def calls_on(command: Sequence[str], names: Sequence[str], folder: Path) -> Traced:
    """Run a command to its end: its calls by these names on what lies under ``folder``.

    For programs of several threads, and calls that Python makes on its own account: give the
    files to ``run_with_fault``, which then counts no others. ``inject`` counts each thread's
    calls by themselves, so a number is a call of one thread or more.

    Raises:
        AssertionError: the command failed.
    """
    watch = ["strace", "-f", "-y", "-qq", "--seccomp-bpf", "-e", f"trace={','.join(names)}"]
    done = _run([*watch, *command])
    assert done.returncode == 0, done.stdout + done.stderr
    inside = re.compile(rf"[\"<]{re.escape(str(folder))}/?([^\">]*)[\">]")
    seen: Counter[tuple[str, str]] = Counter()
    files: set[str] = set()
    for line in done.stderr.splitlines():  # a thread's number, and its call
        match, within = _BY_THREAD.match(line), inside.findall(line)
        if match is not None and within:
            thread, name = match.groups(default="")
            seen[thread, name] += 1
            files.update(within)
    calls = {Call(name, n + 1) for (_, name), count in seen.items() for n in range(count)}
    return Traced(sorted(calls), frozenset(files))


def each_call(counts: Mapping[str, int]) -> list[Call]:
    """Every call that was counted, by name and number."""
    return [
        Call(name, number) for name in sorted(counts) for number in range(1, counts[name] + 1)
    ]


def run_with_fault(
    command: Sequence[str],
    call: Call,
    fault: str,
    *,
    on: str = "",
    files: Sequence[Path] = (),
) -> subprocess.CompletedProcess[str]:
    """Run a command with a fault at one of its calls.

    Args:
        command: what to run.
        call: where the fault is; ``number`` counts the calls of this name alone.
        fault: as strace's ``inject`` takes it: ``KILL``, or ``error=EIO`` and the like.
        on: which calls from there on fail: ``+`` all of them, ``..N`` up to the N-th.
        files: count calls on these alone; all calls where none is named.
    """
    inject = f"inject={call.name}:{fault}:when={call.number}{on}"
    # Not with --seccomp-bpf where it is a signal: strace 6.1 then delivers none.
    quick = ["--seccomp-bpf"] if fault.startswith("error") else []
    watch = ["strace", "-f", "-qq", *quick, "-o", "/dev/null"]
    only = [word for file in files for word in ("-P", str(file))]
    return _run([*watch, *only, "-e", f"trace={call.name}", "-e", inject, *command])


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join((str(ROOT / "tests"), str(ROOT)))
    # Compiled modules would be written, and renamed, in the first run alone.
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=BOUND_S, check=False
    )
