"""``/updates/{institution}/…``: the repository's files, to whoever asks.

Nothing in them is anybody's: they are signed, and a recorder believes the signatures and not
this server. Nothing is noted of who asks.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any

from litestar import Response, route
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream

from server.config import Settings
from server.network import AnyRequest
from server.updates.files import NEWEST, place_of
from shared.updates import METADATA

# What has its version or its hash in its name never changes (a year, in seconds); the rest is
# asked for anew each time.
FOR_EVER = "public, max-age=31536000, immutable"
EACH_TIME = "public, no-cache"
CHANGING = (NEWEST, "root.json")

CHUNK_BYTES = 1 << 18


@route(
    "/updates/{institution_id:str}/{folder:str}/{name:path}",
    http_method=["GET", "HEAD"],
    include_in_schema=False,
)
async def get_update(
    request: AnyRequest,
    institution_id: FromPath[str],
    folder: FromPath[str],
    name: FromPath[Path],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    """A file of an institution's repository.

    Raises:
        NotFoundException: there is none of this name.
    """
    path = place_of(settings.updates, institution_id, folder, name.as_posix().lstrip("/"))
    if path is None:
        raise NotFoundException("There is no such file.")
    try:
        file = await asyncio.to_thread(path.open, "rb")
    except OSError as error:
        raise NotFoundException("There is no such file.") from error
    size, tag = _tagged(file)
    changing = path.name in CHANGING
    headers = {"ETag": tag, "Cache-Control": EACH_TIME if changing else FOR_EVER}
    if tag in request.headers.get("If-None-Match", ""):
        file.close()
        return Response(b"", status_code=304, headers=headers)
    kind = "application/json" if folder == METADATA else "application/octet-stream"
    headers["Content-Length"] = str(size)
    if request.method == "HEAD":
        file.close()
        return Response(b"", headers=headers, media_type=kind)
    return Stream(_chunks(file), media_type=kind, headers=headers)


def _tagged(file: IO[bytes]) -> tuple[int, str]:
    """Its size, and a word that changes with it: files are only ever replaced whole."""
    found = os.fstat(file.fileno())
    return found.st_size, f'"{found.st_mtime_ns:x}-{found.st_size:x}"'


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
