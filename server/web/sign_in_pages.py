"""``/settings/sign-in``: what an institution asks of its staff's sign-in; and ``/login/with``,
the way to its own and back.
"""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.controllers import (
    entered,
    local_path,
    login_with,
    set_step_cookie,
    step_cookie_name,
    visit_of,
)
from server.accounts.credentials import ProviderRow
from server.accounts.elsewhere import (
    Elsewhere,
    ProviderDraft,
    Returned,
    Sent,
    domains_in,
    remove_provider,
)
from server.accounts.models import Institution, Role
from server.accounts.people import want_factor
from server.accounts.sign_in import Denied
from server.accounts.staff import Staff, current_account, require
from server.accounts.steps import Step
from server.clock import WallClock
from server.config import Settings
from server.network import AnyRequest
from server.storage.database import Database
from server.web.forms import text_fields
from server.web.rendering import page

PAGE = "/settings/sign-in"

# The list of domains that anybody types.
MAX_TYPED = 2_000

TOLD = {
    "factor": "Kept. Who has no second factor is asked to set one up at their next click.",
    "no-factor": "Kept. A password alone signs in again, for those who have nothing else.",
    "provider": "Kept. Try it in a private window before you tell anybody.",
    "removed": "Removed. Those who signed in that way need a password: make each of them a "
    "link for one under People.",
}


class SignInPages(Controller):
    """What administrators decide about signing in."""

    path = PAGE
    guards = (require(Role.ADMIN),)
    include_in_schema = False

    @get("/")
    async def get_settings(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        elsewhere: NamedDependency[Elsewhere],
    ) -> Template:
        """The settings."""
        told = TOLD.get(request.query_params.get("told", ""), "")
        async with database.transaction() as db:
            return await _page(db, current_account(request), elsewhere, told=told)

    @post("/factor", status_code=303)
    async def post_factor(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """Whether a second factor is asked for (field ``wanted`` is ``yes``)."""
        staff, fields = current_account(request), await text_fields(request)
        wanted = fields.get("wanted") == "yes"
        async with database.transaction() as db:
            await want_factor(db, clock(), staff, wanted=wanted)
        return Redirect(f"{PAGE}?told={'' if wanted else 'no-'}factor", status_code=303)

    @post("/provider", status_code=303)
    async def post_provider(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        elsewhere: NamedDependency[Elsewhere],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Keep the institution's own sign-in, once it answers."""
        staff, fields = current_account(request), await text_fields(request)
        draft = _draft(fields)
        wrong = await elsewhere.check(draft)
        async with database.transaction() as db:
            wrong = wrong or await elsewhere.keep(db, staff, draft, clock())
            if wrong:
                shown = {"mistake": wrong, "typed": fields}
                return await _page(db, staff, elsewhere, status=422, **shown)
        return Redirect(f"{PAGE}?told=provider", status_code=303)

    @post("/provider/remove", status_code=303)
    async def post_remove(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """Take it away."""
        async with database.transaction() as db:
            await remove_provider(db, current_account(request), clock())
        return Redirect(f"{PAGE}?told=removed", status_code=303)


class ElsewherePages(Controller):
    """The way to an institution's own sign-in, and back."""

    path = "/login"
    include_in_schema = False

    @get("/with/{institution_id:str}")
    async def get_away(
        self,
        request: AnyRequest,
        institution_id: FromPath[str],
        elsewhere: NamedDependency[Elsewhere],
        settings: NamedDependency[Settings],
    ) -> Response[Any]:
        """Off to the institution's sign-in."""
        target = local_path(request.query_params.get("next", "/"))
        match await elsewhere.begin(institution_id, target):
            case None:
                raise NotFoundException("There is no such sign-in.")
            case Denied() as denied:
                return login_with(denied.words)
            case Sent() as sent:
                answer = Redirect(sent.address, status_code=303)
                set_step_cookie(answer, settings, Step.ELSEWHERE, sent.cookie)
                return answer

    @get("/back")
    async def get_back(
        self,
        request: AnyRequest,
        elsewhere: NamedDependency[Elsewhere],
        settings: NamedDependency[Settings],
    ) -> Response[Any]:
        """Back from there, with ``code`` and ``state``."""
        query = request.query_params
        cookie = request.cookies.get(step_cookie_name(settings, Step.ELSEWHERE))
        state, code = query.get("state", ""), query.get("code", "")
        visit = visit_of(request, settings)
        match await elsewhere.finish(cookie, state[:200], code[:4000], visit):
            case Returned() as back:
                return entered(settings, back.signed_in, local_path(back.target))
            case Denied() as denied:
                return login_with(denied.words)


def _draft(fields: dict[str, str]) -> ProviderDraft:
    role = fields.get("joins_as", "")
    return ProviderDraft(
        issuer=fields.get("issuer", "").strip(),
        client=fields.get("client", "").strip(),
        secret=fields.get("secret", "").strip(),
        joins_as=Role(role) if role in set(Role) - {Role.ADMIN} else None,
        trusts_address="trusts_address" in fields,
        domains=domains_in(fields.get("domains", "")[:MAX_TYPED]),
    )


async def _page(
    db: AsyncSession,
    staff: Staff,
    elsewhere: Elsewhere,
    *,
    status: int = 200,
    **shown: Any,
) -> Template:
    row = await db.get(ProviderRow, staff.institution_id)
    trusts, domains = (False, "") if row is None else elsewhere.shown(row)
    context = {
        "institution": await db.get_one(Institution, staff.institution_id),
        "provider": row,
        "callback": elsewhere.callback,
        "address": elsewhere.address(staff.institution_id),
        "roles": [role for role in Role if role is not Role.ADMIN],
        "typed": {},
        "told": "",
        "mistake": "",
        "trusts_address": trusts,
        "domains": domains,
        **shown,
    }
    if context["typed"]:
        context["trusts_address"] = "trusts_address" in context["typed"]
    return page("sign_in.html", context, status=status)
