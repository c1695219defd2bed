"""The database: one engine, and transactions as the only way in.

SQLite gets exactly one connection, and other programs (the command line beside a running
server) wait for a lock file: SQLite before 3.51.3 can corrupt a write-ahead log that two
connections write at once. PostgreSQL gets a pool.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal

import msgspec
from advanced_alchemy.config import AsyncSessionConfig, EngineConfig, SQLAlchemyAsyncConfig
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.pool import AsyncAdaptedQueuePool

from server.storage.memory import Memory, begin
from server.storage.one_trip import execute_at_once, execute_many_at_once
from server.storage.outage import DatabaseUnready, outages_told
from server.storage.turn import DatabaseBusy, Turn, lock_file

# How long a request waits for SQLite's one connection, or one of PostgreSQL's, in seconds.
POOL_TIMEOUT_S = 30.0

# How long SQLite waits for another program (the command line) to finish, in milliseconds.
BUSY_TIMEOUT_MS = 15_000

# PostgreSQL's share of connections: its default limit is 100 for all programs together.
POSTGRES_POOL = 10
POSTGRES_OVERFLOW = 10


class LooseRows(Exception):
    """Rows refer to rows that are not there; the message names the tables."""


# What is raised where the database (or the disk below it) cannot work at the moment.
UNREADY = (OSError, DatabaseBusy, DatabaseUnready, OperationalError, PoolTimeout)


# Where a transaction's work leaves notes, in the session's ``info``; and its last act, which
# does what they say and takes them out.
NOTES = "notes"
Finish = Callable[[AsyncSession], Awaitable[None]]


class Database:
    """Opens transactions; everything within one ``async with`` commits or nothing does."""

    def __init__(self, url: str, finish: Finish | None = None) -> None:
        """Take an SQLAlchemy URL, and what every transaction ends with; nothing is opened
        before the first transaction.
        """
        self.url = url
        self._finish = finish
        self._memory = Memory()
        self.dialect = make_url(url).get_backend_name()
        self._config = SQLAlchemyAsyncConfig(
            connection_string=url,
            engine_config=_engine_config(self.dialect),
            session_config=AsyncSessionConfig(expire_on_commit=False),
            enable_file_object_listener=False,
            enable_touch_updated_timestamp_listener=False,
        )
        self.engine = self._config.get_engine()
        if self.dialect == "sqlite":
            _prepare_sqlite(self.engine.sync_engine)
        self._sessions = self._config.create_session_maker()
        self._turn = Turn(lock_file(url)) if self.dialect == "sqlite" else nullcontext()

    @property
    def file(self) -> Path | None:
        """SQLite's file; ``None`` where the database is another program's matter."""
        name = make_url(self.url).database
        return Path(name) if self.dialect == "sqlite" and name else None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session whose work is committed at the end, or undone by an exception.

        Keep it short and hold no other wait inside: on SQLite everybody else queues.

        Raises:
            OSError, DatabaseBusy, DatabaseUnready, OperationalError, TimeoutError: the database
                cannot work at the moment (``UNREADY``).
            RuntimeError: something is noted that no ``finish`` does (a bug).
        """
        with outages_told():
            async with self._turn, self._sessions() as session:
                remembered = begin(session, self._memory)
                async with session.begin():
                    yield session
                    if self._finish is not None:
                        await self._finish(session)
                    if session.info.get(NOTES):
                        raise RuntimeError(f"noted, but nobody did it: {session.info[NOTES]}")
                remembered.publish()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection within a transaction, for looking at the schema."""
        with outages_told():
            async with self._turn, self.engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def unbegun(self) -> AsyncIterator[Any]:
        """SQLite's own connection, in no transaction, while nobody else writes."""
        async with self._turn, self.engine.connect() as connection:
            yield (await connection.get_raw_connection()).driver_connection

    @asynccontextmanager
    async def reshaping(self) -> AsyncIterator[AsyncConnection]:
        """A connection within a transaction in which tables may be made anew.

        SQLite changes a column by making the table anew and dropping the old one, which its
        other tables' references forbid while they are enforced; so here they are looked at
        once, at the end (https://www.sqlite.org/lang_altertable.html, section 7).

        Raises:
            LooseRows: rows would refer to what is not there; nothing was changed.
        """
        if self.dialect != "sqlite":
            async with self.connection() as connection:
                yield connection
            return
        async with self._turn, self.engine.connect() as connection:
            await _enforce_references(connection, "OFF")
            try:
                async with connection.begin():
                    yield connection
                    await _refuse_loose_rows(connection)
            finally:
                await _enforce_references(connection, "ON")

    async def forget(self) -> None:
        """Leave nothing of deleted rows behind, as far as the database allows.

        On SQLite deleted rows are overwritten at once (``secure_delete``), but older copies of
        their pages stay in the write-ahead log, and words in the search's index, until both
        are folded; that is done here. PostgreSQL reuses the place in its own time.
        """
        if self.dialect != "sqlite":
            return
        async with self._turn, self.engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.execute_fetchall(
                "INSERT INTO search_index (search_index) VALUES ('optimize')"
            )
            await driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Let all connections go."""
        if isinstance(self._turn, Turn) and self._turn.was_taken:
            # Closing folds the write-ahead log back, which is a write like any other.
            async with self._turn:
                await self.engine.dispose()
            self._turn.close()
        else:
            await self.engine.dispose()


def _engine_config(dialect: str) -> EngineConfig:
    shared: dict[str, Any] = {
        "json_serializer": lambda value: msgspec.json.encode(value).decode(),
        "json_deserializer": msgspec.json.decode,
        "pool_timeout": POOL_TIMEOUT_S,
        # What a statement was asked with are names and words of people, which no log holds.
        "hide_parameters": True,
    }
    if dialect == "sqlite":
        return EngineConfig(
            poolclass=AsyncAdaptedQueuePool, pool_size=1, max_overflow=0, **shared
        )
    return EngineConfig(
        pool_size=POSTGRES_POOL, max_overflow=POSTGRES_OVERFLOW, pool_pre_ping=True, **shared
    )


def _prepare_sqlite(engine: Any) -> None:
    event.listen(engine, "connect", _set_pragmas)
    # The write lock is taken first, so that no transaction fails half-way for it.
    event.listen(engine, "begin", lambda held: held.exec_driver_sql("BEGIN IMMEDIATE"))
    event.listen(engine, "do_execute", execute_at_once)
    event.listen(engine, "do_executemany", execute_many_at_once)


async def _enforce_references(connection: AsyncConnection, state: Literal["ON", "OFF"]) -> None:
    """Switch SQLite's references; it takes no notice of this within a transaction, so the
    statement goes past the engine, which would begin one.
    """
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.execute_fetchall(f"PRAGMA foreign_keys={state}")
    ((now,),) = await driver.execute_fetchall("PRAGMA foreign_keys")
    if bool(now) is not (state == "ON"):
        raise RuntimeError(f"SQLite did not switch its references {state}")


async def _refuse_loose_rows(connection: AsyncConnection) -> None:
    found = await connection.exec_driver_sql("PRAGMA foreign_key_check")
    if loose := sorted({f"{table} to {parent}" for table, _, parent, _ in found}):
        named = ", ".join(loose)
        raise LooseRows(
            f"rows would refer to rows that are not there ({named}), so nothing was changed"
        )


def _set_pragmas(connection: Any, _record: Any) -> None:
    # Transactions are begun by the listener, not guessed by the driver.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    mode = cursor.fetchone()
    if mode is None or mode[0] not in {"wal", "memory"}:
        raise RuntimeError(f"SQLite did not take up its write-ahead log: {mode}")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # What is deleted is overwritten: rows go where their time is over, and are to be gone.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.close()
