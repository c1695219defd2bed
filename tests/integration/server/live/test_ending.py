"""Whoever or whatever ended a session, it is told alike: board, pages, copy and webhooks."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select
from support.campus import Campus, connected, redeem, sign_in
from support.two_houses import House, make_webhook

from server.candidates.about import about_candidate, about_session
from server.candidates.copy_index import index_html, index_json
from server.exams.models import Exam
from server.exams.service import add_policy
from server.exams.terms import Terms
from server.ingest.models import ExamSession
from server.integrations.models import WebhookEventRow, WebhookRow
from server.live.ending import GRACE, EndedBy
from server.live.limits import Limits
from shared.policy import Review

pytestmark = [pytest.mark.anyio, pytest.mark.both_databases]

GRAVE = ("multiple_faces", "second_voice", "virtual_camera", "identity_mismatch")

# How it is ended, by whom that was, in words, and what a webhook is told besides.
ENDS = [
    ("terminate", EndedBy.STAFF, "by staff", "Staff ended", None),
    ("warn", EndedBy.WARNINGS, "by its last warning", "The last warning", "warnings"),
    ("limit", EndedBy.RULES, "by the exam's rules", "The exam's rules ended", "limit"),
]


@pytest.mark.parametrize(("how", "by", "words", "says", "cause"), ENDS, ids=[*EndedBy])
async def test_who_ended_a_session_is_told_as_it_was(
    campus: Campus,
    client: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
    by: EndedBy,
    words: str,
    says: str,
    cause: str | None,
) -> None:
    monkeypatch.setattr("server.live.limits.EVERY_S", 3600.0)
    review = Review(limit=5, at_limit="terminate")
    async with connected(campus.settings) as database, database.transaction() as db:
        exam = await db.get_one(Exam, campus.exam.id)
        terms = Terms(warnings=1, review=review)
        await add_policy(db, campus.keys, campus.institution, exam, terms, campus.clock())
    pupil = await redeem(client, await campus.code("ended"))
    pupil.open()
    for number, kind in enumerate(GRAVE if how == "limit" else ()):
        pupil.incident(number + 1, kind=kind)
    await pupil.hand_in()
    async with connected(campus.settings) as database, database.transaction() as db:
        hook = await make_webhook(House(campus, "a", campus.institution, exam, pupil), db)
        row = await db.get_one(WebhookRow, hook["webhook_id"])
        row.events = ["session.terminated"]

    headers = await sign_in(campus, client, campus.proctor)
    if how == "limit":
        async with connected(campus.settings) as database:
            limits = Limits(database, campus.clock)
            assert await limits.look() == [pupil.session]
            campus.clock.advance(GRACE)
            assert await limits.look() == [pupil.session]
    else:
        draft = {"action": how, "text": "The phone again."}
        url = pupil.url("commands")
        assert (await client.post(url, json=draft, headers=headers)).status_code == 202

    board = campus.app.dependencies["boards"].dependency().of(campus.institution.id)
    await board.refresh()
    (tile,) = [one.tile for one in board.look.shown]
    assert (tile.why, tile.phase_label) == (f"was ended {words}", f"Ended {words}")
    shown = (await client.get(f"/sessions/{pupil.session}")).text.replace("&#39;", "'")
    assert f"Ended {words}</span>" in shown
    assert says in shown

    async with connected(campus.settings) as database, database.transaction() as db:
        session = await db.get_one(ExamSession, pupil.session)
        about = await about_session(db, session, campus.clock())
        person = await about_candidate(db, session.candidate_id, campus.clock())
        (event,) = (await db.scalars(select(WebhookEventRow))).all()
    assert about["session"]["ended_by"] == by
    senders = {"the exam's rules" if how == "limit" else "the proctors"}
    assert {one["from"] for one in about["messages"]} == senders
    page = index_html(person, {"session-01": about}).decode().replace("&#x27;", "'")
    assert f"<dd>ended {words}</dd>" in page
    assert f'"ended_by": "{by.value}"' in index_json(person, {"session-01": about}).decode()
    assert (event.type, event.data.get("cause")) == ("session.terminated", cause)
