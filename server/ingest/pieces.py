"""Takes sealed pieces: committed to first, checked, made durable, then receipted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from server.clock import WallClock
from server.config import Settings
from server.ingest.expecting import Expectations, Expected, Upload
from server.ingest.held import PURGED
from server.ingest.incoming import Incoming, TooLong
from server.ingest.limits import InFlight, RateLimit
from server.ingest.writer import Arrival, Writer
from server.problems import Rejection
from server.storage.blobs import BlobStore
from server.storage.database import Database
from shared.chain import Refusal
from shared.signed import Signed
from shared.wire import MAX_BLOB_BYTES, ProblemType

# Uploads under way at once: each holds at most a buffer and a file handle.
MAX_UPLOADS = 256

# Those of one session: a recorder sends one after the other, and one that it gave up may still
# be under way here. However slow they are, they leave room for everybody else's.
MAX_SESSION_UPLOADS = 8


class Pieces:
    """The blobs channel."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        writer: Writer,
        settings: Settings,
        clock: WallClock,
    ) -> None:
        """Take what it works with."""
        self._blobs = blobs
        self._writer = writer
        self._clock = clock
        self._rate = RateLimit(settings.blobs_per_minute)
        self._under_way = InFlight(MAX_SESSION_UPLOADS, MAX_UPLOADS, "pieces")
        self._in_flight = InFlight(
            settings.session_in_flight_bytes, MAX_UPLOADS * MAX_BLOB_BYTES
        )
        self._expectations = Expectations(database)

    async def take(self, upload: Upload, body: AsyncIterator[bytes]) -> Signed | Rejection:
        """Keep a piece and answer with a receipt that lists it; a piece that is here
        already gets the receipt that it got then.
        """
        wait = self._rate.take(upload.session_id, 1, self._clock())
        if wait:
            why = "pieces come faster than this server takes them"
            return Rejection(ProblemType.BUSY, 429, why, retry_after=wait)
        session = upload.session_id
        if (refusal := self._under_way.refusal(session, 1)) is not None:
            return refusal
        with self._under_way.holding(session, 1):
            expected = await self._expected(upload)
            if not isinstance(expected, Expected):
                return expected
            if (refusal := self._in_flight.refusal(session, expected.size)) is not None:
                return refusal
            with self._in_flight.holding(session, expected.size):
                return await self._receive(upload, expected, body)

    async def keep(self, upload: Upload, body: AsyncIterator[bytes]) -> Signed | Rejection:
        """``take`` for a caller who bounds by itself how many pieces come, and how fast.

        ``body`` is not read where the piece is not wanted.
        """
        expected = await self._expected(upload)
        if not isinstance(expected, Expected):
            return expected
        return await self._receive(upload, expected, body)

    async def _expected(self, upload: Upload) -> Expected | Signed | Rejection:
        """What to expect, or the answer where nothing needs to be received."""
        if upload.digest != upload.sha256:
            why = "Content-Digest must be sha-256 and that of the address"
            return Rejection(ProblemType.BLOB_DIGEST, 400, why, check=Refusal.BLOB)
        expected = await self._expectations.of(upload)
        if not isinstance(expected, Expected) or upload.length in {None, expected.size}:
            return expected
        return _another(f"{upload.length} bytes where the record says {expected.size}")

    async def _receive(
        self, upload: Upload, expected: Expected, body: AsyncIterator[bytes]
    ) -> Signed | Rejection:
        # (7) length, digest, and sealed to a key of the policy
        size = expected.size
        file = self._blobs.scratch_file()
        async with Incoming(file, size) as incoming:
            try:
                async for chunk in body:
                    await incoming.feed(chunk)
            except TooLong:
                return _another(f"more than the {size} bytes that the record says")
            if incoming.received != size:
                return _another(f"{incoming.received} bytes where the record says {size}")
            if incoming.sha256 != upload.sha256:
                return _another("its SHA-256 is another than the record's")
            if incoming.kid not in expected.kids:
                why = "it is not sealed to a key of this exam's policy"
                return Rejection(ProblemType.REFUSED, 422, why, check=Refusal.BLOB)
            # (8) the piece is on disk before anything says so
            match await incoming.finish():
                case bytes() as data:
                    await self._blobs.put_bytes(upload.session_id, upload.sha256, data)
                case Path() as file:
                    await self._blobs.put(upload.session_id, upload.sha256, file)
        outcome = await self._writer.submit(
            Arrival(upload.session_id, upload.token_hash, upload.sha256)
        )
        if outcome == PURGED:
            # The session was purged while the piece was on its way: it must not stay.
            await self._blobs.delete(upload.session_id, upload.sha256)
        return outcome


def _another(why: str) -> Rejection:
    return Rejection(ProblemType.BLOB_DIGEST, 422, why, check=Refusal.BLOB)
