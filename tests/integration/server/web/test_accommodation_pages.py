"""The pages of accommodations, as a browser without scripts gets them."""

from __future__ import annotations

import re
from html import escape

import httpx
import pytest
from support.campus import Campus, redeem, sign_in

from shared.flags import Kind
from shared.policy import decode_policy

pytestmark = pytest.mark.anyio

FORM = {"name": "Profile <B>", "speech.off": "on", "note": "reads aloud"}


async def made(client: httpx.AsyncClient, headers: dict[str, str]) -> str:
    page = await client.post("/accommodations", data=FORM, headers=headers)
    found = re.search(r'href="/accommodations/([0-9a-f]{32})"', page.text)
    assert found, page.text
    return found[1]


async def test_a_profile_is_made_changed_and_archived(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    assert "No accommodation yet" in (await client.get("/accommodations")).text
    own = await made(client, headers)
    listed = (await client.get("/accommodations")).text
    assert "Profile &lt;B&gt;" in listed
    address = f"/accommodations/{own}"
    page = (await client.get(address)).text
    assert re.search(r'name="speech.off" value="on" checked', page)
    changed = FORM | {"name": "Profile C", "gaze_away.off": "on"}
    assert (
        "Eyes off the screen, Speech"
        in (await client.post(address, data=changed, headers=headers)).text
    )
    for form, says in (
        ({"name": "Profile D"}, "so far it changes nothing"),
        (FORM | {"name": "x" * 101}, "at most 100 printable"),
        (FORM | {"note": "x" * 2001}, "at most 2,000"),
    ):
        for where in ("/accommodations", address):
            wrong = await client.post(where, data=form, headers=headers)
            assert wrong.status_code == 422
            assert says in wrong.text
            assert escape(form["name"]) in wrong.text
    put_away = await client.post(
        f"{address}/archived", data={"archived": "yes"}, headers=headers
    )
    assert "archived</span>" in put_away.text
    back = await client.post(f"{address}/archived", data={"archived": "no"}, headers=headers)
    assert "archived</span>" not in back.text


async def test_candidates_are_given_one_on_the_exams_page(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    own = await made(client, headers)
    exam = f"/exams/{campus.exam.id}"
    rows = "Ada, 1, Profile <B>\nGrace; 2\nEve\t3\t"
    page = await client.post(f"{exam}/candidates", data={"candidates": rows}, headers=headers)
    ada, *_ = re.findall(r'class="code">([^<]+)<', page.text)
    wrong = await client.post(
        f"{exam}/candidates", data={"candidates": "Dan, 4\nEd, 5, B"}, headers=headers
    )
    assert wrong.status_code == 422
    assert "There is no accommodation “B”" in wrong.text
    assert "Dan, 4" in wrong.text
    pupil = await redeem(client, ada)
    assert not decode_policy(pupil.policy.payload).rule(Kind.SPEECH).enabled
    shown = (await client.get(exam)).text
    places = re.findall(r'action="(/exams/[^"]+/accommodation)"', shown)
    assert len(places) == 2  # Ada has begun
    given = await client.post(places[0], data={"accommodation": own}, headers=headers)
    assert given.text.count("selected>Profile &lt;B&gt;") == 1
    refused = await client.post(places[0], data={"accommodation": "x"}, headers=headers)
    assert refused.status_code == 409
    assert "There is no accommodation" in refused.text
    part = await client.post(
        places[0], data={"accommodation": ""}, headers={**headers, "HX-Request": "true"}
    )
    # The row alone: codes that stand on the page, and what is typed there, stay.
    assert "<html" not in part.text
    assert part.text.strip().startswith("<tr>")
    assert part.text.count("<tr") == 1
    assert "selected>Profile" not in part.text
    unknown = await client.post(
        places[0], data={"accommodation": "x"}, headers={**headers, "HX-Request": "true"}
    )
    assert unknown.status_code == 409
    assert "There is no accommodation" in unknown.text
    assert unknown.text.count("<tr") == 1
    for accommodation in ("", "x"):
        nobody = await client.post(
            places[0].replace(places[0].split("/")[4], "0" * 32),
            data={"accommodation": accommodation},
            headers={**headers, "HX-Request": "true"},
        )
        assert nobody.status_code == 404
    await sign_in(campus, client, campus.observer)
    seen = (await client.get(exam)).text
    assert "Profile &lt;B&gt;" in seen
    assert "<select" not in seen
