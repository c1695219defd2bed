"""Signing in with an institution's own account: sent there, brought back, known by address."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.credentials import ProviderRow
from server.accounts.factors import Means
from server.accounts.models import Account, Institution, Role
from server.accounts.passwords import Passwords
from server.accounts.provider import (
    Asked,
    Client,
    ProviderError,
    Vouched,
    address_to_ask,
    discover,
    vouched_for,
)
from server.accounts.service import AccountError, create_account, find_account
from server.accounts.sign_in import Denied, SignedIn, SignIn, Visit
from server.accounts.staff import Staff
from server.accounts.steps import Step, begin_step, take_step
from server.audit import service as audit
from server.clock import WallClock
from server.config import Settings
from server.integrations.target import Targets
from server.storage.database import Database
from server.storage.seal import Seal

CALLBACK = "/login/back"
SEAL = "invigil/sign-in-providers/1"

# 256 bits each of state, nonce and verifier (RFC 7636, section 7.1).
RANDOM_BYTES = 32

MAX_CHARS = 200

# Domains of one institution's addresses: faculties and clinics have their own.
MOST_DOMAINS = 20
_PART = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z){_PART}(?:\.{_PART})+")

_log = structlog.get_logger("invigil.server")

# What somebody who signs in is told: no more, as they cannot mend it.
FAILED = "Your institution's sign-in did not work. Try again, or tell an administrator."
UNKNOWN = "Your institution vouches for you, but you have no account here. Ask to be invited."


@dataclass(frozen=True, slots=True)
class Sent:
    """On the way elsewhere: the address, and the step's cookie."""

    address: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Returned:
    """Signed in, and where they wanted to go."""

    signed_in: SignedIn
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderDraft:
    """What an administrator says of the institution's own sign-in; an empty ``secret`` keeps
    the one there is. ``trusts_address``: addresses count of which the issuer does not say
    whether they are verified. ``domains`` are those of addresses that ``joins_as`` is for: an
    issuer such as Google's vouches for everybody in the world.
    """

    issuer: str
    client: str
    secret: str
    joins_as: Role | None
    trusts_address: bool = False
    domains: tuple[str, ...] = ()


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept sealed of a sign-in. Whose word counts for an address is no less worth
    sealing than the secret: whoever could change it in the database could be anybody.
    """

    secret: str
    trusts_address: bool = False
    domains: tuple[str, ...] = ()

    def may_join(self, email: str) -> bool:
        """Whether somebody of this address may be given an account. What was kept before there
        were domains names none, and bounds nobody.
        """
        return not self.domains or email.rpartition("@")[2] in self.domains


class Elsewhere:
    """Sends people to their institution's sign-in and takes them back."""

    def __init__(
        self,
        database: Database,
        sign_in: SignIn,
        seal: Seal,
        targets: Targets,
        passwords: Passwords,
        settings: Settings,
        clock: WallClock,
    ) -> None:
        """Take what it works with; ``targets`` bounds where requests may go."""
        self._database = database
        self._sign_in = sign_in
        self._seal = seal
        self._targets = targets
        self._passwords = passwords
        self._url = settings.url
        self._clock = clock

    @property
    def callback(self) -> str:
        """The address that issuers send people back to."""
        return self._url + CALLBACK

    def address(self, institution_id: str) -> str:
        """Where an institution's staff begin to sign in with it."""
        return f"{self._url}/login/with/{institution_id}"

    async def begin(self, institution_id: str, target: str) -> Sent | Denied | None:
        """Send somebody there; ``None`` where the institution has no such sign-in."""
        async with self._database.transaction() as db:
            row = await db.get(ProviderRow, institution_id)
        client = self._client(row) if row is not None else None
        if client is None:
            return None
        try:
            found = await discover(self._targets, client.issuer)
        except ProviderError as error:
            return _failed(institution_id, error)
        asked = Asked(*(secrets.token_urlsafe(RANDOM_BYTES) for _ in range(3)))
        async with self._database.transaction() as db:
            cookie = await begin_step(
                db,
                Step.ELSEWHERE,
                None,
                self._clock(),
                institution=institution_id,
                target=target,
                state=asked.state,
                nonce=asked.nonce,
                verifier=asked.verifier,
            )
        return Sent(address_to_ask(found, client, asked), cookie)

    async def finish(
        self, cookie: str | None, state: str, code: str, visit: Visit
    ) -> Returned | Denied:
        """Take somebody back, with what the issuer gave their browser."""
        now = self._clock()
        async with self._database.transaction() as db:
            step = await take_step(db, cookie, Step.ELSEWHERE, now)
            row = await db.get(ProviderRow, step.data["institution"]) if step else None
        client = self._client(row) if row is not None else None
        if step is None or row is None or client is None or not code:
            return Denied(FAILED)
        kept = step.data
        if not hmac.compare_digest(kept["state"].encode(), state.encode()):
            return Denied(FAILED)
        asked = Asked(kept["state"], kept["nonce"], kept["verifier"])
        try:
            found = await discover(self._targets, client.issuer)
            vouched = await vouched_for(self._targets, found, client, asked, code, now)
        except ProviderError as error:
            return _failed(row.institution_id, error)
        async with self._database.transaction() as db:
            account = await self._account(db, row, vouched, now)
            if account is None or not account.active:
                return Denied(UNKNOWN)
            signed_in = await self._sign_in.begin(db, account, Means.ELSEWHERE, visit)
        return Returned(signed_in, kept["target"])

    async def check(self, draft: ProviderDraft) -> str | None:
        """Why a sign-in cannot be used, in a sentence for its form."""
        if not draft.client or len(draft.client) > MAX_CHARS or len(draft.issuer) > MAX_CHARS:
            return "Say the issuer's address and the client's id."
        wrong = [one for one in draft.domains if not _DOMAIN.fullmatch(one)]
        if wrong or len(draft.domains) > MOST_DOMAINS:
            return f"Say at most {MOST_DOMAINS} domains of addresses, as example.edu."
        if draft.joins_as is not None and not draft.domains:
            return "Say the domains of the addresses that get an account, as example.edu."
        try:
            await discover(self._targets, draft.issuer)
        except ProviderError as error:
            return str(error)
        return None

    async def keep(
        self,
        db: AsyncSession,
        staff: Staff,
        draft: ProviderDraft,
        now: int,
    ) -> str | None:
        """Keep an institution's sign-in; what is missing, in a sentence."""
        row = await db.get(ProviderRow, staff.institution_id)
        if row is None and not draft.secret:
            return "Say the client's secret."
        if row is None:
            row = ProviderRow(institution_id=staff.institution_id, sealed=b"", created=now)
            db.add(row)
        elif row.issuer != draft.issuer and not draft.secret:
            return "Say the client's secret again: it was another issuer's."
        kept = None if draft.secret else self._kept(row)
        if kept is None and not draft.secret:
            return "Say the client's secret again: the one that is kept cannot be opened."
        secret = draft.secret or (kept.secret if kept else "")
        row.issuer, row.client = draft.issuer, draft.client
        row.joins_as = draft.joins_as.value if draft.joins_as else None
        kept = _Kept(secret, draft.trusts_address, draft.domains)
        text = msgspec.json.encode(kept).decode()
        row.sealed = self._seal.sealed(staff.institution_id, text)
        subject = ("institution", staff.institution_id)
        said: dict[str, Any] = {"issuer": draft.issuer, "joins_as": row.joins_as or ""}
        said |= {"trusts_address": draft.trusts_address, "domains": list(draft.domains)}
        audit.record(db, now, staff, "institution.provider", subject, **said)
        return None

    def _client(self, row: ProviderRow) -> Client | None:
        kept = self._kept(row)
        if kept is None:
            return None
        return Client(row.issuer, row.client, kept.secret, self.callback, kept.trusts_address)

    def _kept(self, row: ProviderRow) -> _Kept | None:
        """What is sealed of a sign-in; ``None`` where it is not this server's."""
        text = self._seal.opened(row.institution_id, row.sealed)
        if text is None:
            return None
        try:
            return msgspec.json.decode(text, type=_Kept)
        except msgspec.DecodeError:
            # Kept before there was more to seal than the secret.
            return _Kept(text)

    def shown(self, row: ProviderRow) -> tuple[bool, str]:
        """What the form shows of what is sealed: whether addresses are trusted, and the domains
        of those that get an account.
        """
        kept = self._kept(row) or _Kept("")
        return kept.trusts_address, ", ".join(kept.domains)

    async def _account(
        self, db: AsyncSession, row: ProviderRow, vouched: Vouched, now: int
    ) -> Account | None:
        """The account of a verified address in that institution; made where it may be."""
        account = await find_account(db, vouched.email)
        if account is not None:
            return account if account.institution_id == row.institution_id else None
        kept = self._kept(row)
        if row.joins_as is None or kept is None or not kept.may_join(vouched.email):
            return None
        institution = await db.get_one(Institution, row.institution_id)
        try:
            return await create_account(
                db,
                self._passwords,
                institution,
                email=vouched.email,
                name=vouched.name,
                role=Role(row.joins_as),
                password=None,
                now=now,
                by=audit.SYSTEM,
            )
        except AccountError:
            # It is there by now where somebody came twice at once.
            account = await find_account(db, vouched.email)
            own = account is not None and account.institution_id == row.institution_id
            return account if own else None


def domains_in(text: str) -> tuple[str, ...]:
    """The domains that somebody typed, each once, with commas or blanks between."""
    return tuple(dict.fromkeys(filter(None, re.split(r"[,;\s]+", text.lower()))))


async def remove_provider(db: AsyncSession, staff: Staff, now: int) -> bool:
    """Take an institution's own sign-in away; whether there was one."""
    row = await db.get(ProviderRow, staff.institution_id)
    if row is None:
        return False
    await db.delete(row)
    subject = ("institution", staff.institution_id)
    audit.record(db, now, staff, "institution.provider", subject, issuer="")
    return True


async def only_provider(db: AsyncSession) -> str | None:
    """The institution whose sign-in the page offers by itself: where there is but one
    institution, so that a server of several tells nobody who they are.
    """
    ids = (await db.scalars(select(Institution.id).limit(2))).all()
    if len(ids) != 1 or await db.get(ProviderRow, ids[0]) is None:
        return None
    return ids[0]


def _failed(institution_id: str, error: ProviderError) -> Denied:
    _log.warning("sign-in elsewhere failed", institution=institution_id, why=str(error))
    return Denied(FAILED)
