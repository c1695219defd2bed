"""``/settings/tokens``: programs' tokens, one's own; for administrators, everybody's."""

from __future__ import annotations

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Role
from server.accounts.scopes import Scope
from server.accounts.staff import Staff, current_account, require
from server.accounts.tokens import MAX_DAYS, TokenError, make_token, revoke_token, tokens_for
from server.clock import WallClock
from server.network import AnyRequest
from server.storage.database import Database
from server.web.rendering import page

PAGE = "/settings/tokens"

# What the form offers, in days.
LIFETIMES = (7, 30, 90, MAX_DAYS)
USUAL_DAYS = 90


class TokenPages(Controller):
    """Making and revoking them."""

    path = PAGE
    guards = (require(Role.OBSERVER),)
    include_in_schema = False

    @get("/")
    async def get_tokens(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """All that one sees."""
        told = request.query_params.get("told", "")
        words = "Revoked. Whoever still sends it is refused." if told == "revoked" else ""
        async with database.transaction() as db:
            return await _page(db, current_account(request), clock(), told=words)

    @post("/", status_code=200)
    async def post_token(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """Make one (``name``, ``days``, ``scope`` several times); it is shown this once."""
        staff, now, form = current_account(request), clock(), await request.form()
        scopes = [one for one in form.getall("scope", []) if isinstance(one, str)]
        name, days = str(form.get("name", "")), str(form.get("days", ""))
        number = int(days) if days.isdecimal() and len(days) < 5 else 0
        async with database.transaction() as db:
            try:
                _, text = await make_token(db, staff, name, scopes, number, now, by=staff)
            except TokenError as error:
                chosen = number if number in LIFETIMES else USUAL_DAYS
                typed = {"name": name, "chosen": scopes, "days": chosen}
                return await _page(db, staff, now, status=422, mistake=str(error), **typed)
            await db.flush()
            return await _page(db, staff, now, made=text)

    @post("/{token_id:str}/revoke", status_code=303)
    async def post_revoke(
        self,
        request: AnyRequest,
        token_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """End one at once."""
        async with database.transaction() as db:
            if not await revoke_token(db, current_account(request), token_id, clock()):
                raise NotFoundException("There is no such token.")
        return Redirect(f"{PAGE}?told=revoked", status_code=303)


async def _page(
    db: AsyncSession, staff: Staff, now: int, *, status: int = 200, **shown: Any
) -> Template:
    context = {
        "tokens": await tokens_for(db, staff),
        "scopes": list(Scope),
        "lifetimes": LIFETIMES,
        "now": now,
        "made": "",
        "mistake": "",
        "told": "",
        "name": "",
        "chosen": [],
        "days": USUAL_DAYS,
        **shown,
    }
    return page("tokens.html", context, status=status)
