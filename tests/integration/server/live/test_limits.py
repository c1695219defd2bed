"""The policy's limit: off by default, once a session, and people have the last word."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from support.campus import HOUR, Campus, Pupil, connected, redeem, sign_in

from server.accounts.service import create_institution
from server.audit.models import LogEntryRow
from server.exams.models import Exam
from server.exams.service import ExamDraft, add_policy, create_exam
from server.exams.terms import Terms
from server.ingest.models import ExamSession
from server.live import limits
from server.live.conversation import BY_POLICY
from server.live.ending import GRACE
from server.live.limits import Limits
from server.live.models import CommandRow
from server.live.need import Need
from server.live.service import Connected, Live
from server.live.situation import Situation
from server.live.tiles import Tile
from server.review.durations import of_day
from server.review.models import RankRow
from shared.flags import Kind
from shared.policy import Review
from shared.wire import LiveState, Said

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def looked_at_here_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server itself looks when it starts, and then not again."""
    monkeypatch.setattr("server.live.limits.EVERY_S", 3600.0)


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
    return await noticed(pupil, kinds)


async def noticed(pupil: Pupil, kinds: tuple[str, ...]) -> Pupil:
    pupil.open()
    for number, kind in enumerate(kinds):
        pupil.incident(number + 1, kind=kind)
    await pupil.hand_in()
    return pupil


async def another(campus: Campus) -> Campus:
    """Another institution of the same server, with an exam whose policy ends at a limit."""
    now = campus.clock()
    terms = Terms(review=Review(limit=5, at_limit="terminate"))
    draft = ExamDraft(title="Botany", starts=now - HOUR, ends=now + 24 * HOUR, terms=terms)
    async with connected(campus.settings) as database, database.transaction() as db:
        institution = await create_institution(db, campus.keys, "Other", "x@other.edu", now)
        exam = await create_exam(db, campus.keys, institution, draft, now)
    return replace(campus, institution=institution, exam=exam)


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


@pytest.mark.parametrize("before", [False, True], ids=["paused by it", "paused before"])
async def test_everybody_is_told_before_the_policy_ends_a_session(
    campus: Campus, client: httpx.AsyncClient, *, before: bool
) -> None:
    pupil = await limited(campus, client, limit=5, at_limit="terminate")
    headers = await sign_in(campus, client, campus.proctor)
    url = f"/api/v1/sessions/{pupil.session}/commands"
    if before:
        draft = {"action": "pause", "text": "A fire alarm."}
        assert (await client.post(url, json=draft, headers=headers)).status_code == 202
    assert (await tile_of(campus, pupil)).stops_at is None
    assert await look(campus) == [pupil.session]
    said = (await client.get(url)).json()[-1]
    assert (said["action"], said["by"]) == ("message" if before else "pause", BY_POLICY)
    assert "the session ends in two minutes" in said["text"]
    ends = campus.clock() + GRACE
    tile = await tile_of(campus, pupil)
    assert (tile.need, tile.stops_at) == (Need.ENDING, ends)
    words = of_day(ends)
    assert words in tile.why
    for page in (f"/live/{pupil.session}", f"/sessions/{pupil.session}"):
        assert f"end this session at {words}" in (await client.get(page)).text, page
    assert "unless you let it go on" in (await client.get("/live?state=stopped")).text
    draft = {"action": "resume", "text": "It was the radio."}
    assert (await client.post(url, json=draft, headers=headers)).status_code == 202
    assert (await tile_of(campus, pupil)).stops_at is None
    page = (await client.get(f"/live/{pupil.session}")).text
    assert "end this session at" not in page


async def test_what_the_policy_says_answers_nobody(
    campus: Campus, client: httpx.AsyncClient
) -> None:
    pupil = await limited(campus, client, limit=5, at_limit="terminate")
    headers = await sign_in(campus, client, campus.proctor)
    url = f"/api/v1/sessions/{pupil.session}/commands"
    draft = {"action": "pause", "text": "A fire alarm."}
    assert (await client.post(url, json=draft, headers=headers)).status_code == 202
    live = campus.app.dependencies["live"].dependency()
    assert isinstance(live, Live)
    help_ = Said(id="ab" * 16, kind="help", text="What now?")
    state = LiveState(
        stage="recording",
        light="good",
        words="",
        elapsed_s=1.0,
        queued_records=0,
        queued_bytes=0,
        said=(help_,),
    )
    await live.report(pupil.session, state, Connected())
    campus.clock.advance(1)
    assert await look(campus) == [pupil.session]
    assert (await actions(campus))[-1] == ("message", None)
    tile = await tile_of(campus, pupil)
    assert (tile.need, tile.unread) == (Need.HELP, 1)
    shown = (await client.get(f"/sessions/{pupil.session}/live")).text
    assert "The candidate asks for help" in shown


async def tile_of(campus: Campus, pupil: Pupil) -> Tile:
    board = campus.app.dependencies["boards"].dependency().of(campus.institution.id)
    await board.refresh()
    return next(one.tile for one in board.look.shown if one.tile.id == pupil.session)


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


async def test_an_institution_without_its_key_keeps_no_other_from_its_limits(
    campus: Campus, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Those of the one without come first, and there are as many as one look acts upon.
    monkeypatch.setattr("server.live.limits.BATCH", 1)
    first = [await limited(campus, client, limit=5, at_limit="terminate")]
    first.append(await noticed(await redeem(client, await campus.code("more")), GRAVE))
    other = await another(campus)
    pupil = await noticed(await redeem(client, await other.code("there")), GRAVE[:3])
    key = campus.settings.keys / campus.institution.key_ref / "signing.key"
    away = key.rename(key.with_suffix(".away"))
    assert await look(campus) == [pupil.session]
    campus.clock.advance(GRACE)
    assert await look(campus) == [pupil.session]
    assert [action for action, _ in await actions(campus)] == ["pause", "terminate"]
    away.rename(key)
    acted = [*await look(campus), *await look(campus)]
    assert sorted(acted) == sorted(one.session for one in first)


async def test_a_session_that_trips_a_bug_keeps_no_other_from_its_limit(
    campus: Campus, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await limited(campus, client, limit=5)
    second = await noticed(await redeem(client, await campus.code("more")), GRAVE[:3])
    told = limits.read_situation

    async def trips(db: AsyncSession, session: ExamSession) -> Situation:
        if session.id == first.session:
            raise ZeroDivisionError
        return await told(db, session)

    with monkeypatch.context() as patch:
        patch.setattr(limits, "read_situation", trips)
        assert await look(campus) == [second.session]
    assert await look(campus) == [first.session]


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
