"""An institution's people: invited, given a role, let go; never the last administrator."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.credentials import ApiTokenRow
from server.accounts.factors import Factors, factors_of, remove_factors
from server.accounts.models import Account, Institution, Invitation, Role, StaffSession
from server.accounts.notices import Change, OwnerNotices
from server.accounts.passwords import Passwords
from server.accounts.service import create_account, find_account, new_id
from server.accounts.signed_in import end_session
from server.accounts.staff import Staff
from server.audit import service as audit
from server.clock import MICROS_PER_DAY
from server.mail.letters import MailError, address_of
from server.mail.outbox import Outbox
from shared.encoding import sha256_hex, to_base64

# Long enough for somebody on holiday, short enough for a letter that was misdirected.
INVITATION_DAYS = 7

SECRET_BYTES = 32

LETTER = """Hello,

{by} invites you to join {institution} on Invigil, where its exams are proctored. Your role
will be: {role}.

Open this link to choose a password. It works once, and for {days} days:

{link}

If you did not expect this letter, do nothing: without the link being opened nothing happens.
"""


class PeopleError(ValueError):
    """This cannot be done to an account; the message says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Person:
    """An account as administrators see it: its second factors, when it was last active (µs UTC)
    and in how many browsers it is signed in.
    """

    account: Account
    role: Role
    factors: Factors
    seen: int | None
    sessions: int


async def people_of(db: AsyncSession, institution_id: str, idle: int, now: int) -> list[Person]:
    """All accounts of an institution, by name.

    Args:
        db: the transaction.
        institution_id: whose.
        idle: after how long without a request a session is over, in µs.
        now: µs UTC.
    """
    live = (
        select(StaffSession.account_id, func.count(), func.max(StaffSession.last_seen))
        .join(Account, Account.id == StaffSession.account_id)
        .where(Account.institution_id == institution_id, StaffSession.expires > now)
        .where(StaffSession.last_seen > now - idle)
        .group_by(StaffSession.account_id)
    )
    found = {who: (count, seen) for who, count, seen in (await db.execute(live)).tuples()}
    query = select(Account).where(Account.institution_id == institution_id)
    people: list[Person] = []
    for one in await db.scalars(query.order_by(Account.active.desc(), Account.name)):
        count, seen = found.get(one.id, (0, None))
        people.append(Person(one, Role(one.role), await factors_of(db, one.id), seen, count))
    return people


async def open_invitations(
    db: AsyncSession, institution_id: str, now: int
) -> Sequence[Invitation]:
    """Those that may still be accepted, the newest first."""
    query = (
        select(Invitation)
        .where(Invitation.institution_id == institution_id, Invitation.ended.is_(None))
        .where(Invitation.expires > now)
        .order_by(Invitation.created.desc())
    )
    return (await db.scalars(query)).all()


async def invite(
    db: AsyncSession,
    outbox: Outbox,
    institution: Institution,
    by: Staff | str,
    *,
    email: str,
    role: Role,
    url: str,
    now: int,
) -> tuple[Invitation, str]:
    """Invite somebody by a letter; the invitation, and the link in it, shown this once.

    An earlier invitation of the same address ends.

    Raises:
        PeopleError: the address is none, or has an account here.
    """
    try:
        email = address_of(email).lower()
    except MailError as error:
        raise PeopleError(str(error)) from error
    there = await find_account(db, email)
    if there is not None and there.institution_id == institution.id:
        raise PeopleError(
            f"{email} has an account here already. Who cannot sign in gets a link for a new "
            "password."
        )
    name = name_of(by, institution)
    invitation, secret = await add_invitation(
        db, institution, email=email, role=role.value, by=name, days=INVITATION_DAYS, now=now
    )
    link = link_to(url, secret)
    text = LETTER.format(
        by=name, institution=institution.name, role=role.value, days=INVITATION_DAYS, link=link
    )
    subject = f"Your invitation to {institution.name}"
    await outbox.queue(
        db, institution.id, to=email, subject=subject, text=text, kind="invitation"
    )
    _log(db, now, by, "invitation.send", invitation, role=role.value)
    return invitation, link


def name_of(by: Staff | str, institution: Institution) -> str:
    """Who invites, as a letter says it."""
    return by.name if isinstance(by, Staff) else institution.name


def link_to(url: str, secret: str) -> str:
    """Where an invitation's link leads."""
    return f"{url}/join/{secret}"


async def add_invitation(
    db: AsyncSession,
    institution: Institution,
    *,
    email: str,
    role: str,
    by: str,
    days: int,
    now: int,
) -> tuple[Invitation, str]:
    """A new invitation and the secret of its link; those before it of this address end."""
    await end_invitations(db, institution.id, email, now)
    secret = to_base64(secrets.token_bytes(SECRET_BYTES))
    invitation = Invitation(
        id=new_id(),
        institution_id=institution.id,
        secret_hash=_hash(secret),
        email=email,
        role=role,
        invited_by=by,
        created=now,
        expires=now + days * MICROS_PER_DAY,
        ended=None,
    )
    db.add(invitation)
    return invitation, secret


async def end_invitations(db: AsyncSession, institution_id: str, email: str, now: int) -> None:
    """End an address's open invitations to an institution."""
    await db.execute(
        update(Invitation)
        .where(Invitation.institution_id == institution_id, Invitation.email == email)
        .where(Invitation.ended.is_(None))
        .values(ended=now)
    )


async def find_invitation(db: AsyncSession, secret: str, now: int) -> Invitation | None:
    """The open invitation that a link is of."""
    found = (await db.execute(_of_link(secret).with_for_update())).scalar_one_or_none()
    return found if found and found.ended is None and found.expires > now else None


