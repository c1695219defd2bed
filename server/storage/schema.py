"""Brings the database's schema up to this program's, by Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from server.storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


async def migrate(database: Database, revision: str = "head") -> None:
    """Apply every migration up to ``revision``, in one transaction.

    Raises:
        LooseRows: a migration would leave references to nothing; nothing was changed.
    """

    def upgrade(connection: Connection) -> None:
        command.upgrade(_config(connection), revision)

    async with database.reshaping() as connection:
        await connection.run_sync(upgrade)


# What came before the first release: nobody has a database to go back to.
OLDEST = "0007"


async def take_back(database: Database, revision: str) -> None:
    """Undo every migration after ``revision``, in one transaction; what only those keep is
    lost. Revisions before 0008 cannot be taken back.

    Raises:
        LooseRows: as for ``migrate``.
    """

    def downgrade(connection: Connection) -> None:
        command.downgrade(_config(connection), revision)

    async with database.reshaping() as connection:
        await connection.run_sync(downgrade)


async def is_current(database: Database) -> bool:
    """Whether every migration of this program, and no other, has been applied."""

    def heads(connection: Connection) -> bool:
        here = MigrationContext.configure(connection).get_current_heads()
        return set(here) == set(ScriptDirectory.from_config(_config(connection)).get_heads())

    async with database.connection() as connection:
        return await connection.run_sync(heads)


async def revision_of(database: Database) -> str:
    """The revision of the database's schema, empty where it has none."""

    def heads(connection: Connection) -> str:
        return MigrationContext.configure(connection).get_current_revision() or ""

    async with database.connection() as connection:
        return await connection.run_sync(heads)


def knows(revision: str) -> bool:
    """Whether this program can work with a database of that revision, once migrated."""
    names = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    return revision in names


async def write_revision(database: Database, why: str) -> None:
    """Write a new migration from what differs between the models and the database."""

    def write(connection: Connection) -> None:
        config = _config(connection)
        number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
        command.revision(config, why, autogenerate=True, rev_id=f"{number:04d}")

    async with database.connection() as connection:
        await connection.run_sync(write)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
