"""Pictures and clips of records, enrolments, and the pace of detection.

No recorder before attached anything, so there is nothing to fill in from older records.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _create_attachments()
    _create_enrolments()
    _create_paces()


def _create_attachments() -> None:
    op.create_table(
        "attachment",
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("incident_id", sa.String(length=32), nullable=True),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("stream_seq", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["exam_session.id"],
            name=op.f("fk_attachment_session_id_exam_session"),
        ),
        sa.PrimaryKeyConstraint("session_id", "seq", "place", name=op.f("pk_attachment")),
    )
    op.create_index(
        op.f("ix_attachment_session_id_stream_seq"), "attachment", ["session_id", "stream_seq"]
    )


def _create_enrolments() -> None:
    op.create_table(
        "enrolment_record",
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("boot", sa.String(length=64), nullable=False),
        sa.Column("mono", sa.BigInteger(), nullable=False),
        sa.Column("identity", sa.JSON(), nullable=True),
        sa.Column("liveness", sa.JSON(), nullable=True),
        sa.Column("calibration", sa.JSON(), nullable=True),
        sa.Column("voice", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["exam_session.id"],
            name=op.f("fk_enrolment_record_session_id_exam_session"),
        ),
        sa.PrimaryKeyConstraint("session_id", "seq", name=op.f("pk_enrolment_record")),
    )


def _create_paces() -> None:
    op.create_table(
        "detection_pace",
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("boot", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("fps", sa.BigInteger(), nullable=False),
        sa.Column("off", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["exam_session.id"],
            name=op.f("fk_detection_pace_session_id_exam_session"),
        ),
        sa.PrimaryKeyConstraint("session_id", "seq", "place", name=op.f("pk_detection_pace")),
    )
