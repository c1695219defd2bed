"""Exams planned by a program: looked at, moved, copied, published, called off, their rules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from support.campus import HOUR, MINUTE, Campus, connected, sign_in
from support.two_houses import House, add_token

from server.accounts.models import Account, Role
from server.accounts.scopes import Scope
from server.audit.models import LogEntryRow
from server.enrolment.service import CandidateDraft, enrol
from server.exams.models import Exam
from server.mail.models import MailRow

pytestmark = pytest.mark.anyio


@pytest.fixture
async def program(campus: Campus, client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A program with an examiner's token for exams, and nothing else."""
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(Account.id).where(Account.email == campus.examiner)
        house = House(campus, "x", campus.institution, campus.exam, None)  # type: ignore[arg-type]
        house.accounts[Role.EXAMINER] = (await db.scalars(query)).one()
        scopes = frozenset({Scope.READ_EXAMS, Scope.WRITE_EXAMS})
        _, headers = add_token(db, house, Role.EXAMINER, scopes)
    client.headers.update(headers)
    return client


def url(campus: Campus, rest: str = "") -> str:
    return f"/api/v1/exams/{campus.exam.id}{rest}"


async def logged(campus: Campus) -> list[str]:
    """What the log says was done to exams, in its order."""
    async with connected(campus.settings) as database, database.transaction() as db:
        rows = await db.scalars(select(LogEntryRow.action).order_by(LogEntryRow.n))
        return [str(action) for action in rows if str(action).startswith(("exam", "policy"))]


async def test_an_exam_is_listed_and_shown(campus: Campus, program: httpx.AsyncClient) -> None:
    await campus.code()
    shown = (await program.get(url(campus))).json()
    assert (shown["state"], shown["candidates"], shown["sessions"]) == ("running", 1, 0)
    assert (await program.get("/api/v1/exams")).json() == [shown]
    plan = (await program.get(url(campus, "/schedule"))).json()
    assert (plan["starts"], plan["ends"]) == (campus.exam.starts, campus.exam.ends)
    assert plan["words"][0]["name"] == "May be entered"
    # The token is for exams alone.
    assert (await program.get("/api/v1/webhooks")).status_code == 403


def moved(campus: Campus, **changes: Any) -> dict[str, Any]:
    """Tomorrow, at one time for everybody, late comers let in for a quarter of an hour."""
    opens = campus.clock() + 24 * HOUR
    return {
        "starts": opens,
        "ends": opens + 3 * HOUR,
        "duration_s": 5400.0,
        "zone": "Europe/Vienna",
        "starts_us": opens + 10 * MINUTE,
        "late_until": opens + 25 * MINUTE,
        "reminders": [60, 1440],
        **changes,
    }


async def test_an_exam_is_moved_and_its_rules_say_so(
    campus: Campus, program: httpx.AsyncClient
) -> None:
    answer = await program.put(url(campus, "/schedule"), json=moved(campus, title="Algebra II"))
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["title"], said["reminders"]) == ("Algebra II", [1440, 60])
    assert said["last_entry"] == said["late_until"]
    policy = (await program.get(url(campus, "/policy"))).json()
    assert policy["version"] == 2
    assert policy["terms"]["starts_us"] == said["starts_us"]
    assert policy["terms"]["duration_s"] == 5400
    # The same once more signs nothing.
    again = await program.put(url(campus, "/schedule"), json=moved(campus))
    assert again.json() == said
    assert (await program.get(url(campus, "/policy"))).json()["version"] == 2
    assert await logged(campus) == ["policy.sign", "exam.plan", "exam.plan"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ends": 1}, "closes after it opens"),
        ({"zone": "Europe/Atlantis"}, "There is no time zone 'Europe/Atlantis'"),
        ({"starts_us": 1}, "within its own time"),
        ({"starts_us": None}, "Nobody is late where each begins when ready"),
        ({"reminders": [0]}, "each a minute to 30 days before"),
        ({"duration_s": 5}, "duration_s"),
        ({"title": "\n"}, "a title of at most 200"),
        ({"surprise": 1}, "surprise"),
        ({"starts": "soon"}, "starts"),
        ({"title": "  "}, "a title"),
    ],
)
async def test_a_schedule_that_cannot_be_is_said_and_changes_nothing(
    campus: Campus, program: httpx.AsyncClient, changes: dict[str, Any], said: str
) -> None:
    before = (await program.get(url(campus, "/schedule"))).json()
    answer = await program.put(url(campus, "/schedule"), json=moved(campus, **changes))
    assert answer.status_code == 400
    assert said in answer.json()["detail"]
    assert (await program.get(url(campus, "/schedule"))).json() == before
    assert await logged(campus) == []


