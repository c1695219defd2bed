"""A proctor's actions: what they do, what refuses them, what of them is in the log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from support.campus import Campus, Pupil, client_of, connected, found_campus, redeem, sign_in

from server.accounts.models import Account
from server.audit.models import LogEntryRow
from server.exams.terms import Terms
from server.ingest.models import ExamSession
from server.live.models import CommandRow
from server.live.service import MOST_SAID, Connected, Live
from shared.records import Phase
from shared.wire import Command, LiveState, ProblemType, Said

pytestmark = pytest.mark.anyio

SECOND = 1_000_000
HELP = Said(id="ab" * 16, kind="help", text="My calculator does not open.")


def live_of(campus: Campus) -> Live:
    found = campus.app.dependencies["live"].dependency()
    assert isinstance(found, Live)
    return found


def state(**changes: Any) -> LiveState:
    said = {"stage": "recording", "light": "good", "words": "All is well.", "elapsed_s": 1.0}
    return LiveState(**{**said, "queued_records": 0, "queued_bytes": 0, **changes})


async def told(
    live: Live, pupil: Pupil, what: LiveState, connected_by: Connected
) -> list[Command]:
    """What is answered to a state that is taken in."""
    answers = await live.report(pupil.session, what, connected_by)
    assert isinstance(answers, list)
    return answers


@pytest.fixture
async def headers(campus: Campus, client: httpx.AsyncClient, pupil: Pupil) -> dict[str, str]:
    """A proctor is signed in, and the session runs."""
    pupil.open()
    pupil.take(await pupil.deliver(*pupil.records))
    return await sign_in(campus, client, campus.proctor)


async def ask(
    pupil: Pupil, headers: dict[str, str], action: str, **more: Any
) -> httpx.Response:
    body = {"action": action, "text": "for a reason", **more}
    return await pupil.client.post(pupil.url("commands"), json=body, headers=headers)


async def logged(campus: Campus, session: str) -> list[str]:
    async with connected(campus.settings) as database, database.transaction() as db:
        query = (
            select(LogEntryRow.action)
            .where(LogEntryRow.subject_id == session, LogEntryRow.action.like("session.%"))
            .order_by(LogEntryRow.n)
        )
        return [one for one in await db.scalars(query) if one != "session.begin"]


async def test_every_action_goes_out_and_is_in_the_log(
    campus: Campus, pupil: Pupil, headers: dict[str, str]
) -> None:
    live = live_of(campus)
    pupil.incident()
    pupil.take(await pupil.deliver(pupil.records[-1]))
    await live.report(pupil.session, state(awaits="identity"), Connected())
    asked = [
        ("message", {}),
        ("warn", {}),
        ("admit", {"awaits": "identity"}),
        ("pause", {}),
        ("resume", {}),
        ("extra_time", {"seconds": 600}),
        ("request_clip", {"text": "Whose voice?"}),
        ("terminate", {}),
    ]
    for action, more in asked:
        answer = await ask(pupil, headers, action, **more)
        assert answer.status_code == 202, (action, answer.text)
        campus.clock.advance(SECOND)
    sent = await live.pending(pupil.session)
    assert [one.action for one in sent] == [action for action, _ in asked]
    assert [one.seconds for one in sent if one.action == "extra_time"] == [600.0]
    assert [(one.count, one.limit) for one in sent if one.action == "warn"] == [(1, 0)]
    assert await logged(campus, pupil.session) == [f"session.{action}" for action, _ in asked]
    await live.report(pupil.session, state(done=tuple(one.id for one in sent)), Connected())
    assert await live.pending(pupil.session) == []
    told = (await pupil.client.get(pupil.url("commands"))).json()
    assert [one["action"] for one in told] == [action for action, _ in asked]
    assert {one["by"] for one in told} == {"Proctor"}
    assert all(one["done"] for one in told)


async def test_what_makes_no_sense_is_refused_in_words(
    campus: Campus, pupil: Pupil, headers: dict[str, str]
) -> None:
    for action, more, status, says in (
        ("resume", {}, 409, "not paused"),
        ("admit", {}, 409, "Nothing waits"),
        ("pause", {"text": " "}, 422, "Say why"),
        ("request_clip", {"text": ""}, 422, "Say what the clip is for"),
        ("extra_time", {}, 422, "how much"),
        ("extra_time", {"seconds": 59}, 400, "seconds"),
        ("extra_time", {"seconds": 86_401}, 400, "seconds"),
        ("heard", {}, 400, "action"),
        ("message", {"text": "x" * 2_001}, 400, "text"),
        ("message", {"count": 7}, 400, "count"),
    ):
        answer = await ask(pupil, headers, action, **more)
        assert answer.status_code == status, (action, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert says in answer.json()["detail"], answer.text
    assert await live_of(campus).pending(pupil.session) == []
    assert await logged(campus, pupil.session) == []


async def test_a_pause_waits_for_the_exam_that_the_records_tell(
    pupil: Pupil, headers: dict[str, str]
) -> None:
    pupil.record(Phase(name="waiting", by="candidate"))
    pupil.take(await pupil.deliver(pupil.records[-1]))
    answer = await ask(pupil, headers, "pause")
    assert answer.status_code == 409
    assert "has not begun" in answer.json()["detail"]
    pupil.record(Phase(name="exam", by="recorder"))
    pupil.take(await pupil.deliver(pupil.records[-1]))
    assert (await ask(pupil, headers, "pause")).status_code == 202
    assert (await ask(pupil, headers, "pause")).status_code == 409


async def test_a_clip_waits_for_an_incident_that_the_recorder_knows(
    pupil: Pupil, headers: dict[str, str]
) -> None:
    answer = await ask(pupil, headers, "request_clip")
    assert answer.status_code == 409
    assert "kept with a flag" in answer.json()["detail"]
    pupil.incident(1)
    pupil.take(await pupil.deliver(pupil.records[-1]))
    assert (await ask(pupil, headers, "request_clip")).status_code == 202
    # A recorder that was started again knows none of those before.
    pupil.resume()
    pupil.take(await pupil.deliver(pupil.records[-1]))
    assert (await ask(pupil, headers, "request_clip")).status_code == 409
    pupil.incident(2)
    pupil.take(await pupil.deliver(pupil.records[-1]))
    assert (await ask(pupil, headers, "request_clip")).status_code == 202


@pytest.mark.parametrize("how", ["closed", "terminated"])
async def test_a_session_that_is_over_is_asked_nothing(
    pupil: Pupil, headers: dict[str, str], how: str
) -> None:
    if how == "closed":
        pupil.close()
        pupil.take(await pupil.deliver(pupil.records[-1]))
    else:
        assert (await ask(pupil, headers, "terminate")).status_code == 202
    for action in ("message", "warn", "terminate", "pause", "request_clip"):
        answer = await ask(pupil, headers, action)
        assert answer.status_code == 409
        assert answer.json()["type"] == ProblemType.SESSION_OVER


async def test_an_answer_is_given_once(
    campus: Campus, pupil: Pupil, headers: dict[str, str]
) -> None:
    live = live_of(campus)
    await live.report(pupil.session, state(awaits="environment"), Connected())
    wrong = await ask(pupil, headers, "admit", awaits="identity")
    assert wrong.status_code == 409
    assert "another one now" in wrong.json()["detail"]
    assert (await ask(pupil, headers, "refuse", awaits="environment")).status_code == 202
    assert (await ask(pupil, headers, "admit")).status_code == 409
    # It asks again: what was answered before is another question.
    (sent,) = await live.pending(pupil.session)
    campus.clock.advance(SECOND)
    again = state(awaits="environment", done=(sent.id,))
    await live.report(pupil.session, again, Connected())
    assert (await ask(pupil, headers, "admit")).status_code == 202


@pytest.fixture
async def strict(tmp_path) -> AsyncIterator[tuple[Campus, Pupil, dict[str, str]]]:
    """A session under a policy whose second warning ends it."""
    campus = await found_campus(tmp_path / "data", Terms(warnings=2))
    async with client_of(campus) as client:
        pupil = await redeem(client, await campus.code())
        pupil.open()
        pupil.take(await pupil.deliver(*pupil.records))
        yield campus, pupil, await sign_in(campus, client, campus.proctor)


async def test_the_last_warning_ends_the_session(
    strict: tuple[Campus, Pupil, dict[str, str]],
) -> None:
    campus, pupil, headers = strict
    first = await ask(pupil, headers, "warn", text="Put the phone away.")
    assert first.json() | {"id": ""} == {"id": "", "warnings": 1, "limit": 2}
    second = await ask(pupil, headers, "warn", text="The phone again.")
    assert second.status_code == 202
    assert (await ask(pupil, headers, "warn")).status_code == 409
    sent = await live_of(campus).pending(pupil.session)
    assert [(one.action, one.count, one.limit) for one in sent] == [
        ("warn", 1, 2),
        ("warn", 2, 2),
        ("terminate", 0, 0),
    ]
    assert sent[2].text == "Warning 2 of 2 ends the session. The phone again."
    assert await logged(campus, pupil.session) == [
        "session.warn",
        "session.warn",
        "session.terminate",
    ]
    async with connected(campus.settings) as database, database.transaction() as db:
        assert (await db.get_one(ExamSession, pupil.session)).state == "terminated"


async def test_warnings_at_once_are_counted_one_by_one(
    campus: Campus, pupil: Pupil, headers: dict[str, str]
) -> None:
    answers = await asyncio.gather(*(ask(pupil, headers, "warn") for _ in range(5)))
    assert sorted(one.json()["warnings"] for one in answers) == [1, 2, 3, 4, 5]


async def test_a_warning_that_is_sent_again_for_want_of_an_answer_counts_once(
    strict: tuple[Campus, Pupil, dict[str, str]],
) -> None:
    campus, pupil, headers = strict
    for _ in range(2):
        again = await ask(pupil, headers, "warn", text="The phone.", request="first")
        assert (again.status_code, again.json()["warnings"]) == (202, 1)
    assert await logged(campus, pupil.session) == ["session.warn"]
    # The same words in a request of their own are another warning, here the last.
    for _ in range(2):
        last = await ask(pupil, headers, "warn", text="The phone.", request="second")
        assert (last.status_code, last.json()["warnings"]) == (202, 2)
    sent = await live_of(campus).pending(pupil.session)
    assert [one.action for one in sent] == ["warn", "warn", "terminate"]


async def test_what_is_said_is_kept_once_and_heard_each_time(
    campus: Campus, pupil: Pupil, headers: dict[str, str]
) -> None:
    live, first, other = live_of(campus), Connected(), Connected()
    for connected_by in (first, first, other):
        (heard,) = await told(live, pupil, state(said=(HELP,)), connected_by)
        assert (heard.action, heard.text) == ("heard", HELP.id)
    campus.clock.advance(SECOND)
    later = Said(id="cd" * 16, kind="message", text="Never\0mind.")
    assert len(await told(live, pupil, state(said=(HELP, later)), first)) == 2
    lines = (await pupil.client.get(pupil.url("conversation"))).json()
    assert [(one["by"], one["kind"], one["text"], one["open"]) for one in lines] == [
        ("candidate", "help", HELP.text, True),
        ("candidate", "message", "Never\N{REPLACEMENT CHARACTER}mind.", False),
    ]
    seen = (await pupil.client.get(pupil.url("live"))).json()
    assert seen["asks_for_help"]
    assert seen["state"]["said"] == []


async def test_help_is_asked_for_until_somebody_answers(
    campus: Campus, pupil: Pupil, headers: dict[str, str]
) -> None:
    live = live_of(campus)
    await live.report(pupil.session, state(said=(HELP,)), Connected())
    campus.clock.advance(SECOND)
    assert (await ask(pupil, headers, "message", text="Use the paper one.")).is_success
    lines = (await pupil.client.get(pupil.url("conversation"))).json()
    assert [(one["by"], one["kind"], one["open"]) for one in lines] == [
        ("candidate", "help", False),
        ("Proctor", "message", False),
    ]
    assert [one["arrived"] for one in lines] == [True, False]
    assert not (await pupil.client.get(pupil.url("live"))).json()["asks_for_help"]


async def test_what_waited_for_its_turn_was_answered_by_nobody_meanwhile(
    campus: Campus, pupil: Pupil, headers: dict[str, str]
) -> None:
    live = live_of(campus)
    database = campus.app.dependencies["database"].dependency()
    async with database.transaction() as db:
        saying = asyncio.create_task(
            live.report(pupil.session, state(said=(HELP,)), Connected())
        )
        await asyncio.sleep(0)
        campus.clock.advance(SECOND)
        proctor = await db.scalar(select(Account.id).where(Account.email == campus.proctor))
        told = {"session_id": pupil.session, "account_id": proctor, "action": "message"}
        db.add(CommandRow(id="ab" * 16, text="All well?", created=campus.clock(), **told))
        assert not saying.done()
        campus.clock.advance(SECOND)
    await saying
    lines = (await pupil.client.get(pupil.url("conversation"))).json()
    assert [(one["kind"], one["open"]) for one in lines] == [("message", False), ("help", True)]
    assert (await pupil.client.get(pupil.url("live"))).json()["asks_for_help"]


async def test_a_state_is_kept_though_the_clock_was_set_back(
    campus: Campus, pupil: Pupil, headers: dict[str, str]
) -> None:
    live, connected_by = live_of(campus), Connected()
    await told(live, pupil, state(), connected_by)
    campus.clock.advance(-3_600 * SECOND)
    await told(live, pupil, state(light="problem"), connected_by)
    seen = (await pupil.client.get(pupil.url("live"), headers=headers)).json()
    assert seen["state"]["light"] == "problem"


async def test_a_candidate_fills_no_database(
    campus: Campus, pupil: Pupil, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_SAID >= 1_000
    monkeypatch.setattr("server.live.service.MOST_SAID", 3)
    said = tuple(Said(id=f"{n:032x}", kind="message", text="x") for n in range(5))
    heard = await live_of(campus).report(pupil.session, state(said=said), Connected())
    # What was not kept is not called heard: the recorder shows it as unsent.
    assert [one.text for one in heard] == [one.id for one in said[:3]]
    assert len((await pupil.client.get(pupil.url("conversation"))).json()) == 3
