"""``/settings/account``: one's own password, second factors, passkeys and sessions."""

from __future__ import annotations

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.controllers import visit_of
from server.accounts.factors import (
    RECOVERY_CODES,
    Means,
    drop_codes_alone,
    factors_of,
    new_recovery_codes,
    remove_totp,
)
from server.accounts.models import Account, Institution, Role
from server.accounts.notices import Change, OwnerNotices
from server.accounts.passkeys import Site, passkey_name, passkeys_of
from server.accounts.passwords import MAX_CHARS, MIN_CHARS, Passwords, fault_in
from server.accounts.people import end_sessions
from server.accounts.sign_in import Denied, SignIn
from server.accounts.signed_in import end_session, places_of
from server.accounts.staff import SETTING_UP, Staff, current_account, require
from server.audit import service as audit
from server.clock import MICROS_PER_SECOND, WallClock
from server.config import Settings
from server.network import AnyRequest
from server.storage.database import Database
from server.web.forms import text_fields
from server.web.rendering import page

PAGE = "/settings/account"

# Who has no password shows by a new sign-in that it is they: at most so long ago.
FRESH = 15 * 60 * MICROS_PER_SECOND

TOLD = {
    "welcome": "Welcome. Your account is ready, and you are signed in.",
    "password": "Your password was changed, and every other browser signed out.",
    "totp": "The authenticator app was removed.",
    "passkey": "The passkey was added.",
    "gone": "The passkey was removed.",
    "named": "The passkey has its new name.",
    "ended": "That browser is signed out.",
    "all": "Every other browser is signed out.",
}


