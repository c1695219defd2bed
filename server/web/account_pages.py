"""``/settings/account``: one's own password, second factors, passkeys and sessions."""

from __future__ import annotations

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.factors import drop_codes_alone, factors_of, remove_totp
from server.accounts.models import Account, Institution, Role
from server.accounts.notices import Change
from server.accounts.passkeys import passkey_name, passkeys_of
from server.accounts.password_links import keep_password
from server.accounts.passwords import Passwords, fault_in
from server.accounts.people import sign_one_out, sign_out
from server.accounts.staff import SETTING_UP, Staff, current_account, require
from server.clock import WallClock
from server.config import Settings
from server.network import AnyRequest
from server.storage.database import Database
from server.web.account_view import PAGE, account_page, back, codes_page, strength_part
from server.web.forms import text_fields
from server.web.owner_asks import ASKS, OwnerAsks

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
    dependencies = ASKS

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
        self, asks: NamedDependency[OwnerAsks], passwords: NamedDependency[Passwords]
    ) -> Template | Redirect:
        """Change the password (``password`` is the old one, ``new``, ``again``)."""
        staff, new = asks.staff, asks.fields.get("new", "")
        async with asks.database.transaction() as db:
            institution = await db.get_one(Institution, staff.institution_id)
        wrong = fault_in(new, (staff.email, institution.name))
        if new != asks.fields.get("again", ""):
            wrong = "The two new passwords differ."
        wrong = wrong or await asks.in_the_way()
        if wrong:
            async with asks.database.transaction() as db:
                return await account_page(
                    db, staff, asks.settings, asks.now, password_wrong=wrong
                )
        # Takes its time, and so before anything is locked.
        kept = await passwords.hash_slowly(new)
        async with asks.database.transaction() as db:
            account = await db.get_one(Account, staff.id)
            await keep_password(db, account, kept, asks.now, but=staff.session_hash)
            await asks.tell(db, account, Change.PASSWORD, "account.password")
        return back("password")

    @post("/password/strength", status_code=200)
    async def post_strength(
        self, request: AnyRequest, database: NamedDependency[Database]
    ) -> Template:
        """How good the password is that is being typed; nothing of it is kept."""
        staff, fields = current_account(request), await text_fields(request)
        async with database.transaction() as db:
            institution = await db.get_one(Institution, staff.institution_id)
        return strength_part(fields.get("new", ""), (staff.email, institution.name))

    @post("/totp/remove", status_code=303)
    async def post_totp_remove(self, asks: NamedDependency[OwnerAsks]) -> Template | Redirect:
        """Take the authenticator app away."""

        async def remove(db: AsyncSession, account: Account) -> Redirect:
            await remove_totp(db, account.id)
            await asks.tell(db, account, Change.TOTP_REMOVED, "account.totp-remove")
            return back("totp")

        return await asks.then(remove)

    @post("/recovery-codes", status_code=200)
    async def post_codes(self, asks: NamedDependency[OwnerAsks]) -> Template:
        """New recovery codes, shown this once; those before work no more."""

        async def make(db: AsyncSession, account: Account) -> Template | str:
            if not (await factors_of(db, account.id)).any:
                return "Set a second factor up first: recovery codes stand in for it."
            await asks.notices.tell(db, account, Change.RECOVERY_CODES, asks.now)
            return await codes_page(db, asks.staff, asks.now)

        return await asks.then(make)

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
        self, passkey_id: FromPath[str], asks: NamedDependency[OwnerAsks]
    ) -> Template | Redirect:
        """Take a passkey away."""
        async with asks.database.transaction() as db:
            await _passkey(db, asks.staff, passkey_id)

        async def remove(db: AsyncSession, account: Account) -> Redirect:
            await db.delete(await _passkey(db, asks.staff, passkey_id))
            await drop_codes_alone(db, account.id)
            await asks.tell(db, account, Change.PASSKEY_REMOVED, "account.passkey-remove")
            return back("gone")

        return await asks.then(remove)

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
            account = await db.get_one(Account, staff.id)
            if not await sign_one_out(db, staff, account, session, clock()):
                raise NotFoundException("That browser is signed out already.")
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
            await sign_out(db, staff, await db.get_one(Account, staff.id), clock())
        return back("all")


async def _passkey(db: AsyncSession, staff: Staff, passkey_id: str) -> Any:
    for row in await passkeys_of(db, staff.id):
        if row.id == passkey_id:
            return row
    raise NotFoundException("There is no such passkey.")
