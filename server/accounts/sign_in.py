"""Signing in and out: sessions on the server's side, named by a random cookie.

Every sign-in makes a new session under a new random value, so that one planted in a
browser beforehand never becomes somebody's, and so does a second factor shown later. The
database holds the value's hash only.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.factors import Means, check_code, factors_of
from server.accounts.models import Account, Institution, StaffSession
from server.accounts.passkeys import Site, used_passkey
from server.accounts.passwords import MAX_TRIED_CHARS, Passwords
from server.accounts.service import find_account
from server.accounts.staff import Staff, staff_of
from server.accounts.steps import Step, begin_step, find_step, take_step
from server.accounts.throttle import Throttle, throttle_key
from server.audit import service as audit
from server.clock import MICROS_PER_SECOND, WallClock
from server.config import Settings
from server.storage.database import Database
from server.storage.seal import Seal
from shared.counting import count
from shared.encoding import sha256_hex, to_base64

COOKIE_BYTES = 32

# Guesses at one account from all addresses together, and from one address at all accounts,
# against those at one account from one address: so much more that a stranger's guesses do not
# shut an account's owner out at once, nor a colleague's slips a house that shares an address.
ACCOUNT_FACTOR, ADDRESS_FACTOR = 10, 10

# What is kept of where somebody signed in: the columns' lengths.
MAX_ADDRESS_CHARS, MAX_AGENT_CHARS = 64, 200

# ``last_seen`` is written at most so often, in microseconds: it is not worth a write each.
SEEN_EVERY = 60 * MICROS_PER_SECOND

# Who is signed in under a session: asked with every request, so made once.
_HOLDER = (
    select(StaffSession, Account, Institution.wants_second_factor)
    .join(Account, Account.id == StaffSession.account_id)
    .join(Institution, Institution.id == Account.institution_id)
    .where(StaffSession.id == bindparam("session"))
)


@dataclass(frozen=True, slots=True)
class Visit:
    """From where somebody signs in: network address, and what their browser calls itself;
    ``before`` is the cookie held so far, whose session ends.
    """

    address: str
    agent: str = ""
    before: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A success: the cookie's value."""

    cookie: str
    staff: Staff


@dataclass(frozen=True, slots=True)
class HalfWay:
    """The password was right and a second factor is to come: the step's cookie."""

    cookie: str


@dataclass(frozen=True, slots=True)
class Denied:
    """A failure; ``retry_after`` (seconds) where it was one too many."""

    words: str
    retry_after: int = 0


