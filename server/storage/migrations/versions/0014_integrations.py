"""Webhooks, what was delivered to them, and private links to calendars."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _create(
        "webhook",
        _id("id"),
        _id("institution_id"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("with_reference", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("previous_until", sa.BigInteger(), nullable=True),
        sa.Column("paused_at", sa.BigInteger(), nullable=True),
        sa.Column("paused_why", sa.Text(), nullable=False),
        sa.Column("succeeded_at", sa.BigInteger(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        key=("id",),
        refers={"institution_id": "institution"},
    )
    _create(
        "webhook_event",
        _id("id"),
        _id("institution_id"),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        key=("id",),
        refers={"institution_id": "institution"},
    )
    _create(
        "webhook_delivery",
        _id("webhook_id"),
        _id("event_id"),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.JSON(), nullable=False),
        key=("webhook_id", "event_id"),
        refers={"webhook_id": "webhook", "event_id": "webhook_event"},
    )
    _create(
        "calendar_link",
        _id("account_id"),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("hash", name=op.f("uq_calendar_link_hash")),
        key=("account_id",),
        refers={"account_id": "account"},
    )
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def downgrade() -> None:
    """Take back. Webhooks, their log and the calendars' links are lost."""
    for table, columns in reversed(INDEXES):
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)
    for table in ("calendar_link", "webhook_delivery", "webhook_event", "webhook"):
        op.drop_table(table)


INDEXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("webhook", ("institution_id",)),
    ("webhook_event", ("institution_id",)),
    ("webhook_event", ("at",)),
    ("webhook_delivery", ("state", "next_at")),
    ("webhook_delivery", ("webhook_id", "created")),
)


def _id(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=32), nullable=False)


def _create(table: str, *parts: Any, key: tuple[str, ...], refers: dict[str, str]) -> None:
    references = (
        sa.ForeignKeyConstraint(
            [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}")
        )
        for column, other in refers.items()
    )
    op.create_table(
        table, *parts, *references, sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}"))
    )
