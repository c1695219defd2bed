"""Blob stores by region: an institution chooses one, and its sessions' pieces lie there alone.

``INVIGIL_BLOB_URL_<REGION>`` names the store of a region; ``INVIGIL_BLOB_URL`` is the one of
institutions that chose none. Which a session's pieces are in is said by its row, as it is only
changed by moving (``retention.moving``). A piece that was on its way while its session was
moved lies where that was before, so what is not in the session's region is looked for in the
others; what waits in a thread looks where they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from server.storage.blobs import BlobMissing, BlobStore

# The region of institutions that chose none.
DEFAULT = ""

Find = Callable[[str], Awaitable[str]]


class UnknownRegion(OSError):
    """A session's region has no store in the settings; the message says what to set."""


class RegionalBlobs(BlobStore):
    """All stores as one: each session's pieces go to, and come from, its region's."""

    def __init__(self, url: str, scratch: Path, regions: Mapping[str, str], find: Find) -> None:
        """Take the default store's URL, those of the regions, and the way to a session's."""
        super().__init__(url, scratch)
        self._find = find
        self._stores = {DEFAULT: BlobStore(url, scratch)} | {
            name: BlobStore(own, scratch / name) for name, own in regions.items()
        }

    def prepare(self) -> None:
        """Make the folders of all of them."""
        for store in self._stores.values():
            store.prepare()

    def store(self, region: str) -> BlobStore:
        """A region's store.

        Raises:
            UnknownRegion: the settings name none.
        """
        if region not in self._stores:
            raise UnknownRegion(
                f"there is no blob store of the region {region!r}; "
                f"set INVIGIL_BLOB_URL_{region.upper().replace('-', '_')}"
            )
        return self._stores[region]

    async def put(self, session: str, sha256: str, file: Path) -> None:
        """Keep a file's bytes in the session's region."""
        store = self.store(await self._find(session))
        if store.local and await asyncio.to_thread(_elsewhere, file, store.scratch):
            data = await asyncio.to_thread(file.read_bytes)
            await store.put_bytes(session, sha256, data)
            await asyncio.to_thread(file.unlink)
            return
        await store.put(session, sha256, file)

    async def put_bytes(self, session: str, sha256: str, data: bytes) -> None:
        """Keep bytes in the session's region."""
        await self.store(await self._find(session)).put_bytes(session, sha256, data)

    async def get(self, session: str, sha256: str) -> bytes:
        """A blob's bytes, from the session's region or, where it is not there, from another."""
        own = self.store(await self._find(session))
        for store in (own, *(one for one in self._stores.values() if one is not own)):
            with suppress(BlobMissing):
                return await store.get(session, sha256)
        raise BlobMissing(f"blob {sha256} of session {session}")

    def get_blocking(self, session: str, sha256: str) -> bytes:
        """A blob's bytes, from the store that has them."""
        for store in self._stores.values():
            with suppress(BlobMissing):
                return store.get_blocking(session, sha256)
        raise BlobMissing(f"blob {sha256} of session {session}")

    def sizes_blocking(self, session: str) -> dict[str, int]:
        """What any store holds of a session."""
        found: dict[str, int] = {}
        for store in self._stores.values():
            found |= store.sizes_blocking(session)
        return found

    @property
    def local(self) -> bool:
        """Whether all of them are folders of this machine."""
        return all(store.local for store in self._stores.values())

    async def delete_many(self, session: str, names: Sequence[str]) -> None:
        """Destroy these blobs wherever they are: a move that was cut short leaves two."""
        for store in self._stores.values():
            await store.delete_many(session, names)

    async def forget_folder(self, session: str) -> None:
        """Remove a session's folder in each store."""
        for store in self._stores.values():
            await store.forget_folder(session)


def store_of(blobs: BlobStore, region: str) -> BlobStore:
    """A region's store, or the only one where the settings name no regions.

    Raises:
        UnknownRegion: they name others, and not this one.
    """
    return blobs.store(region) if isinstance(blobs, RegionalBlobs) else blobs


def _elsewhere(file: Path, folder: Path) -> bool:
    """Whether a file lies on another disk than a folder, so that it cannot be renamed there."""
    return file.stat().st_dev != folder.stat().st_dev
