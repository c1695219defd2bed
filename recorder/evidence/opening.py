"""Opening a store's database: the one connection, its settings, and what can be wrong.

The connection is exclusive (``locking_mode``): SQLite before 3.51.3 can corrupt a
write-ahead log that two connections use, so a second program is turned away instead.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from enum import Enum
from pathlib import Path

from sqlite_utils import Database

from recorder.evidence.schema import APPLICATION_ID, STORE_VERSION, migrate
from recorder.faults import EnvironmentFault

DATABASE = "evidence.db"
_DRAFT = "evidence.db.new"

# Windows has neither the bits of a file's mode nor a way to sync a folder; there the
# user's profile keeps others out.
POSIX = os.name == "posix"
FOLDER_MODE = 0o700
FILE_MODE = 0o600

# How long another program's lock is waited for, in seconds: a store that is being closed.
_LOCK_TIMEOUT_S = 1.0

# How large the write-ahead log grows before it is copied into the database and begins anew,
# and what it is cut back to after a large clip, in bytes. SQLite's own 4 MB would have to be
# kept free twice over (``ballast``); 1 MB is half a minute of evidence, copied in some 10 ms.
PAGE_BYTES = 4096
LOG_BYTES = 2**20


class Cause(Enum):
    """What a program may do differently about; people read the message."""

    DISK_FULL = "disk full"
    IN_USE = "in use"
    OTHER = "other"


class StoreTrouble(EnvironmentFault):
    """The disk or the store's file failed; what was not saved can be tried again."""

    def __init__(self, what: str, advice: str, cause: Cause = Cause.OTHER) -> None:
        super().__init__(what, advice)
        self.cause = cause


def trouble(error: sqlite3.Error, folder: Path) -> StoreTrouble:
    """What an error of SQLite means to the user."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    match primary:
        case sqlite3.SQLITE_FULL:
            return disk_full(folder)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreTrouble(
                f"The evidence in {folder} is in use by another Invigil program.",
                "Finish the recording or close the other program, then try again.",
                Cause.IN_USE,
            )
        case sqlite3.SQLITE_NOTADB:
            return not_a_store(folder)
        case sqlite3.SQLITE_CORRUPT:
            return damaged(folder, str(error))
        case _:
            return unwritable(folder, str(error))


def disk_full(folder: Path) -> StoreTrouble:
    """There is no room for evidence."""
    return StoreTrouble(
        "The disk is full, so evidence cannot be saved.",
        f"Free some space on the disk that holds {folder}.",
        Cause.DISK_FULL,
    )


def failed(error: OSError, folder: Path) -> StoreTrouble:
    """What an error of the system means to the user."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full(folder)
    return unwritable(folder, error.strerror or str(error))


# What says nothing about the disk: it was full (the transaction is taken back, and nothing of
# it counts), or another program holds the lock.
_HARMLESS = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def shakes_trust(error: sqlite3.Error) -> bool:
    """Whether the connection must not be used any more after this error of SQLite."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF not in _HARMLESS


def unwritable(folder: Path, why: str) -> StoreTrouble:
    """Nothing can be written there."""
    return StoreTrouble(
        f"Evidence cannot be written to {folder}: {why}.",
        "Check the disk and the folder's rights, or choose another folder with --store.",
    )


def damaged(folder: Path, what: str) -> StoreTrouble:
    """The store's file is not as this program wrote it."""
    return StoreTrouble(
        f"The evidence in {folder} is damaged ({what}).",
        "Do not delete it; run `invigil-recorder evidence check` and tell your institution.",
    )


def not_a_store(folder: Path) -> StoreTrouble:
    """There is something else where the store should be."""
    return StoreTrouble(
        f"{folder / DATABASE} is not an evidence store of Invigil.",
        "Choose another folder with --store, or move that file away.",
    )


