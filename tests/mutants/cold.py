"""Changes that count when a module is imported: contract and tests are imported anew."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import CodeType, ModuleType

from mutants.changes import Change, Module
from mutants.processes import NOT_PYTHON
from mutants.tests import PYTEST, stages


class _Changed(importlib.abc.InspectLoader, importlib.abc.MetaPathFinder):
    """Imports one module from a source in memory."""

    def __init__(self, module: Module, code: CodeType, source: str) -> None:
        self._module, self._code, self._source = module, code, source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._module.name:
            return None
        return importlib.machinery.ModuleSpec(
            fullname, self, origin=str(self._module.path.absolute())
        )

    def get_source(self, fullname: str) -> str:
        return self._source

    def get_code(self, fullname: str) -> CodeType:
        return self._code


def attempt(change: Change) -> int:
    """Run the tests against a change; in a process in which nothing of ours is imported."""
    try:
        code = compile(
            change.source, str(change.module.path.absolute()), "exec", dont_inherit=True
        )
    except SyntaxError:
        return NOT_PYTHON
    sys.meta_path.insert(0, _Changed(change.module, code, change.source))
    return run(stages(change.module))


def run(files: list[list[str]]) -> int:
    """Run the tests, some files after the others, up to the first that fails."""
    import pytest

    for stage in files:
        if code := int(pytest.main([*PYTEST, *stage])):
            return code
    return 0
