"""Takes sealed pieces: committed to first, checked, made durable, then receipted."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from server.clock import WallClock
from server.config import Settings
from server.exams.models import PolicyVersion
from server.ingest import ledger
from server.ingest.delivery import BUSY, admitted, keep_receipt, sign_receipt
from server.ingest.incoming import Incoming, TooLong
from server.ingest.ledger import Held
from server.ingest.limits import RateLimit
from server.ingest.models import BlobRow
from server.ingest.turns import Turns
from server.problems import Rejection
from server.storage.blobs import BlobStore
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.chain import Refusal
from shared.policy import decode_policy
from shared.signed import Signed
from shared.wire import ProblemType

# Uploads under way at once: each holds at most a buffer and a file handle.
MAX_UPLOADS = 256
RETRY_LATER_S = 5

# Policies whose keys are remembered: more than any institution holds at a time.
MAX_POLICIES = 1_000


@dataclass(frozen=True, slots=True)
class Upload:
    """A request to keep a piece. ``digest`` is what the sender says it hashes to."""

    session_id: str
    token_hash: str
    sha256: str
    digest: str | None
    length: int | None


@dataclass(frozen=True, slots=True)
class Expected:
    """A piece that a record commits to: its size, and the keys it may be sealed to."""

    size: int
    kids: frozenset[str]


class Pieces:
    """The blobs channel."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        keys: KeyStore,
        settings: Settings,
        clock: WallClock,
        turns: Turns,
    ) -> None:
        """Take what it works with; ``turns`` is shared with the records channel."""
        self._database = database
        self._blobs = blobs
        self._keys = keys
        self._clock = clock
        self._turns = turns
        self._rate = RateLimit(settings.blobs_per_minute)
        self._under_way = 0
        self._kids: dict[str, frozenset[str]] = {}

    async def take(self, upload: Upload, body: AsyncIterator[bytes]) -> Signed | Rejection:
        """Keep a piece and answer with a receipt that lists it; a piece that is here
        already gets the receipt that it got then.
        """
        wait = self._rate.take(upload.session_id, 1, self._clock())
        if wait:
            why = "pieces come faster than this server takes them"
            return Rejection(ProblemType.BUSY, 429, why, retry_after=wait)
        if self._under_way >= MAX_UPLOADS:
            why = "too many uploads at once"
            return Rejection(ProblemType.BUSY, 503, why, retry_after=RETRY_LATER_S)
        self._under_way += 1
        try:
            expected = await self._expected(upload)
            if not isinstance(expected, Expected):
                return expected
            return await self._receive(upload, expected, body)
        finally:
            self._under_way -= 1

    async def _expected(self, upload: Upload) -> Expected | Signed | Rejection:
        """What to expect, or the answer where nothing needs to be received."""
        if upload.digest != upload.sha256:
            why = "Content-Digest must be sha-256 and that of the address"
            return Rejection(ProblemType.BLOB_DIGEST, 400, why, check=Refusal.BLOB)
        async with self._database.transaction() as db:
            held = await admitted(db, upload.session_id, upload.token_hash)
            if isinstance(held, Rejection):
                return held
            blob = await db.get(BlobRow, (upload.session_id, upload.sha256))
            if blob is None:
                why = "deliver the record that commits to this piece first"
                unknown = Rejection(ProblemType.BLOB_UNKNOWN, 409, why, check=Refusal.BLOB)
                return unknown.at(held.row.size, held.row.head)
            if blob.receipt_n is not None:
                given = await ledger.receipt(db, upload.session_id, blob.receipt_n)
                assert given is not None  # written in the same transaction as receipt_n
                return given
            kids = await self._kids_of(db, held)
        if upload.length is not None and upload.length != blob.size:
            return _another(f"{upload.length} bytes where the record says {blob.size}")
        return Expected(blob.size, kids)

    async def _kids_of(self, db: AsyncSession, held: Held) -> frozenset[str]:
        kids = self._kids.get(held.policy)
        if kids is None:
            version = await db.get_one(PolicyVersion, held.row.policy_version_id)
            policy = decode_policy(version.payload)
            kids = frozenset(key.kid for key in policy.evidence_keys)
            if len(self._kids) >= MAX_POLICIES:
                self._kids.clear()
            self._kids[held.policy] = kids
        return kids

    async def _receive(
        self, upload: Upload, expected: Expected, body: AsyncIterator[bytes]
    ) -> Signed | Rejection:
        # (7) length, digest, and sealed to a key of the policy
        size = expected.size
        file = self._blobs.scratch / secrets.token_hex(16)
        async with Incoming(file, size) as incoming:
            try:
                async for chunk in body:
                    await incoming.feed(chunk)
            except TooLong:
                return _another(f"more than the {size} bytes that the record says")
            if incoming.received != size:
                return _another(f"{incoming.received} bytes where the record says {size}")
            if await incoming.finish() != upload.sha256:
                return _another("its SHA-256 is another than the record's")
            if incoming.kid not in expected.kids:
                why = "it is not sealed to a key of this exam's policy"
                return Rejection(ProblemType.REFUSED, 422, why, check=Refusal.BLOB)
            # (8) the piece is on disk before anything says so
            await self._blobs.put(upload.session_id, upload.sha256, file)
        try:
            return await self._acknowledge(upload)
        except StaleDataError:
            return BUSY

    async def _acknowledge(self, upload: Upload) -> Signed | Rejection:
        async with (
            self._turns.of(upload.session_id),
            self._database.transaction() as db,
        ):
            held = await admitted(db, upload.session_id, upload.token_hash)
            if isinstance(held, Rejection):
                # Purged or revoked while the piece was on its way: it must not stay.
                await self._blobs.delete(upload.session_id, upload.sha256)
                return held
            row, now = held.row, held.time(self._clock())
            blob = await db.get(BlobRow, (row.id, upload.sha256))
            assert blob is not None  # rows of pieces are never removed
            if blob.receipt_n is not None:
                given = await ledger.receipt(db, row.id, blob.receipt_n)
                assert given is not None
                return given
            blob.durable_at, blob.receipt_n = now, row.receipts
            row.blobs_durable += 1
            row.bytes_durable += blob.size
            row.last_seen = now
            row.clock = {**row.clock, "receipt_time": now}
            await db.flush()
            missing = await ledger.missing(db, row)
            signed = sign_receipt(self._keys, held, now, (upload.sha256,), missing)
            await keep_receipt(db, held, signed, now)
            return signed


def _another(why: str) -> Rejection:
    return Rejection(ProblemType.BLOB_DIGEST, 422, why, check=Refusal.BLOB)
