"""The evidence store: one session's records, sealed pieces, receipts and outbox on disk.

Every write is one transaction that is on the disk when the call returns. One thread at a
time may use a store; ``tally`` alone may be read from any, and any may ``close`` it.

**After an error of the disk.** A full disk is harmless: SQLite takes the transaction back and
nothing of it counts. Any other error (``shakes_trust``) is not: when an fsync fails, Linux
marks the pages clean though they never reached the disk, so a second fsync of the same pages
would succeed and mean nothing, and what is read back comes from that same memory. SQLite by
itself is safe in so far as a retry writes all its pages anew; but it goes on from what it
remembers, and a transaction that it called failed may be found whole in the log by the next
program. So after such an error the connection is not used again. The next call opens the file
anew, has SQLite find what the log really holds, and copies all of the log into the database:
pages written anew and synced by an fsync that has not failed, which is the one proof there is.
Then it looks whether all that was ever called saved is there. Until all this has come about
every call fails, so nothing is called saved; it is tried again with each call.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import UnionType
from typing import Any, NamedTuple

from sqlite_utils import Database

from recorder.evidence.founding import Founding
from recorder.evidence.opening import (
    DATABASE,
    StoreTrouble,
    connect,
    create,
    damaged,
    shakes_trust,
    trouble,
    unwritable,
)
from recorder.faults import EnvironmentFault
from shared.encoding import ID_HEX, ZERO_HASH, sha256_hex
from shared.receipts import Receipt
from shared.records import BlobReference, Close, MalformedRecord, Record, decode_record
from shared.signed import Signed, parse_line

# The types of a query's columns, as ``isinstance`` takes them.
Shape = tuple[type | UnionType, ...]

# A signed thing's payload and signature.
SIGNED: Shape = (bytes, bytes)


class Tally(NamedTuple):
    """What the store holds and what receipts cover, kept up to date without counting."""

    records_made: int = 0
    records_sent: int = 0
    blobs_made: int = 0
    blobs_sent: int = 0
    bytes_made: int = 0
    bytes_sent: int = 0
    closed: bool = False

    @property
    def delivered(self) -> bool:
        """Whether a signed receipt covers every record and every piece."""
        return self.records_sent == self.records_made and self.blobs_sent == self.blobs_made


class SealedBlob(NamedTuple):
    """A sealed piece and how its record refers to it."""

    reference: BlobReference
    data: bytes


def session_folders(root: Path) -> list[Path]:
    """The folders of the stores under ``root``, by name; none where there is no ``root``.

    Raises:
        EnvironmentFault: the folder cannot be read.
    """
    try:
        if not root.exists():
            return []
        return sorted(
            folder
            for folder in root.iterdir()
            if ID_HEX.fullmatch(folder.name) and (folder / DATABASE).exists()
        )
    except OSError as error:
        raise EnvironmentFault(
            f"The folder {root} cannot be read: {error.strerror}.",
            "Name another one with --store.",
        ) from error


class EvidenceStore:
    """One session's evidence; see the module for what a call promises."""

    def __init__(self, folder: Path, database: Database) -> None:
        """Wrap an open database; use ``create`` or ``open``."""
        self.folder = folder
        self._db = database
        self._trusted = True
        # Ends a connection only between two calls: SQLite's statements do not survive that
        # they are closed while another thread reads their rows.
        self._using = threading.RLock()
        self.founding, self.created = self._read_session()
        self.tally = self._count()
        self.newest_receipt = self._newest_receipt()
        self._head = self._hash_of_last(self.tally.records_made)

    @classmethod
    def create(cls, root: Path, founding: Founding, now_us: int) -> EvidenceStore:
        """The store of a session under ``root``; the one there is, where there is one.

        Args:
            root: the folder of all stores.
            founding: what the session stands on; kept as it is.
            now_us: the wall clock, microseconds since 1970 UTC.

        Raises:
            StoreTrouble: it cannot be written, or belongs to another session.
        """

        def fill(database: Database) -> None:
            database.table("session").insert(
                {
                    "id": founding.session,
                    "server": founding.server,
                    "token": founding.token,
                    "policy": founding.policy.line(),
                    "grant": founding.grant.line(),
                    "institution_key": founding.institution_key,
                    "created": now_us,
                }
            )

        folder = root / founding.session
        create(folder, fill)
        store = cls.open(folder)
        if store.founding.grant != founding.grant:
            store.close()
            raise _anothers(folder)
        return store

    @classmethod
    def open(cls, folder: Path) -> EvidenceStore:
        """Open the store in ``folder``, which is named after its session.

        Raises:
            StoreTrouble: missing, not a store, newer, in use, or another session's.
        """
        database = connect(folder)
        try:
            store = cls(folder, database)
        except EnvironmentFault:
            database.close()
            raise
        if store.founding.session != folder.name:
            store.close()
            raise _anothers(folder)
        return store

    def close(self) -> None:
        """Let the file go, when the call under way is through; from any thread.

        Nothing is lost by not calling it. A call that comes afterwards is a bug.
        """
        with self._using:
            self._db.close()

    def append(self, signed: Signed, record: Record, blobs: Sequence[SealedBlob]) -> None:
        """Commit a record, the pieces it names and their outbox rows in one transaction.

        Raises:
            StoreTrouble: nothing was saved; the same call can be made again.
        """
        with self._disk() as database, database.atomic():
            database.conn.execute(
                "INSERT INTO records (seq, hash, payload, signature) VALUES (?, ?, ?, ?)",
                (record.seq, signed.hash, signed.payload, signed.signature),
            )
            database.conn.execute("INSERT INTO outbox (seq) VALUES (?)", (record.seq,))
            for (sha256, size, stream, stream_seq), data in blobs:
                database.conn.execute(
                    "INSERT INTO blobs (sha256, size, stream, stream_seq, seq, bytes) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    (sha256, size, stream, stream_seq, record.seq, data),
                )
                database.conn.execute(
                    "INSERT INTO outbox (seq, sha256) VALUES (?, ?)", (record.seq, sha256)
                )
        self._head = signed.hash
        self.tally = self.tally._replace(
            records_made=self.tally.records_made + 1,
            blobs_made=self.tally.blobs_made + len(blobs),
            bytes_made=self.tally.bytes_made + sum(blob.reference.size for blob in blobs),
            closed=isinstance(record.body, Close),
        )

    def add_receipt(self, signed: Signed, receipt: Receipt, *, late: bool) -> None:
        """Keep a receipt that holds, and let go of what it covers, in one transaction.

        Args:
            signed: the receipt as signed; not held yet.
            receipt: what it says, found true by ``receipting``.
            late: it is older than one that is held.

        Raises:
            StoreTrouble: nothing was saved; the same call can be made again.
        """
        with self._disk() as database, database.atomic():
            number = database.conn.execute(
                "INSERT INTO receipts (hash, prev, size, time, late, payload, signature) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    signed.hash,
                    receipt.prev,
                    receipt.size,
                    receipt.time,
                    late,
                    signed.payload,
                    signed.signature,
                ),
            ).lastrowid
            released = [_release(database.conn, sha256, number) for sha256 in receipt.durable]
            database.conn.execute(
                "DELETE FROM outbox WHERE sha256 IS NULL AND seq < ?", (receipt.size,)
            )
        self.tally = self.tally._replace(
            records_sent=max(self.tally.records_sent, receipt.size),
            blobs_sent=self.tally.blobs_sent + sum(size is not None for size in released),
            bytes_sent=self.tally.bytes_sent + sum(size or 0 for size in released),
        )
        if not late:
            self.newest_receipt = signed.hash

    def select(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a query (``contents`` holds the queries).

        Raises:
            StoreTrouble: the file cannot be read.
        """
        with self._disk() as database:
            return database.conn.execute(sql, parameters).fetchall()

    def read(self, shape: Shape, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a query, each column of the type that ``shape`` says.

        Tables are strict, so another type is what a damaged file gives.

        Raises:
            StoreTrouble: the file cannot be read, or is damaged.
        """
        rows = self.select(sql, *parameters)
        for row in rows:
            if not all(map(isinstance, row, shape)):
                raise damaged(self.folder, "a value is not of its column's type")
        return rows

    def settle(self) -> None:
        """Make sure that what memory says of the store is so, where an error cast doubt on it.

        Afterwards there may be one record more than was called saved: the one whose commit
        seemed to fail.

        Raises:
            StoreTrouble: the disk still fails, or what was saved is gone.
        """
        with self._using:
            if not self._trusted:
                self._open_anew()

    def _open_anew(self) -> None:
        # Closing it copies the log into the database if it can; if not, the log stays.
        self._db.close()
        self._db = connect(self.folder)
        before, head = self.tally, self._head
        self._trusted = True
        try:
            self._copy_log()
            self.tally = self._count()
            self.newest_receipt = self._newest_receipt()
            self._head = self._hash_of_last(self.tally.records_made)
            self._compare(before, head)
        except BaseException:
            self._trusted = False
            self.tally, self._head = before, head
            raise

    def room_inside(self) -> int:
        """Bytes of pages that are free within the database: new evidence goes there first.

        Raises:
            StoreTrouble: the file cannot be read.
        """
        [(pages,)] = self.select("PRAGMA freelist_count")
        [(size,)] = self.select("PRAGMA page_size")
        return pages * size

    def copy_log(self) -> None:
        """Copy the write-ahead log into the database, so that the log begins anew.

        Raises:
            StoreTrouble: not all of it could be copied; nothing is lost.
        """
        self.settle()
        self._copy_log()

    def _copy_log(self) -> None:
        [(busy, in_log, copied)] = self.select("PRAGMA wal_checkpoint(FULL)")
        if busy or copied < in_log:
            raise unwritable(self.folder, "its log could not be copied")

    def _compare(self, before: Tally, head: str) -> None:
        """Whether all that was called saved is there, and its last record's pieces intact."""
        now = self.tally
        complete = all(new >= old for old, new in zip(before[:-1], now[:-1], strict=True))
        if not complete or self._hash_of_last(before.records_made) != head:
            raise damaged(self.folder, "what was saved is gone after an error of the disk")
        for sha256, data in self.read(
            (str, bytes),
            "SELECT sha256, bytes FROM blobs WHERE bytes IS NOT NULL AND seq >= ?",
            before.records_made - 1,
        ):
            if sha256_hex(data) != sha256:
                raise damaged(self.folder, "a piece changed in an error of the disk")

    @contextmanager
    def _disk(self) -> Iterator[Database]:
        """The database, for one call at a time."""
        with self._using:
            self.settle()
            with self._told():
                yield self._db

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell the user about what the environment does; let bugs through as they are."""
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError):
            raise
        except sqlite3.Error as error:
            self._trusted = self._trusted and not shakes_trust(error)
            raise trouble(error, self.folder) from error
        except UnicodeDecodeError as error:
            # What SQLite says of a damaged file may quote it, and then is no text either.
            self._trusted = False
            raise damaged(self.folder, "its text is not UTF-8") from error

    def _read_session(self) -> tuple[Founding, int]:
        rows = self.read(
            (str, str, str, bytes, bytes, bytes, int),
            'SELECT id, server, token, policy, "grant", institution_key, created FROM session',
        )
        try:
            [(session, server, token, policy, grant, key, created)] = rows
            lines = parse_line(policy), parse_line(grant)
        except ValueError as error:
            raise damaged(self.folder, f"what it says of its session: {error}") from error
        return Founding(session, server, token, *lines, key), created

    def _count(self) -> Tally:
        """Count once, when the store is opened."""
        [counts] = self.read(
            (int, int, int, int, int, int),
            "SELECT (SELECT count(*) FROM records), "
            "(SELECT coalesce(max(size), 0) FROM receipts), "
            "count(*), count(durable.sha256), coalesce(sum(size), 0), "
            "coalesce(sum(size) FILTER (WHERE durable.sha256 IS NOT NULL), 0) "
            "FROM blobs LEFT JOIN durable USING (sha256)",
        )
        last = self.read((bytes,), "SELECT payload FROM records ORDER BY seq DESC LIMIT 1")
        return Tally(*counts, closed=any(_closes(payload) for (payload,) in last))

    def _hash_of_last(self, size: int) -> str:
        """The hash of the last of the first ``size`` records; zero for none, empty beyond."""
        if size == 0:
            return ZERO_HASH
        rows = self.read((str,), "SELECT hash FROM records WHERE seq = ?", size - 1)
        return rows[0][0] if rows else ""

    def _newest_receipt(self) -> str | None:
        rows = self.read(
            (str,), "SELECT hash FROM receipts WHERE NOT late ORDER BY n DESC LIMIT 1"
        )
        return rows[0][0] if rows else None


def _release(connection: sqlite3.Connection, sha256: str, receipt: int | None) -> int | None:
    """Let a durable piece's bytes go; its size, or ``None`` where they were gone."""
    added = connection.execute(
        "INSERT INTO durable (sha256, receipt) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (sha256, receipt),
    ).rowcount
    if not added:
        return None
    connection.execute("UPDATE blobs SET bytes = NULL WHERE sha256 = ?", (sha256,))
    connection.execute("DELETE FROM outbox WHERE sha256 = ?", (sha256,))
    found = connection.execute("SELECT size FROM blobs WHERE sha256 = ?", (sha256,))
    return found.fetchone()[0]


def _closes(payload: bytes) -> bool:
    """Whether these bytes are a ``close``; what is no record at all is for the check."""
    try:
        return isinstance(decode_record(payload).body, Close)
    except MalformedRecord:
        return False


def _anothers(folder: Path) -> StoreTrouble:
    return StoreTrouble(
        f"The evidence in {folder} belongs to another session.",
        "Choose another folder with --store; nothing was changed.",
    )
