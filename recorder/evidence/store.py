"""The evidence store: one session's records, sealed pieces, receipts and outbox on disk.

Every write is one transaction that is on the disk when the call returns. One thread at a
time may use a store; ``tally`` alone may be read from any.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from platformdirs import user_data_path
from sqlite_utils import Database

from recorder.evidence.founding import Founding
from recorder.evidence.opening import (
    DATABASE,
    StoreTrouble,
    connect,
    create,
    damaged,
    trouble,
)
from recorder.faults import EnvironmentFault
from shared.encoding import ID_HEX
from shared.receipts import Receipt
from shared.records import BlobReference, Close, MalformedRecord, Record, decode_record
from shared.signed import Signed, parse_line


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


def default_root() -> Path:
    """The folder of all stores of this user: one folder a session."""
    return user_data_path("invigil") / "sessions"


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
        self._conn = database.conn
        self.founding, self.created = self._read_session()
        self.tally = self._count()
        self.newest_receipt = self._newest_receipt()

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
        """Let the file go. Nothing is lost by not calling it."""
        self._db.close()

    def append(self, signed: Signed, record: Record, blobs: Sequence[SealedBlob]) -> None:
        """Commit a record, the pieces it names and their outbox rows in one transaction.

        Raises:
            StoreTrouble: nothing was saved; the same call can be made again.
        """
        with self._disk(), self._db.atomic():
            self._conn.execute(
                "INSERT INTO records (seq, hash, payload, signature) VALUES (?, ?, ?, ?)",
                (record.seq, signed.hash, signed.payload, signed.signature),
            )
            self._conn.execute("INSERT INTO outbox (seq) VALUES (?)", (record.seq,))
            for (sha256, size, stream, stream_seq), data in blobs:
                self._conn.execute(
                    "INSERT INTO blobs (sha256, size, stream, stream_seq, seq, bytes) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    (sha256, size, stream, stream_seq, record.seq, data),
                )
                self._conn.execute(
                    "INSERT INTO outbox (seq, sha256) VALUES (?, ?)", (record.seq, sha256)
                )
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
        with self._disk(), self._db.atomic():
            number = self._conn.execute(
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
            released = [self._release(sha256, number) for sha256 in receipt.durable]
            self._conn.execute(
                "DELETE FROM outbox WHERE sha256 IS NULL AND seq < ?", (receipt.size,)
            )
        self.tally = self.tally._replace(
            records_sent=max(self.tally.records_sent, receipt.size),
            blobs_sent=self.tally.blobs_sent + sum(size is not None for size in released),
            bytes_sent=self.tally.bytes_sent + sum(size or 0 for size in released),
        )
        if not late:
            self.newest_receipt = signed.hash

    def _release(self, sha256: str, receipt: int | None) -> int | None:
        """Let a durable piece's bytes go; its size, or ``None`` where they were gone."""
        added = self._conn.execute(
            "INSERT INTO durable (sha256, receipt) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (sha256, receipt),
        ).rowcount
        if not added:
            return None
        self._conn.execute("UPDATE blobs SET bytes = NULL WHERE sha256 = ?", (sha256,))
        self._conn.execute("DELETE FROM outbox WHERE sha256 = ?", (sha256,))
        found = self._conn.execute("SELECT size FROM blobs WHERE sha256 = ?", (sha256,))
        return found.fetchone()[0]

    def select(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a query (``contents`` holds the queries).

        Raises:
            StoreTrouble: the file cannot be read.
        """
        with self._disk():
            return self._conn.execute(sql, parameters).fetchall()

    @contextmanager
    def _disk(self) -> Iterator[None]:
        """Tell the user about what the environment does; let bugs through as they are."""
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError):
            raise
        except sqlite3.Error as error:
            raise trouble(error, self.folder) from error

    def _read_session(self) -> tuple[Founding, int]:
        rows = self.select(
            'SELECT id, server, token, policy, "grant", institution_key, created FROM session'
        )
        try:
            [(session, server, token, policy, grant, key, created)] = rows
            lines = parse_line(policy), parse_line(grant)
        except ValueError as error:
            raise damaged(self.folder, f"what it says of its session: {error}") from error
        return Founding(session, server, token, *lines, key), created

    def _count(self) -> Tally:
        """Count once, when the store is opened."""
        [counts] = self.select(
            "SELECT (SELECT count(*) FROM records), "
            "(SELECT coalesce(max(size), 0) FROM receipts), "
            "count(*), count(durable.sha256), coalesce(sum(size), 0), "
            "coalesce(sum(size) FILTER (WHERE durable.sha256 IS NOT NULL), 0) "
            "FROM blobs LEFT JOIN durable USING (sha256)"
        )
        last = self.select("SELECT payload FROM records ORDER BY seq DESC LIMIT 1")
        return Tally(*counts, closed=any(_closes(payload) for (payload,) in last))

    def _newest_receipt(self) -> str | None:
        rows = self.select("SELECT hash FROM receipts WHERE NOT late ORDER BY n DESC LIMIT 1")
        return rows[0][0] if rows else None


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
