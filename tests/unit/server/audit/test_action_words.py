"""Every action that the server writes into its logs has words on the log's page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from server.audit.words import ACTIONS

SERVER = Path(__file__).parents[4] / "server"
# What writes an entry, by the names that rooms have for it.
WRITERS = {"record", "_record", "_log", "_done"}
ACTION = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+([_-][a-z]+)*")


def written() -> Iterator[str]:
    for path in SERVER.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            named = call.func.attr if isinstance(call.func, ast.Attribute) else None
            named = call.func.id if isinstance(call.func, ast.Name) else named
            for given in call.args if named in WRITERS else ():
                if isinstance(given, ast.Constant) and isinstance(given.value, str):
                    yield given.value


def test_every_action_has_words() -> None:
    actions = {one for one in written() if ACTION.fullmatch(one)}
    assert len(actions) > 60
    assert not sorted(actions - ACTIONS.keys())
