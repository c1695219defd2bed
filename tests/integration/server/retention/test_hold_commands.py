"""Holds from the command line: placed, listed, released, listed with the reason."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from support.campus import Campus

pytestmark = pytest.mark.both_databases

Run = Callable[..., tuple[int, str, str]]


def test_what_is_held_is_listed(campus: Campus, admin: Run) -> None:
    whose = ("--institution", campus.institution.name)

    def listed(*more: str) -> list[dict[str, Any]]:
        status, out, said = admin("retention", "holds", *whose, *more)
        assert status == 0, said
        return [json.loads(line) for line in out.splitlines()]

    assert listed() == []
    on = ("retention", "hold", campus.exam.id, "--kind", "exam", *whose)
    _, out, said = admin(*on, "--why", "A court asks.")
    held = json.loads(out)["hold"]
    (shown,) = listed()
    assert (shown["hold"], shown["subject"], shown["why"]) == (
        *(held, campus.exam.id, "A court asks."),
    ), said
    assert shown["placed_by"] == "command line"
    assert admin("retention", "release", held, *whose, "--why", "Closed.")[0] == 0
    assert listed() == []
    (shown,) = listed("--every")
    assert (shown["hold"], shown["release_why"]) == (held, "Closed.")
    by_reference = ("retention", "hold", "s-1", "--kind", "candidate", *whose)
    assert "no such candidate" in admin(*by_reference, "--why", "A court asks.")[2]
    asyncio.run(campus.code("s-1"))
    assert admin(*by_reference, "--why", "A court asks.")[0] == 0
    (shown,) = listed()
    assert shown["kind"] == "candidate"
    status, _, said = admin("retention", "holds", "--institution", "Another")
    assert (status, "no institution" in said) == (2, True)
