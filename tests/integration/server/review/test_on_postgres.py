"""Review where two servers really do write at the same moment: on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError
from support import postgres
from support.campus import Campus, client_of, connected, found_campus, redeem, sign_in

from server.accounts.models import Role
from server.accounts.staff import Staff
from server.ingest.models import ExamSession
from server.review.decisions import Ask, Decided, Outcome, Superseded, decide
from server.review.flag_memory import read_flag
from server.review.life import Verdict
from server.review.models import ObservedRow
from server.review.observed import observed_of
from server.review.watching import Observability
from server.storage.database import Database
from shared.records import Heartbeat

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not postgres.available(), reason="PostgreSQL is not on this machine"),
]

FLAG = f"{1:032x}"


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campus]:
    folder = tmp_path_factory.mktemp("postgres")
    with postgres.cluster() as socket:
        yield asyncio.run(found_campus(folder, database_url=postgres.url(socket)))


async def test_it_works_and_two_at_once_are_told_apart(founded: Campus) -> None:
    async with client_of(founded) as client:
        pupil = await redeem(client, await founded.code())
        pupil.open()
        pupil.segment()
        pupil.incident()
        given_up = [{"at": pupil.mono, "what": "object_seen: the model failed"}]
        detection = {"unwatched": given_up}
        beat = Heartbeat(streams={}, unobserved=(), queue={}, machine={}, detection=detection)
        pupil.record(beat)
        pupil.resume()
        pupil.segment()
        await pupil.hand_in()
        await sign_in(founded, client, founded.admin)
        page = await client.get(f"/sessions/{pupil.session}", headers={"Accept": "text/html"})
        assert "when the recorder started anew" in page.text
        await _pages_work(client, pupil.session)
        await _two_lists_at_once(founded, client)
        outcomes = await _two_decisions_at_once(founded, pupil.session)
    assert sorted(type(one).__name__ for one in outcomes) == ["Decided", "Superseded"]
    (won,) = [one for one in outcomes if isinstance(one, Decided)]
    (lost,) = [one for one in outcomes if isinstance(one, Superseded)]
    assert lost.flag.history == won.flag.history
    async with connected(founded.settings) as database:
        with pytest.raises(DBAPIError, match="never change"):
            async with database.transaction() as db:
                await db.execute(text("UPDATE decision SET note = 'other'"))


async def test_two_who_look_from_both_ends_wait_for_nobody_for_ever(founded: Campus) -> None:
    """A list goes by score and a chore by name; both keep what could be observed."""
    async with client_of(founded) as client:
        for number in range(8):
            pupil = await redeem(client, await founded.code(f"ends-{number}"))
            pupil.open()
            await pupil.hand_in()
    async with connected(founded.settings) as database:
        both = (_observed(database, backwards=one) for one in (False, True))
        here, there = await asyncio.gather(*both)
    assert here.keys() == there.keys()
    assert len(here) >= 8


async def _observed(database: Database, *, backwards: bool) -> dict[str, list[Observability]]:
    async with database.transaction() as db:
        await db.execute(delete(ObservedRow))
    async with database.transaction() as db:
        order = ExamSession.id.desc() if backwards else ExamSession.id
        query = select(ExamSession).where(ExamSession.size > 0).order_by(order)
        return await observed_of(db, list(await db.scalars(query)))


async def _pages_work(client: httpx.AsyncClient, session: str) -> None:
    for address in ("/sessions", f"/sessions/{session}", f"/media/{session}/camera.m3u8"):
        assert (await client.get(address)).status_code == 200, address


async def _two_lists_at_once(campus: Campus, client: httpx.AsyncClient) -> None:
    for number in range(3):
        await redeem(client, await campus.code(f"at-once-{number}"))
    answers = await asyncio.gather(*(client.get("/sessions") for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4


async def _two_decisions_at_once(campus: Campus, session_id: str) -> list[Outcome]:
    """Both transactions have read the flag before either writes."""
    both_read = asyncio.Barrier(2)

    async def one(database: Database, verdict: Verdict) -> Outcome:
        async with database.transaction() as db:
            session = await db.get_one(ExamSession, session_id)
            assert await read_flag(db, session, FLAG) is not None
            await both_read.wait()
            return await decide(
                db,
                1,
                _admin(admin_id, session.institution_id),
                session,
                Ask(FLAG, verdict, "", 0),
            )

    async with connected(campus.settings) as database:
        async with database.transaction() as db:
            query = text("SELECT id FROM account WHERE email = :email")
            admin_id = (await db.execute(query, {"email": campus.admin})).scalar_one()
        both = (one(database, v) for v in (Verdict.ACCEPTED, Verdict.DISMISSED))
        return list(await asyncio.gather(*both))


def _admin(account: str, institution: str) -> Staff:
    return Staff(account, institution, "", "Admin", Role.ADMIN, "", "")
