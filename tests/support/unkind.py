"""A system that lets no process lower its own priority, as a strict sandbox does."""

from __future__ import annotations


def unkind(module: str) -> str:
    """Python that runs a module's ``main`` where ``os.nice`` is forbidden."""
    return (
        "import os, sys\n"
        "def refused(_):\n"
        "    raise PermissionError(1, 'Operation not permitted')\n"
        "os.nice = refused\n"
        f"from {module} import main\n"
        "sys.exit(main())\n"
    )
