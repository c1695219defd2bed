"""Who may see what: every page, every piece of a recording, every decision."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select
from support.campus import PASSWORD, Campus, Pupil, connected, sign_in

from server.accounts.models import Role
from server.accounts.passwords import Passwords
from server.accounts.service import create_account, create_institution
from server.audit.models import LogEntryRow
from server.storage.keys import KeyStore

pytestmark = pytest.mark.anyio

STRANGER = "proctor@elsewhere.edu"
FLAG = f"{1:032x}"

# Below /sessions/{id} and /media/{id}, and what an observer gets there.
PAGES = ["", "/rows", "/panels", "/timeline.json", "/verdict", "/live"]
MEDIA = [
    "master.m3u8",
    "camera.m3u8",
    "camera/0/init.mp4",
    "camera/1.m4s",
    "camera/gap.m4s",
    "attachments/0",
]
API = ["", "/flags", "/verdict", "/live", "/commands", "/conversation"]
STAFF_PAGES = ["/sessions", "/exams"]


@pytest.fixture
async def session(pupil: Pupil) -> str:
    """A session with a picture and a flag in it."""
    pupil.open()
    pupil.segment()
    pupil.segment()
    pupil.incident(attachments=(pupil.attach("snapshot", "image/jpeg", b"a picture"),))
    pupil.close()
    await pupil.hand_in()
    return pupil.session


@pytest.fixture
async def stranger(campus: Campus) -> str:
    """A proctor of another institution on the same server."""
    async with connected(campus.settings) as database, database.transaction() as db:
        keys = KeyStore(campus.settings.keys)
        other = await create_institution(db, keys, "Elsewhere College", "e@elsewhere.edu", 1)
        await create_account(
            db,
            Passwords(),
            other,
            email=STRANGER,
            name="Stranger",
            role=Role.ADMIN,
            password=PASSWORD,
            now=1,
        )
    return STRANGER


def addresses(session: str) -> list[str]:
    pages = [f"/sessions/{session}{page}" for page in PAGES]
    return pages + [f"/media/{session}/{name}" for name in MEDIA]


async def actions(
    client: httpx.AsyncClient, session: str, headers: dict[str, str]
) -> list[httpx.Response]:
    """A message to the candidate, in both ways that there are."""
    said = {"action": "message", "text": "Hello."}
    page, api = f"/sessions/{session}/live", f"/api/v1/sessions/{session}/commands"
    return [
        await client.post(page, data=said, headers=headers),
        await client.post(api, json=said, headers=headers),
    ]


async def test_nobody_sees_anything_without_signing_in(
    client: httpx.AsyncClient, session: str
) -> None:
    for address in [*addresses(session), *STAFF_PAGES, "/exams/new"]:
        answer = await client.get(address)
        assert answer.status_code == 401, address
        assert answer.headers["content-type"] == "application/problem+json"
        browser = {"Accept": "text/html"}
        page = await client.get(address, headers=browser, follow_redirects=False)
        if address.startswith("/media"):
            assert page.status_code == 401
        else:
            assert page.status_code == 303
            assert page.headers["location"] == f"/login?next={address}"
    for address in (*(f"/api/v1/sessions/{session}{name}" for name in API), "/api/v1/exams"):
        assert (await client.get(address)).status_code == 401
    for answer in await actions(client, session, {}):
        assert answer.status_code == 401


async def test_a_recorders_token_opens_no_page(
    client: httpx.AsyncClient, pupil: Pupil, session: str
) -> None:
    for address in addresses(session):
        assert (await client.get(address, headers=pupil.headers)).status_code == 401


async def test_another_institution_sees_what_does_not_exist(
    campus: Campus, client: httpx.AsyncClient, session: str, stranger: str
) -> None:
    headers = await sign_in(campus, client, stranger)
    for address in addresses(session):
        assert (await client.get(address)).status_code == 404, address
    form = {"flag": FLAG, "version": "0", "verdict": "accepted"}
    answer = await client.post(f"/sessions/{session}/decisions", data=form, headers=headers)
    assert answer.status_code == 404
    for name in API:
        assert (await client.get(f"/api/v1/sessions/{session}{name}")).status_code == 404
    again = await client.post(f"/sessions/{session}/verdict", headers=headers)
    assert again.status_code == 404
    for answer in await actions(client, session, headers):
        assert answer.status_code == 404
    api = f"/api/v1/sessions/{session}/flags"
    draft = {"verdict": "accepted", "version": 0}
    decided = await client.post(f"{api}/{FLAG}/decisions", json=draft, headers=headers)
    assert decided.status_code == 404
    assert "Ada" not in (await client.get("/sessions")).text
    assert (await client.get(f"/exams/{campus.exam.id}")).status_code == 404


async def test_an_observer_looks_and_does_not_decide(
    campus: Campus, client: httpx.AsyncClient, session: str
) -> None:
    headers = await sign_in(campus, client, campus.observer)
    for address in addresses(session):
        # These pieces are no real media: they open, and are found to be unplayable.
        wanted = 422 if address.endswith("/1.m4s") else 404 if "gap" in address else 200
        assert (await client.get(address)).status_code == wanted, address
    for name in API:
        found = (await client.get(f"/api/v1/sessions/{session}{name}")).status_code
        # A verdict takes its time.
        assert found in ({200, 202} if name == "/verdict" else {200}), name
    assert 'name="verdict"' not in (await client.get(f"/sessions/{session}")).text
    for answer in await actions(client, session, headers):
        assert answer.status_code == 403
    form = {"flag": FLAG, "version": "0", "verdict": "accepted"}
    answer = await client.post(f"/sessions/{session}/decisions", data=form, headers=headers)
    assert answer.status_code == 403
    draft = {"verdict": "accepted", "version": 0}
    api = f"/api/v1/sessions/{session}/flags/{FLAG}/decisions"
    assert (await client.post(api, json=draft, headers=headers)).status_code == 403
    assert (await client.get("/exams/new")).status_code == 403


async def test_a_proctor_decides_and_makes_no_exam(
    campus: Campus, client: httpx.AsyncClient, session: str
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    form = {"flag": FLAG, "version": "0", "verdict": "accepted"}
    answer = await client.post(f"/sessions/{session}/decisions", data=form, headers=headers)
    assert answer.status_code == 200
    assert 'name="verdict"' in answer.text
    for address in ("/exams", f"/exams/{campus.exam.id}/candidates"):
        assert (await client.post(address, data={}, headers=headers)).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"X-CSRF-Token": "guessed"}])
async def test_a_forged_form_changes_nothing(
    campus: Campus, client: httpx.AsyncClient, session: str, headers: dict[str, str]
) -> None:
    await sign_in(campus, client, campus.admin)
    form = {"flag": FLAG, "version": "0", "verdict": "accepted"}
    for address, data in (
        (f"/sessions/{session}/decisions", form),
        (f"/sessions/{session}/live", {"action": "terminate", "text": "Forged."}),
        ("/exams", {"title": "Forged"}),
        (f"/exams/{campus.exam.id}/candidates", {"candidates": "Eve, 1"}),
    ):
        answer = await client.post(address, data=data, headers=headers)
        assert answer.status_code == 403, address
    flags = (await client.get(f"/api/v1/sessions/{session}/flags")).json()
    assert flags[0]["verdict"] == "open"


async def test_the_audit_says_who_looked_and_who_watched(
    campus: Campus, client: httpx.AsyncClient, session: str
) -> None:
    await sign_in(campus, client, campus.observer)
    await client.get(f"/sessions/{session}")
    for _ in range(3):
        await client.get(f"/media/{session}/camera.m3u8")
        await client.get(f"/media/{session}/camera/0/init.mp4")
    async with connected(campus.settings) as database, database.transaction() as db:
        query = (
            select(LogEntryRow.action, LogEntryRow.stream)
            .where(LogEntryRow.subject_id == session, LogEntryRow.type == "access")
            .order_by(LogEntryRow.n)
        )
        seen = [tuple(row) for row in await db.execute(query)]
    assert seen == [("access.page", None), ("access.media", "camera")]


async def test_what_is_private_is_kept_by_no_cache(
    campus: Campus, client: httpx.AsyncClient, session: str
) -> None:
    await sign_in(campus, client, campus.observer)
    for address in [*addresses(session), *STAFF_PAGES]:
        answer = await client.get(address)
        assert "no-store" in answer.headers["cache-control"], address


async def test_static_files_may_be_kept_for_ever(client: httpx.AsyncClient) -> None:
    page = (await client.get("/login")).text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = await client.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert (await client.get(f"{address}/../../../../server/app.py")).status_code == 404
