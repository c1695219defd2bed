"""Setting second factors up (``/settings/account/totp``, ``…/passkeys``), and showing one while
signing in (``/login/second``, ``/login/passkey``).
"""

from __future__ import annotations

import io
from typing import Any

import segno
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, NotFoundException, PermissionDeniedException
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.controllers import (
    MAX_FORM_BYTES,
    NOT_KEPT,
    entered,
    local_path,
    refuse_other_sites,
    set_session_cookie,
    set_step_cookie,
    step_cookie_name,
    visit_of,
)
from server.accounts.factors import (
    Means,
    begin_totp,
    confirm_totp,
    factors_of,
    pending_totp,
    totp_address,
)
from server.accounts.models import Account, Institution, Role
from server.accounts.notices import Change, OwnerNotices
from server.accounts.passkeys import (
    PasskeyError,
    Site,
    add_passkey,
    as_credential,
    ask_to_register,
    ask_to_sign_in,
)
from server.accounts.sign_in import Denied, SignedIn, SignIn
from server.accounts.staff import SETTING_UP, current_account, require
from server.accounts.steps import Step, find_step, take_step
from server.audit import service as audit
from server.clock import WallClock
from server.config import Settings
from server.network import AnyRequest
from server.storage.database import Database
from server.storage.seal import Seal
from server.web.account_view import PAGE, codes_page
from server.web.forms import text_fields
from server.web.owner_asks import ASKS, OwnerAsks
from server.web.rendering import PRIVATE, page

# What the square code is printed with: pixels a module, and the quiet zone that readers need
# (ISO/IEC 18004, section 9.1).
MODULE_PX, QUIET_MODULES = 5, 4

NO_SITE = (
    "Passkeys need the server to have a name rather than a bare address: the operator sets "
    "INVIGIL_BASE_URL."
)


