"""A session as it is to be exported or verified: everything signed, and which pieces there are.

What is signed is never changed or removed, so it is read in portions, each a transaction of
its own: nobody waits for a long one.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.exams.models import PolicyVersion
from server.ingest.models import BlobRow, ExamSession, ForkRow, ReceiptRow, RecordRow
from server.reports.summary import decisions_json, report_json
from server.retention.certificates import certificates_of
from server.review.casefile import read_case
from server.review.verdicts import Mark
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.bundle import Contents, signed_files
from shared.signed import Signed

# Some milliseconds of the database's time.
PORTION = 1_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``contents`` without the blobs; ``pieces`` are the hashes of those that are held.

    ``mark`` is the state that this is of, ``key_ref`` names the keys that sign for it.
    """

    contents: Contents
    pieces: list[str]
    mark: Mark
    key_ref: str


@dataclass(frozen=True, slots=True)
class _Founding:
    """What one transaction sees; records and receipts up to its numbers are read after it."""

    session: ExamSession
    policy: Signed
    key_ref: str
    forks: list[Signed]
    decisions: bytes
    report: bytes
    pieces: list[str]
    certificates: list[Signed]


async def take_snapshot(database: Database, session_id: str, now: int) -> Snapshot | None:
    """The session as it is at ``now`` (µs UTC), or ``None`` where there is no such session."""
    async with database.transaction() as db:
        session = await db.get(ExamSession, session_id)
        if session is None:
            return None
        found = await _founding(db, session, now)
    contents = Contents(
        session=session_id,
        policy=found.policy,
        grant=Signed(session.grant_payload, session.grant_signature),
        records=await _records(database, session_id, session.size),
        receipts=await _receipts(database, session_id, session.receipts),
        forks=found.forks,
        decisions=found.decisions,
        report=found.report,
        blobs=(),
        certificates=found.certificates,
    )
    mark = Mark.of(session, len(found.forks))
    return Snapshot(contents, found.pieces, mark, found.key_ref)


async def _founding(db: AsyncSession, session: ExamSession, now: int) -> _Founding:
    case = await read_case(db, session, now)
    policy = await db.get_one(PolicyVersion, session.policy_version_id)
    forks = (
        select(ForkRow.payload, ForkRow.signature)
        .where(ForkRow.session_id == session.id)
        .order_by(ForkRow.seq)
    )
    pieces = (
        select(BlobRow.sha256)
        .where(
            BlobRow.session_id == session.id,
            BlobRow.durable_at.is_not(None),
            BlobRow.destroyed_at.is_(None),
        )
        .order_by(BlobRow.seq, BlobRow.stream_seq)
    )
    return _Founding(
        session=session,
        policy=Signed(policy.payload, policy.signature),
        key_ref=session.key_ref,
        forks=[Signed(*row) for row in await db.execute(forks)],
        decisions=decisions_json(case),
        report=report_json(case),
        pieces=[] if session.purged_at is not None else list(await db.scalars(pieces)),
        certificates=await certificates_of(db, session.id),
    )


async def _records(database: Database, session_id: str, size: int) -> list[Signed]:
    found: list[Signed] = []
    for at in range(0, size, PORTION):
        query = (
            select(RecordRow.payload, RecordRow.signature)
            .where(
                RecordRow.session_id == session_id,
                RecordRow.seq.between(at, min(at + PORTION, size) - 1),
            )
            .order_by(RecordRow.seq)
        )
        async with database.transaction() as db:
            found += [Signed(*row) for row in await db.execute(query)]
    return found


async def _receipts(database: Database, session_id: str, count: int) -> list[Signed]:
    found: list[Signed] = []
    for at in range(0, count, PORTION):
        query = (
            select(ReceiptRow.payload, ReceiptRow.signature)
            .where(
                ReceiptRow.session_id == session_id,
                ReceiptRow.n.between(at, min(at + PORTION, count) - 1),
            )
            .order_by(ReceiptRow.n)
        )
        async with database.transaction() as db:
            found += [Signed(*row) for row in await db.execute(query)]
    return found


async def sign_files(snapshot: Snapshot, keys: KeyStore, now: int) -> dict[str, bytes]:
    """The files of the bundle that this snapshot would be, but for the blobs."""

    def made() -> dict[str, bytes]:
        return signed_files(snapshot.contents, keys.signing(snapshot.key_ref), now)

    return await asyncio.to_thread(made)