class AccountPages(Controller):
    """What everybody looks after themselves."""

    path = PAGE
    guards = (require(Role.OBSERVER),)
    opt = SETTING_UP
    include_in_schema = False

    @get("/")
    async def get_account(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """The account."""
        told = TOLD.get(request.query_params.get("told", ""), "")
        async with database.transaction() as db:
            return await account_page(
                db, current_account(request), settings, clock(), told=told
            )

    @post("/password", status_code=303)
    async def post_password(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        sign_in: NamedDependency[SignIn],
        passwords: NamedDependency[Passwords],
        settings: NamedDependency[Settings],
        owner_notices: NamedDependency[OwnerNotices],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Change the password (``password`` is the old one, ``new``, ``again``)."""
        staff, fields, now = current_account(request), await text_fields(request), clock()
        new = fields.get("new", "")
        async with database.transaction() as db:
            institution = await db.get_one(Institution, staff.institution_id)
        wrong = fault_in(new, (staff.email, institution.name))
        if new != fields.get("again", ""):
            wrong = "The two new passwords differ."
        wrong = wrong or await confirmed(request, database, sign_in, settings, fields, now)
        if wrong:
            async with database.transaction() as db:
                return await account_page(db, staff, settings, now, password_wrong=wrong)
        kept = await passwords.hash_slowly(new)
        async with database.transaction() as db:
            account = await db.get_one(Account, staff.id)
            account.password_hash = kept
            await end_sessions(db, staff.id, but=staff.session_hash)
            await owner_notices.tell(db, account, Change.PASSWORD, now)
            audit.record(db, now, staff, "account.password", ("account", staff.id))
        return back("password")

    @post("/totp/remove", status_code=303)
    async def post_totp_remove(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        sign_in: NamedDependency[SignIn],
        settings: NamedDependency[Settings],
        owner_notices: NamedDependency[OwnerNotices],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Take the authenticator app away."""
        staff, fields, now = current_account(request), await text_fields(request), clock()
        wrong = await confirmed(request, database, sign_in, settings, fields, now)
        async with database.transaction() as db:
            if wrong:
                return await account_page(db, staff, settings, now, factor_wrong=wrong)
            await remove_totp(db, staff.id)
            account = await db.get_one(Account, staff.id)
            await owner_notices.tell(db, account, Change.TOTP_REMOVED, now)
            audit.record(db, now, staff, "account.totp-remove", ("account", staff.id))
        return back("totp")

    @post("/recovery-codes", status_code=200)
    async def post_codes(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        sign_in: NamedDependency[SignIn],
        settings: NamedDependency[Settings],
        owner_notices: NamedDependency[OwnerNotices],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """New recovery codes, shown this once; those before work no more."""
        staff, fields, now = current_account(request), await text_fields(request), clock()
        wrong = await confirmed(request, database, sign_in, settings, fields, now)
        async with database.transaction() as db:
            if not wrong and not (await factors_of(db, staff.id)).any:
                wrong = "Set a second factor up first: recovery codes stand in for it."
            if wrong:
                return await account_page(db, staff, settings, now, factor_wrong=wrong)
            account = await db.get_one(Account, staff.id)
            await owner_notices.tell(db, account, Change.RECOVERY_CODES, now)
            return await codes_page(db, staff, now)

    @post("/passkeys/{passkey_id:str}/name", status_code=303)
    async def post_passkey_name(
        self,
        request: AnyRequest,
        passkey_id: FromPath[str],
        database: NamedDependency[Database],
    ) -> Redirect:
        """Give a passkey another name."""
        staff, fields = current_account(request), await text_fields(request)
        async with database.transaction() as db:
            row = await _passkey(db, staff, passkey_id)
            row.name = passkey_name(fields.get("name", ""))
        return back("named")

    @post("/passkeys/{passkey_id:str}/remove", status_code=303)
    async def post_passkey_remove(
        self,
        request: AnyRequest,
        passkey_id: FromPath[str],
        database: NamedDependency[Database],
        sign_in: NamedDependency[SignIn],
        settings: NamedDependency[Settings],
        owner_notices: NamedDependency[OwnerNotices],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Take a passkey away."""
        staff, fields, now = current_account(request), await text_fields(request), clock()
        async with database.transaction() as db:
            await _passkey(db, staff, passkey_id)
        wrong = await confirmed(request, database, sign_in, settings, fields, now)
        async with database.transaction() as db:
            if wrong:
                return await account_page(db, staff, settings, now, factor_wrong=wrong)
            await db.delete(await _passkey(db, staff, passkey_id))
            await drop_codes_alone(db, staff.id)
            account = await db.get_one(Account, staff.id)
            await owner_notices.tell(db, account, Change.PASSKEY_REMOVED, now)
            audit.record(db, now, staff, "account.passkey-remove", ("account", staff.id))
        return back("gone")

    @post("/sessions/{session:str}/end", status_code=303)
    async def post_session_end(
        self,
        request: AnyRequest,
        session: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """Sign one of one's browsers out."""
        staff = current_account(request)
        async with database.transaction() as db:
            if not await end_session(db, staff.id, session):
                raise NotFoundException("That browser is signed out already.")
            audit.record(db, clock(), staff, "account.session-end", ("account", staff.id))
        return back("ended")

    @post("/sessions/end", status_code=303)
    async def post_sessions_end(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """Sign every browser but this one out."""
        staff = current_account(request)
        async with database.transaction() as db:
            count = await end_sessions(db, staff.id, but=staff.session_hash)
            subject = ("account", staff.id)
            audit.record(db, clock(), staff, "account.sessions-end", subject, sessions=count)
        return back("all")


async def confirmed(
    request: AnyRequest,
    database: Database,
    sign_in: SignIn,
    settings: Settings,
    fields: dict[str, str],
    now: int,
) -> str:
    """Why it is not shown that the account's owner asks; empty where it is.

    By the password in the field ``password``; who has none signs in again.
    """
    staff = current_account(request)
    async with database.transaction() as db:
        account = await db.get_one(Account, staff.id)
    if not account.password_hash:
        fresh = staff.since + FRESH > now
        return "" if fresh else "Sign out and in again first, to show that it is you."
    address = visit_of(request, settings).address
    right = await sign_in.is_right(account, fields.get("password", ""), address)
    if isinstance(right, Denied):
        return right.words
    return "" if right else "Your present password is wrong."


async def account_page(
    db: AsyncSession,
    staff: Staff,
    settings: Settings,
    now: int,
    *,
    told: str = "",
    password_wrong: str = "",
    factor_wrong: str = "",
) -> Template:
    """The page, with what was done or is in the way."""
    account = await db.get_one(Account, staff.id)
    institution = await db.get_one(Institution, staff.institution_id)
    context: dict[str, Any] = {
        "account": account,
        "institution": institution,
        "factors": await factors_of(db, staff.id),
        "passkeys": await passkeys_of(db, staff.id),
        "passkeys_work": Site.of(settings) is not None,
        "places": await places_of(db, staff.id, staff, settings.session_idle, now),
        "has_password": bool(account.password_hash),
        "owes": staff.owes_factor,
        "least": MIN_CHARS,
        "most": MAX_CHARS,
        "codes_at_once": RECOVERY_CODES,
        "told": told,
        "password_wrong": password_wrong,
        "factor_wrong": factor_wrong,
    }
    wrong = bool(password_wrong or factor_wrong)
    return page("account.html", context, status=422 if wrong else 200)


async def codes_page(db: AsyncSession, staff: Staff, now: int) -> Template:
    """Ten new recovery codes, and what to do with them."""
    codes = await new_recovery_codes(db, staff.id, now)
    audit.record(db, now, staff, "account.recovery-codes", ("account", staff.id))
    return page("recovery_codes.html", {"codes": codes})


async def showed_factor(
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


def back(told: str) -> Redirect:
    """To the account's page, with a word about what was done."""
    return Redirect(f"{PAGE}?told={told}", status_code=303)


async def _passkey(db: AsyncSession, staff: Staff, passkey_id: str) -> Any:
    for row in await passkeys_of(db, staff.id):
        if row.id == passkey_id:
            return row
    raise NotFoundException("There is no such passkey.")
