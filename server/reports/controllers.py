"""``GET /sessions/{id}/bundle``: the session as a file that anyone can verify."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from litestar import get
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Stream

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.audit.service import accessed
from server.clock import WallClock
from server.config import Settings
from server.ingest.lookup import session_of
from server.network import AnyRequest, client_address
from server.reports.bundle import BundleExport
from server.retention.certificates import all_gone
from server.storage.database import Database

# What is said where nothing is left to export.
GONE = "This session's evidence was destroyed; only the certificates of that are left."

# What is read of the finished file at once.
CHUNK_BYTES = 256 * 1024


@get(
    "/sessions/{session_id:str}/bundle",
    guards=[require(Role.PROCTOR)],
    media_type="application/zip",
    tags=["staff"],
)
async def get_bundle(
    request: AnyRequest,
    session_id: FromPath[str],
    database: NamedDependency[Database],
    bundles: NamedDependency[BundleExport],
    settings: NamedDependency[Settings],
    clock: NamedDependency[WallClock],
) -> Stream:
    """Download a session's bundle; check it with ``invigil-verify``."""
    staff = current_account(request)
    address = client_address(request, proxied=settings.trusted_proxy)
    async with database.transaction() as db:
        session = await session_of(db, staff, session_id)
        accessed(db, clock(), staff, session, "bundle", address=address)
        if await all_gone(db, session_id):
            raise HTTPException(GONE, status_code=410)
    file = await asyncio.to_thread(scratch_file, exports_folder(settings))
    try:
        await bundles.write(session_id, file)
        size = (await asyncio.to_thread(file.stat)).st_size
    except BaseException:
        forget_file(file)
        raise
    headers = {
        "Content-Disposition": f'attachment; filename="{session_id}.invigil.zip"',
        "Content-Length": str(size),
        "Cache-Control": "no-store",
    }
    return Stream(read_once(file), media_type="application/zip", headers=headers)


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
