"""``/metrics``: for whoever has the token, with what the database holds."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from unittest.mock import AsyncMock

import httpx
import pytest
from sqlalchemy import update
from structlog.testing import capture_logs
from support.campus import HOUR, Campus, Pupil, client_of, connected, redeem

from server.ingest.models import ExamSession
from server.operation.stock import KEPT
from server.retention.holds import HoldDraft, HoldKind, place_hold
from server.retention.service import Retention

pytestmark = pytest.mark.anyio

TOKEN = "a-collectors-own-token"


async def test_there_is_none_without_a_token(found: Callable[..., Campus]) -> None:
    async with client_of(found()) as client:
        assert (await client.get("/metrics")).status_code == 404
        empty = {"Authorization": "Bearer "}
        assert (await client.get("/metrics", headers=empty)).status_code == 404


async def test_sessions_records_and_pieces_are_counted(found: Callable[..., Campus]) -> None:
    campus = found(metrics_token=TOKEN)
    async with client_of(campus) as client:
        pupil: Pupil = await redeem(client, await campus.code())
        await pupil.deliver(pupil.open(), pupil.segment())
        wrong = await client.get("/metrics", headers={"Authorization": "Bearer another"})
        told = await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert wrong.status_code == 404
    assert told.status_code == 200
    lines = told.text.splitlines()
    assert 'invigil_sessions{state="open"} 1.0' in lines
    assert "invigil_sessions_heard 1.0" in lines
    assert "invigil_records 2.0" in lines
    assert "invigil_pieces_awaited 1.0" in lines


async def test_what_is_held_is_not_overdue(
    found: Callable[..., Campus], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server's own first look would plan anew, at any moment, what is settled here.
    monkeypatch.setattr(Retention, "expire", AsyncMock(return_value=[]))
    campus = found(metrics_token=TOKEN)
    token = {"Authorization": f"Bearer {TOKEN}"}
    own, clock = campus.institution.id, campus.clock

    async def overdue(client: httpx.AsyncClient) -> str:
        clock.advance(KEPT)
        told = await client.get("/metrics", headers=token)
        (line,) = re.findall(r"^invigil_sessions_expired (.*)$", told.text, re.MULTILINE)
        return line

    async with client_of(campus) as client:
        pupil = await redeem(client, await campus.code())
        await pupil.deliver(pupil.open())
        async with connected(campus.settings) as database:

            async def settle(**values: int | None) -> None:
                async with database.transaction() as db:
                    await db.execute(update(ExamSession).values(**values))

            await settle(keep_until=clock() - 1, due_at=None)
            assert await overdue(client) == "1.0"
            # Promised for less long since than it was when the session began.
            await settle(keep_until=clock() + HOUR, due_at=clock() - 1)
            assert await overdue(client) == "1.0"
            await settle(keep_until=clock() + HOUR, due_at=clock() + HOUR)
            assert await overdue(client) == "0.0"
            # What could not be destroyed is tried again later, and is overdue meanwhile.
            await settle(keep_until=clock() - 1, due_at=clock() + HOUR)
            assert await overdue(client) == "1.0"
            async with database.transaction() as db:
                draft = HoldDraft(HoldKind.SESSION, pupil.session, "A court asked for it.")
                await place_hold(db, clock(), "command line", own, draft)
            await settle(due_at=clock() - 1)
            assert await overdue(client) == "0.0"


async def test_a_chore_that_met_a_bug_goes_on_and_is_counted(
    found: Callable[..., Campus], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, again = list[None](), asyncio.Event()

    async def look(_: Retention) -> list[str]:
        looks.append(None)
        if len(looks) == 1:
            raise ValueError("a bug")
        again.set()
        return []

    monkeypatch.setattr(Retention, "expire", look)
    with capture_logs() as said:
        async with client_of(found(metrics_token=TOKEN, retention_check_s=0)) as client:
            await again.wait()
            token = {"Authorization": f"Bearer {TOKEN}"}
            told = await client.get("/metrics", headers=token)
    assert 'invigil_chore_failures_total{chore="retention"} 1.0' in told.text.splitlines()
    assert [line["chore"] for line in said if line["log_level"] == "error"] == ["retention"]
