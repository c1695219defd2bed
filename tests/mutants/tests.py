"""The tests that changes are tried against, and how pytest is run for it."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

from mutants.changes import Module

TESTS = Path("tests/unit/shared")
# What is asked of every module alike.
COMMON = "test_structs.py"
# Random tampering and both verifiers over every vector: they find most, and take longest.
SLOW = ("test_vectors.py", "test_tampering.py")
# What tests and contract import of others, once for all children.
HEAVY = (
    "pytest",
    "hypothesis",
    "msgspec",
    "cyclopts",
    "rich.console",
    "rich.progress",
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
    *("-x", "-q", "-s", "--no-header", "-p", "no:cacheprovider", "-p", "pytest_timeout"),
    *("-o", "tmp_path_retention_policy=none"),
)


def prepare() -> None:
    """Import what all children share: nothing of ours."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in ("INVIGIL_EXAMPLES", "INVIGIL_FAULTS"):
        os.environ.pop(name, None)
    for name in HEAVY:
        importlib.import_module(name)


def stages(module: Module) -> list[list[str]]:
    """The files of tests, those first that are named after ``module``, the slow ones last."""
    found = sorted(TESTS.glob("test_*.py"))
    stem = module.path.stem
    own = [p for p in found if p.stem == f"test_{stem}" or p.name == COMMON]
    slow = [p for p in found if p.name in SLOW and p not in own]
    rest = [p for p in found if p not in own and p not in slow]
    return [[str(path) for path in stage] for stage in (own, rest, slow) if stage]
