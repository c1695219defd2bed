"""``/settings/people``: who works here; and ``/join``, where somebody invited comes in."""

from __future__ import annotations

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.controllers import (
    MAX_FORM_BYTES,
    RENEWED,
    entered,
    login_with,
    refuse_other_sites,
    visit_of,
)
from server.accounts.factors import Means
from server.accounts.models import Account, Institution, Role
from server.accounts.notices import OwnerNotices
from server.accounts.password_links import LINK_DAYS, make_password_link, renew_password
from server.accounts.passwords import MAX_CHARS, MIN_CHARS, Passwords
from server.accounts.people import (
    INVITATION_DAYS,
    PeopleError,
    accept,
    change_role,
    find_invitation,
    invitation_of,
    invite,
    open_invitations,
    people_of,
    reset_factors,
    set_active,
    sign_out,
    withdraw,
)
from server.accounts.service import AccountError
from server.accounts.sign_in import SignIn
from server.accounts.staff import Staff, current_account, require
from server.clock import WallClock
from server.config import Settings
from server.mail.outbox import Outbox
from server.network import AnyRequest
from server.storage.database import Database
from server.web.account_view import strength_part
from server.web.forms import text_fields
from server.web.rendering import page

PAGE = "/settings/people"

# What each role may do, for whoever chooses one.
ROLES = {
    Role.OBSERVER: "looks at sessions and exams, and changes nothing",
    Role.PROCTOR: "also watches live, speaks to candidates and decides about flags",
    Role.EXAMINER: "also sets exams, policies, candidates and accommodations up",
    Role.ADMIN: "also looks after people, keys, data protection and integrations",
}

TOLD = {
    "role": "The role was changed. They sign in again with it.",
    "inactive": "Deactivated. They are signed out everywhere, and their API tokens ended.",
    "active": "Active again. They can sign in as before.",
    "factors": "Their second factors were removed. They sign in with their password alone.",
    "sessions": "They are signed out everywhere.",
    "withdrawn": "It was withdrawn. The link works no more.",
}


