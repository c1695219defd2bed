"""``GET /sessions/{id}/bundle``: the session as a file that anyone can verify."""

from __future__ import annotations

from pathlib import Path

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.audit.service import accessed
from server.clock import WallClock
from server.config import Settings
from server.downloads import made_once
from server.ingest.lookup import session_of
from server.network import AnyRequest
from server.reports.bundle import BundleExport
from server.retention.gone import demand_records
from server.storage.database import Database


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
    async with database.transaction() as db:
        session = await session_of(db, staff, session_id)
        accessed(db, clock(), staff, session, "bundle")
        await demand_records(db, session_id)

    async def write(file: Path) -> None:
        await bundles.write(session_id, file)

    return await made_once(settings, write, f"{session_id}.invigil.zip", "application/zip")
