"""The schema's history, rows that never change, and one writer on SQLite."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError
from support.campus import Campus, Pupil, client_of, connected, redeem
from support.migrating import OLDER, both_ways, differences, from_older

import server.review.models
from server.accounts.models import Institution
from server.audit import service as audit
from server.audit.models import LogEntryRow
from server.ingest.models import ReceiptRow, RecordRow
from server.storage.database import Database, LooseRows
from server.storage.schema import is_current, migrate
from server.storage.tables import Table
from server.storage.turn import DatabaseBusy, Turn, lock_file

pytestmark = pytest.mark.anyio

assert server.review.models


async def test_migrations_make_exactly_the_models(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")
    assert not await is_current(database)
    await migrate(database)
    assert await is_current(database)
    assert await differences(database) == []
    await migrate(database)
    await database.close()


async def test_an_error_of_the_database_names_nobody(campus: Campus) -> None:
    """What it was asked with are people's names, and errors go into the log."""
    async with connected(campus.settings) as database:
        with pytest.raises(DBAPIError) as caught:
            async with database.transaction() as db:
                await db.execute(
                    text("INSERT INTO elsewhere (name) VALUES (:name)"), {"name": "Ada Example"}
                )
    assert "no such table" in str(caught.value)
    assert "Ada" not in str(caught.value)


async def test_the_newest_migration_goes_both_ways(campus: Campus) -> None:
    # No server runs while its tables are taken away.
    async with client_of(campus) as client:
        pupil = await redeem(client, await campus.code())
        pupil.open()
        pupil.take(await pupil.deliver(*pupil.records))
    async with connected(campus.settings) as database:
        await both_ways(database, pupil.session)


@pytest.mark.parametrize("revision", OLDER)
async def test_a_full_database_of_any_revision_is_brought_up_to_date(
    tmp_path: Path, revision: str
) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")
    await from_older(database, revision)
    await _expect_enforced(database)
    await database.close()


async def test_a_migration_that_would_leave_loose_rows_changes_nothing(
    campus: Campus, pupil: Pupil
) -> None:
    pupil.open()
    pupil.take(await pupil.deliver(*pupil.records))
    async with connected(campus.settings) as database:
        with pytest.raises(LooseRows, match="enrolment to exam,"):
            async with database.reshaping() as connection:
                await connection.execute(text("DELETE FROM exam"))
        async with database.transaction() as db:
            assert await db.scalar(text("SELECT count(*) FROM exam")) == 1
        await _expect_enforced(database)


async def _expect_enforced(database: Database) -> None:
    """References are looked at again with each statement."""
    with pytest.raises(DBAPIError, match="FOREIGN KEY"):
        async with database.transaction() as db:
            await db.execute(text("UPDATE enrolment SET exam_id = 'none'"))


@pytest.mark.parametrize("table", [RecordRow, ReceiptRow, LogEntryRow])
async def test_evidence_and_audit_never_change(
    campus: Campus, pupil: Pupil, table: type[Table]
) -> None:
    pupil.open()
    pupil.take(await pupil.deliver(*pupil.records))
    async with connected(campus.settings) as database:
        async with database.transaction() as db:
            before = await db.scalar(select(func.count()).select_from(table))
            assert before
        for change in (delete(table), update(table).values(dict.fromkeys(["hash"], "0" * 64))):
            if table is LogEntryRow and change.is_update:
                change = update(LogEntryRow).values(actor="nobody")
            with pytest.raises(DBAPIError, match="never change"):
                async with database.transaction() as db:
                    await db.execute(change)
        async with database.transaction() as db:
            assert await db.scalar(select(func.count()).select_from(table)) == before


async def test_a_transaction_is_whole_or_not_at_all(campus: Campus) -> None:
    async with connected(campus.settings) as database:

        async def fail() -> None:
            async with database.transaction() as db:
                own = campus.institution.id
                audit.record(db, 1, audit.SYSTEM, "test", ("x", "y"), institution_id=own)
                await db.flush()
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()
        async with database.transaction() as db:
            found = await db.scalars(select(LogEntryRow).where(LogEntryRow.action == "test"))
            assert list(found) == []


async def test_two_programs_take_turns(campus: Campus) -> None:
    """Every increment of either is there: nobody read what the other was about to change."""

    async def count_up(database: Database) -> None:
        for _ in range(20):
            async with database.transaction() as db:
                row = await db.get_one(Institution, campus.institution.id)
                before = row.created
                await asyncio.sleep(0)
                row.created = before + 1

    async with connected(campus.settings) as one, connected(campus.settings) as other:
        async with one.transaction() as db:
            start = (await db.get_one(Institution, campus.institution.id)).created
        await asyncio.gather(count_up(one), count_up(other), count_up(one))
        async with one.transaction() as db:
            row = await db.get_one(Institution, campus.institution.id)
            assert row.created == start + 60


async def test_a_program_that_keeps_the_turn_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.storage.turn.PATIENCE_S", 0.02)
    holder, waiter = Turn(tmp_path / "x.lock"), Turn(tmp_path / "x.lock")
    async with holder:
        with pytest.raises(DatabaseBusy, match=r"x\.lock"):
            async with waiter:
                pass
    async with waiter:
        pass
    holder.close()
    waiter.close()


async def test_a_busy_program_does_not_keep_another_waiting(campus: Campus) -> None:
    """One writes without a pause; the other gets its turn all the same, many times."""
    stop = asyncio.Event()

    async def write_on(database: Database) -> None:
        while not stop.is_set():
            async with database.transaction() as db:
                await db.scalar(select(func.count()).select_from(LogEntryRow))

    async with connected(campus.settings) as busy, connected(campus.settings) as other:
        writing = asyncio.create_task(write_on(busy))
        async with asyncio.timeout(20):
            for _ in range(10):
                async with other.transaction() as db:
                    await db.scalar(select(func.count()).select_from(LogEntryRow))
        stop.set()
        await writing


async def test_memory_needs_no_lock_file() -> None:
    assert lock_file("sqlite+aiosqlite:///:memory:") is None
    assert lock_file("sqlite+aiosqlite:////x/y.db") == Path("/x/y.db.lock")
    async with Turn(None):
        pass
