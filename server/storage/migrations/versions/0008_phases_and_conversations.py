"""Where the exam stood and when, what candidates said, what commands count, and how much of
each session could be observed, kept for the list.

Sessions from before have no phases, and are judged as a whole as before.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# What a command has from now on: extra time, and a count with its limit.
COLUMNS: tuple[tuple[str, Any], ...] = (
    ("seconds", sa.Float()),
    ("warnings", sa.BigInteger()),
    ("warnings_limit", sa.BigInteger()),
)


def upgrade() -> None:
    """Apply."""
    _create(
        "phase",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("boot", sa.String(length=64), nullable=False),
        sa.Column("mono", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        key=("session_id", "seq"),
    )
    _create(
        "said",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        key=("session_id", "id"),
    )
    _create(
        "session_observed",
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("duration", sa.BigInteger(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("streams", sa.JSON(), nullable=False),
        key=("session_id",),
    )
    for name, kind in COLUMNS:
        column = sa.Column(name, kind, nullable=False, server_default="0")
        op.add_column("command", column)


def downgrade() -> None:
    """Take back. Phases can be made again from the records; what candidates said is lost."""
    for name, _ in COLUMNS:
        op.drop_column("command", name)
    for table in ("session_observed", "said", "phase"):
        op.drop_table(table)


def _create(table: str, *columns: sa.Column[Any], key: tuple[str, ...]) -> None:
    op.create_table(
        table,
        sa.Column("session_id", sa.String(length=32), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["exam_session.id"],
            name=op.f(f"fk_{table}_session_id_exam_session"),
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
    )
