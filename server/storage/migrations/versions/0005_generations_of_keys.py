"""Which generation of its institution's keys a session began under."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("exam_session", sa.Column("key_ref", sa.String(length=200)))
    op.execute(
        "UPDATE exam_session SET key_ref = (SELECT key_ref FROM institution "
        "WHERE institution.id = exam_session.institution_id)"
    )
    with op.batch_alter_table("exam_session") as batch_op:
        batch_op.alter_column("key_ref", existing_type=sa.String(length=200), nullable=False)
