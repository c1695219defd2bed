"""Lists that are cut say so, and hide nothing that somebody has to see or to reach."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import update
from support.campus import HOUR, Campus, Pupil, connected, redeem, sign_in

from server.candidates import appeals, register, requests
from server.candidates.appeals import appeal
from server.candidates.requests import RequestKind, receive
from server.clock import MICROS_PER_DAY
from server.enrolment.models import Candidate
from server.exams.service import ExamDraft, create_exam
from server.exams.terms import Terms
from server.ingest.models import ExamSession
from server.retention import outlook
from server.retention.holds import HoldDraft, HoldKind, open_holds, place_hold
from server.retention.service import Retention
from server.storage.blobs import BlobStore
from server.web import hold_pages

pytestmark = [pytest.mark.anyio, pytest.mark.both_databases]

PAGE = "/settings/data-protection"
YEAR = 365 * 24 * HOUR


async def recorded(campus: Campus, client: httpx.AsyncClient, reference: str) -> Pupil:
    pupil = await redeem(client, await campus.code(reference))
    pupil.open()
    pupil.segment()
    pupil.close()
    await pupil.hand_in()
    return pupil


async def held(campus: Campus, times: int, kind: HoldKind, subject: str) -> None:
    async with connected(campus.settings) as database, database.transaction() as db:
        for n in range(times):
            draft = HoldDraft(kind, subject, f"Court number {n} asks.", n + 1)
            own = campus.institution.id
            await place_hold(db, campus.clock(), "command line", own, draft)


async def test_what_is_held_hides_nothing_that_goes(
    campus: Campus, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlook, "MOST", 2)
    monkeypatch.setattr(outlook, "MOST_HELD", 1)
    for n in range(3):
        await recorded(campus, client, f"held-{n}")
    await held(campus, 1, HoldKind.EXAM, campus.exam.id)
    async with connected(campus.settings) as database:
        async with database.transaction() as db:
            times = {"starts": campus.clock() - HOUR, "ends": campus.clock() + 24 * HOUR}
            draft = ExamDraft(title="Rhetoric", terms=Terms(), **times)
            other = await create_exam(
                db, campus.keys, campus.institution, draft, campus.clock()
            )
        first, campus.exam = campus.exam, other
        soon = [await recorded(campus, client, f"soon-{n}") for n in range(3)]
        campus.exam = first
        async with database.transaction() as db:
            later = campus.clock() + 2 * MICROS_PER_DAY
            mine = ExamSession.exam_id == other.id
            await db.execute(update(ExamSession).where(mine).values(created=later, due_at=None))
        campus.clock.advance(YEAR + HOUR)
        blobs = BlobStore(campus.settings.blobs, campus.settings.data_dir / "incoming")
        retention = Retention(database, blobs, campus.keys, campus.clock)
        assert await retention.expire() == []
        await sign_in(campus, client, campus.admin)
        shown = (await client.get(PAGE)).text
        assert [shown.count(f"{PAGE}/sessions/{one.session}") for one in soon].count(1) == 2
        assert "The first 2 of at most 3 sessions" in shown
        assert "3 sessions are held, 1 of them at the end" in shown
        campus.clock.advance(2 * MICROS_PER_DAY)
        assert set(await retention.expire()) == {one.session for one in soon}
        await sign_in(campus, client, campus.admin)
        shown = (await client.get(PAGE)).text
        assert "The first" not in shown
        assert "3 sessions are held, 1 of them at the end" in shown


async def test_every_hold_can_be_reached_and_released(
    campus: Campus, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hold_pages, "MOST", 2)
    await held(campus, 5, HoldKind.EXAM, campus.exam.id)
    await sign_in(campus, client, campus.admin)
    first = (await client.get(f"{PAGE}/holds")).text
    assert "1 to 2 of 5 holds" in first
    assert 'href="?after=2"' in first
    last = (await client.get(f"{PAGE}/holds?after=4")).text
    assert "5 to 5 of 5 holds" in last
    assert ("Court number 4 asks." in last, "Court number 3 asks." in last) == (True, False)
    assert 'href="?after=2"' in last
    assert "Release" in last
    past = await client.get(f"{PAGE}/holds?after=900")
    assert (past.status_code, "There are not so many" in past.text) == (200, True)
    assert (await client.get(f"{PAGE}/holds?after={'9' * 5_000}")).status_code == 200
    async with connected(campus.settings) as database, database.transaction() as db:
        assert len(await open_holds(db, campus.institution.id)) == 5


async def test_appeals_requests_and_views_say_of_how_many_they_are(
    campus: Campus, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    pupil = await recorded(campus, client, "s-1")
    monkeypatch.setattr(appeals, "MOST_SHOWN", 1)
    monkeypatch.setattr(requests, "MOST_SHOWN", 1)
    monkeypatch.setattr(register, "MOST_ACCESSES", 1)
    async with connected(campus.settings) as database, database.transaction() as db:
        session = await db.get_one(ExamSession, pupil.session)
        for words in ("It was my cat.", "And my dog."):
            await appeal(db, campus.clock(), session, words)
        candidate = await db.get_one(Candidate, session.candidate_id)
        for kind in RequestKind:
            await receive(db, campus.clock(), "candidate", candidate, kind, "I ask.")
    await sign_in(campus, client, campus.admin)
    for page in (f"/sessions/{pupil.session}", f"/sessions/{pupil.session}/bundle"):
        assert (await client.get(page)).status_code == 200
    assert "The first 1 of 2 appeals" in (await client.get(f"{PAGE}/appeals")).text
    assert "The first 1 of 2 requests" in (await client.get(f"{PAGE}/requests")).text
    looked = (await client.get(f"{PAGE}/access?reference=s-1")).text
    assert "The newest 1 of " in looked
