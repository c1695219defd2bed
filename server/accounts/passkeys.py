"""Passkeys (WebAuthn level 3): made, used and counted; the web page speaks to the browser."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from server.accounts.credentials import PasskeyRow, StepRow
from server.accounts.models import Account
from server.accounts.service import new_id
from server.accounts.steps import Step, begin_step
from server.config import Settings
from shared.encoding import sha256_hex
from shared.foreign_json import NotJson, read_json

# A name is for its owner to tell two apart.
MAX_NAME_CHARS = 60

# More passkeys than this one person does not have; a script may.
MOST_PASSKEYS = 20

# Each scheme's own port, which no origin names.
OWN_PORTS = {"http": ":80", "https": ":443"}

# What the library raises for a credential that is malformed or does not verify.
REFUSED = (WebAuthnException, ValueError, KeyError, TypeError)


class PasskeyError(ValueError):
    """The passkey cannot be added; the message says why."""


@dataclass(frozen=True, slots=True)
class Site:
    """What passkeys are bound to: the server's name and where its pages are."""

    name: str
    origin: str

    @classmethod
    def of(cls, settings: Settings) -> Site | None:
        """The site of these settings; ``None`` for a bare address, which has no passkeys."""
        parts = urlsplit(settings.url)
        name = parts.hostname or ""
        try:
            ip_address(name)
        except ValueError:
            return cls(name, _origin(parts))
        return None


def _origin(parts: SplitResult) -> str:
    """An origin as browsers write it: in small letters, and without the scheme's own port
    (RFC 6454, section 6.2).
    """
    host = parts.netloc.rpartition("@")[2].lower()
    return f"{parts.scheme}://{host.removesuffix(OWN_PORTS.get(parts.scheme, ''))}"


async def passkeys_of(db: AsyncSession, account_id: str) -> list[PasskeyRow]:
    """An account's passkeys, the oldest first."""
    query = select(PasskeyRow).where(PasskeyRow.account_id == account_id)
    return list(await db.scalars(query.order_by(PasskeyRow.created)))


async def ask_to_register(
    db: AsyncSession, account: Account, site: Site, institution: str, now: int
) -> tuple[str, str]:
    """What the browser is asked for a new passkey (JSON), and the step's cookie."""
    options = generate_registration_options(
        rp_id=site.name,
        rp_name=f"Invigil, {institution}",
        user_name=account.email,
        user_id=account.id.encode(),
        user_display_name=account.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_described(await passkeys_of(db, account.id)),
    )
    challenge = bytes_to_base64url(options.challenge)
    cookie = await begin_step(db, Step.REGISTER, account.id, now, challenge=challenge)
    return options_to_json(options), cookie


async def add_passkey(
    db: AsyncSession,
    step: StepRow | None,
    credential: dict[str, Any],
    name: str,
    site: Site,
    now: int,
) -> PasskeyRow:
    """Keep a new passkey of whose step it is.

    Raises:
        PasskeyError: the step is over, or the passkey does not verify, is there already, or is
            one too many.
    """
    if step is None:
        raise PasskeyError("That took too long. Try again.")
    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(step.data["challenge"]),
            expected_rp_id=site.name,
            expected_origin=site.origin,
        )
    except REFUSED as error:
        raise PasskeyError("The browser's answer does not fit. Try again.") from error
    account_id = step.account_id or ""
    if len(await passkeys_of(db, account_id)) >= MOST_PASSKEYS:
        raise PasskeyError(f"An account has at most {MOST_PASSKEYS} passkeys.")
    text = bytes_to_base64url(made.credential_id)
    if await _find(db, text) is not None:
        raise PasskeyError("This passkey is there already.")
    row = PasskeyRow(
        id=new_id(),
        account_id=account_id,
        credential=text,
        credential_hash=sha256_hex(text.encode()),
        public_key=made.credential_public_key,
        uses=made.sign_count,
        name=passkey_name(name),
        created=now,
        last_used=None,
    )
    db.add(row)
    return row


def passkey_name(typed: str) -> str:
    """A passkey's name as it was typed, in one short line."""
    return " ".join(typed.split())[:MAX_NAME_CHARS] or "Passkey"


async def ask_to_sign_in(
    db: AsyncSession, second: StepRow | None, site: Site, now: int
) -> tuple[str, str]:
    """What the browser is asked to sign (JSON), and the step's cookie.

    With the step of a right password (``second``) only that account's passkeys count; without
    one, the passkey says who it is, and its owner is verified by it (a finger, a PIN).
    """
    account_id = second.account_id if second is not None else None
    alone = account_id is None
    allowed = [] if alone else _described(await passkeys_of(db, account_id))
    options = generate_authentication_options(
        rp_id=site.name,
        allow_credentials=allowed,
        user_verification=(
            UserVerificationRequirement.REQUIRED
            if alone
            else UserVerificationRequirement.PREFERRED
        ),
    )
    challenge = bytes_to_base64url(options.challenge)
    cookie = await begin_step(db, Step.PASSKEY, account_id, now, challenge=challenge)
    return options_to_json(options), cookie


async def used_passkey(
    db: AsyncSession, step: StepRow, credential: dict[str, Any], site: Site, now: int
) -> Account | None:
    """Whose passkey signed the step's challenge; ``None`` where it does not hold."""
    row = await _find(db, str(credential.get("id", "")))
    if row is None or step.account_id not in {None, row.account_id}:
        return None
    try:
        used = verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(step.data["challenge"]),
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.uses,
            require_user_verification=step.account_id is None,
        )
    except REFUSED:
        return None
    row.uses, row.last_used = used.new_sign_count, now
    return await db.get(Account, row.account_id)


def as_credential(body: bytes) -> tuple[dict[str, Any], str]:
    """A browser's credential and the name or address sent beside it.

    Raises:
        PasskeyError: the body is none.
    """
    try:
        sent = read_json(body, Sent)
    except NotJson as error:
        raise PasskeyError("That was not a passkey's answer.") from error
    return sent.credential, sent.about


class Sent(msgspec.Struct, frozen=True):
    """What the page sends: the browser's credential; a name for it, or where to go on to."""

    credential: dict[str, Any]
    about: str = ""


async def _find(db: AsyncSession, credential: str) -> PasskeyRow | None:
    query = select(PasskeyRow).where(
        PasskeyRow.credential_hash == sha256_hex(credential.encode("utf-8", "replace"))
    )
    return (await db.execute(query)).scalar_one_or_none()


def _described(rows: list[PasskeyRow]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential)) for row in rows
    ]
