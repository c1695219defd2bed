"""Half a sign-in: what was proved or asked so far, kept for minutes under a random cookie."""

from __future__ import annotations

import secrets
from enum import StrEnum
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.credentials import StepRow
from server.clock import MICROS_PER_SECOND
from shared.encoding import sha256_hex, to_base64

# As for a session's cookie: nobody guesses 256 bits.
COOKIE_BYTES = 32

# Long enough to find the telephone or sign in elsewhere, in seconds.
STEP_S = 600


class Step(StrEnum):
    """What was begun."""

    # The password was right; the second factor is to come.
    SECOND = "second"
    # A passkey was asked to sign a challenge.
    PASSKEY = "passkey"
    # A new passkey was asked for.
    REGISTER = "register"
    # Somebody was sent to their institution's own sign-in.
    ELSEWHERE = "elsewhere"


async def begin_step(
    db: AsyncSession, kind: Step, account_id: str | None, now: int, **data: Any
) -> str:
    """Begin one; the cookie's value. Those that are over are cleared away."""
    cookie = to_base64(secrets.token_bytes(COOKIE_BYTES))
    await db.execute(delete(StepRow).where(StepRow.expires <= now))
    expires = now + STEP_S * MICROS_PER_SECOND
    row = StepRow(
        id=_hash(cookie), kind=kind.value, account_id=account_id, data=data, expires=expires
    )
    db.add(row)
    return cookie


async def find_step(
    db: AsyncSession, cookie: str | None, kind: Step, now: int
) -> StepRow | None:
    """The step under this cookie, where it is of this kind and not over."""
    row = await db.get(StepRow, _hash(cookie)) if cookie else None
    return row if row is not None and row.kind == kind.value and row.expires > now else None


async def take_step(
    db: AsyncSession, cookie: str | None, kind: Step, now: int
) -> StepRow | None:
    """``find_step``, and it is used up."""
    row = await find_step(db, cookie, kind, now)
    if row is not None:
        await db.delete(row)
    return row


def _hash(cookie: str) -> str:
    return sha256_hex(cookie.encode("utf-8", "replace"))
