"""The queue of sessions: ranked, filtered, searched; from one session to the next."""

from __future__ import annotations

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.clock import WallClock
from server.network import AnyRequest
from server.review.listing import STATES, list_sessions
from server.review.outcomes import Outcome
from server.review.queue import Filters, Place, Sort, neighbour
from server.review.states import Shortfall
from server.storage.database import Database
from server.web.queue_form import query_of, read_filters, read_turn, told
from server.web.rendering import page
from shared.flags import Kind


@get("/", include_in_schema=False)
async def start() -> Redirect:
    """Everybody's start is the queue."""
    return Redirect("/sessions", status_code=303)


class QueuePages(Controller):
    """``/sessions``, the queue; ``/queue/next`` and ``/queue/previous`` lead through it."""

    guards = (require(Role.OBSERVER),)
    include_in_schema = False

    @get("/sessions")
    async def get_sessions(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """The list, ranked by score; only its table where htmx asks for news."""
        staff, filters = current_account(request), read_filters(request.query_params)
        turn = read_turn(request.query_params)
        async with database.transaction() as db:
            listing = await list_sessions(db, staff, filters, turn, clock())
        part = "HX-Request" in request.headers
        name = "sessions_table.html" if part else "sessions.html"
        titles = {exam.id: exam.title for exam in listing.exams}
        here = query_of(filters, after=turn.after or "", before=turn.before or "")
        return page(
            name,
            {
                "listing": listing,
                "states": STATES,
                "shortfalls": Shortfall,
                "sorts": Sort,
                "outcomes": Outcome,
                "kinds": [
                    kind
                    for kind in Kind
                    if listing.counts.kinds.get(kind) or kind is filters.kind
                ],
                "here": f"/sessions{here}",
                "told": told(filters, titles),
                "query_of": query_of,
            },
        )

    @get("/queue")
    async def get_queue(self, request: AnyRequest) -> Redirect:
        """The queue's other name."""
        query = request.url.query
        return Redirect("/sessions" + (f"?{query}" if query else ""), status_code=303)

    @get("/queue/next")
    async def get_next(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """The session behind the place ``at``; at the end, the list again."""
        return await _beside(request, database, clock, back=False)

    @get("/queue/previous")
    async def get_previous(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """The session before the place ``at``; at the beginning, the list again."""
        return await _beside(request, database, clock, back=True)


async def _beside(
    request: AnyRequest, database: Database, clock: WallClock, *, back: bool
) -> Redirect:
    staff, query = current_account(request), request.query_params
    filters, at = read_filters(query), Place.read(query.get("at", ""))
    if at is None:
        return Redirect(_list(filters), status_code=303)
    async with database.transaction() as db:
        found = await neighbour(
            db, staff.institution_id, staff.id, filters, clock(), at, back=back
        )
    if found is None:
        return Redirect(_list(filters), status_code=303)
    return Redirect(f"/sessions/{found.id}{query_of(filters, at=found)}", status_code=303)


def _list(filters: Filters) -> str:
    return "/sessions" + query_of(filters)
