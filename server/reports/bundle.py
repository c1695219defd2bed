"""A session as one file that anyone can verify (``shared.bundle``)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import structlog
from obstore.exceptions import BaseError as BlobStoreError

from server.clock import WallClock
from server.reports.snapshot import Snapshot, take_snapshot
from server.storage.blobs import BlobMissing, BlobStore
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.bundle import Contents, write_bundle

# Exports under way at once: each reads all of a session's records into memory.
MAX_AT_ONCE = 2

_log = structlog.get_logger("invigil.server")


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

    async def write(
        self, session_id: str, file: Path, trim: Callable[[Contents], Contents] | None = None
    ) -> bool:
        """Write the session's bundle to ``file``; whether there is such a session.

        ``trim`` leaves out what whoever gets it is not to see.
        """
        async with self._turns:
            snapshot = await take_snapshot(self._database, session_id, self._clock())
            if snapshot is None:
                return False
            if trim is not None:
                snapshot = replace(snapshot, contents=trim(snapshot.contents))
            await asyncio.to_thread(self._write, snapshot, file)
            return True

    def _write(self, snapshot: Snapshot, file: Path) -> None:
        session = snapshot.contents.session
        contents = replace(snapshot.contents, blobs=self._read(session, snapshot.pieces))
        with file.open("wb") as handle:
            key = self._keys.signing(snapshot.key_ref)
            write_bundle(handle, contents, key, self._clock())

    def _read(self, session: str, pieces: list[str]) -> Iterator[tuple[str, bytes]]:
        for sha256 in pieces:
            try:
                yield sha256, self._blobs.get_blocking(session, sha256)
            except BlobMissing:
                # The verifier will say so too: committed, receipted, and missing.
                _log.error("a receipted blob is missing", session=session, sha256=sha256)
            except BlobStoreError:
                # What this machine's disk does not give is damage, and as good as missing; a
                # store elsewhere may answer the next time.
                if not self._blobs.local:
                    raise
                _log.error("a receipted blob cannot be read", session=session, sha256=sha256)
