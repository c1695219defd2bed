"""Signing in and out: sessions on the server's side, named by a random cookie.

Every sign-in makes a new session under a new random value, so that one planted in a
browser beforehand never becomes somebody's. The database holds the value's hash only.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select

from server.accounts.models import Account, Role, StaffSession
from server.accounts.passwords import MAX_CHARS, Passwords
from server.accounts.service import find_account
from server.accounts.staff import Staff
from server.accounts.throttle import Throttle
from server.audit import service as audit
from server.clock import MICROS_PER_SECOND, WallClock
from server.config import Settings
from server.storage.database import Database
from shared.encoding import sha256_hex, to_base64

COOKIE_BYTES = 32

# Guesses at one account from all addresses together, against those from one address: so
# much more that a stranger's guesses do not shut the account's owner out at once.
ACCOUNT_FACTOR = 10

# ``last_seen`` is written at most so often, in microseconds: it is not worth a write each.
SEEN_EVERY = 60 * MICROS_PER_SECOND


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A success: the cookie's value."""

    cookie: str
    staff: Staff


@dataclass(frozen=True, slots=True)
class Denied:
    """A failure; ``retry_after`` (seconds) where it was one too many."""

    words: str
    retry_after: int = 0


class SignIn:
    """Makes, finds and ends the sessions of staff."""

    def __init__(
        self, database: Database, passwords: Passwords, settings: Settings, clock: WallClock
    ) -> None:
        """Take what it works with."""
        self._database = database
        self._passwords = passwords
        self._idle = settings.session_idle
        self._max = settings.session_max
        self._clock = clock
        self._addresses = Throttle(settings.login_attempts)
        self._accounts = Throttle(settings.login_attempts * ACCOUNT_FACTOR)

    async def sign_in(
        self, email: str, password: str, address: str, before: str | None = None
    ) -> SignedIn | Denied:
        """Check a password and begin a session; ``before`` is the cookie held so far."""
        email, now = email.strip().lower(), self._clock()
        wait = max(self._addresses.wait(address, now), self._accounts.wait(email, now))
        if wait:
            minutes = -(-wait // 60)
            return Denied(f"Too many attempts. Try again in {minutes} minutes.", wait)
        # Counted before it is judged, so that a hundred guesses at once are a hundred.
        self._addresses.count(address, now)
        self._accounts.count(email, now)
        async with self._database.transaction() as db:
            account = await find_account(db, email)
        kept = account.password_hash if account else None
        fits = len(password) <= MAX_CHARS and await self._passwords.matches(kept, password)
        if account is None or not fits or not account.active:
            await self._note_failure(account, address, now)
            return Denied("E-mail address or password is wrong.")
        self._addresses.take_back(address)
        self._accounts.forget(email)
        return await self._begin(account, password, address, before)

    async def _begin(
        self, account: Account, password: str, address: str, before: str | None
    ) -> SignedIn:
        now, cookie = self._clock(), to_base64(secrets.token_bytes(COOKIE_BYTES))
        renewed = None
        if self._passwords.is_stale(account.password_hash):
            renewed = await self._passwords.hash_slowly(password)
        session = StaffSession(
            id=_hash(cookie),
            account_id=account.id,
            csrf=secrets.token_hex(COOKIE_BYTES),
            created=now,
            last_seen=now,
            expires=now + self._max,
        )
        staff = _staff(account, session)
        async with self._database.transaction() as db:
            if renewed is not None:
                (await db.get_one(Account, account.id)).password_hash = renewed
            stale = [StaffSession.expires <= now]
            if before:
                await db.execute(delete(StaffSession).where(StaffSession.id == _hash(before)))
            await db.execute(delete(StaffSession).where(*stale))
            db.add(session)
            audit.record(
                db, now, staff, "account.sign-in", ("account", account.id), address=address
            )
        return SignedIn(cookie, staff)

    async def find(self, cookie: str) -> Staff | None:
        """Who holds this cookie, if its session is still good."""
        now = self._clock()
        query = (
            select(StaffSession, Account)
            .join(Account, Account.id == StaffSession.account_id)
            .where(StaffSession.id == _hash(cookie))
        )
        async with self._database.transaction() as db:
            found = (await db.execute(query)).one_or_none()
            if found is None:
                return None
            session, account = found
            idle = session.last_seen + self._idle <= now
            if idle or session.expires <= now or not account.active:
                await db.delete(session)
                return None
            if session.last_seen + SEEN_EVERY <= now:
                session.last_seen = now
            return _staff(account, session)

    async def sign_out(self, staff: Staff, address: str) -> None:
        """End the session."""
        async with self._database.transaction() as db:
            await db.execute(delete(StaffSession).where(StaffSession.id == staff.session_hash))
            subject = ("account", staff.id)
            audit.record(db, self._clock(), staff, "account.sign-out", subject, address=address)

    async def _note_failure(self, account: Account | None, address: str, now: int) -> None:
        """A wrong password for an account that exists is a matter of its institution's."""
        if account is None:
            return
        async with self._database.transaction() as db:
            audit.record(
                db,
                now,
                audit.SYSTEM,
                "account.sign-in-failed",
                ("account", account.id),
                institution_id=account.institution_id,
                address=address,
            )


def _hash(cookie: str) -> str:
    return sha256_hex(cookie.encode("utf-8", "replace"))


def _staff(account: Account, session: StaffSession) -> Staff:
    return Staff(
        id=account.id,
        institution_id=account.institution_id,
        email=account.email,
        name=account.name,
        role=Role(account.role),
        csrf=session.csrf,
        session_hash=session.id,
    )
