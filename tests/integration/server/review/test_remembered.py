"""Flags that are remembered between transactions are what each of them would read."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from support.campus import Campus, Pupil, connected, sign_in

from server.accounts.models import Account
from server.ingest.models import ExamSession
from server.review.flag_memory import forget_flags, read_flags
from server.review.flags import Flags
from server.review.life import Verdict
from server.review.models import DecisionRow, FlagRow, RankRow
from server.review.ranking import refresh, refresh_one
from server.storage.database import Database

pytestmark = pytest.mark.anyio

FLAG, OTHER = f"{1:032x}", f"{5:032x}"


@pytest.fixture
async def session(pupil: Pupil) -> str:
    """A session that goes on, with two flags that are not alike."""
    pupil.open()
    pupil.incident(1, kind="multiple_faces")
    pupil.incident(5, kind="gaze_away")
    await pupil.hand_in()
    return pupil.session


async def read(database: Database, session: str) -> Flags:
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
        assert again is before
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


async def _decide(db: AsyncSession, session: str, who: str, n: int, verdict: Verdict) -> None:
    row = DecisionRow(
        session_id=session,
        flag_id=FLAG,
        n=n,
        verdict=verdict.value,
        note="",
        account_id=who,
        at=n,
        covers=[FLAG],
    )
    db.add(row)
    await db.flush()


async def _undone(database: Database, session: str) -> None:
    """Decide, see it, and undo all of that."""
    async with database.transaction() as db:
        who = (await db.scalars(select(Account.id).limit(1))).one()
        await _decide(db, session, who, 1, Verdict.ACCEPTED)
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


async def _kept(db: AsyncSession, session: str) -> dict[str, str]:
    """Verdicts of the flags that are kept as rows, by the flag's id."""
    query = select(FlagRow.flag_id, FlagRow.verdict).where(FlagRow.session_id == session)
    return dict((await db.execute(query)).tuples().all())


async def test_a_decision_touches_its_own_row_where_all_else_is_kept_as_it_is(
    campus: Campus, session: str
) -> None:
    """A row that is lost shows it: it is there again only where all were looked at."""
    async with connected(campus.settings) as database:
        async with database.transaction() as db:
            await refresh(db, await db.get_one(ExamSession, session))
            assert set((await _kept(db, session)).values()) == {"open"}
        for behind, left in ((0, {FLAG}), (1, {FLAG, OTHER})):
            async with database.transaction() as db:
                own = await db.get_one(ExamSession, session)
                who = (await db.scalars(select(Account.id).limit(1))).one()
                await db.execute(delete(FlagRow).where(FlagRow.flag_id == OTHER))
                await db.execute(update(RankRow).values(size=own.size - behind))
                verdict = Verdict.ACCEPTED if behind else Verdict.DISMISSED
                await _decide(db, session, who, behind + 1, verdict)
                found = await refresh_one(db, own, await read_flags(db, own), {FLAG})
                kept = await _kept(db, session)
                assert (set(kept), kept[FLAG]) == (left, verdict.value)
                rank = await db.get_one(RankRow, session, populate_existing=True)
                assert rank.score == pytest.approx(found.value)
                assert (rank.open, rank.accepted, rank.dismissed) == (1, behind, 1 - behind)
                assert (rank.size, rank.kinds) == (own.size, ["gaze_away", "multiple_faces"])
