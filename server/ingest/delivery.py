"""The records channel: batches in, receipts out; and where a session stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import cast

from server.clock import WallClock
from server.config import Settings
from server.ingest import keeping
from server.ingest.held import admitted
from server.ingest.judgement import read_claim
from server.ingest.limits import InFlight, RateLimit
from server.ingest.writer import Batch, Writer
from server.problems import Rejection
from server.storage.database import Database
from shared.signed import MalformedLine, Signed, parse_lines
from shared.wire import (
    MAX_RECORDS,
    MAX_RECORDS_BYTES,
    ProblemType,
    SessionState,
    SessionStatus,
)

# Batches are in memory until their receipt is signed: of one session as many as a recorder
# has connections, of all sessions together what a small machine has to spare.
MAX_SESSION_BYTES = 4 * MAX_RECORDS_BYTES
MAX_BYTES = 256 * 1024**2


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A request that brings signed lines: ``read`` gives its body, once; ``length`` is what
    its headers announce.
    """

    session_id: str
    token_hash: str
    length: int | None
    read: Callable[[], Awaitable[bytes]]


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
        self._requests = RateLimit(settings.requests_per_minute)
        self._in_flight = InFlight(MAX_SESSION_BYTES, MAX_BYTES)

    async def take(self, dispatch: Dispatch) -> Signed | Rejection:
        """Read a request, where the session's bounds let it in, and deliver it."""
        session, size = dispatch.session_id, dispatch.length
        if size is None or size > MAX_RECORDS_BYTES:
            size = MAX_RECORDS_BYTES
        refusal = self._too_often(session) or self._in_flight.refusal(session, size)
        if refusal is not None:
            return refusal
        with self._in_flight.holding(session, size):
            batch = _read_batch(await dispatch.read())
            if isinstance(batch, Rejection):
                return batch
            return await self.deliver(session, dispatch.token_hash, batch)

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
        refusal = self._too_often(session_id)
        if refusal is not None:
            return refusal
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

    def _too_often(self, session_id: str) -> Rejection | None:
        wait = self._requests.take(session_id, 1, self._clock())
        why = "requests come faster than this server takes them"
        return Rejection(ProblemType.BUSY, 429, why, retry_after=wait) if wait else None


def _read_batch(body: bytes) -> list[Signed] | Rejection:
    batch: list[Signed] = []
    try:
        for signed in parse_lines(body):
            if len(batch) == MAX_RECORDS:
                why = f"at most {MAX_RECORDS} records at once"
                return Rejection(ProblemType.TOO_LARGE, 413, why)
            batch.append(signed)
    except MalformedLine as error:
        return Rejection(ProblemType.MALFORMED, 400, str(error))
    return batch
