"""The policy's limit: off by default, once a session, and people have the last word."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select
from support.campus import Campus, Pupil, connected, redeem, sign_in

from server.audit.models import LogEntryRow
from server.exams.models import Exam
from server.exams.service import add_policy
from server.exams.terms import Terms
from server.ingest.models import ExamSession
from server.live.conversation import BY_POLICY
from server.live.limits import GRACE, Limits
from server.live.models import CommandRow
from server.review.models import RankRow
from shared.flags import Kind
from shared.policy import Review

pytestmark = pytest.mark.anyio

GRAVE = ("multiple_faces", "second_voice", "virtual_camera", "identity_mismatch")


async def limited(
    campus: Campus, client: httpx.AsyncClient, kinds: tuple[str, ...] = GRAVE, **review: object
) -> Pupil:
    """A session under a policy with this review, and with incidents of these kinds."""
    async with connected(campus.settings) as database, database.transaction() as db:
        exam = await db.get_one(Exam, campus.exam.id)
        terms = Terms(review=Review(**review))
        await add_policy(db, campus.keys, campus.institution, exam, terms, campus.clock())
    pupil = await redeem(client, await campus.code("limited"))
    pupil.open()
    for number, kind in enumerate(kinds):
        pupil.incident(number + 1, kind=kind)
    await pupil.hand_in()
    return pupil


async def look(campus: Campus) -> list[str]:
    async with connected(campus.settings) as database:
        return await Limits(database, campus.clock).look()


async def actions(campus: Campus) -> list[tuple[str, str | None]]:
    async with connected(campus.settings) as database, database.transaction() as db:
        rows = await db.scalars(select(CommandRow).order_by(CommandRow.created))
        return [(row.action, row.account_id) for row in rows]


async def test_without_a_limit_nothing_ever_happens(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    await limited(campus, client)
    assert await look(campus) == []
    assert await actions(campus) == []


async def test_the_exam_is_paused_once_and_people_may_undo_it(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    pupil = await limited(campus, client, limit=5)
    assert await look(campus) == [pupil.session]
    assert await look(campus) == []
    assert await actions(campus) == [("pause", None)]
    headers = await sign_in(campus, client, campus.proctor)
    url = f"/api/v1/sessions/{pupil.session}/commands"
    assert [one["by"] for one in (await client.get(url)).json()] == [BY_POLICY]
    resume = {"action": "resume", "text": "It was the radio."}
    assert (await client.post(url, json=resume, headers=headers)).status_code < 300
    campus.clock.advance(GRACE)
    assert await look(campus) == []
    assert [action for action, _ in await actions(campus)] == ["pause", "resume"]
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(LogEntryRow.actor).where(LogEntryRow.action == "session.limit")
        assert list(await db.scalars(query)) == ["system"]


async def test_a_session_that_nobody_lets_go_on_is_ended_where_the_policy_says_so(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    pupil = await limited(campus, client, limit=5, at_limit="terminate")
    assert await look(campus) == [pupil.session]
    campus.clock.advance(GRACE - 1)
    assert await look(campus) == []
    campus.clock.advance(1)
    assert await look(campus) == [pupil.session]
    assert [action for action, _ in await actions(campus)] == ["pause", "terminate"]
    async with connected(campus.settings) as database, database.transaction() as db:
        assert (await db.get_one(ExamSession, pupil.session)).state == "terminated"
    assert await look(campus) == []


async def test_a_session_that_was_let_go_on_is_not_ended(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    pupil = await limited(campus, client, limit=5, at_limit="terminate")
    await look(campus)
    headers = await sign_in(campus, client, campus.proctor)
    url = f"/api/v1/sessions/{pupil.session}/commands"
    resume = {"action": "resume", "text": "It was the radio."}
    assert (await client.post(url, json=resume, headers=headers)).status_code < 300
    campus.clock.advance(GRACE)
    assert await look(campus) == []
    async with connected(campus.settings) as database, database.transaction() as db:
        assert (await db.get_one(ExamSession, pupil.session)).state == "open"


async def test_what_a_person_has_to_look_at_first_counts_only_then(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    kinds = ("multiple_faces",)
    first = (Kind.MULTIPLE_FACES,)
    pupil = await limited(campus, client, kinds, limit=5, human_first=first)
    headers = await sign_in(campus, client, campus.proctor)
    listed = (await client.get("/sessions?sort=person", headers={"HX-Request": "true"})).text
    assert pupil.session in listed
    assert await look(campus) == []
    draft = {"verdict": "accepted", "version": 0}
    api = f"/api/v1/sessions/{pupil.session}/flags/{1:032x}/decisions"
    assert (await client.post(api, json=draft, headers=headers)).status_code == 200
    assert await look(campus) == [pupil.session]


async def test_records_that_count_for_nothing_are_looked_through_once(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    pupil = await limited(campus, client, limit=100)
    assert await look(campus) == []
    for _ in range(3):
        pupil.segment()
    await pupil.hand_in()
    assert await look(campus) == []
    async with connected(campus.settings) as database, database.transaction() as db:
        rank = await db.get_one(RankRow, pupil.session)
        assert rank.size == (await db.get_one(ExamSession, pupil.session)).size
