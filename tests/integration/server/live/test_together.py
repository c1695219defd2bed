"""What is said to all at once: it answers nobody by itself, and is said to each once."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import select
from structlog.testing import capture_logs
from support.campus import Campus, Pupil, connected, redeem, sign_in

from server.audit.models import LogEntryRow
from server.live.board import Boards
from server.live.need import Need
from server.live.service import Connected, Live
from server.live.together import MOST_AT_ONCE
from server.storage.keys import KeysMissing
from server.storage.turn import DatabaseBusy
from shared.records import Phase
from shared.wire import LiveState, Said

pytestmark = [pytest.mark.anyio, pytest.mark.both_databases]

SECOND = 1_000_000
HTMX = {"HX-Request": "true"}
HELP = Said(id="ab" * 16, kind="help", text="My calculator does not open.")
MESSAGE = {"action": "message", "text": "Ten minutes are left."}
TIME = {"action": "extra_time", "text": "It was loud.", "minutes": "10"}


@pytest.fixture
async def headers(campus: Campus, client: httpx.AsyncClient) -> dict[str, str]:
    """A proctor is signed in."""
    return {**await sign_in(campus, client, campus.proctor), **HTMX}


@pytest.fixture
async def running(pupil: Pupil) -> Pupil:
    """A session in its exam."""
    return await begun(pupil)


async def begun(pupil: Pupil) -> Pupil:
    pupil.open()
    pupil.record(Phase(name="exam", by="recorder"))
    pupil.take(await pupil.deliver(*pupil.records))
    return pupil


def live_of(campus: Campus) -> Live:
    found = campus.app.dependencies["live"].dependency()
    assert isinstance(found, Live)
    return found


async def asks_for_help(campus: Campus, pupil: Pupil) -> None:
    said = {"stage": "recording", "light": "good", "words": "All is well.", "elapsed_s": 1.0}
    state = LiveState(**said, queued_records=0, queued_bytes=0, said=(HELP,))
    await live_of(campus).report(pupil.session, state, Connected())


async def shown(campus: Campus, pupil: Pupil):
    boards = campus.app.dependencies["boards"].dependency()
    assert isinstance(boards, Boards)
    board = boards.of(campus.institution.id)
    await board.refresh()
    return next(one.tile for one in board.look.shown if one.tile.id == pupil.session)


async def post(
    client: httpx.AsyncClient, headers: dict[str, str], *sessions: str, **fields: str
) -> httpx.Response:
    body = {**fields, "session": list(sessions)}
    answer = await client.post("/live/together", data=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


async def given(pupil: Pupil) -> list[tuple[str, float]]:
    """What was asked of a session's recorder: each action and its seconds."""
    asked = (await pupil.client.get(pupil.url("commands"))).json()
    return [(one["action"], one["seconds"]) for one in asked]


async def test_a_word_to_all_answers_nobody(
    campus: Campus, client: httpx.AsyncClient, running: Pupil, headers: dict[str, str]
) -> None:
    await asks_for_help(campus, running)
    running.incident(1, kind="window_switch", severity="critical")
    running.take(await running.deliver(running.records[-1]))
    campus.clock.advance(SECOND)
    await post(client, headers, running.session, **MESSAGE)

    tile = await shown(campus, running)
    assert (tile.need, tile.unread, tile.fresh) == (Need.HELP, 1, 1)
    situation = (await client.get(running.url("live"))).json()
    assert situation["asks_for_help"] is True
    panel = f"/sessions/{running.session}/live"
    page = (await client.get(panel)).text
    assert "The candidate asks for help." in page
    assert "Ten minutes are left." in page
    assert 'value="seen"' in page, "the incident is new as before"

    # To this candidate alone it is an answer.
    campus.clock.advance(SECOND)
    alone = {"action": "message", "text": "It opens from the menu."}
    assert (await client.post(panel, data=alone, headers=headers)).is_success
    tile = await shown(campus, running)
    assert (tile.need, tile.unread, tile.fresh) == (Need.FINE, 0, 0)
    page = (await client.get(panel)).text
    assert "asks for help" not in page
    assert 'value="seen"' not in page


