"""What templates of documents are filled from: the exams' own rules, and what was recorded."""

from __future__ import annotations

import httpx
import pytest
from support.campus import Campus, connected, redeem, sign_in

from server.retention.facts import Facts, read_facts

pytestmark = pytest.mark.anyio


async def facts_of(campus: Campus) -> Facts:
    async with connected(campus.settings) as database, database.transaction() as db:
        return await read_facts(db, campus.institution.id, "here")


async def test_rules_of_single_candidates_are_not_those_of_their_exam(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    before = await facts_of(campus)
    headers = await sign_in(campus, client, campus.admin)
    quiet = {"name": "Profile B", "off": ["speech"]}
    assert (await client.post("/api/v1/accommodations", json=quiet, headers=headers)).is_success
    draft = {"name": "Ada", "reference": "a", "accommodation": "Profile B"}
    url = f"/api/v1/exams/{campus.exam.id}/enrolments"
    place = await client.post(url, json={"candidates": [draft]}, headers=headers)
    await redeem(client, place.json()[0]["code"])
    assert (await facts_of(campus)).policies == before.policies


async def test_a_session_that_was_opened_and_not_recorded_is_not_counted(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    pupil = await redeem(client, await campus.code())
    assert (await facts_of(campus)).sessions == 0
    await pupil.deliver(pupil.open())
    assert (await facts_of(campus)).sessions == 1
