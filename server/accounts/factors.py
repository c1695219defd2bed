"""Second factors by code: an authenticator app's (TOTP, RFC 6238), and recovery codes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum

import pyotp
from pyotp.totp import TOTP
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.credentials import PasskeyRow, RecoveryCodeRow, TotpRow
from server.accounts.models import Account
from server.clock import MICROS_PER_SECOND
from server.storage.seal import Seal
from shared.encoding import sha256_hex

# RFC 6238, section 5.2: the step, in seconds, and one step of difference either way.
STEP_S, STEPS_EITHER_WAY = 30, 1
DIGITS = 6

# Recovery codes at a time; each is 79 bits, written without letters that look alike.
RECOVERY_CODES = 10
RECOVERY_CHARS, RECOVERY_GROUP = 16, 4
RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

SEAL = "invigil/second-factors/1"


class Means(StrEnum):
    """How a session was begun."""

    PASSWORD = "password"  # noqa: S105 (a word for it)
    TOTP = "totp"
    RECOVERY = "recovery"
    PASSKEY = "passkey"
    ELSEWHERE = "elsewhere"

    @property
    def label(self) -> str:
        """As pages write it."""
        return _LABELS[self]


_LABELS = {
    Means.PASSWORD: "Password",
    Means.TOTP: "Password and authenticator app",
    Means.RECOVERY: "Password and recovery code",
    Means.PASSKEY: "Passkey",
    Means.ELSEWHERE: "Institution's sign-in",
}


@dataclass(frozen=True, slots=True)
class Factors:
    """What an account has besides its password."""

    totp: bool
    passkeys: int
    recovery_codes: int

    @property
    def any(self) -> bool:
        """Whether a password alone does not sign in."""
        return self.totp or self.passkeys > 0


async def factors_of(db: AsyncSession, account_id: str) -> Factors:
    """Which second factors an account has."""
    totp = await db.get(TotpRow, account_id)
    passkeys = select(func.count()).where(PasskeyRow.account_id == account_id)
    codes = select(func.count()).where(
        RecoveryCodeRow.account_id == account_id, RecoveryCodeRow.used.is_(None)
    )
    return Factors(
        totp=totp is not None and totp.confirmed is not None,
        passkeys=(await db.scalar(passkeys)) or 0,
        recovery_codes=(await db.scalar(codes)) or 0,
    )


async def begin_totp(db: AsyncSession, seal: Seal, account: Account, now: int) -> None:
    """A new secret, which counts for nothing until its first code comes."""
    row = await db.get(TotpRow, account.id)
    if row is not None:
        await db.delete(row)
        await db.flush()
    sealed = seal.sealed(account.id, pyotp.random_base32())
    db.add(
        TotpRow(account_id=account.id, sealed=sealed, last_step=0, created=now, confirmed=None)
    )


async def pending_totp(db: AsyncSession, seal: Seal, account_id: str) -> str | None:
    """The secret (base 32) that is waiting for its first code; shown no more after that."""
    row = await db.get(TotpRow, account_id)
    if row is None or row.confirmed is not None:
        return None
    return seal.opened(account_id, row.sealed)


def totp_address(secret: str, email: str, institution: str) -> str:
    """What the square code says (Google Authenticator's key URI format)."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=f"Invigil, {institution}")


async def confirm_totp(
    db: AsyncSession, seal: Seal, account_id: str, code: str, now: int
) -> bool:
    """Whether the first code is right; from then on it is asked for at each sign-in."""
    row = await db.get(TotpRow, account_id)
    if row is None or row.confirmed is not None or not _takes(row, seal, code, now):
        return False
    row.confirmed = now
    return True


async def check_code(
    db: AsyncSession, seal: Seal, account_id: str, code: str, now: int
) -> Means | None:
    """What a typed code is: an app's or a recovery code that was not used; else ``None``."""
    row = await db.get(TotpRow, account_id, with_for_update=True)
    if row is not None and row.confirmed is not None and _takes(row, seal, code, now):
        return Means.TOTP
    used = await db.execute(
        update(RecoveryCodeRow)
        .where(
            RecoveryCodeRow.account_id == account_id,
            RecoveryCodeRow.code_hash == _hash(account_id, code),
            RecoveryCodeRow.used.is_(None),
        )
        .values(used=now)
    )
    return Means.RECOVERY if getattr(used, "rowcount", 0) == 1 else None


def _takes(row: TotpRow, seal: Seal, code: str, now: int) -> bool:
    """Whether this code is right and newer than the last; it is the last one now."""
    secret = seal.opened(row.account_id, row.sealed)
    typed = "".join(code.split())
    if secret is None or len(typed) != DIGITS or not (typed.isascii() and typed.isdecimal()):
        return False
    totp, step = TOTP(secret, digits=DIGITS, interval=STEP_S), now // MICROS_PER_SECOND
    for at in range(-STEPS_EITHER_WAY, STEPS_EITHER_WAY + 1):
        number = step // STEP_S + at
        if number > row.last_step and secrets.compare_digest(totp.generate_otp(number), typed):
            row.last_step = number
            return True
    return False


async def new_recovery_codes(db: AsyncSession, account_id: str, now: int) -> list[str]:
    """Ten new codes, to be shown this once; those before them work no more."""
    await db.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.account_id == account_id))
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    db.add_all(
        RecoveryCodeRow(
            account_id=account_id, code_hash=_hash(account_id, code), created=now, used=None
        )
        for code in codes
    )
    return codes


async def remove_totp(db: AsyncSession, account_id: str) -> None:
    """Take the authenticator app away."""
    await db.execute(delete(TotpRow).where(TotpRow.account_id == account_id))
    await drop_codes_alone(db, account_id)


async def drop_codes_alone(db: AsyncSession, account_id: str) -> None:
    """Recovery codes stand in for a second factor; without one they are no use."""
    await db.flush()
    if not (await factors_of(db, account_id)).any:
        await db.execute(
            delete(RecoveryCodeRow).where(RecoveryCodeRow.account_id == account_id)
        )


async def remove_factors(db: AsyncSession, account_id: str) -> None:
    """Take all of them away: the account signs in by password alone."""
    for table in (TotpRow, PasskeyRow, RecoveryCodeRow):
        await db.execute(delete(table).where(table.account_id == account_id))


def _new_code() -> str:
    text = "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_CHARS))
    groups = range(0, RECOVERY_CHARS, RECOVERY_GROUP)
    return "-".join(text[at : at + RECOVERY_GROUP] for at in groups)


def _hash(account_id: str, code: str) -> str:
    """What is kept of a code: 79 random bits need no slow hash."""
    plain = "".join(letter for letter in code.lower() if letter in RECOVERY_ALPHABET)
    return sha256_hex(f"{account_id}\0{plain}".encode())
