"""Accommodation profiles, who has one, and the policies that are signed for them.

Columns with a reference are added in words that both databases know: Alembic would have
SQLite make the table anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "accommodation_profile",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("institution_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("off", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("archived", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_accommodation_profile_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodation_profile")),
        sa.UniqueConstraint(
            "institution_id",
            "name",
            name=op.f("uq_accommodation_profile_institution_id_name"),
        ),
    )
    for table in ("enrolment", "policy_version"):
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN accommodation_id VARCHAR(32) "
            f"CONSTRAINT fk_{table}_accommodation_id_accommodation_profile "
            "REFERENCES accommodation_profile (id)"
        )
    op.add_column("policy_version", sa.Column("signed_by", sa.String(length=64)))
    op.add_column("policy_version", sa.Column("follows", sa.BigInteger()))
