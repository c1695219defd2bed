"""Changes to the bodies of functions: pytest has collected, and one function gets other code.

What is left of a try is a fork, and those tests that come by the function: those first that
are named after its module, and the short before the long. A function that runs while its
module is imported cannot be tried so.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import IO

import pytest
from mutants.changes import Change, Module
from mutants.processes import NOT_PYTHON, Outcome, Tried, each, ended, forked
from mutants.tests import PYTEST, TESTS

# A function: its module's path, absolute, and its dotted name.
Function = tuple[str, str]


def _key(change: Change) -> Function:
    return str(change.module.path.absolute()), change.function


@contextmanager
def _calls() -> Iterator[set[Function]]:
    """The functions (outermost ones) that are called meanwhile."""
    called: set[Function] = set()

    def note(frame: FrameType, event: str, arg: object) -> None:
        code = frame.f_code
        called.add((code.co_filename, code.co_qualname.partition(".<locals>")[0]))

    sys.settrace(note)
    try:
        yield called
    finally:
        sys.settrace(None)


def tryable(modules: Sequence[Module], changes: Collection[Change]) -> set[Function]:
    """The functions that can be given other code: found, and not called by the imports."""
    with _calls() as called:
        for module in modules:
            importlib.import_module(module.name)
    wanted = {_key(change): change for change in changes if change.function}
    found = {key for key, change in wanted.items() if _function(change) is not None}
    return found - called


def _function(change: Change) -> FunctionType | None:
    """The function that a change is in, out of its wrappings."""
    found: object = sys.modules[change.module.name]
    try:
        for name in change.function.split("."):
            found = inspect.getattr_static(found, name)
    except AttributeError:
        return None
    if isinstance(found, property):
        found = found.fget
    elif isinstance(found, staticmethod | classmethod):
        found = found.__func__
    found = inspect.unwrap(found) if callable(found) else found
    return found if isinstance(found, FunctionType) else None


def _code(code: CodeType, qualname: str) -> CodeType | None:
    """The code of a function within a module's."""
    for const in code.co_consts:
        if isinstance(const, CodeType):
            if const.co_qualname == qualname:
                return const
            if inner := _code(const, qualname):
                return inner
    return None


class _Host:
    """Waits in pytest, behind its collection, and tries changes there."""

    def __init__(self, changes: dict[int, Change], processes: int, out: IO[str]) -> None:
        self._changes, self._processes, self._out = changes, processes, out
        self._items: list[pytest.Item] = []
        self._callers: dict[Function, list[int]] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._items = session.items
        self._callers = self._who_calls()
        work = self._changes.items()
        for tried in each(work, self._attempt, self._processes):
            print(tried.number, tried.outcome.value, file=self._out, flush=True)
        return True

    def _who_calls(self) -> dict[Function, list[int]]:
        """For every function the tests that come by it, in the order to run them."""
        reading, writing = os.pipe()
        pid = forked(lambda: self._note_calls(writing))
        os.close(writing)
        with os.fdopen(reading) as told:
            notes = json.load(told)
        if ended(pid):
            raise RuntimeError("the tests do not pass as things are")
        callers: dict[Function, list[int]] = {}
        for _, number, functions in sorted(notes):
            for path, name in functions:
                callers.setdefault((path, name), []).append(number)
        for (path, _), numbers in callers.items():
            own = f"test_{Path(path).stem}"
            numbers.sort(key=lambda number: self._items[number].path.stem != own)
        return callers

    def _note_calls(self, writing: int) -> int:
        paths = {_key(change)[0] for change in self._changes.values()}
        notes: list[tuple[float, int, list[Function]]] = []
        for number in range(len(self._items)):
            since = time.perf_counter()
            with _calls() as called:
                failed = self._run([number])
            if failed:
                return failed
            found = [one for one in called if one[0] in paths]
            notes.append((time.perf_counter() - since, number, found))
        with os.fdopen(writing, "w") as told:
            json.dump(notes, told)
        return 0

    def _attempt(self, change: Change) -> int:
        try:
            whole = compile(change.source, _key(change)[0], "exec", dont_inherit=True)
        except SyntaxError:
            return NOT_PYTHON
        function, code = _function(change), _code(whole, change.function)
        assert function is not None
        assert code is not None
        function.__code__ = code
        return self._run(self._callers.get(_key(change), []))

    def _run(self, numbers: Sequence[int]) -> int:
        items = [self._items[number] for number in numbers]
        for item, following in zip(items, [*items[1:], None], strict=False):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if item.session.testsfailed:
                return 1
        return 0


def try_all(changes: dict[int, Change], processes: int) -> Iterator[Tried]:
    """Try changes, each by its number; they come back as they end."""
    if not changes:
        return
    reading, writing = os.pipe()

    def host() -> int:
        os.close(reading)
        with os.fdopen(writing, "w") as out:
            plugin = _Host(changes, processes, out)
            return int(pytest.main([*PYTEST, str(TESTS)], plugins=[plugin]))

    pid = forked(host, limited=False)
    os.close(writing)
    with os.fdopen(reading) as told:
        for line in told:
            number, outcome = line.split()
            yield Tried(int(number), Outcome(outcome))
    if code := ended(pid):
        raise RuntimeError(f"the tests could not be run: pytest ended with {code}")
