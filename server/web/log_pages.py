"""The log's page, for an institution's administrators."""

from __future__ import annotations

from urllib.parse import urlencode

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy import select

from server.accounts.models import Account, Role
from server.accounts.staff import current_account, require
from server.audit import service as audit
from server.audit.reading import Filters, check_end, read_page
from server.audit.words import ACTIONS, particulars
from server.network import AnyRequest
from server.storage.database import Database
from server.web.rendering import page
from shared.encoding import ID_HEX

# Who acts without an account.
NOBODY = {
    audit.SYSTEM: "The server",
    audit.CANDIDATE: "A candidate",
    audit.COMMAND_LINE: "Command line",
}

# Longer words are in no entry, and longer numbers in no log.
MOST_CHARS, MOST_DIGITS = 64, 15


@get("/audit", guards=[require(Role.ADMIN)], include_in_schema=False)
async def get_log_page(request: AnyRequest, database: NamedDependency[Database]) -> Template:
    """The log, newest first, and whether its end holds."""
    own, filters = current_account(request).institution_id, _filters(request)
    async with database.transaction() as db:
        end = await check_end(db, own)
        shown = await read_page(db, own, filters)
        accounts = select(Account.id, Account.name).where(Account.institution_id == own)
        names = (await db.execute(accounts.order_by(Account.name))).tuples().all()
    context = {
        "end": end,
        "filters": filters,
        "shown": shown,
        "actors": {**NOBODY, **dict(names)},
        "actions": ACTIONS,
        "more_of": particulars,
        "link": _link,
    }
    return page("log.html", context)


def _filters(request: AnyRequest) -> Filters:
    query = request.query_params
    before, session = query.get("before", ""), query.get("session", "").strip().lower()
    return Filters(
        session=session if ID_HEX.fullmatch(session) else "",
        actor=_word(query.get("actor", "")),
        action=_word(query.get("action", "")),
        before=int(before) if before.isdecimal() and len(before) <= MOST_DIGITS else None,
    )


def _word(text: str) -> str:
    return "" if len(text) > MOST_CHARS or not text.isprintable() else text


def _link(filters: Filters, before: int | None) -> str:
    wanted = {
        "session": filters.session,
        "actor": filters.actor,
        "action": filters.action,
        "before": "" if before is None else str(before),
    }
    return "/audit?" + urlencode({key: value for key, value in wanted.items() if value})
