"""Brings the database's schema up to this program's, by Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from server.storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


async def migrate(database: Database, revision: str = "head") -> None:
    """Apply every migration up to ``revision``, in one transaction."""

    def upgrade(connection: Connection) -> None:
        command.upgrade(_config(connection), revision)

    async with database.connection() as connection:
        await connection.run_sync(upgrade)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
