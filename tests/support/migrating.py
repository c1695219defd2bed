"""Migrations applied and taken back, with rows in every table."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, select, text
from support.filled_tables import OWN_INDEX, ROWS, Rows, contents, fill_empty, kept, triggers

from server.accounts.models import Account
from server.accounts.service import new_id
from server.live.models import CommandRow
from server.storage.database import Database
from server.storage.schema import MIGRATIONS, is_current, migrate, take_back
from server.storage.tables import Table

TABLES = {"phase", "said", "session_observed"}
COLUMNS = {"seconds", "warnings", "warnings_limit"}

# Every revision that a database may be of, and the oldest that one can be taken back to.
OLDER = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("0*.py"))[:-1]
OLDEST_AGAIN = "0007"


async def from_older(database: Database, revision: str) -> None:
    """Bring a full database of ``revision`` up to date, back, and up again: nothing is lost."""
    await migrate(database, revision)
    async with database.connection() as connection:
        await connection.run_sync(fill_empty)
        before = await connection.run_sync(contents)
        guards = await connection.run_sync(triggers)
    assert {len(rows) for rows in before.values()} == {ROWS}
    await migrate(database)
    assert await is_current(database)
    async with database.connection() as connection:
        assert kept(before, await connection.run_sync(contents)) == before
        assert guards <= await connection.run_sync(triggers)
        await connection.run_sync(fill_empty)
        full = await connection.run_sync(contents)
    _look_at_what_was_filled_in(full, since=revision)
    await take_back(database, max(revision, OLDEST_AGAIN))
    async with database.connection() as connection:
        back = await connection.run_sync(contents)
    assert kept(back, full) == back
    assert before.keys() <= back.keys()
    await migrate(database)
    async with database.connection() as connection:
        assert kept(back, await connection.run_sync(contents)) == back
    # The table before the log stays where it has rows.
    assert [found for found in await differences(database) if "audit" not in str(found)] == []


def _look_at_what_was_filled_in(full: dict[str, Rows], since: str) -> None:
    """What migrations make of older rows."""
    institutions = [row["id"] for row in full["institution"]]
    assert [row["institution_id"] for row in full["log_head"]] == institutions
    if since < "0003":
        assert {row["size"] for row in full["log_head"]} == {0}
    if since < "0005":
        refs = {row["id"]: row["key_ref"] for row in full["institution"]}
        own = [refs[row["institution_id"]] for row in full["exam_session"]]
        assert [row["key_ref"] for row in full["exam_session"]] == own


async def both_ways(database: Database, session: str) -> None:
    """Take 0008 back and apply it again: what was there before it stays, as it was."""
    await _ask_as_before(database, session)
    await take_back(database, "0007")
    assert not await is_current(database)
    tables, columns = await _shape(database)
    assert not tables & TABLES
    assert not columns & COLUMNS
    await migrate(database)
    tables, columns = await _shape(database)
    assert tables >= TABLES
    assert columns >= COLUMNS
    assert await differences(database) == []
    async with database.transaction() as db:
        query = select(CommandRow).where(CommandRow.session_id == session)
        (row,) = await db.scalars(query)
        assert (row.text, row.seconds, row.warnings, row.warnings_limit) == ("Hello.", 0, 0, 0)


async def _ask_as_before(database: Database, session: str) -> None:
    """A command in the words of the program before: with nothing of the new columns."""
    async with database.transaction() as db:
        account = (await db.scalars(select(Account.id))).first()
        await db.execute(
            text(
                "INSERT INTO command (id, session_id, account_id, action, text, created) "
                "VALUES (:id, :session, :account, 'message', 'Hello.', 1)"
            ),
            {"id": new_id(), "session": session, "account": account},
        )


async def _shape(database: Database) -> tuple[set[str], set[str]]:
    def look(connection: Connection) -> tuple[set[str], set[str]]:
        found = inspect(connection)
        columns = {column["name"] for column in found.get_columns("command")}
        return set(found.get_table_names()), columns

    async with database.connection() as connection:
        return await connection.run_sync(look)


async def differences(database: Database) -> list[object]:
    """What the models have and the database has not, or the other way round."""
    async with database.connection() as connection:
        return await connection.run_sync(
            lambda sync: compare_metadata(
                MigrationContext.configure(sync, opts={"include_name": _is_of_models}),
                Table.metadata,
            )
        )


def _is_of_models(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or not (name or "").startswith(OWN_INDEX)
