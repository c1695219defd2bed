"""The interface's description explains itself: words and examples for every operation."""

from __future__ import annotations

from typing import Any

import httpx
import jsonschema_rs
import pytest
from support.campus import Campus

pytestmark = pytest.mark.anyio


async def described(campus: Campus) -> dict[str, Any]:
    transport = httpx.ASGITransport(campus.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        answer = await client.get("/schema/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def bodies(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The JSON that goes in and comes out where all is well."""
    told = [operation.get("requestBody", {})]
    told += [of for status, of in operation["responses"].items() if status[0] == "2"]
    return [
        one["content"]["application/json"]
        for one in told
        if "application/json" in one.get("content", {})
    ]


async def test_every_operation_has_words_and_every_json_body_an_example(
    template: Campus,
) -> None:
    told = await described(template)
    wrong: list[str] = []
    count = 0
    for path, item in told["paths"].items():
        for method, operation in item.items():
            name = f"{method} {path}"
            summary, words = operation.get("summary", ""), operation.get("description", "")
            if not 3 <= len(summary) <= 120 or not words.startswith(summary[:3]):
                wrong.append(f"{name}: summary {summary!r}, description {words!r}")
            for body in bodies(operation):
                count += 1
                # References lead into the whole description.
                schema = {**body["schema"], "components": told["components"]}
                checker, shown = jsonschema_rs.validator_for(schema), body.get("example")
                if shown in (None, {}):
                    wrong.append(f"{name}: no example")
                wrong += [f"{name}: {one.message}" for one in checker.iter_errors(shown)]
    assert count > 40
    assert not wrong, "\n".join(wrong)
