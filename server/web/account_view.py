"""What the page of one's own account shows, and where its forms lead back to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.factors import RECOVERY_CODES, factors_of, new_recovery_codes
from server.accounts.models import Account, Institution
from server.accounts.passkeys import Site, passkeys_of
from server.accounts.passwords import MAX_CHARS, MIN_CHARS, strength
from server.accounts.signed_in import places_of
from server.accounts.staff import Staff
from server.audit import service as audit
from server.config import Settings
from server.web.rendering import page

PAGE = "/settings/account"


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


def strength_part(password: str, about: Iterable[str]) -> Template:
    """How good a password is that is being typed; ``about`` as for ``strength``."""
    return page("password_strength.html", {"judged": strength(password, about)})


async def codes_page(db: AsyncSession, staff: Staff, now: int) -> Template:
    """Ten new recovery codes, and what to do with them."""
    codes = await new_recovery_codes(db, staff.id, now)
    audit.record(db, now, staff, "account.recovery-codes", ("account", staff.id))
    return page("recovery_codes.html", {"codes": codes})


def back(told: str) -> Redirect:
    """To the account's page, with a word about what was done."""
    return Redirect(f"{PAGE}?told={told}", status_code=303)
