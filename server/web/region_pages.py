"""Where an institution's recordings lie: the stores that there are, and which it chose."""

from __future__ import annotations

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.clock import WallClock
from server.config import Settings
from server.ingest.models import ExamSession
from server.network import AnyRequest
from server.retention.moving import choose_region
from server.retention.settings import read_protection
from server.storage.blobs import BlobStore
from server.storage.database import Database
from server.storage.regions import DEFAULT, RegionalBlobs, UnknownRegion
from server.web.forms import text_fields
from server.web.hold_pages import HOME
from server.web.rendering import page

NO_SUCH = "The server has no store of this region. Choose one of the list."


class RegionPages(Controller):
    """For administrators."""

    path = f"{HOME}/region"
    guards = (require(Role.ADMIN),)
    include_in_schema = False

    @get("/")
    async def get_region(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> Template:
        """Which it is, and what of it lies where."""
        async with database.transaction() as db:
            return await _shown(db, request, settings)

    @post("/", status_code=303)
    async def post_region(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        blobs: NamedDependency[BlobStore],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Choose another; what there is follows by itself."""
        staff, fields = current_account(request), await text_fields(request)
        async with database.transaction() as db:
            if not isinstance(blobs, RegionalBlobs):
                return await _shown(db, request, settings, NO_SUCH)
            try:
                region = fields.get("region", "?")
                await choose_region(db, clock(), staff, blobs, region)
            except UnknownRegion:
                return await _shown(db, request, settings, NO_SUCH)
        return Redirect(f"{HOME}/region?done=chosen", status_code=303)


async def _shown(
    db: AsyncSession, request: AnyRequest, settings: Settings, wrong: str = ""
) -> Template:
    own = current_account(request).institution_id
    query = (
        select(ExamSession.region, func.count())
        .where(ExamSession.institution_id == own, ExamSession.purged_at.is_(None))
        .group_by(ExamSession.region)
    )
    counts = dict((await db.execute(query)).tuples().all())
    region = (await read_protection(db, own)).region
    context = {
        "tab": "region",
        "region": region,
        "regions": [DEFAULT, *sorted(settings.blob_regions)],
        "counts": counts,
        "waiting": sum(count for name, count in counts.items() if name != region),
        "wrong": wrong,
        "done": request.query_params.get("done") == "chosen" and not wrong,
    }
    return page("data_protection_region.html", context, status=422 if wrong else 200)
