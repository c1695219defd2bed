"""Codes given out, sent, taken back; reminders once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs
from support.campus import HOUR, MINUTE, Campus, connected, redeem, sign_in

from server.enrolment.issuing import Issuing
from server.enrolment.models import Candidate, Enrolment
from server.enrolment.places import Wanted, chosen_places
from server.enrolment.reminding import Reminders
from server.enrolment.service import CandidateDraft, enrol
from server.exams.accommodations import ProfileDraft, create_profile
from server.exams.models import Exam
from server.exams.planning import cancel
from server.mail.models import MailRow
from server.mail.outbox import Outbox
from server.storage.database import Database
from shared.wire import CODE_HEADER, SPEED_PATH

pytestmark = pytest.mark.anyio

CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


class Desk:
    """What gives codes out, on a database of its own."""

    def __init__(self, campus: Campus, database: Database) -> None:
        secret, self.campus, self.database = campus.keys.server_secret(), campus, database
        self.outbox = Outbox(secret, campus.clock)
        settings, clock = campus.settings, campus.clock
        self.issuing = Issuing(campus.keys, self.outbox, secret, settings, clock)
        self.reminders = Reminders(database, self.outbox, self.issuing, clock)

    async def exam(self, **changes: Any) -> None:
        async with self.database.transaction() as db:
            row = await db.get_one(Exam, self.campus.exam.id)
            for name, value in changes.items():
                setattr(row, name, value)

    async def add(self, reference: str, email: str | None = None) -> str:
        async with self.database.transaction() as db:
            exam = await db.get_one(Exam, self.campus.exam.id)
            draft = CandidateDraft(name="Ada", reference=reference, email=email)
            now = self.campus.clock()
            secret = self.campus.keys.server_secret()
            made = await enrol(db, secret, exam, draft, expires=exam.ends, now=now)
            return made.code

    async def do(self, what: str) -> Any:
        async with self.database.transaction() as db:
            exam = await db.get_one(Exam, self.campus.exam.id)
            chosen = await chosen_places(db, exam.id, Wanted(), self.campus.clock())
            return await getattr(self.issuing, what)(db, "command line", exam, chosen)

    async def letters(self, kind: str = "invitation") -> list[tuple[str, str, str]]:
        """To whom, in which state, what it says."""
        async with self.database.transaction() as db:
            rows = await db.scalars(
                select(MailRow).where(MailRow.kind == kind).order_by(MailRow.recipient)
            )
            return [(r.recipient, r.state, self.outbox.text_of(r) or "") for r in rows]


@asynccontextmanager
async def desk_of(campus: Campus) -> AsyncIterator[Desk]:
    async with connected(campus.settings) as database:
        yield Desk(campus, database)


@pytest.fixture
async def desk(campus: Campus) -> AsyncIterator[Desk]:
    async with desk_of(campus) as found:
        yield found


async def test_codes_are_sent_and_the_one_in_the_letter_works(
    campus: Campus, desk: Desk, client: httpx.AsyncClient
) -> None:
    await desk.add("ada@uni.example")
    old = await desk.add("s-2", "bob@uni.example")
    await desk.add("s-3")
    sent = await desk.do("send")
    assert (sent.queued, sent.no_address, sent.left) == (2, 1, 0)
    (to, _, text), (_, _, bobs) = await desk.letters()
    assert to == "ada@uni.example"
    assert "Dear Ada" in text
    assert "ada" not in text.partition("Dear Ada")[0].lower()
    assert campus.settings.url in text
    pupil = await redeem(client, CODE.findall(text)[0])
    assert pupil.session
    refused = await client.post("/api/v1/enrolments/inspect", json={"code": old})
    assert refused.status_code == 404
    good = await client.post("/api/v1/enrolments/inspect", json={"code": CODE.findall(bobs)[0]})
    assert good.status_code == 200


async def test_a_second_letter_takes_the_place_of_one_that_waits(desk: Desk) -> None:
    await desk.add("ada@uni.example")
    await desk.do("send")
    await desk.do("send")
    states = sorted(state for _, state, _ in await desk.letters())
    assert states == ["waiting", "withdrawn"]


@pytest.mark.parametrize("what", ["revoke", "withdraw"])
async def test_a_code_that_is_taken_back_opens_nothing_and_its_letter_stays_here(
    desk: Desk, client: httpx.AsyncClient, what: str
) -> None:
    await desk.add("ada@uni.example")
    await desk.do("send")
    ((_, _, text),) = await desk.letters()
    assert await desk.do(what) == 1
    answer = await client.post(
        "/api/v1/enrolments/inspect", json={"code": CODE.findall(text)[0]}
    )
    assert answer.status_code == 404
    assert [state for _, state, _ in await desk.letters()] == ["withdrawn"]
    sent = await desk.do("send")
    assert sent.queued == (1 if what == "revoke" else 0)
    assert await desk.do("restore") == (0 if what == "revoke" else 1)
    assert (await desk.do("send")).queued == 1


async def test_who_has_begun_is_left_as_they_are(desk: Desk, client: httpx.AsyncClient) -> None:
    code = await desk.add("ada@uni.example")
    await redeem(client, code)
    sent = await desk.do("send")
    assert (sent.queued, sent.left) == (0, 1)
    assert [await desk.do(what) for what in ("revoke", "withdraw")] == [0, 0]


async def test_the_page_shows_codes_once_and_as_a_sheet(
    campus: Campus, desk: Desk, client: httpx.AsyncClient
) -> None:
    await desk.add("s-1", "=cmd@uni.example")
    headers = await sign_in(campus, client, campus.examiner)
    path = f"/exams/{campus.exam.id}/candidates"
    shown = await client.post(
        f"{path}/bulk", data={"do": "show", "all": "yes"}, headers=headers
    )
    assert CODE.search(shown.text)
    assert not CODE.search((await client.get(path)).text)
    sheet = await client.post(
        f"{path}/bulk", data={"do": "sheet", "all": "yes"}, headers=headers
    )
    assert sheet.headers["content-type"].startswith("text/csv")
    assert "'=cmd@uni.example" in sheet.text
    nobody = await client.post(f"{path}/bulk", data={"do": "send"}, headers=headers)
    assert (nobody.status_code, "Tick somebody" in nobody.text) == (422, True)


async def soon(desk: Desk, **more: Any) -> int:
    """The exam begins in two days, and codes are good for it; reminders a day and an hour
    before.
    """
    begins = desk.campus.clock() + 48 * HOUR
    changes = {"starts": begins, "ends": begins + 4 * HOUR, "reminders": [1440, 60]} | more
    await desk.exam(**changes)
    async with desk.database.transaction() as db:
        await db.execute(update(Enrolment).values(expires=changes["ends"]))
    return begins


async def test_reminders_come_once_each_whatever_restarts(campus: Campus, desk: Desk) -> None:
    await desk.add("ada@uni.example")
    await desk.add("s-2")
    await soon(desk)
    assert await desk.reminders.remind() == 0
    campus.clock.advance(24 * HOUR)
    assert await desk.reminders.remind() == 1
    async with desk_of(campus) as restarted:
        assert await restarted.reminders.remind() == 0
        campus.clock.advance(23 * HOUR)
        assert await restarted.reminders.remind() == 1
    campus.clock.advance(HOUR)
    assert await desk.reminders.remind() == 0
    letters = await desk.letters("reminder")
    assert [to for to, _, _ in letters] == ["ada@uni.example"] * 2
    assert "You have not tried your computer yet" in letters[0][2]


async def test_after_a_night_off_only_the_last_reminder_goes(
    campus: Campus, desk: Desk
) -> None:
    await desk.add("ada@uni.example")
    begins = await soon(desk)
    campus.clock.now = begins - 30 * MINUTE
    assert await desk.reminders.remind() == 1
    assert await desk.reminders.remind() == 0


async def test_nobody_is_reminded_of_what_they_cannot_or_need_not_do(
    campus: Campus, desk: Desk, client: httpx.AsyncClient
) -> None:
    begun = await desk.add("begun@uni.example")
    await redeem(client, begun)
    await soon(desk)
    campus.clock.advance(24 * HOUR)
    # Whoever gets the code now has just had a letter.
    await desk.add("new@uni.example")
    assert await desk.reminders.remind() == 0


async def test_nobody_is_reminded_whose_code_has_expired(campus: Campus, desk: Desk) -> None:
    await desk.add("ada@uni.example")
    await desk.add("bob@uni.example")
    await soon(desk)
    campus.clock.advance(24 * HOUR)
    async with desk.database.transaction() as db:
        of_bob = select(Candidate.id).where(Candidate.reference == "bob@uni.example")
        place = Enrolment.candidate_id.in_(of_bob)
        await db.execute(update(Enrolment).where(place).values(expires=campus.clock()))
    assert await desk.reminders.remind() == 1
    assert [to for to, _, _ in await desk.letters("reminder")] == ["ada@uni.example"]


@pytest.mark.parametrize("change", [{"cancelled": 1}, {"published": None}, {"reminders": []}])
async def test_an_exam_that_is_not_held_reminds_nobody(
    campus: Campus, desk: Desk, change: dict[str, Any]
) -> None:
    await desk.add("ada@uni.example")
    await soon(desk, **change)
    campus.clock.advance(24 * HOUR)
    assert await desk.reminders.remind() == 0


async def test_a_reminder_that_fails_keeps_nobody_else_s_back(
    campus: Campus, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.add("ada@uni.example")
    await desk.add("bob@uni.example")
    await soon(desk)
    campus.clock.advance(24 * HOUR)
    async with desk.database.transaction() as db:
        bob = (
            await db.scalars(select(Candidate).where(Candidate.reference == "bob@uni.example"))
        ).one()
        bob.email = "bob@@uni.example"
    near, some = desk.reminders._near, desk.reminders._some

    async def one_more() -> list[str]:
        return ["broken", *await near()]

    async def of(exam_id: str, after: str) -> tuple[int, str | None]:
        if exam_id == "broken":
            raise ZeroDivisionError
        return await some(exam_id, after)

    monkeypatch.setattr(desk.reminders, "_near", one_more)
    monkeypatch.setattr(desk.reminders, "_some", of)
    monkeypatch.setattr("server.enrolment.reminding.AT_ONCE", 1)
    with capture_logs() as said:
        assert await desk.reminders.remind() == 1
    assert [line["event"] for line in said] == [
        "a chore met a bug, its next look comes",
        "a reminder cannot be written",
    ]
    assert [to for to, _, _ in await desk.letters("reminder")] == ["ada@uni.example"]


async def test_who_has_extra_time_is_written_how_long_their_exam_lasts(
    campus: Campus, desk: Desk
) -> None:
    await desk.add("ada@uni.example")
    await desk.add("bob@uni.example")
    async with desk.database.transaction() as db:
        draft = ProfileDraft(name="Profile B", extra_percent=25)
        profile = await create_profile(db, campus.institution.id, draft, campus.clock())
        query = select(Candidate.id).where(Candidate.reference == "ada@uni.example")
        hers = Enrolment.candidate_id == (await db.scalars(query)).one()
        given = update(Enrolment).where(hers).values(accommodation_id=profile.id)
        await db.execute(given)
    await soon(desk)
    await desk.do("send")
    campus.clock.advance(24 * HOUR)
    assert await desk.reminders.remind() == 2
    for kind in ("invitation", "reminder"):
        told = [" ".join(text.split()) for _, _, text in await desk.letters(kind)]
        lasts = [re.findall(r"lasts (\S+ minutes)", text) for text in told]
        assert lasts == [["75 minutes"], ["60 minutes"]]
        assert not any("Profile B" in text for text in told)


async def test_an_exam_that_moves_reminds_anew(campus: Campus, desk: Desk) -> None:
    await desk.add("ada@uni.example")
    await soon(desk)
    campus.clock.advance(24 * HOUR)
    assert await desk.reminders.remind() == 1
    await soon(desk)
    campus.clock.advance(24 * HOUR)
    assert await desk.reminders.remind() == 1


async def test_nobody_gets_a_second_place_in_an_exam(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    path = f"/api/v1/exams/{campus.exam.id}/enrolments"
    ada, bob = {"name": "Ada", "reference": "s-1"}, {"name": "Bob", "reference": "s-2"}

    async def enrolled(*who: dict[str, str]) -> httpx.Response:
        return await client.post(path, json={"candidates": who}, headers=headers)

    assert (await enrolled(ada)).status_code == 201
    again = await enrolled(bob, ada)
    assert (again.status_code, "“s-1” has a place" in again.text) == (409, True)
    twice = await enrolled(bob, bob)
    assert (twice.status_code, "named twice" in twice.text) == (409, True)
    form = {"candidates": "Ada, s-1", "_csrf": headers["X-CSRF-Token"]}
    browser = {"Accept": "text/html"}
    page = await client.post(f"/exams/{campus.exam.id}/candidates", data=form, headers=browser)
    assert "“s-1” has a place" in page.text
    assert [place["reference"] for place in (await client.get(path)).json()] == ["s-1"]
    # Who gave their place up may have another, and does not get the first one back then.
    change = {"do": "withdraw", "everybody": True}
    done = await client.post(f"{path}/changes", json=change, headers=headers)
    assert done.json()["changed"] == 1
    assert (await enrolled(ada)).status_code == 201
    back = await client.post(
        f"{path}/changes", json={**change, "do": "restore"}, headers=headers
    )
    assert back.json() == {"changed": 0, "left": 2}


@pytest.mark.both_databases
async def test_names_and_references_that_are_typed_are_tidied_as_in_a_list(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    path = f"/api/v1/exams/{campus.exam.id}/enrolments"

    async def enrolled(name: str, reference: str) -> httpx.Response:
        who = {"name": name, "reference": reference}
        return await client.post(path, json={"candidates": [who]}, headers=headers)

    (made,) = (await enrolled(" \u202eAda\u00a0\n Example ", "\u200b s-1 ")).json()
    assert (made["candidate"], made["reference"]) == ("Ada Example", "s-1")
    assert (await enrolled("Ada", "S-1")).status_code == 409
    for name, reference, says in (
        ("  ", "s-2", "a name and a reference"),
        ("Bob", "\u200b", "a name and a reference"),
        ("Bo\0b", "s-2", "nobody can read"),
        ("Bob", "s\x1b2", "nobody can read"),
    ):
        answer = await enrolled(name, reference)
        assert (answer.status_code, says in answer.text) == (400, True), answer.text
    form = {"candidates": "Cy\x07, s-3"}
    page = await client.post(f"/exams/{campus.exam.id}/candidates", data=form, headers=headers)
    assert (page.status_code, "nobody can read" in page.text) == (422, True)
    assert [place["reference"] for place in (await client.get(path)).json()] == ["s-1"]


async def test_nobody_gets_a_place_in_an_exam_that_nobody_can_begin(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    exam = f"/api/v1/exams/{campus.exam.id}"
    body = {"candidates": [{"name": "Ada", "reference": "s-1"}]}
    why = {"why": "The hall is flooded."}
    cancelled = await client.post(f"{exam}/cancel", json=why, headers=headers)
    assert cancelled.is_success, cancelled.text
    answer = await client.post(f"{exam}/enrolments", json=body, headers=headers)
    assert (answer.status_code, "over or cancelled" in answer.text) == (409, True)
    page = await client.post(
        f"/exams/{campus.exam.id}/candidates", data={"candidates": "Ada, s-1"}, headers=headers
    )
    assert (page.status_code, "over or cancelled" in page.text) == (422, True)
    assert (await client.get(f"{exam}/enrolments")).json() == []


@pytest.mark.both_databases
async def test_two_who_enrol_somebody_new_at_once_take_turns(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    headers = await sign_in(campus, client, campus.examiner)
    path = f"/api/v1/exams/{campus.exam.id}/enrolments"
    body = {"candidates": [{"name": "Ada", "reference": "s-1"}]}
    asked = [client.post(path, json=body, headers=headers) for _ in range(4)]
    answers = await asyncio.gather(*asked)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.both_databases
@pytest.mark.parametrize("what", ["issue", "send", "revoke", "withdraw"])
async def test_who_begins_while_their_code_is_taken_back_keeps_their_place(
    campus: Campus, client: httpx.AsyncClient, what: str
) -> None:
    async with desk_of(campus) as desk:
        code = await desk.add("s-1", "ada@uni.example")
        async with desk.database.transaction() as db:
            exam = await db.get_one(Exam, campus.exam.id)
            now = campus.clock()
            chosen = await chosen_places(db, exam.id, Wanted(), now)
            if db.get_bind().dialect.name == "sqlite":
                # Where only one writes at a time, nobody comes between.
                ((place, _),) = chosen
                place.session_id = "0" * 32
            else:
                await redeem(client, code)
            done = await getattr(desk.issuing, what)(db, "command line", exam, chosen)
        if what == "send":
            assert (done.queued, done.left) == (0, 1)
        else:
            assert not done
        async with desk.database.transaction() as db:
            (place,) = await db.scalars(select(Enrolment))
            assert (place.session_id is None, place.issued is None) == (False, False)
            assert place.withdrawn is None


async def test_cancelling_takes_letters_back_and_tells_those_with_codes(
    campus: Campus, desk: Desk
) -> None:
    await desk.add("ada@uni.example")
    await desk.do("send")
    async with desk.database.transaction() as db:
        exam = await db.get_one(Exam, campus.exam.id)
        assert await cancel(db, desk.outbox, exam, "Fire.", campus.clock(), by="x") == 1
        chosen = await chosen_places(db, exam.id, Wanted(), campus.clock())
        assert await desk.issuing.tell_cancelled(db, exam, chosen) == 1
        assert await desk.issuing.tell_cancelled(db, exam, chosen) == 0
    assert [state for _, state, _ in await desk.letters()] == ["withdrawn"]
    ((_, state, text),) = await desk.letters("cancellation")
    assert (state, "is cancelled" in text) == ("waiting", True)


async def test_a_system_check_is_noted(
    campus: Campus, desk: Desk, client: httpx.AsyncClient
) -> None:
    code = await desk.add("ada@uni.example")
    headers = {"Content-Type": "application/octet-stream", CODE_HEADER: code}
    answer = await client.post(SPEED_PATH, content=b"x" * 100, headers=headers)
    assert answer.status_code == 200, answer.text
    async with desk.database.transaction() as db:
        (place,) = await db.scalars(select(Enrolment))
        assert place.checked == campus.clock()
