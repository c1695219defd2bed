"""Exams planned, moved, copied, published and called off, over HTTP."""

from __future__ import annotations

import httpx
import msgspec
import pytest
from support.campus import HOUR, MINUTE, START, Campus, connected, redeem, sign_in

from server.exams.contradiction import Contradiction
from server.exams.models import Exam
from server.exams.planning import plan_of
from server.exams.schedule import Schedule
from server.exams.terms import Terms
from server.web.policy_form import fields_of
from server.web.schedule_form import schedule_fields, time_fields
from shared.policy import decode_policy
from shared.wire import ProblemType

pytestmark = pytest.mark.anyio

VIENNA = "Europe/Vienna"


async def plan(campus: Campus, exam_id: str | None = None) -> tuple[str, Schedule]:
    """An exam's title and schedule."""
    async with connected(campus.settings) as database, database.transaction() as db:
        exam = await db.get_one(Exam, exam_id or campus.exam.id)
        return exam.title, (await plan_of(db, exam))[0]


async def save(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str], **changes: str
) -> httpx.Response:
    """The schedule's form with some fields changed."""
    fields = schedule_fields(*await plan(campus)) | changes
    path = f"/exams/{campus.exam.id}/schedule"
    return await client.post(path, data=fields, headers=headers)


async def ask(client: httpx.AsyncClient, code: str) -> dict[str, object]:
    """The problem that taking a code up meets."""
    body = {"code": code, "public_key": "A" * 43}
    answer = await client.post("/api/v1/enrolments/redeem", json=body)
    return {"status": answer.status_code, **answer.json()}


