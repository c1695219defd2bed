"""The short run (``tests/faults/programs``) and the server that it is recorded for."""

from __future__ import annotations

import runpy
from pathlib import Path

import msgspec
from support.evidence_server import EvidenceServer
from support.injection import python
from support.sessions import WALL_ORIGIN, Keys, make_policy

PROGRAM = Path(__file__).parents[1] / "faults" / "programs" / "short_run.py"

# The least that a policy may say: every third draft begins an epoch.
ROTATE_S = 60.0


def make_server() -> EvidenceServer:
    """An honest server whose clock stands where the session's last record says it does.

    So its receipts are as exact as the run itself, however long that takes.
    """
    keys = Keys()
    policy = msgspec.structs.replace(make_policy(keys), rotate_s=ROTATE_S)

    def now() -> int:
        return WALL_ORIGIN + (0 if server.held is None else max(0, server.held.chain.mono))

    server = EvidenceServer(keys, policy, now=now)
    return server


def short_run(url: str, server: EvidenceServer, root: Path) -> list[str]:
    """The command of the short run."""
    return python(PROGRAM, url, server.code, str(root))


def finish(url: str, server: EvidenceServer, root: Path) -> None:
    """Run it once more, without a fault, to its end; in this process, which is quicker.

    Raises:
        AssertionError: what a fault left cannot be gone on with.
    """
    said: list[str] = []
    status = runpy.run_path(str(PROGRAM))["main"](url, server.code, root, said.append)
    assert status == 0, said
    assert said[-1] == "delivered"


def saved(output: str) -> list[str]:
    """The hashes of the records that a run called saved."""
    lines = (line.split(" ", 1) for line in output.splitlines())
    return [rest[0] for kind, *rest in lines if kind == "saved"]
