"""Creates institutions and accounts."""

from __future__ import annotations

import secrets
import uuid

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account, Institution, Role
from server.accounts.passwords import Passwords, fault_in
from server.accounts.staff import Staff
from server.audit import service as audit
from server.audit.models import LogHeadRow
from server.storage.keys import KeyStore
from shared.encoding import ZERO_HASH
from shared.signed import fingerprint

# 18 random bytes are 24 letters and digits: for a password that a program makes.
GENERATED_BYTES = 18

# What is kept of who has no password: it is no hash, so that nothing fits it.
NO_HASH = ""

# The column's length; a mail address has at most 254 (RFC 3696, erratum 1690), and few 60.
MAX_EMAIL_CHARS = 200

# A name stands in one line of letters and pages.
MAX_INSTITUTION_CHARS = 150


class AccountError(ValueError):
    """The institution or account cannot be made so; the message says why."""


def new_id() -> str:
    """A random id of 32 hex digits."""
    return uuid.uuid4().hex


def new_password() -> str:
    """A random password."""
    return secrets.token_urlsafe(GENERATED_BYTES)


async def create_institution(
    db: AsyncSession, keys: KeyStore, name: str, contact: str, now: int
) -> Institution:
    """An institution, its keys, and its log, whose first entry names them.

    Raises:
        AccountError: no name or contact, one that is no line of text, or the name is taken.
    """
    name, contact = name.strip(), contact.strip()
    if not name or not contact:
        raise AccountError("an institution has a name and a contact that candidates can ask")
    if len(name) > MAX_INSTITUTION_CHARS or not name.isprintable():
        most = MAX_INSTITUTION_CHARS
        raise AccountError(f"an institution's name is one line of at most {most} characters")
    if await find_institution(db, name) is not None:
        raise AccountError(f"there is an institution called {name!r} already")
    ref = new_id()
    own = keys.create(ref)
    institution = Institution(
        id=ref, name=name, contact=contact, key_ref=ref, zone="UTC", created=now
    )
    db.add(institution)
    await db.flush()
    db.add(LogHeadRow(institution_id=ref, size=0, head=ZERO_HASH, time=0, bytes=0))
    audit.record(
        db,
        now,
        audit.COMMAND_LINE,
        "institution.create",
        ("institution", ref),
        institution_id=ref,
        key=fingerprint(own.public),
        kid=own.evidence.kid,
    )
    return institution


async def find_institution(db: AsyncSession, name: str) -> Institution | None:
    """An institution by its name or id."""
    query = select(Institution).where((Institution.name == name) | (Institution.id == name))
    return (await db.execute(query.limit(1))).scalar_one_or_none()


async def create_account(
    db: AsyncSession,
    passwords: Passwords,
    institution: Institution,
    *,
    email: str,
    name: str,
    role: Role,
    password: str | None,
    now: int,
    by: Staff | str = audit.COMMAND_LINE,
) -> Account:
    """A member of staff. Without a password (``None``) they sign in elsewhere only.

    Raises:
        AccountError: the address is none or taken, or the password is none.
    """
    email = email.strip().lower()
    if "@" not in email or " " in email or len(email) > MAX_EMAIL_CHARS:
        raise AccountError(f"{email[:80]!r} is not an e-mail address")
    if password is not None and (fault := fault_in(password, (email, institution.name))):
        raise AccountError(fault)
    taken = f"there is an account for {email} already"
    if await find_account(db, email) is not None:
        raise AccountError(taken)
    account = Account(
        id=new_id(),
        institution_id=institution.id,
        email=email,
        name=" ".join(name.split())[:MAX_EMAIL_CHARS] or email,
        password_hash=await passwords.hash_slowly(password) if password else NO_HASH,
        role=role.value,
        active=True,
        created=now,
    )
    try:
        async with db.begin_nested():
            db.add(account)
    except IntegrityError as error:
        # Somebody else made it meanwhile (PostgreSQL).
        raise AccountError(taken) from error
    subject = ("account", account.id)
    audit.record(
        db,
        now,
        by,
        "account.create",
        subject,
        institution_id=institution.id,
        role=role.value,
    )
    return account


async def find_account(db: AsyncSession, email: str) -> Account | None:
    """An account by its e-mail address."""
    query = select(Account).where(Account.email == email.strip().lower())
    return (await db.execute(query)).scalar_one_or_none()
