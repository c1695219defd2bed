"""Whoever sees the address of a candidate's page could look as they do: it is written down."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select
from support.campus import Campus, Pupil, connected, sign_in

from server.audit.models import LogEntryRow
from server.candidates.words import ENGLISH
from shared.candidate_page import page_path, page_token

pytestmark = pytest.mark.anyio


async def seen(campus: Campus) -> list[str]:
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(LogEntryRow.actor).where(LogEntryRow.action == "access.link")
        return list(await db.scalars(query))


async def test_who_saw_the_link_is_in_the_log_and_on_the_page(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    where = f"/settings/data-protection/sessions/{pupil.session}"
    for _ in range(2):
        assert page_path(page_token(pupil.token)) in (await client.get(where)).text
    assert len(await seen(campus)) == 1
    own = (await client.get(page_path(page_token(pupil.token)))).text
    assert ENGLISH["role.examiner"] in own
    assert ENGLISH["what.link"] in own
    # Where it shows nobody anything, nobody saw it.
    await client.post(f"{where}/link", data={"do": "revoke"}, headers=headers)
    await sign_in(campus, client, campus.admin)
    await client.get(where)
    assert len(await seen(campus)) == 1
