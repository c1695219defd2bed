"""Opens the database, blobs and keys for a command, and says clearly what is in the way."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from server.clock import WallClock, system_clock
from server.config import Settings

# The libraries behind these take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.accounts.models import Institution
    from server.accounts.passwords import Passwords
    from server.exams.models import Exam
    from server.storage.blobs import BlobStore
    from server.storage.database import Database
    from server.storage.keys import KeyStore


_T = TypeVar("_T")


class Fault(Exception):
    """Something outside the program is not as needed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """What a command works with."""

    database: Database
    blobs: BlobStore
    keys: KeyStore
    passwords: Passwords
    clock: WallClock


def settled() -> Settings:
    """The settings of this process's environment.

    Raises:
        ConfigError: a variable cannot be used.
    """
    return Settings.from_environment(os.environ)


@asynccontextmanager
async def opened(
    settings: Settings, *, migrating: bool = False, as_found: bool = False
) -> AsyncIterator[Rooms]:
    """Everything opened, on a database that is up to date (or, ``as_found``, in any state).

    Raises:
        Fault: something cannot be opened, or the database needs a migration.
    """
    from obstore.exceptions import BaseError as BlobStoreError
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError

    from server.accounts.passwords import Passwords
    from server.audit.log import logged_database
    from server.ingest.regions import open_blobs
    from server.storage.database import LooseRows
    from server.storage.keys import KeysMissing
    from server.storage.schema import is_current, migrate
    from server.storage.turn import DatabaseBusy

    keys = _prepared(settings)
    database = logged_database(settings.database, keys)
    try:
        if migrating:
            await migrate(database)
        elif not as_found and not await is_current(database):
            raise Fault("the database is of another version; run `invigil-server migrate`")
        yield Rooms(
            database,
            open_blobs(settings, database),
            keys,
            Passwords(),
            system_clock,
        )
    except (KeysMissing, DatabaseBusy) as error:
        raise Fault(str(error)) from error
    except LooseRows as error:
        why = f"the database cannot be brought up to date: {error}"
        raise Fault(f"{why}. Restore a backup, or ask for help with this message") from error
    except (SQLAlchemyError, ConnectionError) as error:
        url = make_url(settings.database).render_as_string(hide_password=True)
        why = str(error).partition("\n")[0]
        raise Fault(f"the database {url} cannot be used: {why}") from error
    except BlobStoreError as error:
        why = str(error).partition("\n")[0]
        advice = "see INVIGIL_BLOB_URL and the AWS_ variables (`invigil-server config`)"
        raise Fault(f"the blob store cannot be used: {why}; {advice}") from error
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        raise Fault(f"cannot work with{where}: {error.strerror or error}") from error
    finally:
        await database.close()


def run_in_rooms(work: Callable[[Rooms], Awaitable[_T]]) -> _T:
    """Do a command's work with everything opened, by this process's settings.

    Raises:
        Fault: something cannot be opened.
    """

    async def whole() -> _T:
        async with opened(settled()) as rooms:
            return await work(rooms)

    return asyncio.run(whole())


async def institution_named(db: AsyncSession, name: str) -> Institution:
    """An institution by its name or id.

    Raises:
        Fault: there is none.
    """
    from server.accounts.service import find_institution

    found = await find_institution(db, name)
    if found is None:
        raise Fault(f"there is no institution {name!r}; make it with create-institution")
    return found


def rows_of(
    institution: str,
    read: Callable[[Rooms, AsyncSession, Institution], Awaitable[list[dict[str, Any]]]],
) -> list[dict[str, Any]]:
    """What a command lists of an institution, by its name or id.

    Raises:
        Fault: there is no such institution, or something cannot be opened.
    """

    async def work(rooms: Rooms) -> list[dict[str, Any]]:
        async with rooms.database.transaction() as db:
            return await read(rooms, db, await institution_named(db, institution))

    return run_in_rooms(work)


async def exam_named(db: AsyncSession, exam_id: str) -> Exam:
    """An exam by its id.

    Raises:
        Fault: there is none.
    """
    from server.exams.models import Exam

    found = await db.get(Exam, exam_id)
    if found is None:
        why = "see `invigil-server admin exams list`, or make it with create-exam"
        raise Fault(f"there is no exam {exam_id}; {why}")
    return found


def _prepared(settings: Settings) -> KeyStore:
    """The data folder and the server's secret, made where they are not there."""
    from server.storage.keys import KeysMissing, KeyStore

    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        keys = KeyStore(settings.keys)
        keys.server_secret()
    except KeysMissing as error:
        raise Fault(str(error)) from error
    except OSError as error:
        why = f"cannot write to {error.filename}: {error.strerror}"
        raise Fault(f"{why}; say another folder with INVIGIL_DATA_DIR") from error
    return keys
