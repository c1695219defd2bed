"""The queue's filters, the same on both databases."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlalchemy import update
from support.campus import Campus, connected, redeem, sign_in

from server.enrolment.models import Candidate

pytestmark = [pytest.mark.anyio, pytest.mark.both_databases]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Özgür Şahin", "özgür"),
        ("Özgür Şahin", "Özgür ş"),
        ("özgür şahin", "ÖZGÜR"),
        ("Ωμέγα", "ωΜΈΓ"),
        ("Straße", "Straße"),
        ("[A] *star* (b|c)?", "[a] *STAR* (B|C)?"),
        ("50 %_off^2]", "%_OFF^2]"),
        ("Ada Example", "S-1"),
    ],
)
async def test_a_candidate_is_found_however_their_name_is_written(
    campus: Campus, client: httpx.AsyncClient, name: str, typed: str
) -> None:
    sought = await redeem(client, await campus.code("s-1"))
    async with connected(campus.settings) as database, database.transaction() as db:
        await db.execute(update(Candidate).values(name=name))
    other = await redeem(client, await campus.code("other"))
    await sign_in(campus, client, campus.observer)
    wanted = {typed: True, f"{typed}x": False, "?": "?" in name, ".*": False}
    for asked, found in wanted.items():
        listed = (await client.get("/sessions", params={"candidate": asked})).text
        assert (sought.session in listed) is found, asked
        assert other.session not in listed, asked


async def test_who_looks_for_a_score_of_0_keeps_looking_for_it(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    quiet = await redeem(client, await campus.code("s-1"))
    quiet.open()
    await quiet.hand_in()
    flagged = await redeem(client, await campus.code("s-2"))
    flagged.open()
    flagged.incident(1, kind="multiple_faces")
    await flagged.hand_in()
    await sign_in(campus, client, campus.observer)
    listed = (await client.get("/sessions?max=0")).text
    assert quiet.session in listed
    assert flagged.session not in listed
    assert 'hx-get="/sessions?max=0"' in listed


async def test_what_was_escalated_is_not_decided(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    pupil = await redeem(client, await campus.code("s-1"))
    pupil.open()
    pupil.incident(1, kind="multiple_faces")
    pupil.incident(5, kind="speech")
    await pupil.hand_in()
    headers = {**await sign_in(campus, client, campus.examiner), "HX-Request": "true"}

    async def decided(flag: int, verdict: str, version: int) -> str:
        form = {"flag": f"{flag:032x}", "verdict": verdict, "version": str(version)}
        path = f"/sessions/{pupil.session}/decisions"
        answer = await client.post(path, data={**form, "note": ""}, headers=headers)
        return re.sub("<[^>]+>", "", answer.text.split('id="tally"')[1].split("</span>")[0])

    async def listed(sort: str) -> bool:
        return pupil.session in (await client.get(f"/sessions?sort={sort}")).text

    assert "1 open, 1 decided" in await decided(1, "dismissed", 0)
    assert "0 open, 1 escalated, 1 decided" in await decided(5, "escalated", 0)
    assert (await listed("escalated"), await listed("decided")) == (True, False)
    page = (await client.get("/sessions")).text
    assert "All flags decided (0)" in page
    assert "all 2 decided" in await decided(5, "accepted", 1)
    assert (await listed("escalated"), await listed("decided")) == (False, True)
    assert "All flags decided (1)" in (await client.get("/sessions")).text
