"""``/settings/calendar``: one's own calendar link; ``/exports``: tables to take out."""

from __future__ import annotations

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy import select

from server.accounts.models import Role
from server.accounts.staff import Staff, current_account, require
from server.clock import WallClock
from server.config import Settings
from server.exams.models import Exam
from server.integrations.calendars import drop_link, feed_address, link_of, make_link
from server.network import AnyRequest
from server.review.listing import STATES
from server.review.states import Shortfall
from server.storage.database import Database
from server.web.forms import text_fields
from server.web.rendering import page

# What can be taken, for whom, and whether the list's filters choose sessions.
TABLES = (
    ("sessions", "Sessions", "Who, when, score, and how flags stand.", Role.PROCTOR, True),
    ("flags", "Flags", "Each with its kind, time and where it stands.", Role.PROCTOR, True),
    (
        "decisions",
        "Decisions",
        "About flags and sessions, with notes and who decided.",
        Role.PROCTOR,
        True,
    ),
    (
        "candidates",
        "Candidates",
        "Places in exams, and who has them. Codes are kept nowhere.",
        Role.EXAMINER,
        False,
    ),
    (
        "audit",
        "Log",
        "The institution's log as a table; the signed one is on its own page.",
        Role.ADMIN,
        False,
    ),
)


@get("/exports", guards=[require(Role.PROCTOR)], include_in_schema=False)
async def get_exports(request: AnyRequest, database: NamedDependency[Database]) -> Template:
    """The tables that the asker may take."""
    staff = current_account(request)
    exams = select(Exam).where(Exam.institution_id == staff.institution_id)
    async with database.transaction() as db:
        found = list(await db.scalars(exams.order_by(Exam.starts.desc())))
    tables = [table for table in TABLES if staff.may(table[3])]
    context = {"tables": tables, "exams": found, "states": STATES, "shortfalls": Shortfall}
    return page("exports.html", context)


class CalendarPages(Controller):
    """One's own link to the institution's exams."""

    path = "/settings/calendar"
    guards = (require(Role.OBSERVER),)
    include_in_schema = False

    @get("/")
    async def get_calendar(
        self, request: AnyRequest, database: NamedDependency[Database]
    ) -> Template:
        """Whether there is a link, and how to have one."""
        return await _shown(database, current_account(request))

    @post("/", status_code=200)
    async def post_calendar(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """Make a link, shown this once, or take it back."""
        staff, now = current_account(request), clock()
        fields = await text_fields(request)
        async with database.transaction() as db:
            if fields.get("do") == "revoke":
                await drop_link(db, staff, now)
                token = ""
            else:
                token = await make_link(db, staff, now)
        link = feed_address(settings.url, token) if token else ""
        return await _shown(database, staff, link=link, revoked=not token)


async def _shown(
    database: Database, staff: Staff, *, link: str = "", revoked: bool = False
) -> Template:
    async with database.transaction() as db:
        row = await link_of(db, staff)
    context: dict[str, Any] = {"row": row, "link": link, "revoked": revoked}
    return page("calendar.html", context)
