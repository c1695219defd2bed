"""Tries changes: each in a process of its own, against the tests, until the first that fails.

The parent has imported what does not change (pytest, cryptography, …) and nothing of ours; a
child imports the contract with one module changed, in memory alone, and runs the tests in
stages: those named after the module first, then the rest, the slow ones last.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import CodeType, ModuleType

from mutants.changes import Change, Module

TESTS = Path("tests/unit/shared")
# Random tampering and both verifiers over every vector: they find most, and take longest.
SLOW = ("test_vectors.py", "test_tampering.py")
# What tests and contract import of others, once for all children.
HEAVY = (
    "pytest",
    "hypothesis",
    "msgspec",
    "cyclopts",
    "rich.console",
    "rich.table",
    "rich.text",
    "zipfile",
    "cryptography.hazmat.primitives.hpke",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cryptography.hazmat.primitives.asymmetric.x25519",
    "cryptography.hazmat.primitives.asymmetric.mlkem",
    "cryptography.hazmat.primitives.ciphers.aead",
)
# Unlike in `make test`: without plugins that these tests do not need, and without a cache.
PYTEST = (
    *("-x", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "pytest_timeout"),
    *("-o", "tmp_path_retention_policy=none"),
)

# All tests take some 10 s of CPU time; a change that takes this long loops.
CPU_LIMIT_S = 90
# A change may also wait for ever, or gather without end.
WALL_LIMIT_S = 600
MEMORY_LIMIT_BYTES = 3 * 1024**3

NOT_PYTHON = 70


class Outcome(Enum):
    """What became of a change."""

    KILLED = "killed"
    SURVIVED = "survived"
    TIMEOUT = "timeout"
    # Not a change to a program: mutmut made what does not compile.
    INVALID = "invalid"


@dataclass(frozen=True)
class Tried:
    """A change, what became of it, and after how many seconds."""

    change: Change
    outcome: Outcome
    seconds: float


class _Changed(importlib.abc.InspectLoader, importlib.abc.MetaPathFinder):
    """Imports one module from a source in memory."""

    def __init__(self, module: Module, code: CodeType, source: str) -> None:
        self._module, self._code, self._source = module, code, source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._module.name:
            return None
        where = self._module.path.absolute()
        return importlib.util.spec_from_file_location(fullname, where, loader=self)  # pyright: ignore[reportArgumentType]

    def get_source(self, fullname: str) -> str:
        return self._source

    def get_code(self, fullname: str) -> CodeType:
        return self._code


def stages(module: Module) -> list[list[str]]:
    """The tests, in the order in which they are run against changes of ``module``."""
    found = sorted(TESTS.glob("test_*.py"))
    stem = module.path.stem
    own = [p for p in found if p.stem == f"test_{stem}" or p.stem.startswith(f"test_{stem}_")]
    slow = [p for p in found if p.name in SLOW]
    rest = [p for p in found if p not in own and p not in slow]
    slow = [p for p in slow if p not in own]
    return [[str(path) for path in stage] for stage in (own, rest, slow) if stage]


def prepare() -> None:
    """Import what all children share."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("INVIGIL_EXAMPLES", None)
    os.environ.pop("INVIGIL_FAULTS", None)
    for name in HEAVY:
        importlib.import_module(name)


def clean(modules: Iterable[Module]) -> bool:
    """Whether all tests pass as things are; without that, nothing could be told."""
    first = next(iter(modules))
    pid = _fork(lambda: _run(stages(first)))
    status = os.waitpid(pid, 0)[1]
    shutil.rmtree(_scratch(pid), ignore_errors=True)
    return os.waitstatus_to_exitcode(status) == 0


def try_all(changes: Iterable[Change], processes: int) -> Iterator[Tried]:
    """Try every change, some at a time; they come back as they end."""
    running: dict[int, tuple[Change, float]] = {}
    for change in changes:
        while len(running) >= processes:
            yield _ended(running)
        running[_fork(lambda change=change: _try(change))] = (change, time.monotonic())
    while running:
        yield _ended(running)


def _ended(running: dict[int, tuple[Change, float]]) -> Tried:
    while True:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid in running:
            change, since = running.pop(pid)
            shutil.rmtree(_scratch(pid), ignore_errors=True)
            return Tried(change, _outcome(status), time.monotonic() - since)
        for stuck, (_, since) in running.items():
            if time.monotonic() - since > WALL_LIMIT_S:
                os.kill(stuck, signal.SIGKILL)
        time.sleep(0.01)


def _outcome(status: int) -> Outcome:
    match os.waitstatus_to_exitcode(status):
        case 0:
            return Outcome.SURVIVED
        case code if code == NOT_PYTHON:
            return Outcome.INVALID
        case code if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return Outcome.TIMEOUT
        # A test that fails, a file of tests that cannot be imported, a crash.
        case code if code in (1, 2) or code < 0:
            return Outcome.KILLED
        case code:
            raise RuntimeError(f"pytest ended with {code}, which says nothing of a change")


def _fork(work: Callable[[], int]) -> int:
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            silence = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(silence, stream)
            resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_S, CPU_LIMIT_S + 5))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES,) * 2)
            code = work()
        finally:
            os._exit(code)
    return pid


def _try(change: Change) -> int:
    source = change.source
    try:
        code = compile(source, str(change.module.path.absolute()), "exec", dont_inherit=True)
    except SyntaxError:
        return NOT_PYTHON
    sys.meta_path.insert(0, _Changed(change.module, code, source))
    return _run(stages(change.module))


def _run(stages: list[list[str]]) -> int:
    import pytest

    scratch = f"--basetemp={_scratch(os.getpid())}"
    for stage in stages:
        if code := int(pytest.main([*PYTEST, scratch, *stage])):
            return code
    return 0


def _scratch(pid: int) -> Path:
    """Where a child's tests put their files."""
    return Path(tempfile.gettempdir()) / f"invigil-mutant-{pid}"
