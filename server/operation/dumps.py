"""The database as one file, and back: SQLite by its own backup, PostgreSQL by its own tools."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import URL, make_url

from server.storage.database import Database

# What a dump's file is called after its day and time.
SUFFIXES = {"sqlite": ".sqlite", "postgresql": ".pgdump"}

# PostgreSQL's tools say what is wrong in their last line.
MAX_WORDS = 300


class DumpError(Exception):
    """The database cannot be dumped or read back; the message says why and what to do."""


async def dump(database: Database, target: Path) -> None:
    """Write all of the database, as it is at one moment, to ``target``.

    SQLite's writers wait meanwhile (some seconds a gigabyte); PostgreSQL's do not.

    Raises:
        DumpError: a tool is missing, or did not succeed.
        OSError: the file cannot be written.
    """
    if database.dialect == "sqlite":
        await _copy_sqlite(database, target)
        return
    url = make_url(database.url)
    await _tool("pg_dump", url, "--format=custom", "--no-owner", f"--file={target}")


async def load(database: Database, source: Path) -> None:
    """Fill a database that has no tables with what ``dump`` wrote.

    Raises:
        DumpError: there are tables already, a tool is missing, or did not succeed.
        OSError: a file cannot be read or written.
    """
    if await tables(database):
        raise DumpError(
            "the database is not empty; restore into a new one (INVIGIL_DATA_DIR, "
            "INVIGIL_DATABASE_URL) and put that in the old one's place"
        )
    url = make_url(database.url)
    if database.dialect == "sqlite":
        await database.close()
        await asyncio.to_thread(_place_sqlite, source, Path(str(url.database)))
        return
    arguments = ("--single-transaction", "--exit-on-error", "--no-owner")
    await _tool("pg_restore", url, *arguments, f"--dbname={url.database}", str(source))


async def tables(database: Database) -> list[str]:
    """The names of the tables that there are."""
    async with database.connection() as connection:
        return await connection.run_sync(lambda held: inspect(held).get_table_names())


async def _copy_sqlite(database: Database, target: Path) -> None:
    # Within a transaction of its own that may write, SQLite would wait for itself.
    async with database.unbegun() as driver:
        copy = await asyncio.to_thread(sqlite3.connect, target, check_same_thread=False)
        try:
            await driver.backup(copy)
        finally:
            copy.close()


def _place_sqlite(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # What looking at the empty database has left; a log of another would be played into it.
    for left in (
        target,
        *(target.with_name(f"{target.name}{end}") for end in ("-wal", "-shm")),
    ):
        left.unlink(missing_ok=True)
    shutil.copyfile(source, target)


async def _tool(name: str, url: URL, *arguments: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise DumpError(
            f"{name} is not installed; it comes with PostgreSQL's client programs "
            "(Debian: apt-get install postgresql-client)"
        )
    said = {
        "PGHOST": url.host or str(url.query.get("host") or ""),
        "PGPORT": str(url.port or ""),
        "PGUSER": url.username or "",
        # In the environment, for a command line can be read by everybody on the machine.
        "PGPASSWORD": url.password or "",
        "PGDATABASE": url.database or "",
    }
    environment = {**os.environ, **{name: value for name, value in said.items() if value}}
    process = await asyncio.create_subprocess_exec(
        program, *arguments, env=environment, stderr=asyncio.subprocess.PIPE
    )
    _, told = await process.communicate()
    if process.returncode != 0:
        words = told.decode(errors="replace").strip().rpartition("\n")[2]
        raise DumpError(f"{name} did not succeed: {words[:MAX_WORDS]}")
