"""The newest migration taken back and applied again, with rows in it."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, select, text

from server.accounts.models import Account
from server.accounts.service import new_id
from server.live.models import CommandRow
from server.storage.database import Database
from server.storage.schema import is_current, migrate, take_back
from server.storage.tables import Table

TABLES = {"phase", "said", "session_observed"}
COLUMNS = {"seconds", "warnings", "warnings_limit"}


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
    assert await _differences(database) == []
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


async def _differences(database: Database) -> list[object]:
    async with database.connection() as connection:
        return await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), Table.metadata)
        )
