"""A blob on its way in: counted and hashed as it comes, in memory first, then in a file."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import re
from pathlib import Path
from types import TracebackType
from typing import IO

from shared.sealing import KID_BYTES, MAGIC

# A piece is some 10 to 100 KB; only larger ones touch the disk before they are whole.
BUFFER_BYTES = 256 * 1024

# Enough to see which key a sealed piece is for.
START_BYTES = len(MAGIC) + KID_BYTES

_DIGEST = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]*):")


class TooLong(Exception):
    """More bytes than were committed to."""


class Incoming:
    """Takes a blob of at most ``size`` bytes. A small one stays in memory (``data``), a
    larger one goes to ``file``, which is removed on leaving unless somebody took it.
    """

    def __init__(self, file: Path, size: int) -> None:
        """Take where to write what does not stay in memory, and the size to expect."""
        self.file = file
        self.received = 0
        self.start = b""
        self._size = size
        self._hash = hashlib.sha256()
        self._buffer = bytearray()
        self._handle: IO[bytes] | None = None

    async def __aenter__(self) -> Incoming:
        """Begin."""
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Close and remove what is left."""
        if self._handle is not None:
            await asyncio.to_thread(self._abandon, self._handle)

    async def feed(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            TooLong: there are more than ``size``.
        """
        self.received += len(chunk)
        if self.received > self._size:
            raise TooLong
        self._hash.update(chunk)
        self._buffer += chunk
        self.start += chunk[: max(0, START_BYTES - len(self.start))]
        if len(self._buffer) >= BUFFER_BYTES:
            await asyncio.to_thread(self._write)

    @property
    def kid(self) -> str | None:
        """The key that the piece says it is sealed to, or ``None`` where it is not sealed."""
        whole = len(self.start) == START_BYTES and self.start.startswith(MAGIC)
        return self.start[len(MAGIC) :].hex() if whole else None

    @property
    def sha256(self) -> str:
        """The SHA-256 (hex) of what came."""
        return self._hash.hexdigest()

    async def finish(self) -> bytes | Path:
        """All of it: its bytes, or the file that they are in by now."""
        if self._handle is None:
            return bytes(self._buffer)
        await asyncio.to_thread(self._write_last, self._handle)
        return self.file

    def _write(self) -> None:
        if self._handle is None:
            self._handle = self.file.open("xb")
        self._handle.write(self._buffer)
        self._buffer.clear()

    def _write_last(self, handle: IO[bytes]) -> None:
        handle.write(self._buffer)
        handle.close()

    def _abandon(self, handle: IO[bytes]) -> None:
        handle.close()
        self.file.unlink(missing_ok=True)


def content_digest(header: str | None) -> str | None:
    """The SHA-256 (hex) in a ``Content-Digest`` header (RFC 9530), if there is one."""
    found = _DIGEST.search(header or "")
    if found is None:
        return None
    try:
        digest = base64.b64decode(found.group(1), validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest.hex() if len(digest) == hashlib.sha256().digest_size else None