class SignIn:
    """Makes, finds and ends the sessions of staff."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        seal: Seal,
        settings: Settings,
        clock: WallClock,
    ) -> None:
        """Take what it works with."""
        self._database = database
        self._passwords = passwords
        self._seal = seal
        self._idle = settings.session_idle
        self._max = settings.session_max
        self._clock = clock
        self._pairs = Throttle(settings.login_attempts)
        self._addresses = Throttle(settings.login_attempts * ADDRESS_FACTOR)
        self._accounts = Throttle(settings.login_attempts * ACCOUNT_FACTOR)
        # Who knows the password has far fewer guesses at what comes after it.
        self._factors = Throttle(settings.login_attempts)

    async def sign_in(
        self, email: str, password: str, visit: Visit
    ) -> SignedIn | HalfWay | Denied:
        """Check a password and begin a session, or the step to the second factor."""
        email, now = email.strip().lower(), self._clock()
        pair = _pair(visit.address, email)
        counted = (
            (self._pairs, pair),
            (self._addresses, visit.address),
            (self._accounts, email),
        )
        if wait := max(throttle.wait(key, now) for throttle, key in counted):
            return _too_many(wait)
        # Counted before it is judged, so that a hundred guesses at once are a hundred.
        for throttle, key in counted:
            throttle.count(key, now)
        async with self._database.transaction() as db:
            account = await find_account(db, email)
        if account is None or not await self._fits(account, password) or not account.active:
            if account is None:
                await self._passwords.matches(None, password[:MAX_TRIED_CHARS])
            await self._note_failure(account, visit.address, now)
            return Denied("E-mail address or password is wrong.")
        self._addresses.take_back(visit.address)
        self._accounts.forget(email)
        self._pairs.forget(pair)
        stale = self._passwords.is_stale(account.password_hash)
        if stale and not await self._renew(account, password):
            return Denied("The password was changed a moment ago. Sign in with the new one.")
        async with self._database.transaction() as db:
            if (await factors_of(db, account.id)).any:
                return HalfWay(await begin_step(db, Step.SECOND, account.id, now))
            return await self.begin(db, account, Means.PASSWORD, visit)

    async def second_factor(
        self, step: str | None, code: str, visit: Visit
    ) -> SignedIn | Denied | None:
        """Go on from a right password with a code; ``None`` where there is no such step (any
        more).
        """
        now = self._clock()
        async with self._database.transaction() as db:
            found = await find_step(db, step, Step.SECOND, now)
            account = await db.get(Account, found.account_id) if found else None
            if found is None or account is None or not account.active:
                return None
            if wait := self._wait_for_factor(account.id, visit.address, now):
                return _too_many(wait)
            self._count_factor(account.id, visit.address, now)
            means = await check_code(db, self._seal, account.id, code, now)
            if means is not None:
                self._forget_factor(account.id, visit.address)
                await db.delete(found)
                return await self.begin(db, account, means, visit)
        await self._note_failure(account, visit.address, now)
        return Denied("This code is wrong, too old, or was used already.")

    async def passkey(
        self, step: str | None, credential: dict[str, Any], site: Site, visit: Visit
    ) -> SignedIn | Denied:
        """Sign in with a passkey, as second factor or all by itself."""
        now = self._clock()
        if wait := self._addresses.wait(visit.address, now):
            return _too_many(wait)
        self._addresses.count(visit.address, now)
        async with self._database.transaction() as db:
            found = await take_step(db, step, Step.PASSKEY, now)
            account = await used_passkey(db, found, credential, site, now) if found else None
            if account is not None and account.active:
                self._addresses.take_back(visit.address)
                return await self.begin(db, account, Means.PASSKEY, visit)
        await self._note_failure(account, visit.address, now)
        return Denied("This passkey was not accepted. Try again, or sign in in another way.")

    async def is_right(self, account: Account, password: str, address: str) -> bool | Denied:
        """Whether somebody signed in knows their password: before what is worth a theft."""
        now = self._clock()
        if wait := self._wait_for_factor(account.id, address, now):
            return _too_many(wait)
        self._count_factor(account.id, address, now)
        if not await self._fits(account, password):
            return False
        self._forget_factor(account.id, address)
        return True

    async def begin(
        self, db: AsyncSession, account: Account, means: Means, visit: Visit
    ) -> SignedIn:
        """Begin a session for somebody who has proved who they are."""
        now, cookie = self._clock(), to_base64(secrets.token_bytes(COOKIE_BYTES))
        session = StaffSession(
            id=_hash(cookie),
            account_id=account.id,
            csrf=secrets.token_hex(COOKIE_BYTES),
            created=now,
            last_seen=now,
            expires=now + self._max,
            means=means.value,
            address=visit.address[:MAX_ADDRESS_CHARS],
            agent=visit.agent[:MAX_AGENT_CHARS],
        )
        if visit.before:
            gone = StaffSession.id == _hash(visit.before)
            await db.execute(delete(StaffSession).where(gone))
        await db.execute(delete(StaffSession).where(StaffSession.expires <= now))
        db.add(session)
        institution = await db.get_one(Institution, account.institution_id)
        staff = _staff(account, session, wants_factor=institution.wants_second_factor)
        subject = ("account", account.id)
        said = {"address": visit.address, "means": means.value}
        audit.record(db, now, staff, "account.sign-in", subject, **said)
        return SignedIn(cookie, staff)

    async def find(self, cookie: str) -> Staff | None:
        """Who holds this cookie, if its session is still good."""
        now = self._clock()
        async with self._database.transaction() as db:
            found = (await db.execute(_HOLDER, {"session": _hash(cookie)})).one_or_none()
            if found is None:
                return None
            session, account, wants_factor = found
            # By statements of their own: it may be ended in this very moment.
            same = StaffSession.id == session.id
            idle = session.last_seen + self._idle <= now
            if idle or session.expires <= now or not account.active:
                await db.execute(delete(StaffSession).where(same))
                return None
            if session.last_seen + SEEN_EVERY <= now:
                await db.execute(update(StaffSession).where(same).values(last_seen=now))
            return _staff(account, session, wants_factor=wants_factor)

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

    async def _fits(self, account: Account, password: str) -> bool:
        """Whether this is the account's password; none fits where it has none."""
        kept = account.password_hash or None
        long = len(password) > MAX_TRIED_CHARS
        return await self._passwords.matches(kept, password[:MAX_TRIED_CHARS]) and not long

    async def _renew(self, account: Account, password: str) -> bool:
        """Hash a password anew, unless the account has another hash meanwhile; whether it is
        the account's password still.
        """
        renewed = await self._passwords.hash_slowly(password)
        same = (Account.id == account.id) & (Account.password_hash == account.password_hash)
        async with self._database.transaction() as db:
            done = await db.execute(
                update(Account).where(same).values(password_hash=renewed).returning(Account.id)
            )
            if done.first() is not None:
                return True
            found = await db.get(Account, account.id)
        # Another sign-in has renewed it, or somebody has changed it.
        return found is not None and found.active and await self._fits(found, password)

    def _wait_for_factor(self, account_id: str, address: str, now: int) -> int:
        return max(self._addresses.wait(address, now), self._factors.wait(account_id, now))

    def _count_factor(self, account_id: str, address: str, now: int) -> None:
        self._addresses.count(address, now)
        self._factors.count(account_id, now)

    def _forget_factor(self, account_id: str, address: str) -> None:
        self._addresses.take_back(address)
        self._factors.forget(account_id)


def _hash(cookie: str) -> str:
    return sha256_hex(cookie.encode("utf-8", "replace"))


def _pair(address: str, email: str) -> str:
    return f"{throttle_key(address)} {email}"


def _too_many(wait: int) -> Denied:
    return Denied(f"Too many attempts. Try again in {count(-(-wait // 60), 'minute')}.", wait)


def _staff(account: Account, session: StaffSession, *, wants_factor: bool) -> Staff:
    return replace(
        staff_of(account),
        csrf=session.csrf,
        session_hash=session.id,
        since=session.created,
        means=session.means,
        owes_factor=wants_factor and session.means == Means.PASSWORD,
    )
