"""How the program starts another process of itself: as a module, or as the packaged app, which
is one executable and is told its other role by its first argument."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import recorder


def role_command(module: str, argument: str) -> list[str]:
    """The command for a role: ``module`` with a Python, ``argument`` for the packaged app."""
    if Path(sys.executable).stem.lower().startswith("python"):
        return [sys.executable, "-P", "-m", module]
    return [sys.executable, argument]


def role_environment() -> dict[str, str]:
    """Ours, with this very copy of the recorder first on the path."""
    here = str(Path(recorder.__file__).parents[1])
    others = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([here, others]) if others else here
    return {**os.environ, "PYTHONPATH": path}