async def test_an_exam_is_moved_and_its_codes_with_it(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    answer = await save(
        campus,
        client,
        headers,
        title="Algebra II",
        zone=VIENNA,
        starts="2026-10-25T01:30",
        ends="2026-10-25T12:00",
        minutes="45",
        reminders="24; 1",
    )
    assert "Saved, and signed as a new version" in answer.text
    assert "25 Oct 2026, 01:30 Europe/Vienna (24 Oct, 23:30 UTC)" in answer.text
    title, moved = await plan(campus)
    assert (title, moved.zone, moved.duration_s) == ("Algebra II", VIENNA, 2700)
    assert moved.reminders == (1440, 60)
    versions = (await client.get(f"/api/v1/exams/{campus.exam.id}/policies")).json()
    assert [one["version"] for one in versions] == [2, 1]
    # The night has an hour more than the clocks say: 01:30 CEST to 12:00 CET.
    assert moved.closes - moved.opens == 11 * HOUR + 30 * MINUTE
    again = await save(campus, client, headers)
    assert "Saved." in again.text
    assert len((await client.get(f"/api/v1/exams/{campus.exam.id}/policies")).json()) == 2


async def test_what_cannot_be_is_said_and_nothing_is_moved(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    before = await plan(campus)
    twice = await save(campus, client, headers, zone=VIENNA, ends="2026-10-25T02:30")
    assert twice.status_code == 422
    assert "Choose which is meant" in twice.text
    assert 'name="closes_fold"' in twice.text
    common = {"starts_at": schedule_fields(*before)["starts"], "late_minutes": "60"}
    late = await save(campus, client, headers, **common)
    assert "would have no time left" in late.text
    assert await plan(campus) == before


async def test_a_schedule_that_the_rules_contradict_is_said_with_what_was_typed(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    breaks = {"breaks.count": "1", "breaks.minutes": "30"}
    assert "Signed." in (await sign_rules(campus, client, headers, **breaks)).text
    before = await plan(campus)
    short = await save(campus, client, headers, title="Shorter", minutes="20")
    assert short.status_code == 422
    assert "change them first. One break would be as long as the exam" in short.text
    assert 'value="Shorter"' in short.text
    assert await plan(campus) == before


async def test_nobody_begins_a_draft_or_before_it_opens(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    code = await campus.code()
    async with connected(campus.settings) as database, database.transaction() as db:
        exam = await db.get_one(Exam, campus.exam.id)
        exam.published, exam.starts = None, START + HOUR
    problem = await ask(client, code)
    assert (problem["type"], problem["status"]) == (ProblemType.EXAM_EARLY, 409)
    headers = await sign_in(campus, client, campus.examiner)
    page = await client.post(f"/exams/{campus.exam.id}/publish", headers=headers)
    assert "Published" in page.text
    assert "opens on" in str((await ask(client, code))["detail"])
    # Before it opens it may be looked at, and a computer be tried.
    looked = await client.post("/api/v1/enrolments/inspect", json={"code": code})
    assert looked.status_code == 200
    campus.clock.advance(HOUR)
    assert (await redeem(client, code)).session


async def test_an_exam_is_called_off_with_a_reason_and_held_after_all(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    code = await campus.code()
    headers = await sign_in(campus, client, campus.examiner)
    path = f"/exams/{campus.exam.id}"
    silent = await client.post(f"{path}/cancel", data={"why": " "}, headers=headers)
    assert (silent.status_code, "Say in up to 500" in silent.text) == (422, True)
    page = await client.post(f"{path}/cancel", data={"why": "The roof leaks."}, headers=headers)
    assert "The roof leaks." in page.text
    problem = await ask(client, code)
    assert problem["type"] == ProblemType.EXAM_CLOSED
    assert problem["detail"] == "This exam was cancelled. The roof leaks."
    assert ">cancelled<" in (await client.get("/exams")).text
    await client.post(f"{path}/reinstate", headers=headers)
    assert (await redeem(client, code)).session


async def test_why_an_exam_of_long_ago_cannot_be_copied_is_said(
    campus: Campus, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    wrong = [Contradiction("labels", "Name what to look for.")]
    monkeypatch.setattr("server.exams.service.contradictions", lambda *_: wrong)
    answer = await client.post(f"/exams/{campus.exam.id}/copy", headers=headers)
    assert (answer.status_code, "Name what to look for." in answer.text) == (409, True)


async def test_a_copy_is_a_draft_of_the_same_rules_in_a_coming_week(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    await save(campus, client, headers, zone=VIENNA, reminders="2")
    campus.clock.advance(60 * 24 * HOUR)
    headers = await sign_in(campus, client, campus.examiner)
    page = await client.post(f"/exams/{campus.exam.id}/copy", headers=headers)
    assert "This is a copy, and a draft" in page.text
    title, copied = await plan(campus, str(page.url).split("/")[-2])
    _, first = await plan(campus)
    assert title == "Algebra I (copy)"
    assert copied.opens > campus.clock()
    fields, before = schedule_fields(title, copied), schedule_fields(title, first)
    assert fields["starts"][10:] == before["starts"][10:]
    assert (copied.zone, copied.reminders) == (VIENNA, (120,))


@pytest.mark.parametrize("whole", [False, True])
async def test_who_comes_late_has_what_the_exam_says(
    campus: Campus, client: httpx.AsyncClient, whole: bool
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    now = schedule_fields(*await plan(campus))["starts"]
    late = {"late_whole": "on"} if whole else {}
    await save(campus, client, headers, starts_at=now, late_minutes="80", minutes="90", **late)
    in_time, late_code, too_late = [await campus.code(name) for name in ("1", "2", "3")]
    campus.clock.now = (await plan(campus))[1].opens
    policy = decode_policy((await redeem(client, in_time)).policy.payload)
    assert policy.exam.starts_us == campus.clock()
    campus.clock.advance(79 * MINUTE)
    came = decode_policy((await redeem(client, late_code)).policy.payload)
    assert came.exam.starts_us == (None if whole else policy.exam.starts_us)
    assert came.exam.duration_s == policy.exam.duration_s
    # What is signed for one candidate is no version of the exam's.
    versions = (await client.get(f"/api/v1/exams/{campus.exam.id}/policies")).json()
    assert versions[0]["terms"]["starts_us"] == policy.exam.starts_us
    campus.clock.advance(MINUTE)
    problem = await ask(client, too_late)
    assert problem["type"] == ProblemType.EXAM_CLOSED
    assert "could be entered until" in str(problem["detail"])


async def test_extra_time_and_breaks_are_in_the_candidates_own_policy(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    given = {"name": "Profile C", "extra_percent": 25, "breaks": 2, "break_minutes": 15}
    made = await client.post("/api/v1/accommodations", json=given, headers=headers)
    assert made.status_code == 201, made.text
    body = {"candidates": [{"name": "A", "reference": "9", "accommodation": "Profile C"}]}
    path = f"/api/v1/exams/{campus.exam.id}/enrolments"
    code = (await client.post(path, json=body, headers=headers)).json()[0]["code"]
    policy = decode_policy((await redeem(client, code)).policy.payload)
    assert policy.exam.duration_s == 3600 * 1.25
    assert (policy.breaks.count, policy.breaks.longest_s) == (2, 900)
    assert policy.accommodation is not None
    nothing = await client.post(
        "/api/v1/accommodations", json={"name": "Profile D"}, headers=headers
    )
    assert "so far it changes nothing" in nothing.text


async def test_versions_are_compared_and_an_old_one_is_signed_again(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    api = f"/api/v1/exams/{campus.exam.id}/policies"
    await client.post(api, json={"retention_days": 7, "warnings": 3}, headers=headers)
    path = f"/exams/{campus.exam.id}/policy"
    compared = await client.get(f"{path}/compare?from=2&to=1")
    assert "Recordings are kept for: 7 days (was 365 days)" in compared.text
    await save(campus, client, headers, zone=VIENNA, minutes="90")
    page = await client.post(f"{path}/restore", data={"version": "1"}, headers=headers)
    assert "Signed. Whoever begins from now on" in page.text
    newest = (await client.get(api)).json()[0]
    assert newest["version"] == 4
    assert newest["terms"]["retention_days"] == 365
    # When the exam is held belongs to its schedule, and stays.
    assert newest["terms"]["zone"] == VIENNA
    assert newest["terms"]["duration_s"] == 5400
    none = await client.post(f"{path}/restore", data={"version": "99"}, headers=headers)
    assert none.status_code == 404
    same = await client.post(f"{path}/restore", data={"version": "4"}, headers=headers)
    assert "Nothing was changed" in same.text


async def late_exam(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str]
) -> Schedule:
    """The exam with one start, and late entry for a quarter of an hour; its schedule."""
    common = {"starts_at": schedule_fields(*await plan(campus))["starts"]}
    await save(campus, client, headers, **common, late_minutes="15")
    return (await plan(campus))[1]


async def sign_rules(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str], **changes: str
) -> httpx.Response:
    """The rules' form with some fields changed."""
    path = f"/exams/{campus.exam.id}/policy"
    newest = (await client.get(f"/api/v1{path}")).json()
    terms = msgspec.convert(newest["terms"], Terms)
    fields = fields_of(terms) | {"version": str(newest["version"])} | changes
    return await client.post(path, data=fields, headers=headers)


async def test_late_entry_moves_with_a_start_that_the_rules_change(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    before = await late_exam(campus, client, headers)
    assert before.starts is not None
    start = (before.starts + 2 * HOUR) // MINUTE * MINUTE
    moved = time_fields("starts_at", start, before.zone)
    signed = await sign_rules(campus, client, headers, **moved)
    assert "Signed." in signed.text
    assert "Late entry is for as long after it as before." in signed.text
    after = (await plan(campus))[1]
    assert (after.starts, after.late_until) == (start, start + 15 * MINUTE)
    campus.clock.now = start + 14 * MINUTE
    assert (await redeem(client, await campus.code())).session
    each = await sign_rules(campus, client, headers, starts_at="")
    assert "Signed." in each.text
    after = (await plan(campus))[1]
    assert (after.starts, after.late_until, after.late_whole) == (None, None, False)


async def test_rules_that_late_entry_contradicts_are_not_signed(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    before = await late_exam(campus, client, headers)
    short = await sign_rules(campus, client, headers, minutes="10")
    assert short.status_code == 422
    assert "would have no time left" in short.text
    assert 'href="#minutes"' in short.text
    end = time_fields("starts_at", before.closes - 5 * MINUTE, before.zone)
    beyond = await sign_rules(campus, client, headers, **end)
    assert beyond.status_code == 422
    assert "close it later" in beyond.text
    assert 'href="#starts_at"' in beyond.text
    path = f"/api/v1/exams/{campus.exam.id}/policy"
    terms = (await client.get(path)).json()["terms"] | {"duration_s": 600}
    refused = await client.put(path, json=terms, headers=headers)
    assert refused.status_code == 400
    assert "Late entry is changed with the exam's schedule." in refused.json()["detail"]
    assert (await plan(campus))[1] == before
