"""An exam's flags are counted by kind, session and verdict without reading each of them."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NAME = "ix_flag_exam_id_kind_session_id_verdict"


def upgrade() -> None:
    """Apply."""
    op.create_index(op.f(NAME), "flag", ["exam_id", "kind", "session_id", "verdict"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f(NAME), "flag")
