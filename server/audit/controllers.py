"""``GET /audit/log``: the institution's log as a file that anyone can verify."""

from __future__ import annotations

from collections.abc import AsyncIterator

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Stream

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.audit import service as audit
from server.audit.reading import Export, begin_export, export_chunks
from server.clock import WallClock
from server.downloads import attachment
from server.network import AnyRequest
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.signed import MEDIA_TYPE


@get("/audit/log", guards=[require(Role.ADMIN)], media_type=MEDIA_TYPE, tags=["staff"])
async def get_log(
    request: AnyRequest,
    database: NamedDependency[Database],
    keys: NamedDependency[KeyStore],
    clock: NamedDependency[WallClock],
) -> Stream:
    """Download the log; check it with ``invigil-verify``. Its last entry is this export."""
    staff = current_account(request)
    own = staff.institution_id
    async with database.transaction() as db:
        subject = ("institution", own)
        audit.record(db, clock(), staff, "log.export", subject)
    async with database.transaction() as db:
        export = await begin_export(db, keys, own, clock())
    headers = attachment(f"{own}.invigil.log")
    if export.whole:
        headers["Content-Length"] = str(len(export.first) + export.bytes)
    return Stream(_lines(database, export), media_type=MEDIA_TYPE, headers=headers)


async def _lines(database: Database, export: Export) -> AsyncIterator[bytes]:
    yield export.first
    async for chunk in export_chunks(database, export):
        yield chunk
