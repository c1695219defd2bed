"""Heads of sessions under way: none forgotten, none twice, whatever fails meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from support.campus import Campus, Pupil, connected
from support.logged import entries

from server.audit.heads import SessionHeads
from server.audit.service import moved
from server.storage.keys import KeysMissing
from server.storage.turn import DatabaseBusy
from shared.log import Head, Heads

pytestmark = pytest.mark.anyio


async def named(campus: Campus) -> list[Head]:
    bodies = [entry.body for entry in await entries(campus)]
    return [head for body in bodies if isinstance(body, Heads) for head in body.sessions]


async def deliver(pupil: Pupil, count: int) -> None:
    for _ in range(count):
        pupil.open() if not pupil.records else pupil.incident(len(pupil.records))
        pupil.take(await pupil.deliver(pupil.records[-1]))


async def test_what_moved_is_named_once(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    await deliver(pupil, 2)
    async with connected(campus.settings) as database:
        heads = SessionHeads(database, campus.clock)
        await heads.find()
        await heads.write()
        await heads.write()
        heads.changed({pupil.session: campus.institution.id})
        await heads.write()
        assert [head.size for head in await named(campus)] == [2]
        await deliver(pupil, 1)
        heads.changed({pupil.session: campus.institution.id})
        await heads.write()
    assert [head.size for head in await named(campus)] == [2, 3]
    assert (await named(campus))[-1].head == pupil.records[-1].hash


async def test_a_session_of_another_institution_is_not_named_here(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    await deliver(pupil, 1)
    async with connected(campus.settings) as database:
        heads = SessionHeads(database, campus.clock)
        heads.changed({"0" * 32: campus.institution.id})
        await heads.write()
    assert await named(campus) == []


async def test_what_could_not_be_written_is_written_later(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, monkeypatch, capsys
) -> None:
    await deliver(pupil, 1)
    stop = asyncio.Event()
    async with connected(campus.settings) as database:
        heads, transaction, tries = (
            SessionHeads(database, campus.clock),
            database.transaction,
            [],
        )

        def unsteady():
            tries.append(1)
            if len(tries) in {1, 3}:
                raise DatabaseBusy("another program holds it\nfor long")
            return transaction()

        monkeypatch.setattr(database, "transaction", unsteady)
        heads.changed({pupil.session: campus.institution.id})
        stop.set()
        await heads.run(60, stop)  # finding fails, and the last writing works
        assert [head.size for head in await named(campus)] == [1]
        assert "will be tried again" in capsys.readouterr().out
        await deliver(pupil, 1)
        heads.changed({pupil.session: campus.institution.id})
        with pytest.raises(DatabaseBusy):
            await heads.write()
        await heads.write()
    assert [head.size for head in await named(campus)] == [1, 2]


async def test_one_institution_s_missing_key_keeps_no_other_s_heads_waiting(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deliver(pupil, 1)
    keyless, asked = {"0" * 32, "f" * 32}, list[str]()

    def note(db: AsyncSession, now: int, institution: str, sessions: Sequence[str]) -> None:
        asked.append(institution)
        if institution in keyless:
            raise KeysMissing(f"the key file of {institution[:1]} cannot be read")
        if institution == own:
            moved(db, now, institution, sessions)

    own = campus.institution.id
    monkeypatch.setattr("server.audit.heads.moved", note)
    async with connected(campus.settings) as database:
        heads = SessionHeads(database, campus.clock)
        heads.changed({"0" * 32: "0" * 32, pupil.session: own, "f" * 32: "f" * 32})
        with pytest.raises(KeysMissing, match="of 0 "):
            await heads.write()
        assert [head.size for head in await named(campus)] == [1]
        assert asked == ["0" * 32, own, "f" * 32]
        # What is kept is what failed.
        with pytest.raises(KeysMissing):
            await heads.write()
        assert asked[3:] == ["0" * 32, "f" * 32]
        keyless.clear()
        await heads.write()
        await heads.write()
        assert asked[5:] == ["0" * 32, "f" * 32]


async def test_a_log_s_heads_come_every_so_often(
    campus: Campus, client: httpx.AsyncClient, pupil: Pupil
) -> None:
    stop = asyncio.Event()
    async with connected(campus.settings) as database:
        heads = SessionHeads(database, campus.clock)
        running = asyncio.create_task(heads.run(0.01, stop))
        await deliver(pupil, 1)
        heads.changed({pupil.session: campus.institution.id})
        async with asyncio.timeout(20):
            while not await named(campus):
                pass
        stop.set()
        await running
