"""What proves who somebody is besides a password: second factors, tokens, sign-in elsewhere.

Secrets that must be read again are sealed under the server's secret (``storage.seal``); those
that only have to be recognised are kept as hashes.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import (
    Bytes,
    HashText,
    IdText,
    Json,
    JsonList,
    LongText,
    Micros,
    Name,
    Number,
    Table,
    Word,
)


class TotpRow(Table):
    """An authenticator app's secret. Until ``confirmed`` by a first code it counts for nothing;
    ``last_step`` is the time step of the newest code that was taken, and none before it are.
    """

    __tablename__ = "totp"

    account_id: Mapped[IdText] = mapped_column(ForeignKey("account.id"), primary_key=True)
    sealed: Mapped[Bytes]
    last_step: Mapped[Number]
    created: Mapped[Micros]
    confirmed: Mapped[Micros | None]


class PasskeyRow(Table):
    """A passkey: its public key (COSE) and the authenticator's count of uses.

    ``credential`` is the authenticator's own id of it, base64url.
    """

    __tablename__ = "passkey"
    __table_args__ = (UniqueConstraint("credential_hash"),)

    id: Mapped[IdText] = mapped_column(primary_key=True)
    account_id: Mapped[IdText] = mapped_column(ForeignKey("account.id"), index=True)
    credential: Mapped[LongText]
    credential_hash: Mapped[HashText]
    public_key: Mapped[Bytes]
    uses: Mapped[Number]
    name: Mapped[Name]
    created: Mapped[Micros]
    last_used: Mapped[Micros | None]


class RecoveryCodeRow(Table):
    """One of an account's codes for when all else is lost; each works once."""

    __tablename__ = "recovery_code"

    account_id: Mapped[IdText] = mapped_column(ForeignKey("account.id"), primary_key=True)
    code_hash: Mapped[HashText] = mapped_column(primary_key=True)
    created: Mapped[Micros]
    used: Mapped[Micros | None]


class ApiTokenRow(Table):
    """A program's credential: what its maker may do, within these scopes, until it expires."""

    __tablename__ = "api_token"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[IdText] = mapped_column(primary_key=True)
    account_id: Mapped[IdText] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[HashText]
    name: Mapped[Name]
    scopes: Mapped[JsonList]
    created: Mapped[Micros]
    expires: Mapped[Micros]
    last_used: Mapped[Micros | None]
    revoked: Mapped[Micros | None]


class ProviderRow(Table):
    """An institution's own sign-in (OpenID Connect). ``joins_as`` is the role that somebody it
    vouches for is given who has no account yet; without one they are refused.
    """

    __tablename__ = "sign_in_provider"

    institution_id: Mapped[IdText] = mapped_column(
        ForeignKey("institution.id"), primary_key=True
    )
    issuer: Mapped[Name]
    client: Mapped[Name]
    sealed: Mapped[Bytes]
    joins_as: Mapped[Word | None]
    created: Mapped[Micros]


class StepRow(Table):
    """Half a sign-in, for minutes: what was proved or asked so far, under a cookie's hash."""

    __tablename__ = "sign_in_step"

    id: Mapped[HashText] = mapped_column(primary_key=True)
    kind: Mapped[Word]
    account_id: Mapped[IdText | None] = mapped_column(ForeignKey("account.id"), index=True)
    data: Mapped[Json]
    expires: Mapped[Micros] = mapped_column(index=True)