class FactorPages(Controller):
    """Where second factors are set up."""

    path = PAGE
    guards = (require(Role.OBSERVER),)
    opt = SETTING_UP
    include_in_schema = False
    dependencies = ASKS

    @post("/totp", status_code=303)
    async def post_totp(
        self, asks: NamedDependency[OwnerAsks], factors_seal: NamedDependency[Seal]
    ) -> Template | Redirect:
        """Begin: a secret for an authenticator app."""

        async def begin(db: AsyncSession, account: Account) -> Redirect | str:
            if (await factors_of(db, account.id)).totp:
                return "There is an authenticator app already. Remove it first."
            await begin_totp(db, factors_seal, account, asks.now)
            return Redirect(f"{PAGE}/totp", status_code=303)

        return await asks.then(begin)

    @get("/totp")
    async def get_totp(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        factors_seal: NamedDependency[Seal],
    ) -> Template | Redirect:
        """The secret as a square code and in letters, and the field for the first code."""
        return await _totp_page(request, database, factors_seal)

    @get("/totp.svg")
    async def get_totp_picture(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        factors_seal: NamedDependency[Seal],
    ) -> Response[bytes]:
        """The square code, while it waits for its first code."""
        staff = current_account(request)
        async with database.transaction() as db:
            secret = await pending_totp(db, factors_seal, staff.id)
            institution = await db.get_one(Institution, staff.institution_id)
        if secret is None:
            raise NotFoundException("There is no code to show: begin to set an app up first.")
        made = io.BytesIO()
        segno.make(totp_address(secret, staff.email, institution.name), micro=False).save(
            made, kind="svg", scale=MODULE_PX, border=QUIET_MODULES, light="#fff", svgns=True
        )
        return Response(made.getvalue(), media_type="image/svg+xml", headers=PRIVATE)

    @post("/totp/confirm", status_code=200)
    async def post_totp_confirm(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        sign_in: NamedDependency[SignIn],
        factors_seal: NamedDependency[Seal],
        settings: NamedDependency[Settings],
        owner_notices: NamedDependency[OwnerNotices],
        clock: NamedDependency[WallClock],
    ) -> Response[Any] | Template | Redirect:
        """The app's first code: from now on it is asked for. The answer has recovery codes."""
        staff, fields, now = current_account(request), await text_fields(request), clock()
        async with database.transaction() as db:
            code = fields.get("code", "")
            right = await confirm_totp(db, factors_seal, staff.id, code, now)
            if right:
                account = await db.get_one(Account, staff.id)
                await owner_notices.tell(db, account, Change.TOTP_ADDED, now)
                audit.record(db, now, staff, "account.totp-add", ("account", staff.id))
                answer = await codes_page(db, staff, now)
                cookie = await _showed_factor(db, request, sign_in, settings, Means.TOTP)
                if cookie is not None:
                    set_session_cookie(answer, settings, cookie)
                return answer
        wrong = "This code is wrong or too old. Is the clock of your telephone right?"
        return await _totp_page(request, database, factors_seal, wrong)

    @post("/passkeys/options", status_code=200)
    async def post_passkey_options(self, asks: NamedDependency[OwnerAsks]) -> Response[bytes]:
        """What the browser is asked for a new passkey, once its owner asks (field
        ``password``).
        """
        site = _site(asks.settings)
        if wrong := await asks.in_the_way():
            raise ClientException(wrong, status_code=422)
        async with asks.database.transaction() as db:
            account = await db.get_one(Account, asks.staff.id)
            institution = await db.get_one(Institution, asks.staff.institution_id)
            options, cookie = await ask_to_register(
                db, account, site, institution.name, asks.now
            )
        return _asked(asks.settings, options, Step.REGISTER, cookie)

    @post("/passkeys", status_code=200)
    async def post_passkey(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        sign_in: NamedDependency[SignIn],
        settings: NamedDependency[Settings],
        owner_notices: NamedDependency[OwnerNotices],
        clock: NamedDependency[WallClock],
    ) -> Response[Any]:
        """Keep a new passkey; where to go on to."""
        staff, site, now = current_account(request), _site(settings), clock()
        step = request.cookies.get(step_cookie_name(settings, Step.REGISTER))
        answer = Response({"next": f"{PAGE}?told=passkey"}, headers=PRIVATE)
        try:
            credential, name = as_credential(await request.body())
            async with database.transaction() as db:
                found = await take_step(db, step, Step.REGISTER, now)
                own = found if found is not None and found.account_id == staff.id else None
                await add_passkey(db, own, credential, name, site, now)
                account = await db.get_one(Account, staff.id)
                await owner_notices.tell(db, account, Change.PASSKEY_ADDED, now)
                audit.record(db, now, staff, "account.passkey-add", ("account", staff.id))
                cookie = await _showed_factor(db, request, sign_in, settings, Means.PASSKEY)
        except PasskeyError as error:
            raise ClientException(str(error)) from error
        if cookie is not None:
            set_session_cookie(answer, settings, cookie)
        return answer


