"""Whatever goes wrong, a program is told in problem+json, and never more than it may know."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs
from support.campus import Campus, Pupil

from server.ingest.delivery import Delivery
from shared.wire import ProblemType

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/enrolments/redeem", 405),
        ("DELETE", "/health", 405),
        ("POST", "/api/v1/enrolments/redeem", 400),
        ("GET", "/api/v1/exams", 401),
        ("GET", f"/sessions/{'0' * 32}/bundle", 401),
    ],
)
async def test_every_refusal_is_a_problem(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["status"], bool(body["title"]), bool(body["detail"])) == (status, True, True)
    if status == 405:
        assert answer.headers["allow"]


async def test_too_large_a_body_of_json(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/enrolments/inspect", content=b"x" * 5_000)
    assert (answer.status_code, answer.json()["type"]) == (413, ProblemType.TOO_LARGE)


async def test_too_large_a_form_of_anybody(client: httpx.AsyncClient) -> None:
    answer = await client.post("/login", data={"email": "x" * 70_000, "password": "x"})
    assert (answer.status_code, answer.json()["type"]) == (413, ProblemType.TOO_LARGE)


async def test_a_bug_is_told_by_a_number_only(
    pupil: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def bug(*_: object) -> None:
        raise ZeroDivisionError("the secret inside")

    monkeypatch.setattr(Delivery, "status", bug)
    answer = await pupil.client.get(pupil.url("status"), headers=pupil.headers)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Tell the operator the number" in answer.json()["detail"]


@pytest.mark.parametrize(
    "error", [OSError(5, "I/O error"), OperationalError("SELECT secret", {}, Exception("x"))]
)
async def test_a_failing_disk_or_database_is_not_the_callers_fault(
    pupil: Pupil, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(Delivery, "status", fail)
    answer = await pupil.client.get(pupil.url("status"), headers=pupil.headers)
    assert (answer.status_code, answer.json()["type"]) == (503, ProblemType.BUSY)
    assert int(answer.headers["retry-after"]) > 0
    assert "secret" not in answer.text


async def test_a_link_s_secret_is_not_logged_where_the_database_fails(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: object) -> None:
        raise OSError(5, "I/O error")

    monkeypatch.setattr("server.storage.database.Database.transaction", closed)
    with capture_logs() as lines:
        answer = await client.get(f"/join/{'s3cret' * 8}")
    assert answer.status_code == 503
    (line,) = (line for line in lines if line["event"] == "cannot work")
    assert line["route"].startswith("/join/{")
    assert "s3cret" not in str(lines)


async def test_health_says_when_the_database_does_not_answer(
    campus: Campus, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await client.get("/health")).json() == {"product": "invigil", "status": "ok"}

    def closed(*_: object) -> None:
        raise OSError(5, "I/O error")

    monkeypatch.setattr("server.storage.database.Database.transaction", closed)
    assert (await client.get("/health")).status_code == 503
    assert campus.settings.url


async def test_the_interface_is_described(client: httpx.AsyncClient) -> None:
    schema = (await client.get("/schema/openapi.json")).json()
    paths = set(schema["paths"])
    assert {
        "/api/v1/enrolments/redeem",
        "/api/v1/sessions/{session_id}/records",
        "/api/v1/sessions/{session_id}/blobs/{sha256}",
    } <= paths
