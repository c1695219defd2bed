"""A file that comes as a request's body: put on disk as it comes, and gone when it was read."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from server.ingest.importing import Declined

# What is gathered in memory before it is written, in bytes.
BUFFER_BYTES = 1024 * 1024


@asynccontextmanager
async def received(
    folder: Path, body: AsyncIterator[bytes], length: int | None, most: int
) -> AsyncIterator[Path | Declined]:
    """The body as a file, for as long as the caller uses it.

    Args:
        folder: where to put it; crash leftovers are removed there at the next start.
        body: the bytes as they come.
        length: how many they are, where the sender says so.
        most: how many they may be.
    """
    refused = await asyncio.to_thread(_refusal, folder, length or 0, most)
    if refused is not None:
        yield refused
        return
    file = folder / secrets.token_hex(16)
    try:
        whole = await _write(file, body, most)
        yield file if whole else _too_large(most)
    finally:
        await asyncio.to_thread(file.unlink, missing_ok=True)


def _refusal(folder: Path, length: int, most: int) -> Declined | None:
    if length > most:
        return _too_large(most)
    # What is in it is kept a second time, piece by piece, before the file goes.
    if shutil.disk_usage(folder).free < 2 * length:
        return Declined("there is no room for it on the server's disk; tell the operator")
    return None


def _too_large(most: int) -> Declined:
    return Declined(
        f"it is larger than the {most / 1e9:.1f} GB that one session may have; is it the file "
        "that Invigil saved?"
    )


async def _write(file: Path, body: AsyncIterator[bytes], most: int) -> bool:
    """Write what comes; whether that was all, and not more than ``most`` bytes."""
    written = 0
    buffer = bytearray()
    with await asyncio.to_thread(file.open, "xb") as handle:
        async for chunk in body:
            written += len(chunk)
            if written > most:
                return False
            buffer += chunk
            if len(buffer) >= BUFFER_BYTES:
                await asyncio.to_thread(handle.write, bytes(buffer))
                buffer.clear()
        await asyncio.to_thread(handle.write, bytes(buffer))
    return True
