"""Sealed blobs, kept exactly as they came: ``<session>/<sha256>`` in a folder or on S3.

A blob is durable when ``put`` returns: in a folder, file and directory entry are on the
disk (fsync); on S3, the store has answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import NotFoundError
from obstore.store import ObjectStore, from_url

from server.storage.folders import sync_folder

INCOMING = ".incoming"


class BlobMissing(Exception):
    """The blob is not in the store (it was purged, or the store lost it)."""


class BlobStore:
    """The store of sealed blobs, by URL: ``file:///FOLDER`` or ``s3://BUCKET/PREFIX``."""

    def __init__(self, url: str, scratch: Path) -> None:
        """Take the store's URL, and a folder for uploads on their way to S3.

        A local store keeps them beside the blobs, so that taking one up is a rename.
        """
        parts = urlsplit(url)
        self._folder = Path(unquote(parts.path)) if parts.scheme == "file" else None
        self.scratch = scratch if self._folder is None else self._folder / INCOMING
        self._url = url
        self._opened: ObjectStore | None = None
        self._durable: set[Path] = set()
        # Chance once and not for every piece: the system takes as long over it as a hash does.
        self._names = map(f"{secrets.token_hex(8)}{{:x}}".format, count())

    def prepare(self) -> None:
        """Make the folders, and forget uploads that a crash left half-way."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        if self._folder is not None:
            # Whatever was just made is to be found after a power loss: this folder, the data
            # folder around it, and that one's name.
            for folder in (self._folder, *self._folder.parents[:2]):
                with contextlib.suppress(PermissionError):
                    sync_folder(folder)
        for left in self.scratch.iterdir():
            # A region's scratch is a folder in the default store's (``storage.regions``).
            if not left.is_dir():
                left.unlink(missing_ok=True)

    @property
    def _store(self) -> ObjectStore:
        if self._opened is None:
            self._opened = from_url(self._url)
        return self._opened

    def scratch_file(self) -> Path:
        """A name for an upload on its way that nothing else has."""
        return self.scratch / next(self._names)

    async def put(self, session: str, sha256: str, file: Path) -> None:
        """Keep ``file``'s bytes, durably. The file is taken (moved or removed)."""
        if self._folder is not None:
            await asyncio.to_thread(self._take, file, self._folder / session / sha256)
            return
        await obstore.put_async(self._store, _name(session, sha256), file)
        await asyncio.to_thread(file.unlink)

    async def put_bytes(self, session: str, sha256: str, data: bytes) -> None:
        """Keep ``data``, durably; for what is small enough to be in memory."""
        if self._folder is None:
            await obstore.put_async(self._store, _name(session, sha256), data)
            return
        file, target = self.scratch_file(), self._folder / session / sha256
        await asyncio.to_thread(self._write_and_take, file, data, target)

    async def get(self, session: str, sha256: str) -> bytes:
        """A blob's bytes.

        Raises:
            BlobMissing: the store does not hold it.
        """
        try:
            answer = await obstore.get_async(self._store, _name(session, sha256))
            return bytes(await answer.bytes_async())
        except (NotFoundError, FileNotFoundError) as error:
            raise BlobMissing(f"blob {sha256} of session {session}") from error

    def get_blocking(self, session: str, sha256: str) -> bytes:
        """A blob's bytes, for a thread that may wait.

        Raises:
            BlobMissing: the store does not hold it.
        """
        try:
            return bytes(obstore.get(self._store, _name(session, sha256)).bytes())
        except (NotFoundError, FileNotFoundError) as error:
            raise BlobMissing(f"blob {sha256} of session {session}") from error

    def sizes_blocking(self, session: str) -> dict[str, int]:
        """What the store holds of a session: bytes by SHA-256, for a thread that may wait."""
        return {
            meta["path"].rpartition("/")[2]: meta["size"]
            for found in obstore.list(self._store, prefix=session)
            for meta in found
        }

    @property
    def local(self) -> bool:
        """Whether it is a folder of this machine: then a failure to read is damage."""
        return self._folder is not None

    async def delete(self, session: str, sha256: str) -> None:
        """Destroy one blob, if it is there."""
        await self.delete_many(session, [sha256])

    async def delete_many(self, session: str, names: Sequence[str]) -> None:
        """Destroy these blobs of a session, those that are there; they are gone for good when
        this returns: a power loss does not bring a name back.
        """
        if self._folder is not None:
            await asyncio.to_thread(self._unlink, self._folder / session, names)
            return
        for name in names:
            with contextlib.suppress(NotFoundError, FileNotFoundError):
                await obstore.delete_async(self._store, _name(session, name))

    async def delete_session(self, session: str) -> int:
        """Destroy all blobs of a session; how many there were."""
        names = await self.names(session)
        await self.delete_many(session, sorted(names))
        return len(names)

    async def names(self, session: str) -> set[str]:
        """The hashes of all blobs that the store holds of a session."""
        return set(await asyncio.to_thread(self.sizes_blocking, session))

    def _unlink(self, folder: Path, names: Sequence[str]) -> None:
        for name in names:
            (folder / name).unlink(missing_ok=True)
        if folder.is_dir():
            sync_folder(folder)

    async def forget_folder(self, session: str) -> None:
        """Remove a session's folder once nothing is in it (a store elsewhere has none)."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            await asyncio.to_thread((self._folder / session).rmdir)
            self._durable.discard(self._folder / session)

    def _take(self, file: Path, target: Path) -> None:
        """Move a written file to its place and make both file and name durable."""
        with file.open("rb") as handle:
            os.fsync(handle.fileno())
        self._make_durable(target.parent)
        file.replace(target)
        sync_folder(target.parent)

    def _make_durable(self, folder: Path) -> None:
        """Make a session's folder and its name durable. That it is there says too little:
        another upload, or one before a crash, may have made it and not come to the end.
        """
        if folder not in self._durable or not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            sync_folder(folder.parent)
            self._durable.add(folder)

    def _write_and_take(self, file: Path, data: bytes, target: Path) -> None:
        try:
            file.write_bytes(data)
            self._take(file, target)
        except BaseException:
            file.unlink(missing_ok=True)
            raise


def _name(session: str, sha256: str) -> str:
    return f"{session}/{sha256}"
