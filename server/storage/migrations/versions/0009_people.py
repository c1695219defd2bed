"""People: second factors, invitations, tokens, sign-in elsewhere, and where somebody signed in.

Who is signed in stays so; of their sessions it is not known from where they were begun.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# What a session has from now on: how it was begun, from which address, in which browser.
SESSION_COLUMNS: tuple[tuple[str, int, str], ...] = (
    ("means", 64, "password"),
    ("address", 64, ""),
    ("agent", 200, ""),
)

ID, HASH, WORD, NAME = sa.String(32), sa.String(64), sa.String(64), sa.String(200)
MICROS = sa.BigInteger()

TABLES = ("sign_in_step", "sign_in_provider", "api_token", "recovery_code", "passkey", "totp")


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "institution",
        sa.Column(
            "wants_second_factor", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )
    for name, chars, value in SESSION_COLUMNS:
        column = sa.Column(name, sa.String(chars), nullable=False, server_default=value)
        op.add_column("staff_session", column)
    _create(
        "invitation",
        _column("id", ID),
        _column("institution_id", ID),
        _column("secret_hash", HASH),
        _column("email", NAME),
        _column("role", WORD),
        _column("invited_by", NAME),
        _column("created", MICROS),
        _column("expires", MICROS),
        _column("ended", MICROS, nullable=True),
        key=("id",),
        of="institution",
        once="secret_hash",
        indexed=("institution_id",),
    )
    _create(
        "totp",
        _column("account_id", ID),
        _column("sealed", sa.LargeBinary()),
        _column("last_step", sa.BigInteger()),
        _column("created", MICROS),
        _column("confirmed", MICROS, nullable=True),
        key=("account_id",),
    )
    _create(
        "passkey",
        _column("id", ID),
        _column("account_id", ID),
        _column("credential", sa.Text()),
        _column("credential_hash", HASH),
        _column("public_key", sa.LargeBinary()),
        _column("uses", sa.BigInteger()),
        _column("name", NAME),
        _column("created", MICROS),
        _column("last_used", MICROS, nullable=True),
        key=("id",),
        once="credential_hash",
        indexed=("account_id",),
    )
    _create(
        "recovery_code",
        _column("account_id", ID),
        _column("code_hash", HASH),
        _column("created", MICROS),
        _column("used", MICROS, nullable=True),
        key=("account_id", "code_hash"),
    )
    _create(
        "api_token",
        _column("id", ID),
        _column("account_id", ID),
        _column("token_hash", HASH),
        _column("name", NAME),
        _column("scopes", sa.JSON()),
        _column("created", MICROS),
        _column("expires", MICROS),
        _column("last_used", MICROS, nullable=True),
        _column("revoked", MICROS, nullable=True),
        key=("id",),
        once="token_hash",
        indexed=("account_id",),
    )
    _create(
        "sign_in_provider",
        _column("institution_id", ID),
        _column("issuer", NAME),
        _column("client", NAME),
        _column("sealed", sa.LargeBinary()),
        _column("joins_as", WORD, nullable=True),
        _column("created", MICROS),
        key=("institution_id",),
        of="institution",
    )
    _create(
        "sign_in_step",
        _column("id", HASH),
        _column("kind", WORD),
        _column("account_id", ID, nullable=True),
        _column("data", sa.JSON()),
        _column("expires", MICROS),
        key=("id",),
        indexed=("account_id", "expires"),
    )


def downgrade() -> None:
    """Take back. Second factors, tokens and open invitations are lost: who signed in with a
    passkey or elsewhere needs a password again.
    """
    for table in (*TABLES, "invitation"):
        op.drop_table(table)
    for name, _, _ in SESSION_COLUMNS:
        op.drop_column("staff_session", name)
    op.drop_column("institution", "wants_second_factor")


def _column(name: str, kind: Any, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)


def _create(
    table: str,
    *columns: sa.Column[Any],
    key: tuple[str, ...],
    of: str = "account",
    once: str = "",
    indexed: tuple[str, ...] = (),
) -> None:
    """A table that belongs to accounts or institutions."""
    unique = [sa.UniqueConstraint(once, name=op.f(f"uq_{table}_{once}"))] if once else []
    op.create_table(
        table,
        *columns,
        sa.ForeignKeyConstraint(
            [f"{of}_id"], [f"{of}.id"], name=op.f(f"fk_{table}_{of}_id_{of}")
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
        *unique,
    )
    for name in indexed:
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name], unique=False)