@pytest.mark.parametrize("wrong", [False, 5, "60", {"at": 60}, [[]]])
async def test_a_member_of_another_type_is_the_callers_mistake(
    campus: Campus, program: httpx.AsyncClient, wrong: object
) -> None:
    """Also where something of the server's own has the member's name, as here."""
    body = moved(campus, reminders=wrong)
    answer = await program.put(url(campus, "/schedule"), json=body)
    assert answer.status_code == 400, answer.text
    assert "reminders" in answer.json()["detail"]


async def test_a_copy_is_a_draft_until_it_is_published(
    campus: Campus, program: httpx.AsyncClient
) -> None:
    await campus.code()
    async with connected(campus.settings) as database, database.transaction() as db:
        (await db.get_one(Exam, campus.exam.id)).title = "Alge\N{SOFT HYPHEN}bra I"
    made = (await program.post(url(campus, "/copy"))).json()
    assert (made["title"], made["state"], made["candidates"]) == (
        "Algebra I (copy)",
        "draft",
        0,
    )
    assert made["starts"] == campus.exam.starts + 7 * 24 * HOUR
    for _ in range(2):
        published = (await program.post(f"/api/v1/exams/{made['id']}/publish")).json()
        assert published["state"] == "scheduled"
    assert await logged(campus) == ["exam.create", "exam.publish"]


async def test_a_copy_into_the_night_on_which_clocks_are_put_forward_is_as_long(
    campus: Campus, program: httpx.AsyncClient
) -> None:
    # 02:15 to 03:00 in Vienna; a week later there is no 02:15, and 03:00 follows on 01:59.
    opens = round(datetime(2027, 3, 21, 1, 15, tzinfo=UTC).timestamp()) * 1_000_000
    night = {
        "starts": opens,
        "ends": opens + 45 * MINUTE,
        "starts_us": None,
        "late_until": None,
    }
    planned = await program.put(url(campus, "/schedule"), json=moved(campus, **night))
    assert planned.is_success, planned.text
    made = await program.post(url(campus, "/copy"))
    assert made.status_code == 201, made.text
    assert made.json()["starts"] == opens + 7 * 24 * HOUR
    assert made.json()["ends"] == opens + 7 * 24 * HOUR + 45 * MINUTE


async def test_calling_off_tells_those_who_had_a_code_and_is_taken_back(
    campus: Campus, program: httpx.AsyncClient
) -> None:
    async with connected(campus.settings) as database, database.transaction() as db:
        exam = await db.get_one(Exam, campus.exam.id)
        draft = CandidateDraft(name="Ada", reference="1", email="ada@uni.example")
        secret = campus.keys.server_secret()
        await enrol(db, secret, exam, draft, expires=exam.ends, now=campus.clock())
    silent = await program.post(url(campus, "/cancel"), json={"why": " \n "})
    assert (silent.status_code, "characters why" in silent.json()["detail"]) == (400, True)
    body = {"why": "The hall is closed.", "tell": True}
    done = (await program.post(url(campus, "/cancel"), json=body)).json()
    assert (done["exam"]["state"], done["told"]) == ("cancelled", 1)
    assert done["exam"]["cancelled_why"] == "The hall is closed."
    async with connected(campus.settings) as database, database.transaction() as db:
        assert [row.kind for row in await db.scalars(select(MailRow))] == ["cancellation"]
    back = (await program.post(url(campus, "/reinstate"))).json()
    assert (back["state"], back["cancelled_why"]) == ("running", "")


async def test_rules_are_put_once_and_never_over_somebody_elses(
    campus: Campus, program: httpx.AsyncClient
) -> None:
    terms = (await program.get(url(campus, "/policy"))).json()["terms"]
    same = await program.put(url(campus, "/policy"), json=terms)
    assert (same.status_code, same.json()["version"]) == (200, 1)
    terms["retention_days"] = 30
    for _ in range(2):
        answer = await program.put(url(campus, "/policy?follows=1"), json=terms)
        if answer.status_code == 200:
            assert answer.json()["version"] == 2
            assert "30 days" in " ".join(answer.json()["changes"])
    assert answer.status_code == 409
    assert "Version 2 was signed meanwhile" in answer.json()["detail"]
    wrong = await program.put(url(campus, "/policy"), json={"retention_days": 0})
    assert wrong.status_code == 400
    assert await logged(campus) == ["policy.sign"]


async def test_who_only_looks_changes_nothing(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.observer)
    assert (await client.get(url(campus, "/schedule"))).status_code == 200
    refused = await client.put(url(campus, "/schedule"), json=moved(campus), headers=headers)
    assert refused.status_code == 403
