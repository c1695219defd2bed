"""``/metrics``: for whoever has the token, with what the database holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.campus import Campus, Pupil, client_of, redeem

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
