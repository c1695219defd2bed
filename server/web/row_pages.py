"""Rows of a session's flags, for the list of the review page: only those that are in sight."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.params import FromPath
from litestar.response import Template

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.audit.service import viewed
from server.clock import WallClock
from server.ingest.lookup import session_of
from server.network import AnyRequest
from server.review.sheet import read_sheet
from server.storage.database import Database
from server.web.rendering import page

# What a list shows at once, with what is above and below it; an address stays below 3 kB.
MOST_ROWS = 80


@get(
    "/sessions/{session_id:str}/rows",
    guards=[require(Role.OBSERVER)],
    include_in_schema=False,
)
async def get_rows(
    request: AnyRequest,
    session_id: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[WallClock],
) -> Template:
    """The rows of the flags that ``ids`` names, divided by commas; ``MOST_ROWS`` at most."""
    wanted = request.query_params.get("ids", "").split(",")
    if len(wanted) > MOST_ROWS:
        raise ClientException(f"Ask for at most {MOST_ROWS} rows at once.")
    staff = current_account(request)
    async with database.transaction() as db:
        session = await session_of(db, staff, session_id)
        await viewed(db, clock(), staff, session, "page")
        sheet = await read_sheet(db, session, frozenset(wanted))
    return page("session_rows.html", {"case": sheet})
