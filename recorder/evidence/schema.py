"""The tables of a store and the triggers that make what they hold immutable.

What a candidate's machine has signed can only be added to. The database itself refuses to
change or delete a record, and lets a sealed piece's bytes go only when a receipt that
lists the piece is in the ``receipts`` table.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

# "INVG": tells a store from any other SQLite file (PRAGMA application_id).
APPLICATION_ID = 0x494E5647

# PRAGMA user_version: one more with each migration below.
STORE_VERSION = 1

migrations = Migrations("invigil.evidence")


def _frozen(table: str, operation: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{operation.lower()} BEFORE {operation} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} cannot be changed'); END"
    )


# Receipts and their lists are checked against the signed payload, not against a column.
_TRIGGERS = (
    *(
        _frozen(table, operation)
        for table in ("session", "records", "receipts", "durable")
        for operation in ("UPDATE", "DELETE")
    ),
    """
    CREATE TRIGGER session_insert BEFORE INSERT ON session
    WHEN EXISTS (SELECT 1 FROM session)
    BEGIN SELECT RAISE(ABORT, 'a store is of one session'); END
    """,
    """
    CREATE TRIGGER records_insert BEFORE INSERT ON records
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq) + 1, 0) FROM records)
    BEGIN SELECT RAISE(ABORT, 'not the next record'); END
    """,
    _frozen("blobs", "DELETE"),
    """
    CREATE TRIGGER blobs_update BEFORE UPDATE ON blobs
    WHEN NOT (
        NEW.bytes IS NULL
        AND (NEW.sha256, NEW.size, NEW.stream, NEW.stream_seq, NEW.seq)
            IS (OLD.sha256, OLD.size, OLD.stream, OLD.stream_seq, OLD.seq)
        AND EXISTS (SELECT 1 FROM durable WHERE sha256 = OLD.sha256)
    )
    BEGIN SELECT RAISE(ABORT, 'no receipt lists this piece'); END
    """,
    """
    CREATE TRIGGER receipts_insert BEFORE INSERT ON receipts
    WHEN NEW.size IS NOT json_extract(CAST(NEW.payload AS TEXT), '$.size')
    BEGIN SELECT RAISE(ABORT, 'the receipt says otherwise'); END
    """,
    """
    CREATE TRIGGER durable_insert BEFORE INSERT ON durable
    WHEN NOT EXISTS (
        SELECT 1 FROM receipts, json_each(CAST(receipts.payload AS TEXT), '$.durable') AS listed
        WHERE receipts.n = NEW.receipt AND listed.value = NEW.sha256
    )
    BEGIN SELECT RAISE(ABORT, 'the receipt does not list this piece'); END
    """,
    _frozen("outbox", "UPDATE"),
    """
    CREATE TRIGGER outbox_delete BEFORE DELETE ON outbox
    WHEN CASE WHEN OLD.sha256 IS NULL
        THEN OLD.seq >= (SELECT coalesce(max(size), 0) FROM receipts)
        ELSE NOT EXISTS (SELECT 1 FROM durable WHERE sha256 = OLD.sha256)
    END
    BEGIN SELECT RAISE(ABORT, 'not delivered yet'); END
    """,
)


@migrations()
def m0001_session_and_chain(db: Database) -> None:
    """The session's founding, its records, sealed pieces, receipts and outbox."""
    db.table("session").create(
        {
            "id": str,
            "server": str,
            "token": str,
            "policy": bytes,
            "grant": bytes,
            "institution_key": bytes,
            "created": int,
        },
        pk="id",
        not_null={"server", "token", "policy", "grant", "institution_key", "created"},
        strict=True,
    )
    db.table("records").create(
        {"seq": int, "hash": str, "payload": bytes, "signature": bytes},
        pk="seq",
        not_null={"hash", "payload", "signature"},
        strict=True,
    )
    # The bytes stand last, so that counting pieces does not read through them.
    db.table("blobs").create(
        {
            "sha256": str,
            "size": int,
            "stream": str,
            "stream_seq": int,
            "seq": int,
            "bytes": bytes,
        },
        pk="sha256",
        not_null={"size", "stream", "stream_seq", "seq"},
        foreign_keys=[("seq", "records", "seq")],
        strict=True,
    )
    _create_delivery(db)
    for trigger in _TRIGGERS:
        db.execute(trigger)


def _create_delivery(db: Database) -> None:
    # ``late`` marks a receipt that came after a newer one (see ``receipting``).
    receipts = db.table("receipts").create(
        {
            "n": int,
            "hash": str,
            "prev": str,
            "size": int,
            "time": int,
            "late": int,
            "payload": bytes,
            "signature": bytes,
        },
        pk="n",
        not_null={"hash", "prev", "size", "time", "late", "payload", "signature"},
        strict=True,
    )
    receipts.create_index(["hash"], unique=True)
    receipts.create_index(["prev"], unique=True)
    receipts.create_index(["size"])
    db.table("durable").create(
        {"sha256": str, "receipt": int},
        pk="sha256",
        not_null={"receipt"},
        foreign_keys=[("sha256", "blobs", "sha256"), ("receipt", "receipts", "n")],
        strict=True,
    )
    # A row for each record (no ``sha256``) and each piece that no receipt covers yet.
    outbox = db.table("outbox").create(
        {"n": int, "seq": int, "sha256": str},
        pk="n",
        not_null={"seq"},
        foreign_keys=[("seq", "records", "seq")],
        strict=True,
    )
    outbox.create_index(["sha256", "seq"])


def migrate(db: Database) -> None:
    """Bring a new or older store to this version."""
    migrations.apply(db)
    db.conn.execute(f"PRAGMA user_version = {STORE_VERSION}")
    db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