async def test_what_the_candidate_says_is_read_by_whoever_opens_it_after_a_word_to_all(
    campus: Campus, client: httpx.AsyncClient, running: Pupil, headers: dict[str, str]
) -> None:
    await asks_for_help(campus, running)
    campus.clock.advance(SECOND)
    await post(client, headers, running.session, **MESSAGE)
    assert (await client.get(f"/sessions/{running.session}/live")).is_success
    tile = await shown(campus, running)
    assert (tile.need, tile.unread) == (Need.HELP, 0)


async def test_the_same_request_again_gives_nobody_twice(
    campus: Campus, client: httpx.AsyncClient, running: Pupil, headers: dict[str, str]
) -> None:
    page = (await client.get("/live")).text
    request = page.partition('id="together-request" value="')[2].partition('"')[0]
    assert request
    assert request not in (await client.get("/live")).text
    for _ in range(2):
        answer = await post(client, headers, running.session, **TIME, request=request)
        assert "Sent to 1 session." in answer.text
    assert await given(running) == [("extra_time", 600.0)]
    # A pause that was asked for before is no second one, which would be refused.
    for _ in range(2):
        pause = {"action": "pause", "text": "A fire alarm.", "request": request}
        answer = await post(client, headers, running.session, **pause)
        assert "Sent to 1 session." in answer.text
    # Other words, another request, or somebody else: all are meant.
    await post(client, headers, running.session, **TIME | {"minutes": "5"}, request=request)
    await post(client, headers, running.session, **TIME, request="another")
    await post(client, headers, running.session, **TIME)
    examiner = {**await sign_in(campus, client, campus.examiner), **HTMX}
    await post(client, examiner, running.session, **TIME, request=request)
    times = [seconds for action, seconds in await given(running) if action == "extra_time"]
    assert sorted(times) == [300.0, 600.0, 600.0, 600.0, 600.0]
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(LogEntryRow.n).where(LogEntryRow.action == "session.pause")
        assert len(list(await db.scalars(query))) == 1


@pytest.mark.parametrize("error", [DatabaseBusy, KeysMissing])
async def test_a_server_that_gets_busy_half_way_says_for_whom_and_goes_on_when_asked(
    campus: Campus,
    client: httpx.AsyncClient,
    running: Pupil,
    headers: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    error: Callable[[str], Exception],
) -> None:
    others = [await begun(await redeem(client, await campus.code(f"s-{n}"))) for n in (2, 3)]
    asked: list[str] = []
    command = Live.command

    async def busy(live: Live, staff, session_id: str, *more):
        asked.append(session_id)
        if session_id == others[0].session:
            raise error("not now")
        return await command(live, staff, session_id, *more)

    named = [running.session, *(one.session for one in others)]
    # As many as need another portion.
    named += [f"{n:032x}" for n in range(MOST_AT_ONCE - len(named) + 1)]
    with capture_logs() as said, monkeypatch.context() as patch:
        patch.setattr(Live, "command", busy)
        answer = await post(client, headers, *named, **TIME, request="r")
    assert [one["event"] for one in said] == ["cannot work"]
    # Once it is busy nobody waits for each of those that are left.
    assert asked == named[:2]
    assert "Sent to 1 session." in answer.text
    assert "The server was busy." in answer.text
    assert 'hx-trigger="submit"' in answer.text, "somebody is to ask for it"
    assert f"Go on with the next {MOST_AT_ONCE}" in answer.text
    for one in named[1:]:
        assert f'name="session" value="{one}"' in answer.text
    assert 'name="request" value="r"' in answer.text

    # Neither going on nor the whole form again gives anybody more than was meant.
    rest = await post(client, headers, *named[1:], **TIME, request="r", total=str(len(named)))
    assert "Sent to 2 sessions." in rest.text
    again = await post(client, headers, *named, **TIME, request="r")
    assert "Sent to 3 sessions." in again.text
    for one in (running, *others):
        assert await given(one) == [("extra_time", 600.0)]
