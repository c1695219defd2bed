"""The upload's speed: bytes that are counted, bounded and never kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select
from support.campus import Campus, connected

from server.audit.models import LogEntryRow
from server.enrolment import speed
from server.enrolment.speed import BYTES_PER_MINUTE
from server.ingest.models import ExamSession
from shared.wire import CODE_HEADER, MAX_SPEED_BYTES, SPEED_PATH, ProblemType

pytestmark = pytest.mark.anyio


async def send(client: httpx.AsyncClient, code: str, body: bytes) -> httpx.Response:
    return await client.post(SPEED_PATH, content=body, headers={CODE_HEADER: code})


def stored(campus: Campus) -> set[Path]:
    return {path for path in campus.settings.data_dir.rglob("*") if path.is_file()}


async def test_bytes_are_counted_and_thrown_away(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    code = await campus.code()
    async with connected(campus.settings) as database, database.transaction() as db:
        logged = await db.scalar(select(func.count()).select_from(LogEntryRow))
    files = stored(campus)
    for size in (0, 1, MAX_SPEED_BYTES):
        answer = await send(client, code, b"x" * size)
        assert (answer.status_code, answer.json()) == (200, {"bytes": size})
        assert answer.headers["Cache-Control"] == "no-store"
    assert stored(campus) == files
    async with connected(campus.settings) as database, database.transaction() as db:
        assert await db.scalar(select(func.count()).select_from(ExamSession)) == 0
        assert await db.scalar(select(func.count()).select_from(LogEntryRow)) == logged


async def test_only_who_holds_a_good_code_may_send(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    for headers in ({}, {CODE_HEADER: "NOSUCHCODE22"}):
        answer = await client.post(SPEED_PATH, content=b"x", headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (404, ProblemType.CODE_UNKNOWN)
    code = await campus.code()
    campus.clock.advance(400 * 24 * 3_600_000_000)
    answer = await send(client, code, b"x")
    assert (answer.status_code, answer.json()["type"]) == (410, ProblemType.EXAM_CLOSED)


async def test_guessing_codes_here_is_throttled_as_everywhere(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    good = await campus.code()
    for _ in range(campus.settings.code_attempts):
        await send(client, "NOSUCHCODE22", b"")
    answer = await send(client, "NOSUCHCODE22", b"")
    assert (answer.status_code, answer.json()["type"]) == (429, ProblemType.BUSY)
    inspect = "/api/v1/enrolments/inspect"
    assert (await client.post(inspect, json={"code": "NOSUCHCODE22"})).status_code == 429
    # Who shares the address with a guesser has a right code.
    assert (await send(client, good, b"")).status_code == 200


async def test_a_code_may_send_so_much_a_minute(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    code, other = await campus.code("one"), await campus.code("two")
    body = b"x" * MAX_SPEED_BYTES
    for _ in range(BYTES_PER_MINUTE // MAX_SPEED_BYTES):
        assert (await send(client, code, body)).status_code == 200
    answer = await send(client, code, body)
    assert (answer.status_code, answer.json()["type"]) == (429, ProblemType.BUSY)
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert (await send(client, other, body)).status_code == 200
    campus.clock.advance(60_000_000)
    assert (await send(client, code, body)).status_code == 200


async def test_many_empty_ones_count_too(
    campus: Campus, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed, "LEAST_COUNTED", BYTES_PER_MINUTE // 3)
    code = await campus.code()
    assert [(await send(client, code, b"")).status_code for _ in range(4)] == [200] * 3 + [429]


async def test_a_body_that_is_too_large_or_of_unknown_length_is_refused(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    code = await campus.code()
    answer = await send(client, code, b"x" * (MAX_SPEED_BYTES + 1))
    assert (answer.status_code, answer.json()["type"]) == (413, ProblemType.TOO_LARGE)

    async def endless() -> AsyncIterator[bytes]:
        yield b"x"

    answer = await client.post(SPEED_PATH, content=endless(), headers={CODE_HEADER: code})
    assert (answer.status_code, answer.json()["type"]) == (411, ProblemType.MALFORMED)
