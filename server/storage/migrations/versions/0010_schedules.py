"""Schedules that are planned, moved and called off; extra time and breaks; lists of candidates
on their way in; letters to candidates.

Exams from before are scheduled as they were, in UTC; codes from before have been given out.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Columns that tables have from now on: name, type, and what rows from before have in them (a
# column without that may be empty).
COLUMNS: dict[str, tuple[tuple[str, Any, Any], ...]] = {
    "institution": (("zone", sa.String(length=64), "UTC"),),
    "exam": (
        ("zone", sa.String(length=64), "UTC"),
        ("late_until", sa.BigInteger(), None),
        ("late_whole", sa.Boolean(), sa.false()),
        ("published", sa.BigInteger(), None),
        ("cancelled", sa.BigInteger(), None),
        ("cancelled_why", sa.Text(), ""),
        ("reminders", sa.JSON(), "[]"),
    ),
    "accommodation_profile": (
        ("extra_percent", sa.BigInteger(), "0"),
        ("breaks", sa.BigInteger(), "0"),
        ("break_minutes", sa.BigInteger(), "0"),
    ),
    "candidate": (("email", sa.String(length=200), None),),
    "enrolment": (
        ("issued", sa.BigInteger(), None),
        ("withdrawn", sa.BigInteger(), None),
        ("checked", sa.BigInteger(), None),
    ),
}


def upgrade() -> None:
    """Apply."""
    for table, columns in COLUMNS.items():
        for name, kind, before in columns:
            column = sa.Column(name, kind, nullable=before is None, server_default=before)
            op.add_column(table, column)
    op.execute("UPDATE exam SET published = created")
    op.execute("UPDATE enrolment SET issued = created")
    _create_imports()
    _create_mail()


def downgrade() -> None:
    """Take back. Drafts become exams like any other, called off ones too; letters that wait
    are lost, and places that were given up are back.
    """
    for table in ("mail_template", "mail", "candidate_import"):
        op.drop_table(table)
    for table, columns in COLUMNS.items():
        for name, _, _ in columns:
            op.drop_column(table, name)


def _create_imports() -> None:
    op.create_table(
        "candidate_import",
        _id("id"),
        _id("exam_id"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam_id"], ["exam.id"], name=op.f("fk_candidate_import_exam_id_exam")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_import")),
    )
    index = op.f("ix_candidate_import_exam_id")
    op.create_index(index, "candidate_import", ["exam_id"])


def _create_mail() -> None:
    op.create_table(
        "mail",
        _id("id"),
        _id("institution_id"),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("once", sa.String(length=200), nullable=True),
        _id("exam_id", nullable=True),
        _id("enrolment_id", nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("tried", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [f"{to}_id"], [f"{to}.id"], name=op.f(f"fk_mail_{to}_id_{to}")
            )
            for to in ("institution", "exam", "enrolment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("institution_id", "once", name=op.f("uq_mail_institution_id_once")),
    )
    for columns in (["state", "due"], ["exam_id"], ["enrolment_id"]):
        op.create_index(op.f(f"ix_mail_{'_'.join(columns)}"), "mail", columns)
    op.create_table(
        "mail_template",
        _id("institution_id"),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_mail_template_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("institution_id", "kind", name=op.f("pk_mail_template")),
    )


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=32), nullable=nullable)