async def invitation_of(db: AsyncSession, secret: str) -> Invitation | None:
    """The invitation that a link is of, whatever became of it."""
    return (await db.execute(_of_link(secret))).scalar_one_or_none()


def _of_link(secret: str) -> Select[tuple[Invitation]]:
    return select(Invitation).where(Invitation.secret_hash == _hash(secret))


async def withdraw(
    db: AsyncSession, by: Staff | str, institution_id: str, invitation_id: str, now: int
) -> bool:
    """Take an invitation back; whether the institution has it."""
    found = await db.get(Invitation, invitation_id)
    if found is None or found.institution_id != institution_id:
        return False
    if found.ended is None:
        found.ended = now
        _log(db, now, by, "invitation.withdraw", found)
    return True


async def accept(
    db: AsyncSession,
    passwords: Passwords,
    invitation: Invitation,
    *,
    name: str,
    password: str,
    now: int,
) -> Account:
    """Make the account that an invitation promised; it is used up.

    Raises:
        AccountError: the password is none, or the address has an account meanwhile.
    """
    institution = await db.get_one(Institution, invitation.institution_id)
    account = await create_account(
        db,
        passwords,
        institution,
        email=invitation.email,
        name=name,
        role=Role(invitation.role),
        password=password,
        now=now,
        by=audit.SYSTEM,
    )
    invitation.ended = now
    return account


async def change_role(
    db: AsyncSession, by: Staff | str, account: Account, role: Role, now: int
) -> None:
    """Give an account another role; it signs in anew.

    Raises:
        PeopleError: it is the last administrator.
    """
    if account.role == role.value:
        return
    if role is not Role.ADMIN:
        await _keep_an_admin(db, account)
    before, account.role = account.role, role.value
    await end_sessions(db, account.id)
    _log(db, now, by, "account.role", account, before=before, role=role.value)


async def set_active(
    db: AsyncSession, by: Staff | str, account: Account, now: int, *, active: bool
) -> None:
    """Let an account go, or take it back. Who is let go is signed out at once, and their
    programs' tokens end, as does a link for a new password.

    Raises:
        PeopleError: it is the last administrator.
    """
    if account.active is active:
        return
    if not active:
        await _keep_an_admin(db, account)
        await end_sessions(db, account.id)
        await end_invitations(db, account.institution_id, account.email, now)
        await db.execute(
            update(ApiTokenRow)
            .where(ApiTokenRow.account_id == account.id, ApiTokenRow.revoked.is_(None))
            .values(revoked=now)
        )
    account.active = active
    _log(db, now, by, "account.restore" if active else "account.deactivate", account)


async def reset_factors(
    db: AsyncSession, notices: OwnerNotices, by: Staff | str, account: Account, now: int
) -> None:
    """Take an account's second factors away, for who lost them; it signs in anew, and its owner
    is told.
    """
    await remove_factors(db, account.id)
    await end_sessions(db, account.id)
    await notices.tell(db, account, Change.RESET, now)
    _log(db, now, by, "account.factors-reset", account)


async def want_factor(db: AsyncSession, now: int, staff: Staff, *, wanted: bool) -> None:
    """Say whether an institution asks everybody for a second factor."""
    institution = await db.get_one(Institution, staff.institution_id)
    institution.wants_second_factor = wanted
    subject = ("institution", staff.institution_id)
    audit.record(db, now, staff, "institution.factor", subject, wanted=wanted)


async def sign_out(db: AsyncSession, by: Staff | str, account: Account, now: int) -> int:
    """Sign an account out everywhere but where it asks for it itself; how many sessions
    ended.
    """
    here = by.session_hash if isinstance(by, Staff) else ""
    count = await end_sessions(db, account.id, but=here)
    _log(db, now, by, "account.sessions-end", account, sessions=count)
    return count


async def sign_one_out(
    db: AsyncSession, by: Staff | str, account: Account, session: str, now: int
) -> bool:
    """Sign an account out in one browser; whether it was signed in there."""
    if not await end_session(db, account.id, session):
        return False
    _log(db, now, by, "account.session-end", account)
    return True


async def end_sessions(db: AsyncSession, account_id: str, but: str = "") -> int:
    """Sign an account out everywhere, ``but`` in one session; how many ended."""
    done = await db.execute(
        delete(StaffSession).where(
            StaffSession.account_id == account_id, StaffSession.id != but
        )
    )
    return int(getattr(done, "rowcount", 0))


async def _keep_an_admin(db: AsyncSession, account: Account) -> None:
    if account.role != Role.ADMIN.value or not account.active:
        return
    # Two who let each other go at once take turns here.
    await db.get(Institution, account.institution_id, with_for_update=True)
    others = select(func.count()).where(
        Account.institution_id == account.institution_id,
        Account.role == Role.ADMIN.value,
        Account.active.is_(True),
        Account.id != account.id,
    )
    if not await db.scalar(others):
        raise PeopleError(
            "This is the last administrator. Make somebody else one first: without any, nobody "
            "could look after people and settings."
        )


def _log(
    db: AsyncSession,
    now: int,
    by: Staff | str,
    action: str,
    whom: Account | Invitation,
    **detail: Any,
) -> None:
    kind = "account" if isinstance(whom, Account) else "invitation"
    subject = (kind, whom.id)
    owner = whom.institution_id
    audit.record(db, now, by, action, subject, institution_id=owner, **detail)


def _hash(secret: str) -> str:
    return sha256_hex(secret.encode("utf-8", "replace"))
