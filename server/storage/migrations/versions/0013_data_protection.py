"""Holds, certificates, requests, appeals, consent.

Records, receipts, forks and decisions still never change; they may be deleted while their
session's records are being destroyed, which leaves a row of ``destruction``.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

GUARDED = (
    "record",
    "receipt",
    "fork",
    "decision",
    "session_decision",
    "flag_note",
    "assignment",
)

COLUMNS: tuple[tuple[str, sa.Column[Any]], ...] = (
    ("exam_session", sa.Column("due_at", sa.BigInteger(), nullable=True)),
    (
        "exam_session",
        sa.Column("region", sa.String(length=64), nullable=False, server_default=""),
    ),
    ("blob", sa.Column("destroyed_at", sa.BigInteger(), nullable=True)),
)

INDEXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("exam_session", ("due_at",)),
    ("legal_hold", ("institution_id", "released_at")),
    ("legal_hold", ("subject_id", "released_at")),
    ("destruction", ("finished",)),
    ("appeal", ("institution_id", "state", "due")),
    ("appeal", ("session_id",)),
    ("data_request", ("institution_id", "state", "due")),
    ("data_request", ("candidate_id",)),
)


def upgrade() -> None:
    """Apply."""
    for table, column in COLUMNS:
        op.add_column(table, column)
    _data_protection()
    _legal_hold()
    _destruction()
    _candidates()
    _requests()
    for table, columns in INDEXES:
        op.create_index(_index(table, columns), table, list(columns))
    _guard(while_destroying=True)


def downgrade() -> None:
    """Take back. Holds, certificates, appeals and requests are lost."""
    _guard(while_destroying=False)
    for table, columns in reversed(INDEXES):
        op.drop_index(_index(table, columns), table_name=table)
    for table in (
        "data_request",
        "appeal",
        "consent",
        "candidate_link",
        "destruction",
        "legal_hold",
        "data_protection",
    ):
        op.drop_table(table)
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column.name)


def _data_protection() -> None:
    _create(
        "data_protection",
        _id("institution_id"),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("publish_decision", sa.Boolean(), nullable=False),
        sa.Column("show_viewers", sa.Boolean(), nullable=False),
        _micros("appeal_days"),
        _word("region"),
        sa.Column("texts", sa.JSON(), nullable=False),
        key=("institution_id",),
        refers={"institution_id": "institution"},
    )


def _legal_hold() -> None:
    _create(
        "legal_hold",
        _id("id"),
        _id("institution_id"),
        _word("kind"),
        _id("subject_id"),
        _text("reason"),
        _word("placed_by"),
        _micros("placed_at"),
        _micros("review_at"),
        _word("released_by", nullable=True),
        _micros("released_at", nullable=True),
        _text("release_reason", nullable=True),
        key=("id",),
        refers={"institution_id": "institution"},
    )


def _destruction() -> None:
    _create(
        "destruction",
        _id("session_id"),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("records", sa.Boolean(), nullable=False),
        _text("why"),
        _word("by"),
        _micros("begun"),
        _micros("finished", nullable=True),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        key=("session_id", "n"),
        refers={"session_id": "exam_session"},
    )


def _candidates() -> None:
    _create(
        "candidate_link",
        _id("session_id"),
        sa.Column("generation", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        _micros("created"),
        _micros("revoked_at", nullable=True),
        sa.UniqueConstraint("token_hash", name=op.f("uq_candidate_link_token_hash")),
        key=("session_id", "generation"),
        refers={"session_id": "exam_session"},
    )
    _create(
        "consent",
        _id("session_id"),
        _micros("at", nullable=True),
        _text("given"),
        sa.Column("items", sa.JSON(), nullable=False),
        _word("language"),
        sa.Column("policy", sa.String(length=64), nullable=False),
        _micros("withdrawn_at", nullable=True),
        key=("session_id",),
        refers={"session_id": "exam_session"},
    )


def _requests() -> None:
    _create(
        "appeal",
        _id("id"),
        _id("institution_id"),
        _id("session_id"),
        _text("text"),
        _word("state"),
        _micros("received"),
        _micros("due"),
        _text("answer", nullable=True),
        _word("answered_by", nullable=True),
        _micros("answered_at", nullable=True),
        key=("id",),
        refers={"institution_id": "institution", "session_id": "exam_session"},
    )
    _create(
        "data_request",
        _id("id"),
        _id("institution_id"),
        _id("candidate_id"),
        _word("kind"),
        _word("via"),
        _text("text"),
        _word("state"),
        _micros("received"),
        _micros("due"),
        _text("extended_why", nullable=True),
        _text("identity", nullable=True),
        _word("identity_by", nullable=True),
        _micros("identity_at", nullable=True),
        _word("done_by", nullable=True),
        _micros("done_at", nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=False),
        key=("id",),
        refers={"institution_id": "institution", "candidate_id": "candidate"},
    )


def _guard(*, while_destroying: bool) -> None:
    """Let rows of the evidence be deleted while their session's are destroyed, or never."""
    for table in GUARDED:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER immutable_{table}_DELETE")
            when = f"WHEN NOT {_ALLOWED} " if while_destroying else ""
            op.execute(
                f"CREATE TRIGGER immutable_{table}_DELETE BEFORE DELETE ON {table} {when}"
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} never change'); END"
            )
        else:
            unless = (
                f"IF TG_OP = 'DELETE' AND {_ALLOWED} THEN RETURN OLD; END IF; "
                if while_destroying
                else ""
            )
            op.execute(
                f"CREATE OR REPLACE FUNCTION immutable_{table}() RETURNS trigger "
                f"LANGUAGE plpgsql AS $$ BEGIN {unless}"
                f"RAISE EXCEPTION 'rows of {table} never change'; END $$"
            )


_ALLOWED = (
    "EXISTS (SELECT 1 FROM destruction WHERE destruction.session_id = OLD.session_id "
    "AND destruction.records AND destruction.finished IS NULL)"
)


def _id(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=32), nullable=False)


def _word(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=64), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _micros(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _index(table: str, columns: tuple[str, ...]) -> str:
    return op.f(f"ix_{table}_{'_'.join(columns)}")


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
