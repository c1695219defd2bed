"""The records channel: batches in, receipts out; and where a session stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from server.clock import WallClock
from server.config import Settings
from server.ingest import keeping
from server.ingest.held import admitted
from server.ingest.judgement import read_claim
from server.ingest.limits import RateLimit
from server.ingest.writer import Batch, Writer
from server.problems import Rejection
from server.storage.database import Database
from shared.signed import Signed
from shared.wire import ProblemType, SessionState, SessionStatus


class Delivery:
    """What a recorder delivers records to."""

    def __init__(
        self, database: Database, writer: Writer, settings: Settings, clock: WallClock
    ) -> None:
        """Take what it works with."""
        self._database = database
        self._writer = writer
        self._clock = clock
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
        lines = [read_claim(signed) for signed in batch]
        return await self._writer.submit(Batch(session_id, token_hash, lines))

    async def status(self, session_id: str, token_hash: str) -> SessionStatus | Rejection:
        """The chain as it stands."""
        async with self._database.transaction() as db:
            held = await admitted(db, session_id, token_hash)
            if isinstance(held, Rejection):
                return held
            row = held.row
            newest = await keeping.receipt(db, row.id, row.receipts - 1)
            missing = await keeping.missing(db, [row])
        return SessionStatus(
            session=row.id,
            state=cast("SessionState", row.state),
            size=row.size,
            head=row.head,
            missing=missing[row.id],
            receipt=newest.line().decode() if newest else None,
        )
