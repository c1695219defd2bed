"""Who looks at which running session and who has taken it on, up to when it was looked at;
an institution's own phrases. Running sessions are found by their state.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

RUNNING = "ix_exam_session_institution_id_state_last_seen"


def upgrade() -> None:
    """Apply."""
    op.create_index(RUNNING, "exam_session", ["institution_id", "state", "last_seen"])
    op.create_table(
        "session_care",
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=True),
        sa.Column("held_until", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        _refers("session_care", "session_id", "exam_session"),
        _refers("session_care", "holder", "account"),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_care")),
    )
    op.create_table(
        "watcher",
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        _refers("watcher", "session_id", "exam_session"),
        _refers("watcher", "account_id", "account"),
        sa.PrimaryKeyConstraint("session_id", "account_id", name=op.f("pk_watcher")),
    )
    op.create_index("ix_watcher_seen", "watcher", ["seen"])
    op.create_table(
        "phrase",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("institution_id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        _refers("phrase", "institution_id", "institution"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrase")),
    )
    op.create_index("ix_phrase_institution_id", "phrase", ["institution_id"])


def downgrade() -> None:
    """Take back. Who took what on is in the log; the phrases are lost."""
    op.drop_index("ix_phrase_institution_id", "phrase")
    op.drop_table("phrase")
    op.drop_index("ix_watcher_seen", "watcher")
    op.drop_table("watcher")
    op.drop_table("session_care")
    op.drop_index(RUNNING, "exam_session")


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)
