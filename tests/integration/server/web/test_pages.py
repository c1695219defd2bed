"""The pages as a browser without scripts gets them."""

from __future__ import annotations

import re

import httpx
import pytest
from litestar import get
from support.campus import HOUR, Campus, Pupil, client_of, redeem, sign_in

from server.app import create_app
from server.web.exam_form import blank

pytestmark = pytest.mark.anyio

BROWSER = {"Accept": "text/html,application/xhtml+xml"}
# Half an hour into the exam that a test makes: 2026-09-22, 09:30 UTC.
OPEN = 1_790_069_400_000_000


async def test_an_empty_list_says_what_to_do(campus: Campus, client: httpx.AsyncClient) -> None:
    await sign_in(campus, client, campus.observer)
    page = await client.get("/sessions", headers=BROWSER)
    assert "No session yet" in page.text
    assert 'href="/exams"' in page.text


async def test_the_start_is_the_list(campus: Campus, client: httpx.AsyncClient) -> None:
    await sign_in(campus, client, campus.observer)
    assert str((await client.get("/")).url).endswith("/sessions")


async def test_a_session_is_told_in_full(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    pupil.open(
        consent={
            "at": campus.clock(),
            "given": "before anything was recorded",
            "items": ["camera", "<i>screen</i>"],
            "language": "de",
        },
        devices={"camera": "<b>Integrated</b> Camera"},
        unwatched=("clipboard: this system tells nobody",),
    )
    pupil.segment()
    pupil.incident()
    pupil.close()
    await pupil.hand_in()
    await sign_in(campus, client, campus.proctor)
    page = (await client.get(f"/sessions/{pupil.session}", headers=BROWSER)).text
    for told in (
        "Ada Example",
        "Algebra I",
        "Eyes off the screen",
        "4 records, each signed",
        "given: before anything was recorded, language: de",
        "Agreed to",
        "camera, &lt;i&gt;screen&lt;/i&gt;",
        "&lt;b&gt;Integrated&lt;/b&gt; Camera",
        "<b>Clipboard used</b>: this system tells nobody",
        pupil.records[-1].hash,
        f"/sessions/{pupil.session}/bundle",
    ):
        assert told in page, told
    assert "<b>Integrated" not in page


async def test_a_session_of_which_nothing_came_has_a_page(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    await sign_in(campus, client, campus.observer)
    page = await client.get(f"/sessions/{pupil.session}", headers=BROWSER)
    assert page.status_code == 200
    assert "No record has arrived yet" in page.text
    timeline = (await client.get(f"/sessions/{pupil.session}/timeline.json")).json()
    assert (timeline["duration"], timeline["streams"], timeline["live"]) == (0, [], True)


async def test_pages_carry_what_a_screen_reader_needs(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    pupil.open()
    pupil.incident()
    await pupil.hand_in()
    await sign_in(campus, client, campus.admin)
    for address in (
        "/sessions",
        f"/sessions/{pupil.session}",
        "/exams",
        "/exams/new",
        f"/exams/{campus.exam.id}",
        f"/exams/{campus.exam.id}/policy",
        "/accommodations",
    ):
        page = (await client.get(address, headers=BROWSER)).text
        assert '<html lang="en">' in page
        assert page.count("<h1") == 1, address
        assert 'class="skip"' in page
        fields = re.findall(r"<(?:input|select|textarea)\b[^>]*>", page)
        for field in fields:
            name = re.search(r'\bid="([^"]+)"', field)
            labelled = name and f'for="{name[1]}"' in page
            wrapped = re.search(rf"<label[^>]*>{re.escape(field)}", page)
            hidden = 'type="hidden"' in field
            assert labelled or wrapped or hidden or "aria-label" in field, (address, field)


@pytest.mark.parametrize("address", ["/nowhere", "/sessions/nobody", "/sessions/x/parts"])
async def test_errors_have_a_page_for_people_and_a_problem_for_programs(
    campus: Campus, client: httpx.AsyncClient, address: str
) -> None:
    await sign_in(campus, client, campus.observer)
    page = await client.get(address, headers=BROWSER)
    assert page.status_code == 404
    assert "There is nothing here" in page.text
    assert "Not Found" not in page.text
    problem = await client.get(address)
    assert problem.status_code == 404
    assert problem.headers["content-type"] == "application/problem+json"


async def test_a_role_that_does_not_suffice_has_a_page(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    await sign_in(campus, client, campus.observer)
    page = await client.get("/exams/new", headers=BROWSER)
    assert page.status_code == 403
    assert "Not with this account" in page.text


async def test_a_bug_has_a_page_that_tells_its_number_only(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    @get("/broken")
    async def broken() -> None:
        raise RuntimeError("secret detail")

    app = create_app(campus.settings, campus.clock)
    app.register(broken)
    campus.app = app
    async with client_of(campus) as client:
        page = await client.get("/broken", headers=BROWSER)
        problem = await client.get("/broken")
    assert page.status_code == problem.status_code == 500
    assert re.search(r"the number [0-9a-f]{8}", page.text)
    assert "secret" not in page.text + problem.text
    assert problem.headers["content-type"] == "application/problem+json"


async def test_a_part_of_a_page_sends_the_signed_out_to_the_form(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/sessions", headers={"HX-Request": "true", **BROWSER})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/login?next=/"


async def test_an_exam_is_made_and_its_codes_work(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.admin)
    form = blank(campus.clock()) | {
        "title": "Linear <i>Algebra</i>",
        "starts": "2026-09-22T09:00",
        "ends": "2026-09-22T11:00",
        "minutes": "90",
        "purpose": "To be fair.",
        "retention_days": "30",
    }
    wrong = await client.post("/exams", data={**form, "ends": ""}, headers=headers)
    assert wrong.status_code == 422
    assert 'value="Linear &lt;i&gt;Algebra&lt;/i&gt;"' in wrong.text
    page = await client.post("/exams", data=form, headers={**headers, **BROWSER})
    exam = str(page.url).rpartition("/")[2]
    assert "Linear &lt;i&gt;Algebra" in page.text
    address = f"/exams/{exam}/candidates"
    bad = await client.post(address, data={"candidates": "Ada"}, headers=headers)
    assert bad.status_code == 422
    assert "Line 1 is not a name" in bad.text
    added = await client.post(
        address, data={"candidates": 'Ada, a@x\n"Grace, Jr", 7'}, headers=headers
    )
    codes = re.findall(r'class="code">([^<]+)<', added.text)
    assert len(codes) == 2
    with pytest.raises(AssertionError, match="This exam opens on 22 Sep 2026, 09:00 UTC"):
        await redeem(client, codes[0])
    campus.clock.now = OPEN
    headers = await sign_in(campus, client, campus.admin)
    pupil = await redeem(client, codes[0])
    assert b'"title":"Linear <i>Algebra</i>"' in pupil.policy.payload
    assert b'"duration_s":5400' in pupil.policy.payload
    again = (await client.get(f"/exams/{exam}", headers=BROWSER)).text
    assert f'href="/sessions/{pupil.session}"' in again
    assert not any(code in again for code in codes)
    assert (await client.get("/exams", headers=BROWSER)).text.count("Linear") == 1
    campus.clock.advance(48 * HOUR)
    headers = await sign_in(campus, client, campus.admin)
    late = await client.post(address, data={"candidates": "Late, 9"}, headers=headers)
    assert late.status_code == 422
    assert "This exam is over" in late.text
