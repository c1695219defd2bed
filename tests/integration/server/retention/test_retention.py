"""What is destroyed when its time is over, and what stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select
from support.campus import HOUR, Campus, Pupil, connected

from server.audit.models import LogEntryRow
from server.ingest.models import ExamSession, RecordRow
from server.retention.destruction import Destroyed, Nothing
from server.retention.service import Retention
from server.storage.blobs import BlobMissing, BlobStore
from shared.certificate import SEALED
from shared.log import decode_entry

pytestmark = pytest.mark.anyio


@pytest.fixture
async def retention(campus: Campus, tmp_path: Path) -> AsyncIterator[Retention]:
    async with connected(campus.settings) as database:
        blobs = BlobStore(campus.settings.blobs, tmp_path)
        yield Retention(database, blobs, campus.keys, campus.clock)


async def recorded(pupil: Pupil) -> None:
    pupil.open()
    pupil.segment()
    pupil.close()
    await pupil.hand_in()


async def test_blobs_go_when_the_policys_days_are_over(
    campus: Campus, pupil: Pupil, retention: Retention, tmp_path: Path
) -> None:
    await recorded(pupil)
    campus.clock.advance(365 * 24 * HOUR - 1)
    assert await retention.expire() == []
    campus.clock.advance(1)
    assert await retention.expire() == [pupil.session]
    (name,) = pupil.blobs
    with pytest.raises(BlobMissing):
        await BlobStore(campus.settings.blobs, tmp_path).get(pupil.session, name)
    async with connected(campus.settings) as database, database.transaction() as db:
        assert (await db.get_one(ExamSession, pupil.session)).purged_at == campus.clock()
        assert list(await db.scalars(select(RecordRow))) == []
        query = select(LogEntryRow).where(LogEntryRow.action == "session.purge")
        (row,) = await db.scalars(query)
        detail = decode_entry(row.payload).body.detail
        assert (row.actor, detail["blobs"]) == ("system", 1)
        assert detail["head"] == pupil.records[-1].hash
    assert await retention.expire() == []


async def test_purging_twice_is_once(pupil: Pupil, retention: Retention) -> None:
    await recorded(pupil)
    first = await retention.destroy(pupil.session, SEALED, "command line", "asked for")
    assert isinstance(first, Destroyed)
    for session in (pupil.session, "0" * 32):
        again = await retention.destroy(session, SEALED, "command line", "asked for")
        assert again == Nothing()


async def test_it_goes_on_until_it_is_stopped(
    campus: Campus, pupil: Pupil, retention: Retention
) -> None:
    await recorded(pupil)
    stop = asyncio.Event()
    running = asyncio.create_task(retention.run(0.01, stop))
    campus.clock.advance(365 * 24 * HOUR)
    async with connected(campus.settings) as database:
        async with asyncio.timeout(20):
            while True:
                async with database.transaction() as db:
                    if (await db.get_one(ExamSession, pupil.session)).purged_at is not None:
                        break
    stop.set()
    await running


async def test_a_store_that_fails_is_tried_again(
    campus: Campus, pupil: Pupil, retention: Retention, monkeypatch: pytest.MonkeyPatch
) -> None:
    await recorded(pupil)
    campus.clock.advance(365 * 24 * HOUR)
    stop, tried = asyncio.Event(), asyncio.Event()

    async def fail(*_: object) -> int:
        tried.set()
        raise OSError(5, "I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(BlobStore, "delete_many", fail)
        running = asyncio.create_task(retention.run(0.01, stop))
        await asyncio.wait_for(tried.wait(), 20)
        stop.set()
        await running
    assert await retention.expire() == [pupil.session]
    assert await retention.expire() == []
