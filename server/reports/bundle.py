"""A session as one file that anyone can verify (``shared.bundle``)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.clock import WallClock
from server.exams.models import PolicyVersion
from server.ingest.models import BlobRow, ExamSession, ForkRow, ReceiptRow, RecordRow
from server.reports.summary import decisions_json, report_json
from server.review.casefile import read_case
from server.storage.blobs import BlobMissing, BlobStore
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.bundle import Contents, write_bundle
from shared.signed import Signed

# Exports under way at once: each reads all of a session's records into memory.
MAX_AT_ONCE = 2

_log = structlog.get_logger("invigil.server")


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What a bundle is made of, as one transaction saw it; ``pieces`` are hashes."""

    contents: Contents
    pieces: list[str]
    key_ref: str


class BundleExport:
    """Writes bundles."""

    def __init__(
        self, database: Database, keys: KeyStore, blobs: BlobStore, clock: WallClock
    ) -> None:
        """Take what it works with."""
        self._database = database
        self._keys = keys
        self._blobs = blobs
        self._clock = clock
        self._turns = asyncio.Semaphore(MAX_AT_ONCE)

    async def write(self, session_id: str, file: Path) -> bool:
        """Write the session's bundle to ``file``; whether there is such a session."""
        async with self._turns:
            async with self._database.transaction() as db:
                session = await db.get(ExamSession, session_id)
                if session is None:
                    return False
                snapshot = await _snapshot(db, session, self._clock())
            await asyncio.to_thread(self._write, snapshot, file)
            return True

    def _write(self, snapshot: _Snapshot, file: Path) -> None:
        session = snapshot.contents.session
        contents = replace(snapshot.contents, blobs=self._read(session, snapshot.pieces))
        with file.open("wb") as handle:
            key = self._keys.of(snapshot.key_ref).signing
            write_bundle(handle, contents, key, self._clock())

    def _read(self, session: str, pieces: list[str]) -> Iterator[tuple[str, bytes]]:
        for sha256 in pieces:
            try:
                yield sha256, self._blobs.get_blocking(session, sha256)
            except BlobMissing:
                # The verifier will say so too: committed, receipted, and missing.
                _log.error("a receipted blob is missing", session=session, sha256=sha256)


async def _snapshot(db: AsyncSession, session: ExamSession, now: int) -> _Snapshot:
    case = await read_case(db, session, now)
    policy = await db.get_one(PolicyVersion, session.policy_version_id)
    institution = await db.get_one(Institution, session.institution_id)
    pieces = (
        select(BlobRow.sha256)
        .where(BlobRow.session_id == session.id, BlobRow.durable_at.is_not(None))
        .order_by(BlobRow.seq, BlobRow.stream_seq)
    )
    held = [] if session.purged_at is not None else list(await db.scalars(pieces))
    contents = Contents(
        session=session.id,
        policy=Signed(policy.payload, policy.signature),
        grant=Signed(session.grant_payload, session.grant_signature),
        records=await _signed(db, RecordRow, session.id, RecordRow.seq),
        receipts=await _signed(db, ReceiptRow, session.id, ReceiptRow.n),
        forks=await _signed(db, ForkRow, session.id, ForkRow.seq),
        decisions=decisions_json(case),
        report=report_json(case),
        blobs=(),
    )
    return _Snapshot(contents, held, institution.key_ref)


async def _signed(
    db: AsyncSession,
    table: type[RecordRow] | type[ReceiptRow] | type[ForkRow],
    session_id: str,
    order: Any,
) -> list[Signed]:
    query = (
        select(table.payload, table.signature)
        .where(table.session_id == session_id)
        .order_by(order)
    )
    return [Signed(*row) for row in await db.execute(query)]
