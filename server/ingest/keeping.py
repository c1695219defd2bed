"""Writes fresh records, forks and receipts, for many sessions at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.judgement import Fork, Fresh
from server.ingest.models import (
    BlobRow,
    ClockFlagRow,
    ExamSession,
    ForkRow,
    ReceiptRow,
    RecordRow,
)
from server.ingest.projection import text as storable
from server.storage.tables import add_rows
from shared.receipts import MAX_MISSING
from shared.signed import Signed

Row = dict[str, Any]


class Additions(NamedTuple):
    """What a batch adds to a session: to be covered by receipt ``receipt_n`` of ``time``."""

    session: str
    fresh: Sequence[Fresh]
    receipt_n: int
    time: int


async def add_records(db: AsyncSession, batches: Iterable[Additions]) -> None:
    """Keep fresh records, the pieces that they commit to, and their clock flags."""
    records: list[Row] = []
    pieces: list[Row] = []
    flags: list[Row] = []
    for batch in batches:
        for one in batch.fresh:
            records.append(_record(batch, one))
            at = {"session_id": batch.session, "seq": one.record.seq}
            pieces += [at | piece._asdict() for piece in one.pieces]
            flags += [
                at | {"place": place, "excess": flag.excess, "why": flag.why}
                for place, flag in enumerate(one.flags)
            ]
    for model, rows in ((RecordRow, records), (BlobRow, pieces), (ClockFlagRow, flags)):
        await add_rows(db, model, rows)


def _record(batch: Additions, one: Fresh) -> Row:
    record = one.record
    return {
        "session_id": batch.session,
        "seq": record.seq,
        "hash": one.signed.hash,
        "type": record.type,
        "payload": one.signed.payload,
        "signature": one.signed.signature,
        "wall": record.wall,
        "mono": record.mono,
        "boot": storable(record.boot),
        "received": batch.time,
        "receipt_n": batch.receipt_n,
    }


async def add_fork(db: AsyncSession, session: str, fork: Fork, received: int) -> None:
    """Keep a fork; the same one again changes nothing."""
    if await db.get(ForkRow, (session, fork.signed.hash)) is None:
        db.add(
            ForkRow(
                session_id=session,
                hash=fork.signed.hash,
                seq=fork.seq,
                payload=fork.signed.payload,
                signature=fork.signed.signature,
                received=received,
            )
        )


async def add_receipts(
    db: AsyncSession, receipts: Iterable[tuple[ExamSession, Signed, int]]
) -> None:
    """Keep receipts (session's row, receipt, its time); the next are chained to them."""
    rows: list[Row] = []
    for row, signed, time in receipts:
        rows.append(
            {
                "session_id": row.id,
                "n": row.receipts,
                "payload": signed.payload,
                "signature": signed.signature,
                "hash": signed.hash,
                "time": time,
            }
        )
        row.receipts += 1
        row.receipt_hash = signed.hash
    await add_rows(db, ReceiptRow, rows)


async def keep_sessions(db: AsyncSession, sessions: Iterable[ExamSession]) -> None:
    """Write where sessions stand by now: rows that are held (``held.hold``) and detached.

    By the mapper each would be a statement of its own, because it looks at ``revision``
    after every one. Held rows nobody else can have written since; who read them without
    holding them still finds the revision moved on.
    """
    rows = [{"of": row.id} | {name: getattr(row, name) for name in _MOVING} for row in sessions]
    if rows:
        await db.execute(_MOVE, rows)


# What a delivery changes of a session.
_MOVING = (
    *("state", "last_seen", "size", "head", "epoch", "epoch_key", "mono", "boot", "closed"),
    *("origin_wall", "origin_mono", "boots", "clock", "receipts", "receipt_hash", "blobs"),
    *("blobs_durable", "bytes_committed", "bytes_durable"),
)
_SESSIONS = ExamSession.metadata.tables[ExamSession.__tablename__]
_MOVE = (
    update(_SESSIONS)
    .where(_SESSIONS.c.id == bindparam("of"))
    .values(
        {name: bindparam(name) for name in _MOVING} | {"revision": _SESSIONS.c.revision + 1}
    )
)


async def missing(
    db: AsyncSession, sessions: Sequence[ExamSession]
) -> dict[str, tuple[str, ...]]:
    """By session, the oldest committed pieces that are not here, at most ``MAX_MISSING``."""
    found: dict[str, list[str]] = {row.id: [] for row in sessions}
    behind = [row.id for row in sessions if row.blobs != row.blobs_durable]
    if behind:
        # A part for each session, so that each stops at its limit however much is missing.
        parts = (
            f"SELECT * FROM (SELECT session_id, sha256 FROM blob WHERE session_id = :s{n} "  # noqa: S608
            f"AND durable_at IS NULL ORDER BY seq, stream_seq LIMIT {MAX_MISSING}) AS part{n}"
            for n in range(len(behind))
        )
        query = text(" UNION ALL ".join(parts))
        for session, sha256 in await db.execute(
            query, {f"s{n}": session for n, session in enumerate(behind)}
        ):
            found[session].append(sha256)
    return {session: tuple(names) for session, names in found.items()}


async def receipt(db: AsyncSession, session: str, n: int) -> Signed | None:
    """A receipt given before."""
    query = select(ReceiptRow.payload, ReceiptRow.signature).where(
        ReceiptRow.session_id == session, ReceiptRow.n == n
    )
    found = (await db.execute(query)).one_or_none()
    return None if found is None else Signed(*found)


async def receipts(db: AsyncSession, session: str) -> list[Signed]:
    """Every receipt given so far, in order."""
    query = select(ReceiptRow.payload, ReceiptRow.signature).where(
        ReceiptRow.session_id == session
    )
    return [Signed(*row) for row in await db.execute(query.order_by(ReceiptRow.n))]


async def receipt_of(db: AsyncSession, session: str, seq: int) -> Signed | None:
    """The receipt that first covered record ``seq``."""
    query = select(RecordRow.receipt_n).where(
        RecordRow.session_id == session, RecordRow.seq == seq
    )
    n = await db.scalar(query)
    return None if n is None else await receipt(db, session, n)
