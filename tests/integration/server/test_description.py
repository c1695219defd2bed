"""The interface's description explains itself: words and examples for every operation."""

from __future__ import annotations

import re
from typing import Any

import httpx
import jsonschema_rs
import pytest
from support.campus import Campus, Pupil, sign_in

from server.examples import example
from server.usual_bodies import LATER

pytestmark = pytest.mark.anyio

TIME = re.compile(r"\d{4}-\d\d-\d\dT[0-9:]{8}\.[0-9]{3}Z")


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


# What is asked in the examples, in an order in which each can be: method, path, status. An
# answer's id goes on as what the path's next parameter names.
ASKED = (
    ("post", "/api/v1/accommodations", 201, "profile_id"),
    ("put", "/api/v1/accommodations/{profile_id}", 200, ""),
    ("post", "/api/v1/exams", 201, "exam_id"),
    ("put", "/api/v1/exams/{exam_id}/schedule", 200, ""),
    ("post", "/api/v1/exams/{exam_id}/policies", 201, ""),
    ("put", "/api/v1/exams/{exam_id}/policy", 200, ""),
    ("post", "/api/v1/exams/{exam_id}/copy", 201, ""),
    ("post", "/api/v1/exams/{exam_id}/enrolments", 201, "enrolment_id"),
    ("put", "/api/v1/exams/{exam_id}/enrolments/{enrolment_id}/accommodation", 200, ""),
    ("post", "/api/v1/exams/{exam_id}/letters", 200, ""),
    ("post", "/api/v1/exams/{exam_id}/codes", 200, ""),
    ("post", "/api/v1/exams/{exam_id}/enrolments/changes", 200, ""),
    ("post", "/api/v1/exams/{exam_id}/cancel", 200, ""),
    ("post", "/api/v1/sessions/{session_id}/commands", 202, ""),
    ("post", "/api/v1/sessions/{session_id}/flags/{flag_id}/notes", 201, ""),
    ("post", "/api/v1/sessions/{session_id}/flags/{flag_id}/decisions", 200, ""),
    ("post", "/api/v1/sessions/{session_id}/decisions", 200, ""),
    ("post", "/api/v1/exam-headers/check", 200, ""),
    ("put", "/api/v1/accommodations/{profile_id}/archived", 200, ""),
    ("put", "/api/v1/builds/rule", 204, ""),
)


async def test_what_the_examples_ask_is_taken_and_answered_so(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    told = await described(campus)
    pupil.open()
    pupil.incident(1)
    pupil.take(await pupil.deliver(*pupil.records))
    names = {"session_id": pupil.session, "flag_id": f"{1:032x}"}
    headers = await sign_in(campus, client, campus.admin)
    for method, path, status, called in ASKED:
        operation = told["paths"][path][method]
        sent = operation.get("requestBody", {}).get("content", {})
        asked = sent.get("application/json", {}).get("example")
        answer = await client.request(
            method, path.format_map(names), json=asked, headers=headers
        )
        assert answer.status_code == status, f"{method} {path}: {answer.text}"
        if status == 204:
            continue
        shown = operation["responses"][str(status)]["content"]["application/json"]["example"]
        assert shape(answer.json()) == shape(shown), f"{method} {path}"
        if called:
            made = answer.json()
            one = made[0] if isinstance(made, list) else made
            names[called] = one.get("id") or one["enrolment"]


async def test_tables_have_the_columns_and_cells_of_their_examples(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    told = await described(campus)
    pupil.open()
    pupil.incident(1)
    pupil.close()
    await pupil.hand_in()
    headers = await sign_in(campus, client, campus.admin)
    decision = {"verdict": "accepted", "version": 0}
    flag = f"/api/v1/sessions/{pupil.session}/flags/{1:032x}"
    await client.post(f"{flag}/decisions", json=decision, headers=headers)
    for name in ("sessions", "flags", "decisions", "candidates", "audit"):
        path = f"/api/v1/exports/{name}"
        answer = await client.get(path, params={"format": "json"})
        content = told["paths"][path]["get"]["responses"]["200"]["content"]
        (shown,) = content["application/json"]["example"]
        row = answer.json()[0]
        assert list(row) == list(shown), name
        for column, cell in shown.items():
            if row[column] is not None and cell is not None:
                assert type(row[column]) is type(cell), f"{name}: {column}"
                assert not TIME.fullmatch(str(cell)) or TIME.fullmatch(row[column]), column


def shape(body: Any) -> Any:
    """The names in an answer, one of each list's."""
    if isinstance(body, list):
        return [shape(one) for one in body[:1]]
    return sorted(body) if isinstance(body, dict) else None


def test_what_may_be_nothing_and_what_is_a_moment() -> None:
    maybe = {"anyOf": [{"type": "integer"}, {"type": "null"}]}
    parts = {"expires": maybe, "withdrawn": maybe, "at": {"type": "number"}}
    schema = {"type": "object", "properties": parts, "required": [*parts]}
    assert example(schema, {}) == {"expires": LATER, "withdrawn": None, "at": 1.0}
    assert example(maybe, {}) == 1
