"""What the server holds of a session, seen as a bundle: for ``shared.verify`` to check.

The very bytes that an export would hold are checked where they lie. Nothing is copied, so a
look costs no disk, and damage in the store itself shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from obstore.exceptions import BaseError as BlobStoreError

from server.storage.blobs import BlobMissing, BlobStore
from shared.bundle import BLOBS, UnreadableBundle


class HeldBundle:
    """A ``shared.bundle.Bundle`` over files in memory and the blob store."""

    duplicated = False

    def __init__(
        self, session: str, files: Mapping[str, bytes], pieces: Iterable[str], blobs: BlobStore
    ) -> None:
        """Take the signed files, and the pieces that receipts were given for."""
        self._session = session
        self._files = files
        self._blobs = blobs
        there = blobs.sizes_blocking(session)
        self._sizes = {name: there[name] for name in pieces if name in there}

    def unexpected(self) -> list[str]:
        """None: whatever else lies in the store is no part of a bundle."""
        return []

    def blob_names(self) -> set[str]:
        """The pieces that are in the store and that receipts were given for."""
        return set(self._sizes)

    def size(self, name: str) -> int | None:
        """A piece's size as the store names it, or a file's."""
        if name.startswith(BLOBS):
            return self._sizes.get(name.removeprefix(BLOBS))
        data = self._files.get(name)
        return None if data is None else len(data)

    def read(self, name: str) -> bytes:
        """The bytes of a file or a piece.

        Raises:
            UnreadableBundle: it is missing, or this machine's disk does not give it.
            BlobStoreError: a store elsewhere cannot be reached, which says nothing of it.
        """
        if not name.startswith(BLOBS):
            if name not in self._files:
                raise UnreadableBundle(f"{name} is missing")
            return self._files[name]
        try:
            return self._blobs.get_blocking(self._session, name.removeprefix(BLOBS))
        except BlobMissing as error:
            raise UnreadableBundle(f"{name} is missing") from error
        except BlobStoreError as error:
            if not self._blobs.local:
                raise
            raise UnreadableBundle(f"{name} cannot be read from this server's disk") from error
