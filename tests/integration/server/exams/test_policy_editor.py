"""The page of an exam's rules: signed anew, refused with nothing lost, told in versions."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlalchemy import select
from support.campus import Campus, connected, redeem, sign_in

from server.audit.models import LogEntryRow
from server.exams.terms import Terms
from server.web.policy_form import fields_of
from server.web.policy_trial import TRY
from shared.flags import Kind
from shared.policy import Level, decode_policy

pytestmark = pytest.mark.anyio

FIELDS = fields_of(Terms()) | {"version": "1"}


@pytest.fixture
def address(campus: Campus) -> str:
    return f"/exams/{campus.exam.id}/policy"


@pytest.fixture
async def headers(campus: Campus, client: httpx.AsyncClient) -> dict[str, str]:
    return await sign_in(campus, client, campus.admin)


async def test_a_new_version_is_signed_and_told(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str], address: str
) -> None:
    before = await redeem(client, await campus.code())
    typed = FIELDS | {"gaze_away.threshold": "22", "retention_days": "30"}
    del typed["speech.on"]
    page = await client.post(address, data=typed, headers=headers)
    assert page.status_code == 200
    assert "Signed. Whoever begins from now on" in page.text
    for told in (
        "Version 2</b>",
        "by Admin",
        "more than 22° from its middle",
        "Speech: switched off",
        "30 days (was 365 days)",
        "The first version.",
    ):
        assert told in page.text, told
    after = await redeem(client, await campus.code("s-2"))
    rules = decode_policy(after.policy.payload)
    assert rules.rule(Kind.GAZE_AWAY).threshold == 22
    assert not rules.rule(Kind.SPEECH).enabled
    assert decode_policy(before.policy.payload).rule(Kind.SPEECH).enabled
    (first, second) = (await client.get(f"/api/v1/exams/{campus.exam.id}/policies")).json()
    assert (first["by"], first["terms"]["retention_days"], second["changes"]) == (
        "Admin",
        30,
        [],
    )
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(LogEntryRow).where(LogEntryRow.action == "policy.sign")
        assert len(list(await db.scalars(query))) == 1


async def test_a_mistake_gives_the_form_back_as_it_was_typed(
    client: httpx.AsyncClient, headers: dict[str, str], address: str
) -> None:
    typed = FIELDS | {
        "purpose": "Because <b>",
        "gaze_away.threshold": "22",
        "gaze_away.release": "40",
        "prohibited": "discord\nslack",
    }
    page = await client.post(address, data=typed, headers=headers)
    assert page.status_code == 422
    for told in (
        "Not signed: please look at this again.",
        'href="#gaze_away.release"',
        "cannot be over only at 40°",
        "Because &lt;b&gt;",
        'value="40"',
        "discord\nslack",
        'aria-invalid="true" aria-describedby="gaze_away-wrong"',
    ):
        assert told in page.text, told
    assert "Version 2" not in page.text


async def test_who_signs_second_is_told_and_loses_nothing(
    client: httpx.AsyncClient, headers: dict[str, str], address: str
) -> None:
    await client.post(address, data=FIELDS | {"retention_days": "30"}, headers=headers)
    typed = FIELDS | {"speech.weight": "7"}
    page = await client.post(address, data=typed, headers=headers)
    assert page.status_code == 409
    for told in (
        "signed version 2 meanwhile",
        "30 days (was 365 days)",
        'name="version" value="2"',
        'value="7"',
    ):
        assert told in page.text, told
    informed = await client.post(address, data=typed | {"version": "2"}, headers=headers)
    assert "Version 3</b>" in informed.text


async def test_all_that_was_signed_meanwhile_is_told(
    client: httpx.AsyncClient, headers: dict[str, str], address: str
) -> None:
    first = FIELDS | {"retention_days": "30"}
    await client.post(address, data=first, headers=headers)
    second = first | {"version": "2", "warnings": "3"}
    await client.post(address, data=second, headers=headers)
    page = await client.post(address, data=FIELDS | {"speech.weight": "7"}, headers=headers)
    assert page.status_code == 409
    notice = page.text.partition('<div class="notice warn" role="alert">')[2]
    notice = notice.partition("</ul>")[0]
    assert "signed version 3 meanwhile" in notice
    assert "30 days (was 365 days)" in notice
    assert "Warnings: 3 end the session (was none ends the session)" in notice
    # What came and went meanwhile is no change.
    await client.post(address, data=FIELDS | {"version": "3"}, headers=headers)
    page = await client.post(address, data=FIELDS | {"speech.weight": "7"}, headers=headers)
    assert "The rules say the same as when you opened the form." in page.text


@pytest.mark.parametrize("asked", [{"purpose": ""}, {"reset": "speech"}, {TRY: "yes"}])
async def test_a_form_that_is_shown_again_is_as_old_as_it_was(
    client: httpx.AsyncClient, headers: dict[str, str], address: str, asked: dict[str, str]
) -> None:
    await client.post(address, data=FIELDS | {"retention_days": "30"}, headers=headers)
    page = await client.post(address, data=FIELDS | asked, headers=headers)
    told = re.search(r'name="version" value="(\d+)"', page.text)
    assert told is not None
    assert told.group(1) == "1"


async def test_the_same_again_is_not_signed(
    client: httpx.AsyncClient, headers: dict[str, str], address: str
) -> None:
    page = await client.post(address, data=FIELDS, headers=headers)
    assert "Nothing was changed, so nothing was signed." in page.text
    assert "Version 2" not in page.text


async def test_a_default_is_filled_in_and_nothing_signed(
    client: httpx.AsyncClient, headers: dict[str, str], address: str
) -> None:
    typed = FIELDS | {"speech.weight": "7", "gaze_away.weight": "8", "reset": "speech"}
    page = await client.post(address, data=typed, headers=headers)
    assert page.status_code == 200
    assert "Nothing is signed yet" in page.text
    assert 'value="8"' in page.text
    assert 'value="7"' not in page.text
    every = await client.post(address, data=typed | {"reset": "all"}, headers=headers)
    assert 'value="8" aria-label="Eyes off the screen: weight' not in every.text


async def test_others_read_and_do_not_sign(
    campus: Campus, client: httpx.AsyncClient, address: str
) -> None:
    headers = await sign_in(campus, client, campus.observer)
    page = await client.get(address)
    assert "more than 15° from its middle" in page.text
    assert "names none. Objects are watched only" in page.text
    assert "Sign as a new version" not in page.text
    assert (await client.post(address, data=FIELDS, headers=headers)).status_code == 403
    admin = await sign_in(campus, client, campus.admin)
    assert (await client.post(address, data=FIELDS)).status_code == 403
    away = f"/exams/{'0' * 32}/policy"
    assert (await client.get(away)).status_code == 404
    assert (await client.post(away, data=FIELDS, headers=admin)).status_code == 404


REFUSED = [
    ({"objects": {"labels": []}}, "", 400, "Name what to look for"),
    ({"kinds": {"speech": {"threshold": 0.2, "release": 0.9}}}, "", 400, "speech.release"),
    ({"streams": {"camera": {"enabled": False}}}, "", 400, "No face in view"),
    ({"clips": {"fps": 0}}, "", 400, "clips"),
    ({}, "?follows=7", 409, "Version 1 was signed meanwhile"),
    ({}, "?follows=x", 400, "follows"),
    ({}, "?follows=1", 201, ""),
]


async def test_the_interface_refuses_the_same(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    for terms, query, status, says in REFUSED:
        url = f"/api/v1/exams/{campus.exam.id}/policies{query}"
        answer = await client.post(url, json=terms, headers=headers)
        assert answer.status_code == status, answer.text
        assert says in answer.text


SITTING = {
    "starts_at": "2026-09-22T10:00",
    "zone": "Europe/Vienna",
    "breaks.count": "2",
    "breaks.minutes": "5",
    "warnings": "3",
    "surface.kind": "browser",
    "surface.start": "https://exams.example.edu/algebra",
    "surface.allowed": "login.example.edu\n\n*.example.org/dictionary/*\n",
    "blocked_address.on": "on",
    "environment.action": "ask",
    "lockdown.full_screen": "enforce",
    "fullscreen_exit.on": "on",
    "lockdown.clipboard": "watch",
    "clipboard.on": "on",
}


async def test_the_way_an_exam_is_held_is_signed_and_told(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str], address: str
) -> None:
    page = await client.post(address, data=FIELDS | SITTING, headers=headers)
    assert page.status_code == 200, page.text
    assert "22 Sep 2026, 10:00 Europe/Vienna (08:00 UTC)" in page.text
    pupil = await redeem(client, await campus.code())
    policy = decode_policy(pupil.policy.payload)
    assert (policy.exam.starts_us, policy.exam.zone) == (1_790_064_000_000_000, "Europe/Vienna")
    assert (policy.breaks.count, policy.breaks.longest_s, policy.warnings) == (2, 300, 3)
    assert policy.surface.allowed == ("login.example.edu", "*.example.org/dictionary/*")
    assert policy.lockdown.full_screen is Level.ENFORCE
    assert policy.rule(Kind.CLIPBOARD).enabled
    (newest, _) = (await client.get(f"/api/v1/exams/{campus.exam.id}/policies")).json()
    assert "Warnings: 3 end the session (was none ends the session)" in newest["changes"]
    # What a program reads it may sign again as it is.
    url = f"/api/v1/exams/{campus.exam.id}/policies"
    assert (await client.post(url, json=newest["terms"], headers=headers)).status_code == 201
    await sign_in(campus, client, campus.observer)
    seen = (await client.get(address)).text
    for told in ("How the exam is held", "2, 5 minutes each at most", "login.example.edu"):
        assert told in seen, told


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"surface.start": ""}, "needs an address"),
        ({"surface.allowed": "*"}, "allows every address"),
        ({"surface.kind": "record_only"}, "no window that could fill"),
        ({"lockdown.clipboard": "off"}, "nobody would notice"),
        ({"starts_at": "2027-09-22T10:00"}, "within its own time"),
        ({"starts_at": "2027-03-28T02:30"}, "take 01:30 or 03:30"),
        ({"starts_at": "2026-10-25T02:30"}, "which of the two?"),
    ],
)
async def test_what_contradicts_itself_is_shown_with_what_was_typed(
    client: httpx.AsyncClient,
    headers: dict[str, str],
    address: str,
    changed: dict[str, str],
    says: str,
) -> None:
    page = await client.post(address, data=FIELDS | SITTING | changed, headers=headers)
    assert page.status_code == 422
    assert says in page.text
    assert "Not signed" in page.text
    assert "*.example.org/dictionary/*" in page.text or "surface.allowed" in changed


async def test_a_program_is_refused_the_same(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    url = f"/api/v1/exams/{campus.exam.id}/policies"
    for terms, says in (
        (
            {"surface": {"kind": "browser", "start": "http://e.edu"}},
            "surface.start: The address",
        ),
        ({"lockdown": {"full_screen": "enforce"}}, "lockdown.full_screen: With"),
        ({"starts_us": 1}, "starts_at: The exam starts"),
        ({"zone": "Atlantis"}, "zone: There is no"),
        ({"lockdown": {"keys": "block"}}, "keys"),
        ({"breaks": {"count": -1}}, "count"),
    ):
        answer = await client.post(url, json=terms, headers=headers)
        assert answer.status_code == 400, terms
        assert says in answer.json()["detail"], answer.text
    # A part that is switched on brings its flag with it.
    watched = {"lockdown": {"clipboard": "watch"}}
    assert (await client.post(url, json=watched, headers=headers)).status_code == 201
    pupil = await redeem(client, await campus.code())
    assert decode_policy(pupil.policy.payload).rule(Kind.CLIPBOARD).enabled