def make_folder(folder: Path) -> None:
    """Make a folder that only the user reads.

    Raises:
        StoreTrouble: it cannot be made.
    """
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        folder.chmod(FOLDER_MODE)
    except OSError as error:
        raise failed(error, folder) from error


def sync(path: Path, flags: int) -> None:
    """Make what the system holds of a file or folder reach the disk."""
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder survive a power cut, where the system needs telling."""
    if POSIX:
        sync(folder, os.O_RDONLY)


def create(folder: Path, fill: Callable[[Database], None]) -> None:
    """Make the folder's database with what ``fill`` puts in, all of it or none.

    It is built under another name and moved when it is whole, so that a crash half-way
    leaves nothing that looks like a store. One that is there already is left alone.

    Raises:
        StoreTrouble: it cannot be written.
    """
    make_folder(folder)
    path, draft = folder / DATABASE, folder / _DRAFT
    try:
        if path.exists():
            # An earlier call may have failed after the move and before the sync.
            _sync_names(folder)
            return
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, FILE_MODE))
        with closing(sqlite3.connect(draft)) as connection:
            # Nothing of the draft counts before it is whole: one sync at its end is enough.
            connection.execute("PRAGMA journal_mode = MEMORY")
            connection.execute("PRAGMA synchronous = OFF")
            database = Database(connection, execute_plugins=False)
            migrate(database)
            fill(database)
        sync(draft, os.O_RDWR)
        draft.rename(path)
        _sync_names(folder)
    except OSError as error:
        raise failed(error, folder) from error
    except sqlite3.Error as error:
        raise trouble(error, folder) from error


def _sync_names(folder: Path) -> None:
    """Make the database's name in its folder, and the folder's in its own, stay."""
    sync_folder(folder)
    sync_folder(folder.parent)


def connect(folder: Path) -> Database:
    """Open the folder's database as its one user.

    Raises:
        StoreTrouble: missing, not a store, of a newer version, in use or not writable.
    """
    path = folder / DATABASE
    try:
        if not path.is_file():
            raise not_a_store(folder) if path.exists() else missing(folder)
        with ExitStack() as undo:
            # Handed from the thread that opens it to the one that writes; never used by two.
            connection = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=_LOCK_TIMEOUT_S
            )
            undo.callback(connection.close)
            database = _set_up(connection, folder)
            undo.pop_all()
            return database
    except OSError as error:
        raise failed(error, folder) from error
    except sqlite3.Error as error:
        raise trouble(error, folder) from error
    except UnicodeDecodeError as error:
        # What SQLite says of a damaged file may quote it, and then is no text either.
        raise damaged(folder, "its text is not UTF-8") from error


def missing(folder: Path) -> StoreTrouble:
    """There is no store."""
    return StoreTrouble(
        f"There is no evidence store in {folder}.",
        "`invigil-recorder evidence list` shows the stores there are; --store names another "
        "folder.",
    )


def _set_up(connection: sqlite3.Connection, folder: Path) -> Database:
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    _judge(connection, folder)
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise unwritable(folder, f"the disk does not allow a write-ahead log ({mode})")
    connection.execute("PRAGMA synchronous = FULL")
    # A plain fsync does not reach the platter on macOS; elsewhere these change nothing.
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA checkpoint_fullfsync = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_BYTES // PAGE_BYTES}")
    connection.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
    # Takes the exclusive lock now rather than at the first record.
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("COMMIT")
    database = Database(connection, execute_plugins=False)
    if _version(connection) < STORE_VERSION:
        migrate(database)
    return database


def _judge(connection: sqlite3.Connection, folder: Path) -> None:
    """Whether the file is a store that this program understands; changes nothing."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise not_a_store(folder)
    if (version := _version(connection)) > STORE_VERSION:
        raise StoreTrouble(
            f"The evidence in {folder} was written by a newer Invigil (store version "
            f"{version}, this program knows {STORE_VERSION}).",
            "Update Invigil and try again; nothing was changed.",
        )


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]
