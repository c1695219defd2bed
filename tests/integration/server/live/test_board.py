"""The board: what it shows of real records, who takes a session on, what is sent to several."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs
from support.campus import Campus, Pupil, connected, redeem, sign_in

from server.audit.models import LogEntryRow
from server.live.board import PAGE, Board, Boards, View
from server.live.care import HELD_FOR
from server.live.gathering import FORGOTTEN_AFTER, PRESENT_FOR, Gathering
from server.live.models import SaidRow
from server.live.need import ENDED_FOR, MINUTE, NEW_FOR, SILENT_AFTER, Facts, Need
from server.live.service import Connected, Live
from server.live.tiles import STEP, Tile
from server.live.together import MOST_AT_ONCE
from shared.records import Gap, Heartbeat, Phase, Unobserved
from shared.wire import LiveState, Said

pytestmark = pytest.mark.anyio

SECOND = 1_000_000
HTMX = {"HX-Request": "true"}
STATE = LiveState(
    stage="recording",
    light="good",
    words="All is well.",
    elapsed_s=1.0,
    queued_records=0,
    queued_bytes=0,
)
HELP = Said(id="ab" * 16, kind="help", text="My calculator does not open.")


def service(campus: Campus, name: str):
    return campus.app.dependencies[name].dependency()


def board_of(campus: Campus) -> Board:
    boards = service(campus, "boards")
    assert isinstance(boards, Boards)
    return boards.of(campus.institution.id)


async def report(campus: Campus, pupil: Pupil, **changes: object) -> None:
    live = service(campus, "live")
    assert isinstance(live, Live)
    state = LiveState(
        **{name: getattr(STATE, name) for name in STATE.__struct_fields__} | changes
    )
    await live.report(pupil.session, state, Connected())


async def shown(campus: Campus, pupil: Pupil):
    await board_of(campus).refresh()
    return next(one.tile for one in board_of(campus).look.shown if one.tile.id == pupil.session)


@pytest.fixture
async def running(pupil: Pupil) -> Pupil:
    """A session in its exam."""
    pupil.open()
    pupil.record(Phase(name="exam", by="recorder"))
    pupil.take(await pupil.deliver(*pupil.records))
    return pupil


async def deliver_last(pupil: Pupil) -> None:
    pupil.take(await pupil.deliver(pupil.records[-1]))


async def test_a_session_is_there_from_its_code_on(campus: Campus, pupil: Pupil) -> None:
    tile = await shown(campus, pupil)
    assert (tile.name, tile.exam) == ("Ada Example", campus.exam.title)
    assert (tile.need, tile.connection) == (Need.SILENT, "Not connected yet")
    pupil.open()
    await deliver_last(pupil)
    assert (await shown(campus, pupil)).connection == "Delivers, but cannot be reached"
    await report(campus, pupil)
    assert (await shown(campus, pupil)).connection == "Connected"
    campus.clock.advance(SILENT_AFTER + 1)
    tile = await shown(campus, pupil)
    assert (tile.need, tile.connection) == (Need.SILENT, "Not heard")
    # What was given up is in the list of sessions, not here.
    campus.clock.advance(FORGOTTEN_AFTER)
    await board_of(campus).refresh()
    assert board_of(campus).look.shown == ()


async def test_a_clock_that_is_set_back_hides_no_news_and_makes_nobody_present(
    campus: Campus, client: httpx.AsyncClient, running: Pupil
) -> None:
    silent = await redeem(client, await campus.code("s-2"))
    board = board_of(campus)
    for pupil in (running, silent):
        await report(campus, pupil)
        assert (await shown(campus, pupil)).connection == "Connected"
    campus.clock.advance(-60 * MINUTE)
    await report(campus, running, light="problem")
    look = await board.fresh()
    tiles = {one.tile.id: one.tile for one in look.shown}
    assert (tiles[running.session].connection, tiles[running.session].light) == (
        "Connected",
        "problem",
    )
    assert (tiles[silent.session].need, tiles[silent.session].connection) == (
        Need.SILENT,
        "Not heard",
    )
    # From then on states are read by the time that it is now.
    campus.clock.advance(2 * SECOND)
    await report(campus, running, light="good")
    assert (await shown(campus, running)).light == "good"


async def test_what_a_recorder_says_stands_in_its_tile(campus: Campus, running: Pupil) -> None:
    waiting = {"queued_records": 5, "queued_bytes": 1_230_000}
    words = "No connection. All is kept safely on this computer."
    await report(campus, running, light="attention", words=words, phase="exam", **waiting)
    tile = await shown(campus, running)
    assert (tile.queue, tile.words, tile.phase_label) == ("1.2 MB waiting", words, "Exam")
    await report(campus, running, light="good", awaits="environment", said=(HELP,))
    tile = await shown(campus, running)
    assert (tile.need, tile.unread) == (Need.HELP, 1)


async def test_grave_incidents_call_until_somebody_has_seen_them(
    campus: Campus, client: httpx.AsyncClient, running: Pupil
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    await report(campus, running)
    await shown(campus, running)
    running.incident(1)
    await deliver_last(running)
    tile = await shown(campus, running)
    assert (tile.need, tile.incidents, tile.newest.label) == (
        Need.FINE,
        1,
        "Eyes off the screen",
    )
    campus.clock.advance(SECOND)
    running.incident(2, kind="window_switch", severity="high", over=False)
    await deliver_last(running)
    tile = await shown(campus, running)
    assert (tile.need, tile.incidents, tile.fresh) == (Need.INCIDENT, 2, 1)
    assert tile.newest.label == "Other window in front"
    campus.clock.advance(SECOND)
    answer = await care(client, headers, running, "seen")
    assert answer.status_code == 200
    assert (await shown(campus, running)).need is Need.FINE
    # It goes on: that it ends is no other incident.
    running.incident(2, kind="window_switch", severity="high")
    await deliver_last(running)
    tile = await shown(campus, running)
    assert (tile.need, tile.incidents) == (Need.FINE, 2)


async def test_an_incident_that_grows_grave_is_noticed(campus: Campus, running: Pupil) -> None:
    await report(campus, running)
    running.incident(1, severity="low", over=False)
    await deliver_last(running)
    assert (await shown(campus, running)).need is Need.FINE
    running.incident(1, severity="critical", over=False)
    await deliver_last(running)
    assert (await shown(campus, running)).need is Need.INCIDENT
    campus.clock.advance(NEW_FOR)
    await report(campus, running)
    assert (await shown(campus, running)).need is Need.FINE


async def test_time_that_nobody_could_observe_is_told(campus: Campus, running: Pupil) -> None:
    await report(campus, running, phase="exam")
    running.mono += 10 * MINUTE
    start = running.mono - 4 * MINUTE
    dark = Unobserved(stream="camera", start=start, end=start + 3 * MINUTE, reason="too_dark")
    running.record(Heartbeat(streams={}, unobserved=(dark,), queue={}, machine={}))
    await deliver_last(running)
    await report(campus, running, phase="exam")
    tile = await shown(campus, running)
    assert (tile.need, tile.unobserved) == (Need.UNOBSERVED, "3 min")
    # What was not recorded at the same time is counted once.
    running.record(Gap(stream="camera", start=start, end=start + MINUTE, reason="unplugged"))
    await deliver_last(running)
    assert (await shown(campus, running)).unobserved == "3 min"


async def test_time_left_counts_extra_time_and_pauses(
    campus: Campus, client: httpx.AsyncClient, running: Pupil
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    before = (await shown(campus, running)).ends_at
    assert before is not None
    said = {"action": "extra_time", "text": "It was loud.", "minutes": "10"}
    panel = f"/sessions/{running.session}/live"
    assert (await client.post(panel, data=said, headers={**headers, **HTMX})).is_success
    assert (await shown(campus, running)).ends_at == before + 10 * MINUTE
    running.record(Phase(name="paused", by="proctor", reason="a fire alarm"))
    await deliver_last(running)
    assert (await shown(campus, running)).ends_at is None


async def test_a_session_that_ended_is_told_for_a_while(campus: Campus, running: Pupil) -> None:
    running.close()
    await deliver_last(running)
    tile = await shown(campus, running)
    assert (tile.need, tile.why, tile.phase_label) == (
        Need.STOPPED,
        "ended without handing in",
        "Ended",
    )
    campus.clock.advance(ENDED_FOR + 1)
    await board_of(campus).refresh()
    assert board_of(campus).look.shown == ()


async def test_tiles_are_made_once_and_sent_only_with_news(
    campus: Campus, client: httpx.AsyncClient, running: Pupil
) -> None:
    await sign_in(campus, client, campus.observer)
    await report(campus, running)
    page = (await client.get("/live")).text
    assert "Ada Example" in page
    assert "Choose all on this page" not in page, "an observer sends nothing"
    seen = page.partition("seen=")[2].partition('"')[0]
    board = board_of(campus)
    version, first = board.look.version, board.look.shown[0]
    assert (await client.get(f"/live/tiles?seen={seen}")).status_code == 204
    campus.clock.advance(2 * SECOND)
    await report(campus, running)
    assert (await client.get(f"/live/tiles?seen={seen}")).status_code == 204
    assert board.look.version == version
    assert board.look.shown[0] is first
    await report(campus, running, said=(HELP,))
    board.touch()
    news = await client.get(f"/live/tiles?seen={seen}")
    assert "Asks for help" in news.text
    assert board.look.version == version + 1


async def test_news_of_a_session_are_looked_at_alone_and_told_alike(
    campus: Campus, client: httpx.AsyncClient, running: Pupil
) -> None:
    other = await redeem(client, await campus.code("s-2"))
    board = board_of(campus)
    await board.refresh()
    running.incident(1, kind="window_switch", severity="high")
    await deliver_last(running)
    await report(campus, running, said=(HELP,))
    unheard = Live(service(campus, "database"), campus.clock, lambda _: None)
    await unheard.report(other.session, STATE, Connected())
    await board.catch_up()
    tiles = {one.tile.id: one.tile for one in board.look.shown}
    assert (tiles[running.session].need, tiles[running.session].fresh) == (Need.HELP, 1)
    assert tiles[other.session].connection == "Not connected yet", "nobody told of that one"
    await board.refresh()
    afresh = service(campus, "boards")._made(campus.institution.id)
    await afresh.refresh()
    assert [one.tile for one in board.look.shown] == [one.tile for one in afresh.look.shown]
    # Another institution's board takes no notice.
    strangers = service(campus, "boards").of("another")
    await strangers.refresh()
    strangers.notice([running.session])
    await strangers.catch_up()
    assert strangers.look.shown == ()


async def test_what_is_taken_in_wakes_the_board(
    campus: Campus, running: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By itself it would look again when the exam is over.
    monkeypatch.setattr("server.live.board.EVERY_ALONE_S", 3600.0)
    async with service(campus, "boards").watching(campus.institution.id) as board:
        look = await board.newer(0, timeout_s=30)
        for n, told in enumerate(("low", "critical")):
            running.incident(n, kind="face_missing", severity=told)
            await deliver_last(running)
            look = await board.newer(look.version, timeout_s=30)
            assert look.shown[0].tile.incidents == n + 1
        await report(campus, running, awaits="identity")
        look = await board.newer(look.version, timeout_s=30)
        assert look.shown[0].tile.need is Need.ADMISSION
    service(campus, "boards")._tasks.popitem()[1].cancel()


async def test_a_look_that_meets_a_bug_is_told_and_the_next_one_comes(
    campus: Campus, running: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, real = list[int](), Gathering.look

    async def look(gathering: Gathering, db: AsyncSession, now: int, only: Any) -> list[Facts]:
        looks.append(now)
        if len(looks) == 1:
            raise KeyError("a bug")
        return await real(gathering, db, now, only)

    monkeypatch.setattr(Gathering, "look", look)
    monkeypatch.setattr("server.live.board.EVERY_ALONE_S", 0.01)
    with capture_logs() as said:
        async with service(campus, "boards").watching(campus.institution.id) as board:
            found = await board.newer(0, timeout_s=30)
        service(campus, "boards")._tasks.popitem()[1].cancel()
    assert [one.tile.id for one in found.shown] == [running.session]
    (line,) = (line for line in said if line["log_level"] == "error")
    assert (line["chore"], repr(line["exc_info"])) == ("board", "KeyError('a bug')")
    registry = service(campus, "metrics")._registry
    counted = registry.get_sample_value("invigil_chore_failures_total", {"chore": "board"})
    assert counted == 1


async def test_a_call_lasts_from_when_it_began_whatever_is_heard_meanwhile(
    campus: Campus, client: httpx.AsyncClient, running: Pupil
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    other = await redeem(client, await campus.code("s-2"))
    board = board_of(campus)

    async def minute(**says: object) -> Tile:
        """Their tile after a minute of reports, which it does not change with."""
        await report(campus, running, **says)
        first = await shown(campus, running)
        for _ in range(20):
            campus.clock.advance(3 * SECOND)
            await report(campus, running, **says)
            assert await shown(campus, running) is first
        return first

    async def ask(action: str) -> None:
        said = {"action": action, "text": "for a reason"}
        panel = f"/sessions/{running.session}/live"
        answer = await client.post(panel, data=said, headers={**headers, **HTMX})
        assert answer.status_code == 200, answer.text

    began = campus.clock()
    assert (await minute(awaits="identity")).since == whole(began)
    # Whoever came later waits below, though nothing newer was heard of them.
    await report(campus, other, awaits="identity")
    await report(campus, running, awaits="identity")
    await board.refresh()
    assert [one.tile.id for one in board.look.shown] == [running.session, other.session]
    # Another question, another wait.
    campus.clock.advance(10 * SECOND)
    began = campus.clock()
    assert (await minute(awaits="environment")).since == whole(began)

    campus.clock.advance(10 * SECOND)
    began = campus.clock()
    tile = await minute(light="problem")
    assert (tile.need, tile.since) == (Need.STOPPED, whole(began))
    began = campus.clock()
    await ask("pause")
    campus.clock.advance(10 * SECOND)
    tile = await minute(phase="paused")
    assert (tile.why, tile.since) == ("is paused", whole(began))
    campus.clock.advance(10 * SECOND)
    began = campus.clock()
    await ask("terminate")
    campus.clock.advance(10 * SECOND)
    # What was recorded is still delivered.
    for _ in range(3):
        running.incident(1)
        await deliver_last(running)
        tile = await shown(campus, running)
        assert (tile.why, tile.since) == ("was ended by staff", whole(began))
        campus.clock.advance(10 * SECOND)


def whole(moment: int) -> int:
    """A moment as tiles tell it."""
    return moment - moment % STEP


async def test_views_choose_by_exam_state_and_name(
    campus: Campus, client: httpx.AsyncClient, running: Pupil
) -> None:
    others = [await redeem(client, await campus.code(f"s-{n}")) for n in range(2, 4)]
    await report(campus, running, said=(HELP,))
    await board_of(campus).refresh()
    look = board_of(campus).look
    assert look.page(View()).total == len(others) + 1
    assert look.shown[0].tile.id == running.session
    for view, total in (
        (View(exam=campus.exam.id), 3),
        (View(exam="another"), 0),
        (View(state="help"), 1),
        (View(state="silent"), 2),
        (View(state="mine"), 0),
        (View(name="ADA  exam"), 3),
        (View(name="Grace"), 0),
        (View(page=7), 3),
    ):
        assert look.page(view).total == total, view
    assert look.page(View(page=7)).page == 0
    assert look.page(View(state="calls")).calling == 3


async def care(
    client: httpx.AsyncClient, headers: dict[str, str], pupil: Pupil, do: str
) -> httpx.Response:
    path = f"/sessions/{pupil.session}/live/care"
    return await client.post(path, data={"do": do}, headers={**headers, **HTMX})


async def test_two_do_not_do_the_same_work(
    campus: Campus, client: httpx.AsyncClient, running: Pupil
) -> None:
    proctor = await sign_in(campus, client, campus.proctor)
    assert (await care(client, proctor, running, "take")).status_code == 200
    assert (await shown(campus, running)).holder == "Proctor"
    examiner = await sign_in(campus, client, "examiner@example.edu")
    refused = await care(client, examiner, running, "take")
    assert refused.status_code == 409
    assert "Proctor has taken this session on" in refused.text
    not_mine = await care(client, examiner, running, "give_back")
    assert (not_mine.status_code, "not taken" in not_mine.text) == (409, True)
    assert (await care(client, examiner, running, "take_over")).status_code == 200
    assert (await shown(campus, running)).holder == "Examiner"
    # Whoever forgets to give it back keeps nobody from it.
    campus.clock.advance(HELD_FOR + 1)
    assert (await shown(campus, running)).holder == ""
    async with connected(campus.settings) as database, database.transaction() as db:
        query = select(LogEntryRow.action, LogEntryRow.actor).where(
            LogEntryRow.subject_id == running.session, LogEntryRow.action == "session.take"
        )
        taken = (await db.execute(query)).all()
    assert len({row.actor for row in taken}) == len(taken) == 2


async def test_who_looks_is_seen_and_passes(
    campus: Campus, client: httpx.AsyncClient, running: Pupil
) -> None:
    await sign_in(campus, client, campus.observer)
    panel = f"/sessions/{running.session}/live"
    assert (await client.get(panel)).is_success
    assert (await shown(campus, running)).watchers == ("Observer",)
    await sign_in(campus, client, campus.proctor)
    assert "Observer looks at it, too" in (await client.get(panel)).text
    campus.clock.advance(PRESENT_FOR // 2)
    assert (await client.get(panel)).is_success
    campus.clock.advance(PRESENT_FOR // 2)
    assert (await shown(campus, running)).watchers == ("Proctor",)


async def test_what_was_read_is_not_unread(
    campus: Campus, client: httpx.AsyncClient, running: Pupil
) -> None:
    panel = f"/sessions/{running.session}/live"
    await report(campus, running, said=(Said(id="cd" * 16, kind="message", text="Hello?"),))
    await sign_in(campus, client, campus.observer)
    assert (await client.get(panel)).is_success
    # Those who may not answer have read it for nobody.
    assert (await shown(campus, running)).unread == 1
    await sign_in(campus, client, campus.proctor)
    campus.clock.advance(5 * SECOND)
    assert (await client.get(panel)).is_success
    assert (await shown(campus, running)).unread == 0
    # Another server was still keeping this when the page was read.
    async with service(campus, "database").transaction() as db:
        at = campus.clock() - SECOND
        db.add(
            SaidRow(session_id=running.session, id="ef" * 16, kind="message", text="?", at=at)
        )
    assert (await shown(campus, running)).unread == 1


async def test_one_word_to_several_and_a_report_of_each(
    campus: Campus, client: httpx.AsyncClient, running: Pupil
) -> None:
    headers = {**await sign_in(campus, client, campus.proctor), **HTMX}
    other = await redeem(client, await campus.code("s-2"))
    other.open()
    other.close()
    other.take(await other.deliver(*other.records))
    said = {"action": "message", "text": "There is a fire alarm: stay where you are."}
    chosen = {**said, "session": [running.session, other.session, running.session, "guessed"]}
    answer = await client.post("/live/together", data=chosen, headers=headers)
    assert answer.status_code == 200
    assert "Sent to 1 session." in answer.text
    assert "Not sent to 2" in answer.text
    assert "This session is over." in answer.text
    assert "There is no such session." in answer.text
    (line,) = (await client.get(running.url("conversation"))).json()
    assert line["text"] == said["text"]
    everybody = await client.post(
        "/live/together?name=ada", data={**said, "all": "yes"}, headers=headers
    )
    assert "Sent to 1 session." in everybody.text
    plain = await client.post(
        "/live/together", data=chosen, headers={"X-CSRF-Token": headers["X-CSRF-Token"]}
    )
    assert "Back to the board" in plain.text
    for fields, status, says in (
        ({**said}, 422, "Choose at least one"),
        ({**chosen, "action": "terminate"}, 422, "one session at a time"),
        ({**chosen, "action": "extra_time", "minutes": "x"}, 422, "whole minutes"),
        ({**chosen, "action": "extra_time"}, 200, "how much time"),
    ):
        answer = await client.post("/live/together", data=fields, headers=headers)
        assert (answer.status_code, says in answer.text) == (status, True), answer.text


async def test_what_is_for_very_many_goes_in_portions(
    campus: Campus, client: httpx.AsyncClient, running: Pupil
) -> None:
    headers = {**await sign_in(campus, client, campus.proctor), **HTMX}
    named = [running.session, *(f"{n:032x}" for n in range(MOST_AT_ONCE))]
    said = {"action": "message", "text": "Hello.", "session": named}
    first = await client.post("/live/together", data=said, headers=headers)
    assert f"{MOST_AT_ONCE} of {MOST_AT_ONCE + 1}" in first.text
    assert f'name="session" value="{named[-1]}"' in first.text
    # The next answer takes the form's place, not the place of the report.
    assert re.search(r'<form[^>]* hx-target="this"', first.text)
    rest = {**said, "session": named[-1:], "total": str(len(named))}
    last = await client.post("/live/together", data=rest, headers=headers)
    assert f"{len(named)} of {len(named)}" in last.text
    assert "<form" not in last.text


async def test_an_institution_has_phrases_of_its_own(
    campus: Campus, client: httpx.AsyncClient, running: Pupil
) -> None:
    headers = await sign_in(campus, client, "examiner@example.edu")
    watching = f"/live/{running.session}"
    assert "Please stay in view of the camera." in (await client.get(watching)).text

    async def add(text: str) -> httpx.Response:
        return await client.post("/live/phrases", data={"text": text}, headers=headers)

    assert "Mind  the   gap." not in (await add("Mind  the   gap.")).text
    told = (await client.get(watching)).text
    assert "Mind the gap." in told
    assert "Please stay in view" not in told
    for text, status, says in (
        ("Mind the gap.", 409, "there already"),
        (" ", 422, "Write what"),
        ("x" * 2_001, 422, "at most 2000"),
    ):
        answer = await add(text)
        assert (answer.status_code, says in answer.text) == (status, True)
    page = (await client.get("/live/phrases")).text
    remove = page.partition('action="/live/phrases/')[2].partition('"')[0]
    gone = await client.post(f"/live/phrases/{remove}", headers=headers)
    assert "The usual ones" in gone.text
    again = await client.post(f"/live/phrases/{remove}", headers=headers)
    assert again.status_code == 404


async def test_programs_read_the_board(
    campus: Campus, client: httpx.AsyncClient, running: Pupil
) -> None:
    await sign_in(campus, client, campus.observer)
    await report(campus, running, said=(HELP,))
    answer = await client.get("/api/v1/live/board?state=help&page=junk")
    assert answer.headers["cache-control"] == "private, no-store"
    told = answer.json()
    assert (told["total"], told["pages"], PAGE > 1) == (1, 1, True)
    (session,) = told["sessions"]
    assert (session["id"], session["need"], session["unread"]) == (running.session, "help", 1)
