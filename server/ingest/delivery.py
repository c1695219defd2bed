"""Takes batches of records and answers with receipts, one transaction a batch."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from server.clock import WallClock
from server.config import Settings
from server.ingest import ledger
from server.ingest.judgement import Judgement, judge, read_claim
from server.ingest.ledger import ClockState, Held
from server.ingest.limits import RateLimit
from server.ingest.models import ReceiptRow
from server.ingest.projecting import add_projection
from server.ingest.projection import text
from server.ingest.turns import Turns
from server.problems import Rejection
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.records import Open
from shared.signed import Domain, Signed, sign
from shared.wire import ProblemType, SessionStatus

# After another server has extended the same chain, in seconds.
RETRY_SOON_S = 1

GONE = Rejection(ProblemType.SESSION, 404, "there is no such session")
REVOKED = Rejection(ProblemType.CREDENTIAL, 401, "this token has been revoked")
PURGED = Rejection(ProblemType.SESSION_OVER, 410, "the session's evidence was destroyed")
BUSY = Rejection(
    ProblemType.BUSY, 503, "another delivery was quicker; try again", retry_after=RETRY_SOON_S
)


class Delivery:
    """The records channel."""

    def __init__(
        self,
        database: Database,
        keys: KeyStore,
        settings: Settings,
        clock: WallClock,
        turns: Turns,
    ) -> None:
        """Take what it works with; ``turns`` is shared with the blobs channel."""
        self._database = database
        self._keys = keys
        self._quota = settings.session_quota_bytes
        self._clock = clock
        self._turns = turns
        self._rate = RateLimit(settings.records_per_minute)

    async def deliver(
        self, session_id: str, token_hash: str, batch: Sequence[Signed]
    ) -> Signed | Rejection:
        """Judge a batch, keep what holds, and answer with the receipt for it.

        Where a line does not hold, the good lines before it are kept all the same, and
        the rejection says where the chain now stands.
        """
        wait = self._rate.take(session_id, len(batch), self._clock())
        if wait:
            why = "records come faster than this server takes them"
            return Rejection(ProblemType.BUSY, 429, why, retry_after=wait)
        try:
            async with self._turns.of(session_id), self._database.transaction() as db:
                held = await admitted(db, session_id, token_hash)
                if isinstance(held, Rejection):
                    return held
                return await self._take(db, held, batch)
        except StaleDataError:
            return BUSY

    async def _take(
        self, db: AsyncSession, held: Held, batch: Sequence[Signed]
    ) -> Signed | Rejection:
        now = held.time(self._clock())
        lines = [read_claim(signed) for signed in batch]
        standing = held.standing(self._quota)
        known = await ledger.look_up(db, standing, lines)
        judgement = judge(standing, lines, known, now)
        newest = await self._keep(db, held, judgement, now) if judgement.fresh else None
        if judgement.fork is not None:
            await ledger.add_fork(db, held.row.id, judgement.fork, now)
        if judgement.stop is not None:
            return judgement.stop.at(held.row.size, held.row.head)
        if newest is None and judgement.repeated is not None:
            newest = await ledger.receipt_of(db, held.row.id, judgement.repeated)
        return newest or Rejection(ProblemType.MALFORMED, 400, "there are no records in this")

    async def _keep(
        self, db: AsyncSession, held: Held, judgement: Judgement, now: int
    ) -> Signed:
        # (8) everything is kept before the receipt leaves: records, receipt and head are
        # one transaction, and the answer is sent after its commit.
        row, fresh = held.row, judgement.fresh
        await ledger.add_records(db, row.id, fresh, now, row.receipts)
        await add_projection(db, row.id, fresh)
        advance(held, judgement, now)
        signed = sign_receipt(self._keys, held, now, (), await ledger.missing(db, row))
        await keep_receipt(db, held, signed, now)
        return signed

    async def status(self, session_id: str, token_hash: str) -> SessionStatus | Rejection:
        """The chain as it stands."""
        async with self._database.transaction() as db:
            held = await admitted(db, session_id, token_hash)
            if isinstance(held, Rejection):
                return held
            row = held.row
            newest = await ledger.receipt(db, row.id, row.receipts - 1)
            return SessionStatus(
                session=row.id,
                state=row.state,  # pyright: ignore[reportArgumentType]
                size=row.size,
                head=row.head,
                missing=await ledger.missing(db, row),
                receipt=newest.line().decode() if newest else None,
            )


async def admitted(db: AsyncSession, session_id: str, token_hash: str) -> Held | Rejection:
    """The session for a holder of its token; (1) it comes from the credential."""
    held = await ledger.hold(db, session_id)
    if held is None:
        return GONE
    if held.row.token_hash != token_hash:
        return REVOKED
    return PURGED if held.row.purged_at is not None else held


def advance(held: Held, judgement: Judgement, now: int) -> None:
    """Bring the session's row up to the judged standing."""
    row, standing = held.row, judgement.standing
    chain = standing.chain
    row.size, row.head, row.epoch = chain.size, chain.head, chain.epoch
    row.epoch_key, row.mono, row.boot = chain.public_key, chain.mono, text(chain.boot)
    row.closed = chain.closed
    if chain.closed and row.state == "open":
        row.state = "closed"
    first = judgement.fresh[0].record
    if isinstance(first.body, Open):
        row.origin_wall, row.origin_mono = first.wall, first.mono
    row.boots = dict(standing.boots)
    row.blobs += sum(len(one.pieces) for one in judgement.fresh)
    row.bytes_committed = standing.bytes_committed
    row.last_seen = now
    row.clock = msgspec.to_builtins(ClockState(standing.wall, standing.corridor, now))


def sign_receipt(
    keys: KeyStore, held: Held, now: int, durable: tuple[str, ...], missing: tuple[str, ...]
) -> Signed:
    """The next receipt for the session as its row stands."""
    payload = ledger.receipt_payload(held.row, now, durable, missing)
    return sign(keys.of(held.key_ref).signing, Domain.RECEIPT, payload)


async def keep_receipt(db: AsyncSession, held: Held, signed: Signed, now: int) -> None:
    """Keep a receipt and chain the next one to it."""
    row = held.row
    values = {
        "session_id": row.id,
        "n": row.receipts,
        "payload": signed.payload,
        "signature": signed.signature,
        "hash": signed.hash,
        "time": now,
    }
    await db.execute(insert(ReceiptRow), [values])
    row.receipts += 1
    row.receipt_hash = signed.hash
