"""A link for a new password: for who forgot theirs, or never had one.

It is an invitation without a role (``Invitation.renews``): its secret's hash is kept, it works
once and for a few days, a newer one ends it, and whoever may invite takes it back. It signs
nobody in: with the new password the account's second factors are asked for as before.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account, Institution, Invitation
from server.accounts.notices import Change, OwnerNotices
from server.accounts.passwords import Passwords, fault_in
from server.accounts.people import (
    PeopleError,
    add_invitation,
    end_invitations,
    end_sessions,
    link_to,
    name_of,
)
from server.accounts.service import AccountError, find_account
from server.accounts.staff import Staff
from server.audit import service as audit
from server.mail.letters import MailError
from server.mail.outbox import Outbox

# Somebody waits for it: over a weekend, and no longer.
LINK_DAYS = 3

KIND = "password-link"

LETTER = """Hello {name},

{by} made you a link with which you choose a new password for your Invigil account at
{institution}. Open it:

{link}

It works once, and for {days} days. Until then your present password stays, if you have one.
With the new one every browser is signed out, and a second factor is asked for as before.

If you asked nobody for this, do not open the link, and tell {institution}: {contact}.
"""


@dataclass(frozen=True, slots=True)
class PasswordLink:
    """A new link, shown this once; ``sent`` is whether a letter with it can go to the account's
    address.
    """

    link: str
    sent: bool


async def make_password_link(
    db: AsyncSession, outbox: Outbox, by: Staff | str, account: Account, *, url: str, now: int
) -> PasswordLink:
    """Make somebody a link for a new password, and write it to them; the one before ends.

    Raises:
        PeopleError: the account is the asker's own, or was let go.
    """
    if isinstance(by, Staff) and by.id == account.id:
        # A borrowed browser would be enough otherwise: there the present one is asked for.
        raise PeopleError("Change your own password under your account.")
    if not account.active:
        raise PeopleError(f"{account.email} was deactivated. Take the account back first.")
    institution = await db.get_one(Institution, account.institution_id)
    name = name_of(by, institution)
    invitation, secret = await add_invitation(
        db, institution, email=account.email, role="", by=name, days=LINK_DAYS, now=now
    )
    link = link_to(url, secret)
    text = LETTER.format(
        name=account.name,
        by=name,
        institution=institution.name,
        contact=institution.contact,
        days=LINK_DAYS,
        link=link,
    )
    sent = False
    # An address that no letter can go to, as a first account's may be, keeps nobody out.
    with suppress(MailError):
        await outbox.queue(
            db,
            institution.id,
            to=account.email,
            subject=f"A new password for {institution.name}",
            text=text,
            kind=KIND,
        )
        sent = True
    audit.record(
        db,
        now,
        by,
        "account.password-link",
        ("account", account.id),
        institution_id=institution.id,
        invitation=invitation.id,
    )
    return PasswordLink(link, sent)


async def renew_password(
    db: AsyncSession,
    passwords: Passwords,
    notices: OwnerNotices,
    invitation: Invitation,
    password: str,
    now: int,
) -> bool:
    """Keep the password that somebody chose by a link, which is used up; whether the link's
    institution has the account still. The owner is written to; role and second factors stay.

    Raises:
        AccountError: the password is none.
    """
    account = await find_account(db, invitation.email)
    if account is None or account.institution_id != invitation.institution_id:
        return False
    if not account.active:
        return False
    institution = await db.get_one(Institution, account.institution_id)
    if fault := fault_in(password, (account.email, institution.name)):
        raise AccountError(fault)
    await keep_password(db, account, await passwords.hash_slowly(password), now)
    await notices.tell(db, account, Change.PASSWORD, now)
    audit.record(
        db,
        now,
        audit.SYSTEM,
        "account.password",
        ("account", account.id),
        institution_id=institution.id,
        invitation=invitation.id,
    )
    return True


async def keep_password(
    db: AsyncSession, account: Account, kept: str, now: int, *, but: str = ""
) -> None:
    """Give an account a new password's hash: it is signed out everywhere ``but`` in one
    session, and a link that is open ends.
    """
    await end_invitations(db, account.institution_id, account.email, now)
    await end_sessions(db, account.id, but=but)
    account.password_hash = kept
