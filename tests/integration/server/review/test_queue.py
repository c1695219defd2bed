"""The queue's filters, the same on both databases."""

from __future__ import annotations

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
