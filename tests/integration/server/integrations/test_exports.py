"""Tables and calendars over HTTP: whole, in the log, and no one else's."""

from __future__ import annotations

import codecs
import csv
import io

import httpx
import pytest
from icalendar import Calendar
from sqlalchemy import select
from support.campus import HOUR, Campus, Pupil, connected, sign_in

from server.accounts.models import Account
from server.accounts.staff import staff_of
from server.audit.models import LogEntryRow
from server.enrolment.models import Candidate
from server.exams.service import ExamDraft, create_exam
from server.integrations.calendars import feed_of, make_link

pytestmark = pytest.mark.anyio

API = "/api/v1/exports"
BROWSER = {"Accept": "text/html"}


async def recorded(campus: Campus, pupil: Pupil) -> None:
    pupil.open()
    pupil.incident(1)
    pupil.close()
    await pupil.hand_in()
    async with connected(campus.settings) as database, database.transaction() as db:
        candidate = (await db.scalars(select(Candidate))).one()
        candidate.name = '=HYPERLINK("http://evil")'


def table(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.content.startswith(codecs.BOM_UTF8)
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_every_table_is_whole_safe_and_in_the_log(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    await recorded(campus, pupil)
    headers = await sign_in(campus, client, campus.admin)
    path = f"/api/v1/sessions/{pupil.session}/flags/{1:032x}/decisions"
    body = {"verdict": "accepted", "version": 0, "note": "+1"}
    assert (await client.post(path, json=body, headers=headers)).status_code == 200
    (session,) = table(await client.get(f"{API}/sessions"))
    assert session["session"] == pupil.session
    assert session["name"] == '\'=HYPERLINK("http://evil")'
    assert (session["confirmed"], session["closed"]) == ("1", "true")
    (flag,) = table(await client.get(f"{API}/flags"))
    assert (flag["kind"], flag["verdict"]) == ("gaze_away", "accepted")
    (decision,) = table(await client.get(f"{API}/decisions"))
    assert (decision["note"], decision["name"]) == ("'+1", "Admin")
    (place,) = table(await client.get(f"{API}/candidates"))
    assert place["session"] == pupil.session
    entries = table(await client.get(f"{API}/audit"))
    taken = [one for one in entries if one["action"] == "export.take"]
    assert len(taken) == 5
    as_json = (await client.get(f"{API}/sessions?format=json")).json()
    assert as_json[0]["name"] == '=HYPERLINK("http://evil")'
    assert as_json[0]["closed"] is True
    assert list(as_json[0]) == list(session)


async def test_filters_choose_and_wrong_ones_are_refused(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    await recorded(campus, pupil)
    await sign_in(campus, client, campus.proctor)
    exam = campus.exam.id
    assert len(table(await client.get(f"{API}/sessions?exam={exam}&state=closed"))) == 1
    assert table(await client.get(f"{API}/sessions?state=open")) == []
    assert table(await client.get(f"{API}/flags?exam={'0' * 32}")) == []
    assert (await client.get(f"{API}/flags?state=open&format=json")).json() == []
    for query in ("exam=1", "state=asleep", "evidence=lost", "format=xls"):
        refused = await client.get(f"{API}/sessions?{query}")
        assert refused.status_code == 400, query
        assert refused.headers["content-type"] == "application/problem+json"
    page = await client.get("/exports", headers=BROWSER)
    assert "/api/v1/exports/decisions" in page.text
    assert "/api/v1/exports/candidates" not in page.text, "that is for examiners"


async def test_a_calendar_is_read_by_its_link_until_it_is_taken_back(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.observer)
    form = {"do": "create", "_csrf": headers["X-CSRF-Token"]}
    page = await client.post("/settings/calendar", data=form)
    (link,) = {part for part in page.text.replace("<", " ").split() if ".ics" in part}
    link = link.rpartition(">")[2]
    path = link.removeprefix(campus.settings.url)
    client.cookies.clear()
    feed = await client.get(path)
    assert feed.headers["content-type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(feed.content).events
    assert event["summary"] == "Algebra I"
    assert (await client.get(path.replace("/calendar/", "/calendar/x"))).status_code == 404
    headers = await sign_in(campus, client, campus.observer)
    single = await client.get(f"/exams/{campus.exam.id}/calendar.ics")
    assert b"BEGIN:VEVENT" in single.content
    form = {"do": "revoke", "_csrf": headers["X-CSRF-Token"]}
    assert "taken back" in (await client.post("/settings/calendar", data=form)).text
    assert (await client.get(path)).status_code == 404
    async with connected(campus.settings) as database, database.transaction() as db:
        actions = set(await db.scalars(select(LogEntryRow.action)))
    assert {"calendar.create", "calendar.revoke"} <= actions


async def test_a_calendar_of_an_account_that_was_closed_shows_nothing(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.observer)
    form = {"do": "create", "_csrf": headers["X-CSRF-Token"]}
    page = (await client.post("/settings/calendar", data=form)).text
    token = page.partition("/calendar/")[2].partition(".ics")[0]
    assert (await client.get(f"/calendar/{token}.ics")).status_code == 200
    async with connected(campus.settings) as database, database.transaction() as db:
        account = (
            await db.scalars(select(Account).where(Account.email == campus.observer))
        ).one()
        account.active = False
    assert (await client.get(f"/calendar/{token}.ics")).status_code == 404


@pytest.mark.both_databases
async def test_a_calendar_of_too_many_exams_leaves_the_oldest_and_the_last_out(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = campus.clock()

    async with connected(campus.settings) as database, database.transaction() as db:
        for title, days in (("over", -9), ("over lately", -2), ("next", 3), ("last", 80)):
            starts = now + days * 24 * HOUR
            draft = ExamDraft(title=title, starts=starts, ends=starts + HOUR)
            await create_exam(db, campus.keys, campus.institution, draft, now)
        query = select(Account).where(Account.email == campus.observer)
        token = await make_link(db, staff_of((await db.scalars(query)).one()), now)

        async def shown(most: int) -> list[str]:
            monkeypatch.setattr("server.integrations.calendars.MOST", most)
            return [exam.title for exam in await feed_of(db, token, now) or ()]

        assert await shown(5) == ["over", "over lately", "Algebra I", "next", "last"]
        assert await shown(4) == ["over lately", "Algebra I", "next", "last"]
        assert await shown(2) == ["Algebra I", "next"]
