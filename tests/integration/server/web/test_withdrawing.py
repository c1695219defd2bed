"""Consent that is withdrawn twice at once: a double click is one withdrawal."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from sqlalchemy import select
from support.campus import Campus, Pupil, connected

from server.audit.models import LogEntryRow
from server.candidates.models import ConsentRow, DataRequestRow
from shared.candidate_page import page_path, page_token

pytestmark = pytest.mark.anyio


@pytest.mark.both_databases
async def test_a_double_click_withdraws_once(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    pupil.open(consent={"items": ["camera"]})
    await pupil.hand_in()
    path = f"{page_path(page_token(pupil.token))}/withdraw"
    clicks = await asyncio.gather(*(client.post(path) for _ in range(4)))
    assert [one.status_code for one in clicks] == [200] * 4
    async with connected(campus.settings) as database, database.transaction() as db:
        entries = select(LogEntryRow.n).where(LogEntryRow.action == "consent.withdraw")
        assert len(list(await db.scalars(entries))) == 1
        assert len(list(await db.scalars(select(DataRequestRow)))) == 1
        assert (await db.scalars(select(ConsentRow))).one().withdrawn_at == campus.clock()