class SecondFactorPages(Controller):
    """Where a second factor is shown while signing in."""

    path = "/login"
    include_in_schema = False

    @get("/second")
    async def get_second(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """The form for a code, or a button for a passkey."""
        target = local_path(request.query_params.get("next", "/"))
        return await _second_page(request, database, settings, clock(), target)

    @post("/second", status_code=303, request_max_body_size=MAX_FORM_BYTES)
    async def post_second(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        sign_in: NamedDependency[SignIn],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Fields ``code`` and ``next``."""
        refuse_other_sites(request, settings)
        fields = await text_fields(request)
        target, code = local_path(fields.get("next", "/")), fields.get("code", "")[:100]
        step = request.cookies.get(step_cookie_name(settings, Step.SECOND))
        match await sign_in.second_factor(step, code, visit_of(request, settings)):
            case SignedIn() as signed_in:
                return entered(settings, signed_in, target)
            case None:
                return Redirect("/login", status_code=303)
            case Denied() as denied:
                return await _second_page(request, database, settings, clock(), target, denied)

    @post("/passkey/options", status_code=200, request_max_body_size=MAX_FORM_BYTES)
    async def post_options(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Response[bytes]:
        """What the browser is asked to sign."""
        refuse_other_sites(request, settings)
        site, now = _site(settings), clock()
        cookie = request.cookies.get(step_cookie_name(settings, Step.SECOND))
        async with database.transaction() as db:
            second = await find_step(db, cookie, Step.SECOND, now)
            options, cookie = await ask_to_sign_in(db, second, site, now)
        return _asked(settings, options, Step.PASSKEY, cookie)

    @post("/passkey", status_code=200, request_max_body_size=MAX_FORM_BYTES)
    async def post_passkey(
        self,
        request: AnyRequest,
        sign_in: NamedDependency[SignIn],
        settings: NamedDependency[Settings],
    ) -> Response[Any]:
        """Sign in with what the browser signed; where to go on to."""
        refuse_other_sites(request, settings)
        site = _site(settings)
        step = request.cookies.get(step_cookie_name(settings, Step.PASSKEY))
        try:
            credential, target = as_credential(await request.body())
        except PasskeyError as error:
            raise ClientException(str(error)) from error
        match await sign_in.passkey(step, credential, site, visit_of(request, settings)):
            case SignedIn() as signed_in:
                answer = Response({"next": local_path(target)}, headers=NOT_KEPT)
                set_session_cookie(answer, settings, signed_in.cookie)
                return answer
            case Denied() as denied:
                raise PermissionDeniedException(denied.words)


async def _showed_factor(
    db: AsyncSession,
    request: AnyRequest,
    sign_in: SignIn,
    settings: Settings,
    means: Means,
) -> str | None:
    """A new session's cookie for who owed a second factor and has just set one up: what they
    may do has changed, and with it the session.
    """
    staff = current_account(request)
    if not staff.owes_factor:
        return None
    account = await db.get_one(Account, staff.id)
    await db.flush()
    signed_in = await sign_in.begin(db, account, means, visit_of(request, settings))
    return signed_in.cookie


async def _totp_page(
    request: AnyRequest, database: Database, seal: Seal, wrong: str = ""
) -> Template | Redirect:
    staff = current_account(request)
    async with database.transaction() as db:
        secret = await pending_totp(db, seal, staff.id)
    if secret is None:
        return Redirect(PAGE, status_code=303)
    groups = [secret[at : at + 4] for at in range(0, len(secret), 4)]
    context = {"groups": groups, "wrong": wrong}
    return page("account_totp.html", context, status=422 if wrong else 200)


async def _second_page(
    request: AnyRequest,
    database: Database,
    settings: Settings,
    now: int,
    target: str,
    denied: Denied | None = None,
) -> Template | Redirect:
    cookie = request.cookies.get(step_cookie_name(settings, Step.SECOND))
    async with database.transaction() as db:
        step = await find_step(db, cookie, Step.SECOND, now)
        if step is None or step.account_id is None:
            return Redirect("/login", status_code=303)
        factors = await factors_of(db, step.account_id)
    context = {
        "factors": factors,
        "passkeys_work": factors.passkeys and Site.of(settings) is not None,
        "next": target,
        "error": denied.words if denied else "",
    }
    status = 200 if denied is None else 429 if denied.retry_after else 401
    return page("login_second.html", context, status=status)


def _asked(settings: Settings, options: str, kind: Step, cookie: str) -> Response[bytes]:
    answer = Response(options.encode(), media_type="application/json", headers=NOT_KEPT)
    set_step_cookie(answer, settings, kind, cookie)
    return answer


def _site(settings: Settings) -> Site:
    site = Site.of(settings)
    if site is None:
        raise ClientException(NO_SITE)
    return site
