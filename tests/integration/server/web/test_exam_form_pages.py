"""The forms about an exam: what they refuse is said as it is, and loses nothing typed."""

from __future__ import annotations

import re

import httpx
import pytest
from support.campus import MINUTE, Campus, Pupil, connected, sign_in

from server.enrolment.places import PAGE
from server.exams.models import Exam
from server.exams.planning import plan_of
from server.exams.schedule import Schedule
from server.exams.terms import Terms
from server.exams.versions import SHOWN
from server.web.exam_form import blank
from server.web.policy_form import fields_of
from server.web.schedule_form import schedule_fields

pytestmark = pytest.mark.anyio

TOO_LONG = "The policy is longer than 60 KiB; name fewer programs and windows."
RULES = fields_of(Terms()) | {"version": "1"}
MANY = "\n".join(f"{n:05}{'x' * 190}" for n in range(400))


@pytest.fixture
async def headers(campus: Campus, client: httpx.AsyncClient) -> dict[str, str]:
    return await sign_in(campus, client, campus.examiner)


@pytest.fixture
def exam(campus: Campus) -> str:
    return f"/exams/{campus.exam.id}"


async def plan(campus: Campus) -> tuple[str, Schedule]:
    async with connected(campus.settings) as database, database.transaction() as db:
        found = await db.get_one(Exam, campus.exam.id)
        return found.title, (await plan_of(db, found))[0]


async def test_rules_that_are_too_long_are_refused_beside_what_is(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str], exam: str
) -> None:
    new = blank(campus.clock()) | {"title": "Algebra II"}
    for path, fields in (("/exams", new), (f"{exam}/policy", RULES)):
        answer = await client.post(path, data=fields | {"prohibited": MANY}, headers=headers)
        assert answer.status_code == 422
        assert f'<a href="#prohibited">{TOO_LONG}</a>' in answer.text, path


async def test_an_older_version_that_cannot_be_signed_now_is_refused_in_words(
    client: httpx.AsyncClient, headers: dict[str, str], exam: str
) -> None:
    breaks = {"breaks.count": "1", "breaks.minutes": "30"}
    await client.post(f"{exam}/policy", data=RULES | breaks, headers=headers)
    short = RULES | {"version": "2", "minutes": "20", "breaks.count": "0"}
    await client.post(f"{exam}/policy", data=short, headers=headers)
    again = {"version": "2"}
    answer = await client.post(f"{exam}/policy/restore", data=again, headers=headers)
    assert answer.status_code == 422
    told = '<a href="#versions">One break would be as long as the exam: make it shorter.</a>'
    assert told in answer.text
    assert 'id="versions"' in answer.text


async def test_who_gives_no_reason_is_asked_and_tells_nobody_unasked(
    client: httpx.AsyncClient, headers: dict[str, str], exam: str
) -> None:
    for typed, checked in (({"why": " "}, False), ({"why": " ", "tell": "on"}, True)):
        answer = await client.post(f"{exam}/cancel", data=typed, headers=headers)
        assert answer.status_code == 422
        assert "Not cancelled: please look at this again." in answer.text
        assert 'id="why-wrong">Say in up to 500 characters why' in answer.text
        box = re.search(r'<input type="checkbox" name="tell"[^>]*>', answer.text)
        assert box is not None
        assert ("checked" in box[0]) is checked
    untouched = await client.get(f"{exam}/schedule")
    assert 'name="tell" value="on" checked>' in untouched.text


async def test_a_draft_that_is_cancelled_is_not_published(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str], exam: str
) -> None:
    async with connected(campus.settings) as database, database.transaction() as db:
        (await db.get_one(Exam, campus.exam.id)).published = None
    assert f'action="{exam}/publish"' in (await client.get(f"{exam}/schedule")).text
    called_off = await client.post(f"{exam}/cancel", data={"why": "Flood"}, headers=headers)
    assert f'action="{exam}/publish"' not in called_off.text


async def test_no_seconds_of_an_exam_are_lost_by_its_forms(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str], exam: str
) -> None:
    _, before = await plan(campus)
    assert before.opens % MINUTE
    common = schedule_fields("Algebra I", before)
    common |= {"starts_at": common["starts"], "late_minutes": "10"}
    answer = await client.post(f"{exam}/schedule", data=common, headers=headers)
    assert "Saved, and signed" in answer.text
    title, planned = await plan(campus)
    assert planned.starts == planned.opens == before.opens
    fields = schedule_fields(title, planned)
    answer = await client.post(f"{exam}/schedule", data=fields, headers=headers)
    assert "Saved.</p>" in answer.text
    assert (await plan(campus))[1] == planned
    form = await client.get(f"{exam}/policy")
    number = re.search(r'name="version" value="(\d+)"', form.text)
    assert number is not None
    rules = RULES | {"version": number[1], "retention_days": "30"}
    rules |= {"starts_at": fields["starts_at"], "minutes": fields["minutes"]}
    answer = await client.post(f"{exam}/policy", data=rules, headers=headers)
    assert "Signed." in answer.text
    assert (await plan(campus))[1] == planned


async def test_one_earlier_version_is_told_as_one(
    client: httpx.AsyncClient, headers: dict[str, str], exam: str
) -> None:
    page = await client.get(f"{exam}/policy")
    for number in range(1, SHOWN + 1):
        rules = RULES | {"version": str(number), "retention_days": str(number)}
        page = await client.post(f"{exam}/policy", data=rules, headers=headers)
    assert "1 earlier one is in the" in page.text


async def test_what_is_refused_about_many_candidates_keeps_who_was_ticked(
    campus: Campus, client: httpx.AsyncClient, headers: dict[str, str], exam: str
) -> None:
    listed = "\n".join(f"Candidate {n:03}, s-{n:03}" for n in range(PAGE + 1))
    await client.post(f"{exam}/candidates", data={"candidates": listed}, headers=headers)
    first = await client.get(f"{exam}/candidates")
    (one, *_) = re.findall(r'name="place" value="(\w+)"', first.text)
    async with connected(campus.settings) as database, database.transaction() as db:
        (await db.get_one(Exam, campus.exam.id)).published = None
    typed = {"do": "remind", "place": one, "all": "yes"}
    answer = await client.post(f"{exam}/candidates/bulk", data=typed, headers=headers)
    assert answer.status_code == 422
    assert "This exam is a draft" in answer.text
    assert re.findall(r'name="place" value="(\w+)" checked', answer.text) == [one]
    assert 'name="all" value="yes" checked' in answer.text
    assert '<option value="remind" selected>' in answer.text
    # Its pages are those of the list, wherever it is shown.
    further = re.search(r'href="([^"]+)">Further', answer.text)
    assert further is not None
    second = await client.get(str(answer.url.join(further[1])))
    assert second.status_code == 200
    assert "page 2 of 2" in second.text


async def test_a_form_that_is_shown_again_tries_rules_on_the_same_exams(
    client: httpx.AsyncClient, headers: dict[str, str], exam: str, pupil: Pupil
) -> None:
    pupil.open()
    pupil.take(await pupil.deliver(*pupil.records))
    chosen = f'<option value="{exam.rpartition("/")[2]}" selected>'
    assert chosen in (await client.get(f"{exam}/policy")).text
    typed = RULES | {"basis": "", "retention_days": "0"}
    answer = await client.post(f"{exam}/policy", data=typed, headers=headers)
    assert answer.status_code == 422
    assert 'id="basis"' in answer.text
    assert chosen not in answer.text
