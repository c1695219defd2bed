"""What a store holds, read out: for delivery, for going on, and for checking it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from recorder.evidence.store import SIGNED, EvidenceStore, Shape
from shared.encoding import ZERO_HASH
from shared.records import BlobReference
from shared.signed import Signed

# A piece's bytes, which are gone once it is delivered.
_PIECE: Shape = (bytes | None,)

# A record's type as written; a text within another record may hold it, too.
_PHASE_TYPE = b'"type":"phase"'
_CLOCK_TYPE = b'"type":"clock"'
_ENROLMENT_TYPE = b'"type":"enrolment"'

# Records in memory at a time when the whole chain is walked.
_PAGE = 500


class WaitingBlob(NamedTuple):
    """A piece that no receipt lists; ``data`` is exactly what was committed, if intact."""

    sha256: str
    data: bytes


class Extent(NamedTuple):
    """How much a store holds: records and receipts, their bytes without signatures, and the
    pieces that wait, as (SHA-256 hex, size), oldest first.
    """

    records: int
    record_bytes: int
    receipts: int
    receipt_bytes: int
    waiting: tuple[tuple[str, int], ...]


class BlobRow(NamedTuple):
    """A piece as the store holds it.

    ``data`` is ``None`` once it is delivered; ``listed`` where a receipt lists it;
    ``waiting`` while it is in the outbox.
    """

    reference: BlobReference
    seq: int
    data: bytes | None
    listed: bool
    waiting: bool


def records(store: EvidenceStore, start: int, limit: int) -> list[Signed]:
    """Up to ``limit`` records from number ``start`` on."""
    rows = store.read(
        SIGNED,
        "SELECT payload, signature FROM records WHERE seq >= ? ORDER BY seq LIMIT ?",
        start,
        limit,
    )
    return [Signed(*row) for row in rows]


def last_record(store: EvidenceStore) -> Signed | None:
    """The newest record; ``None`` where there is none yet."""
    return _first(
        store.read(SIGNED, "SELECT payload, signature FROM records ORDER BY seq DESC LIMIT 1")
    )


def all_records(store: EvidenceStore) -> Iterator[Signed]:
    """Every record in order, read a page at a time."""
    start = 0
    while page := records(store, start, _PAGE):
        yield from page
        start += len(page)


def phases_and_clocks(store: EvidenceStore) -> list[Signed]:
    """Every ``phase`` and ``clock`` record, in order: a handful, though the chain is long."""
    return _holding(store, _PHASE_TYPE, _CLOCK_TYPE)


def enrolments(store: EvidenceStore) -> list[Signed]:
    """Every ``enrolment`` record, in order: a handful too."""
    return _holding(store, _ENROLMENT_TYPE)


def _holding(store: EvidenceStore, part: bytes, other: bytes | None = None) -> list[Signed]:
    rows = store.read(
        SIGNED,
        "SELECT payload, signature FROM records "
        "WHERE instr(payload, ?) > 0 OR instr(payload, ?) > 0 ORDER BY seq",
        part,
        other,
    )
    return [Signed(*row) for row in rows]


def hash_at(store: EvidenceStore, size: int) -> str | None:
    """The head of the chain when it had ``size`` records; ``None`` beyond its end."""
    if size == 0:
        return ZERO_HASH
    rows = store.read((str,), "SELECT hash FROM records WHERE seq = ?", size - 1)
    return rows[0][0] if rows else None


def record_hashes(store: EvidenceStore) -> list[str]:
    """The hash column of every record in order, as stored."""
    return [row[0] for row in store.read((str,), "SELECT hash FROM records ORDER BY seq")]


def waiting_records(store: EvidenceStore) -> list[int]:
    """The numbers of the records that the outbox holds."""
    rows = store.read((int,), "SELECT seq FROM outbox WHERE sha256 IS NULL ORDER BY seq")
    return [row[0] for row in rows]


def waiting_blob(store: EvidenceStore, below: int, skip: frozenset[str]) -> WaitingBlob | None:
    """The oldest piece in the outbox of a record numbered under ``below``."""
    rows = store.read(
        (str,),
        "SELECT sha256 FROM outbox WHERE sha256 IS NOT NULL AND seq < ? ORDER BY n LIMIT ?",
        below,
        len(skip) + 1,
    )
    sha256 = next((name for (name,) in rows if name not in skip), None)
    if sha256 is None:
        return None
    return WaitingBlob(sha256, blob(store, sha256) or b"")


def extent(store: EvidenceStore) -> Extent:
    """How much there is, at one moment."""
    counts = "SELECT count(*), coalesce(sum(length(payload)), 0) FROM "
    [(made, made_bytes)] = store.read((int, int), counts + "records")
    [(held, held_bytes)] = store.read((int, int), counts + "receipts")
    waiting = store.read(
        (str, int), "SELECT sha256, size FROM outbox JOIN blobs USING (sha256) ORDER BY n"
    )
    pieces = tuple((name, size) for name, size in waiting)
    return Extent(made, made_bytes, held, held_bytes, pieces)


def blob(store: EvidenceStore, sha256: str) -> bytes | None:
    """A piece as it lies there; ``None`` once it is delivered."""
    rows = store.read(_PIECE, "SELECT bytes FROM blobs WHERE sha256 = ?", sha256)
    return rows[0][0] if rows else None


def holds_blob(store: EvidenceStore, sha256: str) -> bool:
    """Whether a record of this session names the piece."""
    return bool(store.select("SELECT 1 FROM blobs WHERE sha256 = ?", sha256))


def blob_rows(store: EvidenceStore) -> Iterator[BlobRow]:
    """Every piece in the order of its record; not more than one in memory."""
    for (name,) in store.read((str,), "SELECT sha256 FROM blobs ORDER BY seq, rowid"):
        rows = store.read(
            (int, str, int, int, *_PIECE, int, int),
            "SELECT size, stream, stream_seq, seq, bytes, "
            "EXISTS (SELECT 1 FROM durable WHERE durable.sha256 = blobs.sha256), "
            "EXISTS (SELECT 1 FROM outbox WHERE outbox.sha256 = blobs.sha256) "
            "FROM blobs WHERE sha256 = ?",
            name,
        )
        # One row; none where the table is damaged and its index does not know the name.
        for size, stream, stream_seq, seq, data, listed, waiting in rows:
            reference = BlobReference(name, size, stream, stream_seq)
            yield BlobRow(reference, seq, data, bool(listed), bool(waiting))


def receipts(store: EvidenceStore) -> list[Signed]:
    """Every receipt held, in the order in which they came."""
    rows = store.read(SIGNED, "SELECT payload, signature FROM receipts ORDER BY n")
    return [Signed(*row) for row in rows]


def newest_receipt(store: EvidenceStore) -> Signed | None:
    """The receipt that covers most; ``None`` where none came yet."""
    newest = store.newest_receipt
    return None if newest is None else receipt(store, newest)


def receipt(store: EvidenceStore, hash_hex: str) -> Signed | None:
    """The receipt with this hash, if it is held."""
    return _first(
        store.read(SIGNED, "SELECT payload, signature FROM receipts WHERE hash = ?", hash_hex)
    )


def receipt_after(store: EvidenceStore, prev: str) -> Signed | None:
    """The receipt that names ``prev`` as the one before it, if it is held."""
    return _first(
        store.read(SIGNED, "SELECT payload, signature FROM receipts WHERE prev = ?", prev)
    )


def _first(rows: list[tuple[bytes, bytes]]) -> Signed | None:
    return Signed(*rows[0]) if rows else None


def damage(store: EvidenceStore) -> list[str]:
    """What SQLite's own check of the file finds; empty where it is sound."""
    rows = store.select("PRAGMA integrity_check")
    return [row[0] for row in rows if row[0] != "ok"]
