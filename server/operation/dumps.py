"""The database as one file, and back: SQLite by its own backup, PostgreSQL by its own tools."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import URL, make_url

from server.ingest.models import ExamSession
from server.storage.database import Database

# What a dump's file is called after its day and time.
SUFFIXES = {"sqlite": ".sqlite", "postgresql": ".pgdump"}

# PostgreSQL's tools say what is wrong in their last line.
MAX_WORDS = 300

# The table that says which region's store a session's pieces are in.
SESSIONS = ExamSession.__tablename__


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
    await refuse_filled(database)
    url = make_url(database.url)
    if database.dialect == "sqlite":
        await database.close()
        await asyncio.to_thread(_place_sqlite, source, Path(str(url.database)))
        return
    arguments = ("--single-transaction", "--exit-on-error", "--no-owner")
    await _tool("pg_restore", url, *arguments, f"--dbname={url.database}", str(source))


async def refuse_filled(database: Database) -> None:
    """See to it that a database can be loaded into.

    Raises:
        DumpError: there are tables already.
    """
    if await tables(database):
        raise DumpError(
            "the database is not empty; restore into a new one (INVIGIL_DATA_DIR, "
            "INVIGIL_DATABASE_URL) and put that in the old one's place"
        )


async def regions_in(database: Database, source: Path) -> dict[str, str]:
    """The sessions in a dump for ``database``, which is not loaded, and the region of each.

    Raises:
        DumpError: a tool is missing, or the dump cannot be read.
    """
    if database.dialect == "sqlite":
        return await asyncio.to_thread(_regions_in_sqlite, source)
    arguments = ("--data-only", f"--table={SESSIONS}", "--file=-")
    script = await _tool("pg_restore", make_url(database.url), *arguments, str(source))
    # Dumps of before there were regions have no such column.
    return {row["id"]: row.get("region", "") for row in _copied(script)}


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


def _regions_in_sqlite(source: Path) -> dict[str, str]:
    # Unchanging, or SQLite would write beside it, and a backup's disk may be read-only.
    name = f"{source.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(name, uri=True)) as held:
            found = held.execute(f"SELECT * FROM {SESSIONS}")  # noqa: S608
            names = [column[0] for column in found.description]
            rows = (dict(zip(names, row, strict=True)) for row in found)
            return {row["id"]: row.get("region", "") for row in rows}
    except sqlite3.Error as error:
        raise DumpError(f"{source} cannot be read: {error}") from error


def _copied(script: bytes) -> Iterator[dict[str, str]]:
    """The rows that a script of ``pg_restore`` copies into its one table, still escaped
    (https://www.postgresql.org/docs/current/sql-copy.html, "Text Format").
    """
    names: list[str] = []
    # Only line feeds end a row; other ends of lines may be within one.
    for line in script.decode(errors="replace").split("\n"):
        if line == "\\.":
            return
        if names:
            yield dict(zip(names, line.split("\t"), strict=True))
        elif line.startswith("COPY "):
            listed = line.partition("(")[2].partition(")")[0]
            names = [name.strip('"') for name in listed.split(", ")]


def _place_sqlite(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # What looking at the empty database has left; a log of another would be played into it.
    for left in (
        target,
        *(target.with_name(f"{target.name}{end}") for end in ("-wal", "-shm")),
    ):
        left.unlink(missing_ok=True)
    shutil.copyfile(source, target)


async def _tool(name: str, url: URL, *arguments: str) -> bytes:
    """Run one of PostgreSQL's tools; what it wrote to its standard output."""
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
        program,
        *arguments,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    wrote, told = await process.communicate()
    if process.returncode != 0:
        words = told.decode(errors="replace").strip().rpartition("\n")[2]
        raise DumpError(f"{name} did not succeed: {words[:MAX_WORDS]}")
    return wrote