class PeoplePages(Controller):
    """Accounts and invitations, for administrators."""

    path = PAGE
    guards = (require(Role.ADMIN),)
    include_in_schema = False

    @get("/")
    async def get_people(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """Everybody, and open invitations."""
        staff, told = current_account(request), request.query_params.get("told", "")
        async with database.transaction() as db:
            return await _people(db, staff, settings, clock(), told=TOLD.get(told, ""))

    @post("/invitations", status_code=200)
    async def post_invitation(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        outbox: NamedDependency[Outbox],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """Invite somebody; the answer shows the link, this once."""
        staff, now, fields = current_account(request), clock(), await text_fields(request)
        async with database.transaction() as db:
            institution = await db.get_one(Institution, staff.institution_id)
            try:
                made, link = await invite(
                    db,
                    outbox,
                    institution,
                    staff,
                    email=fields.get("email", ""),
                    role=_role(fields),
                    url=settings.url,
                    now=now,
                )
            except PeopleError as error:
                wrong = {"mistake": str(error), "typed": fields}
                return await _people(db, staff, settings, now, status=422, **wrong)
            return await _people(db, staff, settings, now, link=link, invited=made.email)

    @post("/invitations/{invitation_id:str}/withdraw", status_code=303)
    async def post_withdraw(
        self,
        request: AnyRequest,
        invitation_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """Take an invitation back."""
        async with database.transaction() as db:
            staff = current_account(request)
            own = staff.institution_id
            if not await withdraw(db, staff, own, invitation_id, clock()):
                raise NotFoundException("There is no such invitation.")
        return _back("withdrawn")

    @post("/{account_id:str}/role", status_code=303)
    async def post_role(
        self,
        request: AnyRequest,
        account_id: FromPath[str],
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Give somebody another role (field ``role``)."""
        staff, now, fields = current_account(request), clock(), await text_fields(request)
        async with database.transaction() as db:
            account = await account_of(db, staff, account_id)
            try:
                await change_role(db, staff, account, _role(fields), now)
            except PeopleError as error:
                return await _people(db, staff, settings, now, status=409, mistake=str(error))
        return _back("role")

    @post("/{account_id:str}/active", status_code=303)
    async def post_active(
        self,
        request: AnyRequest,
        account_id: FromPath[str],
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Let somebody go (field ``active`` is ``no``), or take them back."""
        staff, now, fields = current_account(request), clock(), await text_fields(request)
        active = fields.get("active") == "yes"
        async with database.transaction() as db:
            account = await account_of(db, staff, account_id)
            try:
                await set_active(db, staff, account, now, active=active)
            except PeopleError as error:
                return await _people(db, staff, settings, now, status=409, mistake=str(error))
        return _back("active" if active else "inactive")

    @post("/{account_id:str}/factors", status_code=303)
    async def post_factors(
        self,
        request: AnyRequest,
        account_id: FromPath[str],
        database: NamedDependency[Database],
        owner_notices: NamedDependency[OwnerNotices],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """Take somebody's second factors away, who lost them."""
        staff = current_account(request)
        async with database.transaction() as db:
            account = await account_of(db, staff, account_id)
            await reset_factors(db, owner_notices, staff, account, clock())
        return _back("factors")

    @post("/{account_id:str}/password", status_code=200)
    async def post_password(
        self,
        request: AnyRequest,
        account_id: FromPath[str],
        database: NamedDependency[Database],
        outbox: NamedDependency[Outbox],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """Make somebody a link for a new password; the answer shows it, this once."""
        staff, now = current_account(request), clock()
        async with database.transaction() as db:
            account = await account_of(db, staff, account_id)
            try:
                made = await make_password_link(
                    db, outbox, staff, account, url=settings.url, now=now
                )
            except PeopleError as error:
                return await _people(db, staff, settings, now, status=409, mistake=str(error))
            return await _people(db, staff, settings, now, renewing=account, made=made)

    @post("/{account_id:str}/sessions", status_code=303)
    async def post_sessions(
        self,
        request: AnyRequest,
        account_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """Sign somebody out everywhere."""
        staff = current_account(request)
        async with database.transaction() as db:
            await sign_out(db, staff, await account_of(db, staff, account_id), clock())
        return _back("sessions")


class JoinPages(Controller):
    """``/join/{secret}``: an invitation's link, or one for a new password."""

    path = "/join/{secret:str}"
    include_in_schema = False

    @get("/")
    async def get_join(
        self,
        secret: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """Where somebody invited chooses a name and a password, or somebody else a new one."""
        async with database.transaction() as db:
            return await _join(db, secret, clock())

    @post("/", request_max_body_size=MAX_FORM_BYTES)
    async def post_join(
        self,
        request: AnyRequest,
        secret: FromPath[str],
        database: NamedDependency[Database],
        sign_in: NamedDependency[SignIn],
        passwords: NamedDependency[Passwords],
        owner_notices: NamedDependency[OwnerNotices],
        settings: NamedDependency[Settings],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Make the account and sign it in, or keep the new password, with which its owner signs
        in; or the form again, with what is wrong.
        """
        refuse_other_sites(request, settings)
        fields, now = await text_fields(request), clock()
        name, password = fields.get("name", ""), fields.get("password", "")
        if password != fields.get("again", ""):
            async with database.transaction() as db:
                return await _join(
                    db, secret, now, mistake="The two passwords differ.", name=name
                )
        try:
            async with database.transaction() as db:
                invitation = await find_invitation(db, secret, now)
                if invitation is None:
                    return _gone()
                if invitation.renews:
                    kept = await renew_password(
                        db, passwords, owner_notices, invitation, password, now
                    )
                    return login_with(RENEWED) if kept else _gone()
                account = await accept(
                    db, passwords, invitation, name=name, password=password, now=now
                )
                visit = visit_of(request, settings)
                signed_in = await sign_in.begin(db, account, Means.PASSWORD, visit)
        except AccountError as error:
            async with database.transaction() as db:
                return await _join(db, secret, now, mistake=_spoken(error), name=name)
        return entered(settings, signed_in, "/settings/account?told=welcome")

    @post("/strength", status_code=200, request_max_body_size=MAX_FORM_BYTES)
    async def post_strength(
        self,
        request: AnyRequest,
        secret: FromPath[str],
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> Template:
        """How good the password is that is being typed; nothing of it is kept. The page may
        still ask while its form is on the way, which uses the invitation up.
        """
        refuse_other_sites(request, settings)
        fields = await text_fields(request)
        async with database.transaction() as db:
            invitation = await invitation_of(db, secret)
            if invitation is None:
                return _gone()
            institution = await db.get_one(Institution, invitation.institution_id)
        return strength_part(fields.get("password", ""), (invitation.email, institution.name))


async def account_of(db: AsyncSession, staff: Staff, account_id: str) -> Account:
    """An account of the asker's institution.

    Raises:
        NotFoundException: there is none.
    """
    found = await db.get(Account, account_id)
    if found is None or found.institution_id != staff.institution_id:
        raise NotFoundException("There is no such account.")
    return found


async def _people(
    db: AsyncSession,
    staff: Staff,
    settings: Settings,
    now: int,
    *,
    status: int = 200,
    **shown: Any,
) -> Template:
    own = staff.institution_id
    context = {
        "institution": await db.get_one(Institution, own),
        "people": await people_of(db, own, settings.session_idle, now),
        "invitations": await open_invitations(db, own, now),
        "roles": ROLES,
        "days": INVITATION_DAYS,
        "link_days": LINK_DAYS,
        "told": "",
        "mistake": "",
        "typed": {},
        "link": "",
        "invited": "",
        "renewing": None,
        "made": None,
        **shown,
    }
    return page("people.html", context, status=status)


async def _join(
    db: AsyncSession, secret: str, now: int, *, mistake: str = "", name: str = ""
) -> Template:
    invitation = await find_invitation(db, secret, now)
    if invitation is None:
        return _gone()
    institution = await db.get_one(Institution, invitation.institution_id)
    context = {
        "invitation": invitation,
        "institution": institution,
        "role_words": "" if invitation.renews else ROLES[Role(invitation.role)],
        "mistake": mistake,
        "name": name,
        "here": f"/join/{secret}",
        "least": MIN_CHARS,
        "most": MAX_CHARS,
    }
    # The link is a secret: no page that is visited from here learns it.
    headers = {"Referrer-Policy": "no-referrer"}
    return page("join.html", context, status=422 if mistake else 200, headers=headers)


def _gone() -> Template:
    words = (
        "It was used already, has expired, was withdrawn, or a newer one took its place. Ask "
        "for another one."
    )
    context = {"status": 404, "title": "This link is over", "words": words}
    return page("error.html", context, status=404)


def _spoken(error: AccountError) -> str:
    """A mistake, without telling that an address has an account elsewhere."""
    words = str(error)
    if words.startswith("there is an account"):
        return "This address cannot be used here. Ask to be invited with another one."
    return words


def _role(fields: dict[str, str]) -> Role:
    typed = fields.get("role", "")
    if typed not in set(Role):
        raise NotFoundException("There is no such role.")
    return Role(typed)


def _back(told: str) -> Redirect:
    return Redirect(f"{PAGE}?told={told}", status_code=303)
