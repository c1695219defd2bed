"""Flags that are remembered between transactions are what each of them would read."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select, update
from support.campus import Campus, Pupil, connected, sign_in

from server.accounts.models import Account
from server.ingest.models import ExamSession
from server.review.flag_memory import forget_flags, read_flags
from server.review.flags import Flag
from server.review.life import Verdict
from server.review.models import DecisionRow
from server.storage.database import Database

pytestmark = pytest.mark.anyio

FLAG = f"{1:032x}"


@pytest.fixture
async def session(pupil: Pupil) -> str:
    """A session that goes on, with two flags that are not alike."""
    pupil.open()
    pupil.incident(1, kind="multiple_faces")
    pupil.incident(5, kind="gaze_away")
    await pupil.hand_in()
    return pupil.session


async def read(database: Database, session: str) -> list[Flag]:
    async with database.transaction() as db:
        return await read_flags(db, await db.get_one(ExamSession, session))


async def test_nothing_new_is_the_very_same_and_records_make_new_flags(
    campus: Campus, pupil: Pupil, session: str
) -> None:
    async with connected(campus.settings) as database:
        before = await read(database, session)
        pupil.segment()
        await pupil.hand_in()
        again = await read(database, session)
        assert [id(one) for one in again] == [id(one) for one in before]
        pupil.incident(9, kind="speech", over=False)
        await pupil.hand_in()
        lasting = await read(database, session)
        assert [one.end is None for one in lasting] == [False, False, True]


async def test_what_others_decided_is_there_and_called_by_their_present_name(
    campus: Campus, client: httpx.AsyncClient, session: str
) -> None:
    headers = await sign_in(campus, client, campus.proctor)
    async with connected(campus.settings) as database:
        before = await read(database, session)
        draft = {"verdict": "dismissed", "version": 0, "note": "a poster"}
        api = f"/api/v1/sessions/{session}/flags/{FLAG}/decisions"
        assert (await client.post(api, json=draft, headers=headers)).status_code == 200
        decided, other = await read(database, session)
        assert (decided.verdict, decided.history[0].by) == (Verdict.DISMISSED, "Proctor")
        assert other is before[1]
        async with database.transaction() as db:
            mine = Account.email == campus.proctor
            await db.execute(update(Account).where(mine).values(name="Bob"))
        assert (await read(database, session))[0].history[0].by == "Bob"


class _UndoneError(Exception):
    """What a transaction ends with that is not to commit."""


async def _undone(database: Database, session: str) -> None:
    """Decide, see it, and undo all of that."""
    async with database.transaction() as db:
        who = (await db.scalars(select(Account.id).limit(1))).one()
        row = DecisionRow(
            session_id=session,
            flag_id=FLAG,
            n=1,
            verdict=Verdict.ACCEPTED.value,
            note="",
            account_id=who,
            at=1,
            covers=[FLAG],
        )
        db.add(row)
        await db.flush()
        found = await read_flags(db, await db.get_one(ExamSession, session))
        assert found[0].verdict is Verdict.ACCEPTED
        raise _UndoneError


async def test_a_decision_that_was_undone_is_not_remembered(
    campus: Campus, session: str
) -> None:
    async with connected(campus.settings) as database:
        await read(database, session)
        with pytest.raises(_UndoneError):
            await _undone(database, session)
        assert (await read(database, session))[0].verdict is Verdict.OPEN


async def test_what_is_forgotten_is_read_anew(campus: Campus, session: str) -> None:
    async with connected(campus.settings) as database:
        before = await read(database, session)
        async with database.transaction() as db:
            forget_flags(db, session)
        after = await read(database, session)
        assert after == before
        assert after[0] is not before[0]
