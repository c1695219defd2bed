"""Files on their way to who asked for them: how they are called, and such as are made for one
download and gone after it.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

from litestar.response import Stream

from server.config import Settings

# What is asked for by whom is nobody else's, and no cache's.
NOT_KEPT = {"Cache-Control": "private, no-store"}

# What is read of a finished file at once.
CHUNK_BYTES = 256 * 1024


def attachment(name: str, headers: Mapping[str, str] = NOT_KEPT) -> dict[str, str]:
    """The headers of a file to be saved under a name (RFC 6266); names are of our own making,
    ids and plain words.
    """
    return {**headers, "Content-Disposition": f'attachment; filename="{name}"'}


async def made_once(
    settings: Settings,
    write: Callable[[Path], Awaitable[None]],
    name: str,
    media_type: str,
    headers: Mapping[str, str] = NOT_KEPT,
) -> Stream:
    """A file that is written, sent, and gone: also where nobody waits for it any more."""
    file = await asyncio.to_thread(scratch_file, exports_folder(settings))
    try:
        await write(file)
        size = (await asyncio.to_thread(file.stat)).st_size
    except BaseException:
        forget_file(file)
        raise
    told = {**attachment(name, headers), "Content-Length": str(size)}
    return Stream(read_once(file), media_type=media_type, headers=told)


def exports_folder(settings: Settings) -> Path:
    """Where bundles and reports lie until they are downloaded."""
    return settings.data_dir / "exports"


def forget_exports(settings: Settings) -> None:
    """Remove what a crash left of downloads."""
    for pattern in ("*.zip", "*.pdf"):
        for left in exports_folder(settings).glob(pattern):
            forget_file(left)


def scratch_file(folder: Path) -> Path:
    """A new file for something to be downloaded once."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".zip", delete=False) as file:
        return Path(file.name)


def forget_file(file: Path) -> None:
    """Remove it, where it is still there."""
    file.unlink(missing_ok=True)


async def read_once(file: Path) -> AsyncIterator[bytes]:
    """The file's bytes; it is gone afterwards, also where the reader went away."""
    try:
        with await asyncio.to_thread(file.open, "rb") as handle:
            while chunk := await asyncio.to_thread(handle.read, CHUNK_BYTES):
                yield chunk
    finally:
        forget_file(file)
