"""Tokens for programs: what their maker may do, within scopes, until they expire."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.credentials import ApiTokenRow
from server.accounts.models import Account, Role
from server.accounts.scopes import TOKEN_PREFIX, Scope
from server.accounts.service import new_id
from server.accounts.staff import Staff, staff_of
from server.audit import service as audit
from server.clock import MICROS_PER_DAY, MICROS_PER_SECOND, WallClock
from server.storage.database import Database
from shared.encoding import sha256_hex, to_base64

# As for a session's cookie: nobody guesses 256 bits.
TOKEN_BYTES = 32

# Who needs a program for longer makes a new token: a forgotten one ends by itself.
MAX_DAYS = 366

MAX_NAME_CHARS = 60

# Of one account at a time; revoked and expired ones stay in the list and count for nothing.
MOST_TOKENS = 100

# ``last_used`` is written at most so often, in microseconds.
USED_EVERY = 60 * MICROS_PER_SECOND


class TokenError(ValueError):
    """There can be no such token; the message says why."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A token in a list, with its maker's name."""

    row: ApiTokenRow
    maker: str
    scopes: tuple[Scope, ...]

    def state(self, now: int) -> str:
        """Good, expired or revoked."""
        if self.row.revoked is not None:
            return "revoked"
        return "expired" if self.row.expires <= now else "good"


async def make_token(
    db: AsyncSession,
    owner: Staff | Account,
    name: str,
    scopes: list[str],
    days: int,
    now: int,
    *,
    by: Staff | str,
) -> tuple[ApiTokenRow, str]:
    """A new token of its ``owner`` and its text, which is shown this once.

    Raises:
        TokenError: it has no name or scope, lasts too long, or is one too many.
    """
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME_CHARS:
        raise TokenError(f"A token has a name of at most {MAX_NAME_CHARS} characters.")
    chosen = sorted({scope for scope in scopes if scope in set(Scope)})
    if not chosen or len(chosen) != len(set(scopes)):
        raise TokenError("Choose what the token is for.")
    if not 1 <= days <= MAX_DAYS:
        raise TokenError(f"A token is good for 1 to {MAX_DAYS} days.")
    if await _good_ones(db, owner.id, now) >= MOST_TOKENS:
        raise TokenError(f"There are {MOST_TOKENS} tokens. Revoke one first.")
    text = TOKEN_PREFIX + to_base64(secrets.token_bytes(TOKEN_BYTES))
    row = ApiTokenRow(
        id=new_id(),
        account_id=owner.id,
        token_hash=_hash(text),
        name=name,
        scopes=chosen,
        created=now,
        expires=now + days * MICROS_PER_DAY,
        last_used=None,
        revoked=None,
    )
    db.add(row)
    audit.record(
        db,
        now,
        by,
        "token.create",
        ("token", row.id),
        institution_id=owner.institution_id,
        scopes=" ".join(chosen),
        account=owner.id,
    )
    return row, text


async def _good_ones(db: AsyncSession, account_id: str, now: int) -> int:
    """How many of an account's tokens are neither revoked nor expired."""
    good = select(func.count()).where(
        ApiTokenRow.account_id == account_id,
        ApiTokenRow.revoked.is_(None),
        ApiTokenRow.expires > now,
    )
    return (await db.scalar(good)) or 0


async def tokens_for(db: AsyncSession, staff: Staff) -> list[Shown]:
    """The tokens that somebody sees: their own; an administrator, the institution's."""
    own = None if staff.may(Role.ADMIN) else staff.id
    return await tokens_of(db, staff.institution_id, own)


async def revoke_token(db: AsyncSession, staff: Staff, token_id: str, now: int) -> bool:
    """End a token at once; whether there is such a one that they see."""
    found = [one for one in await tokens_for(db, staff) if one.row.id == token_id]
    if not found:
        return False
    end_token(db, found[0].row, staff.institution_id, now, by=staff)
    return True


def end_token(
    db: AsyncSession, row: ApiTokenRow, institution_id: str, now: int, *, by: Staff | str
) -> None:
    """End a token at once; one that has ended stays so."""
    if row.revoked is None:
        row.revoked = now
        about = ("token", row.id)
        audit.record(db, now, by, "token.revoke", about, institution_id=institution_id)


class ApiTokens:
    """Finds who a program asks for."""

    def __init__(self, database: Database, clock: WallClock) -> None:
        """Take where tokens are kept."""
        self._database = database
        self._clock = clock

    async def find(self, token: str) -> Staff | None:
        """Its maker as they are now, held to its scopes; ``None`` where it is not good."""
        now = self._clock()
        query = (
            select(ApiTokenRow, Account)
            .join(Account, Account.id == ApiTokenRow.account_id)
            .where(ApiTokenRow.token_hash == _hash(token))
        )
        async with self._database.transaction() as db:
            found = (await db.execute(query)).one_or_none()
            if found is None:
                return None
            row, account = found
            if row.revoked is not None or row.expires <= now or not account.active:
                return None
            if row.last_used is None or row.last_used + USED_EVERY <= now:
                row.last_used = now
            scopes = frozenset(Scope(scope) for scope in row.scopes if scope in set(Scope))
            return replace(staff_of(account), token_id=row.id, scopes=scopes)


async def tokens_of(
    db: AsyncSession, institution_id: str, account_id: str | None = None
) -> list[Shown]:
    """An institution's tokens, or those of one account; the newest first."""
    query = (
        select(ApiTokenRow, Account.name)
        .join(Account, Account.id == ApiTokenRow.account_id)
        .where(Account.institution_id == institution_id)
        .order_by(ApiTokenRow.created.desc())
    )
    if account_id is not None:
        query = query.where(ApiTokenRow.account_id == account_id)
    return [
        Shown(row, maker, tuple(Scope(one) for one in row.scopes if one in set(Scope)))
        for row, maker in (await db.execute(query)).tuples()
    ]


def _hash(token: str) -> str:
    return sha256_hex(token.encode("utf-8", "replace"))
