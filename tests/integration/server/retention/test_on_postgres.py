"""Destroying, holding and settling where two servers really do write at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, text
from support.campus import Campus, Pupil, connected

from server.accounts.models import Account
from server.accounts.staff import staff_of
from server.clock import MICROS_PER_DAY
from server.ingest.models import ExamSession
from server.retention import service
from server.retention.destruction import Destruction, Held
from server.retention.holds import HoldDraft, HoldKind, place_hold, release_hold
from server.retention.keeping import read_lengths
from server.retention.models import HoldRow
from server.retention.service import Retention
from server.retention.settings import (
    KindDays,
    Protection,
    change_protection,
    hold_still,
    read_protection,
)
from server.storage.blobs import BlobStore
from server.storage.database import Database
from shared.certificate import SEALED, EvidenceKind

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("dialect", ["postgresql"], indirect=True),
]

Work = Callable[[Campus, Database, Pupil, Path], Coroutine[None, None, None]]


async def hold(campus: Campus, database: Database, pupil: Pupil) -> str:
    async with database.transaction() as db:
        draft = HoldDraft(HoldKind.SESSION, pupil.session, "A court asked for it.")
        own, now = campus.institution.id, campus.clock()
        return (await place_hold(db, now, "command line", own, draft)).id


async def stop(campus: Campus, database: Database, pupil: Pupil, scratch: Path) -> None:
    """What is under way comes upon a hold."""
    blobs = BlobStore(campus.settings.blobs, scratch)
    destruction = Destruction(database, blobs, campus.keys, campus.clock)
    assert isinstance(await destruction.resume(pupil.session), Held)


async def release(campus: Campus, database: Database, pupil: Pupil, _: Path) -> None:
    async with database.transaction() as db:
        held = (await db.scalars(select(HoldRow).where(HoldRow.released_at.is_(None)))).one()
        await release_hold(db, campus.clock(), "command line", held, "The court is done.")


async def settle(campus: Campus, database: Database, _: Pupil, __: Path) -> None:
    async with database.transaction() as db:
        account = (await db.scalars(select(Account).where(Account.email == campus.admin))).one()
        before = await read_protection(db, campus.institution.id)
        new = msgspec.structs.replace(before, appeal_days=before.appeal_days + 1)
        await change_protection(db, campus.clock(), staff_of(account), new)


@pytest.mark.parametrize("work", [stop, release, settle])
async def test_who_has_the_session_and_who_stops_wait_for_each_other_not_for_ever(
    campus: Campus, pupil: Pupil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: Work
) -> None:
    """Somebody begins, ends or moves: the session is locked, and then the institution's row."""
    pupil.open()
    pupil.segment()
    pupil.close()
    await pupil.hand_in()
    async with connected(campus.settings) as database, connected(campus.settings) as elsewhere:
        await cut_short(campus, database, pupil, tmp_path, monkeypatch)
        await hold(campus, database, pupil)
        async with database.transaction() as db:
            session = await db.get_one(ExamSession, pupil.session, with_for_update=True)
            working = asyncio.create_task(work(campus, elsewhere, pupil, tmp_path))
            await somebody_waits(elsewhere)
            await hold_still(db, session.institution_id)
        await working


async def test_what_is_settled_while_sessions_are_planned_is_not_lost(
    campus: Campus, pupil: Pupil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever changes the days meanwhile has the session planned again."""
    settling: list[asyncio.Task[None]] = []
    async with connected(campus.settings) as database, connected(campus.settings) as elsewhere:

        async def read_while_settled(*asked: Any) -> dict[EvidenceKind, int]:
            kept = await read_lengths(*asked)
            if not settling:
                settling.append(asyncio.create_task(settle_days(campus, elsewhere)))
                await somebody_waits(database)
            return kept

        monkeypatch.setattr(service, "read_lengths", read_while_settled)
        retention = Retention(
            database, BlobStore(campus.settings.blobs, tmp_path), campus.keys, campus.clock
        )
        assert await retention.expire() == []
        await settling[0]
        assert await retention.expire() == []
        async with database.transaction() as db:
            session = await db.get_one(ExamSession, pupil.session)
            assert session.due_at == session.created + 7 * MICROS_PER_DAY


async def settle_days(campus: Campus, database: Database) -> None:
    async with database.transaction() as db:
        account = (await db.scalars(select(Account).where(Account.email == campus.admin))).one()
        new = Protection(days=KindDays(camera=7))
        await change_protection(db, campus.clock(), staff_of(account), new)


class Stopped(BaseException):
    """The process ends here."""


async def cut_short(
    campus: Campus, database: Database, pupil: Pupil, scratch: Path, patch: pytest.MonkeyPatch
) -> None:
    """A destruction was begun, and then the process ended."""

    async def step(*_: object) -> None:
        raise Stopped

    blobs = BlobStore(campus.settings.blobs, scratch)
    retention = Retention(database, blobs, campus.keys, campus.clock)
    with patch.context() as end:
        end.setattr(Destruction, "_step", step)
        with pytest.raises(Stopped):
            await retention.destroy(pupil.session, SEALED, "system", "over")


async def somebody_waits(database: Database) -> None:
    """Until somebody waits for what another transaction holds."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    async with asyncio.timeout(30):
        count = 0
        while not count:
            async with database.transaction() as db:
                count = await db.scalar(waiting)
