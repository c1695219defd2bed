"""Flags: correlated, with a life cycle of their own; notes, assignments, search, the limit.

What was decided before covers the one incident that a flag was then. The ranking and the flags
are made anew from what is there, by whoever looks at the list first.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# What a session's place in the ranking has from now on.
RANK: tuple[tuple[str, Any, str | None], ...] = (
    ("escalated", sa.BigInteger(), "0"),
    ("second", sa.BigInteger(), "0"),
    ("person", sa.BigInteger(), "0"),
    ("automatic", sa.Float(), "0"),
    ("kinds", sa.JSON(), "[]"),
    ("edition", sa.BigInteger(), "0"),
    ("outcome", sa.String(length=64), ""),
    ("assigned", sa.String(length=32), None),
)

# Whose rows are only ever added.
IMMUTABLE = ("session_decision", "flag_note", "assignment")


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "decision", sa.Column("covers", sa.JSON(), nullable=False, server_default="[]")
    )
    for name, kind, default in RANK:
        nullable = default is None
        op.add_column(
            "session_rank", sa.Column(name, kind, nullable=nullable, server_default=default)
        )
    op.create_index("ix_session_rank_assigned", "session_rank", ["assigned"])
    # What the policy's limit has done is nobody's command.
    with op.batch_alter_table("command") as batch:
        batch.alter_column("account_id", existing_type=sa.String(length=32), nullable=True)
    _what_people_add()
    _what_the_list_asks()
    _words()
    for table in IMMUTABLE:
        _guard(table)


def downgrade() -> None:
    """Take back. Notes, assignments and decisions about sessions are lost, and what a policy's
    limit did with them; whoever decided about a flag decided about its first incident.
    """
    op.execute("DROP TABLE search_index")
    for table in IMMUTABLE:
        _unguard(table)
    for table in (
        "limit_passed",
        "search_document",
        "flag_likeness",
        "flag",
        "assignment",
        "mention",
        "flag_note",
        "session_decision",
    ):
        op.drop_table(table)
    op.execute("DELETE FROM command WHERE account_id IS NULL")
    with op.batch_alter_table("command") as batch:
        batch.alter_column("account_id", existing_type=sa.String(length=32), nullable=False)
    op.drop_index("ix_session_rank_assigned", "session_rank")
    for name, _, _ in RANK:
        op.drop_column("session_rank", name)
    op.drop_column("decision", "covers")


def _what_people_add() -> None:
    _create(
        "session_decision",
        _number("n"),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *_by("session_decision", "account_id"),
        _micros("at"),
        key=("session_id", "n"),
    )
    _create(
        "flag_note",
        _id("flag_id"),
        _number("n"),
        sa.Column("text", sa.Text(), nullable=False),
        *_by("flag_note", "account_id"),
        _micros("at"),
        key=("session_id", "flag_id", "n"),
    )
    _create(
        "mention",
        *_by("mention", "account_id"),
        _id("flag_id"),
        sa.Column("source", sa.String(length=64), nullable=False),
        _number("n"),
        *_by("mention", "by_id"),
        _micros("at"),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        key=("account_id", "session_id", "flag_id", "source", "n"),
    )
    op.create_index("ix_mention_account_id_at", "mention", ["account_id", "at"])
    _create(
        "assignment",
        _id("flag_id"),
        _number("n"),
        *_by("assignment", "account_id", nullable=True),
        *_by("assignment", "by_id"),
        _micros("at"),
        key=("session_id", "flag_id", "n"),
    )


def _what_the_list_asks() -> None:
    _create(
        "flag",
        _id("flag_id"),
        _id("exam_id"),
        sa.Column("kind", sa.String(length=64), nullable=False),
        _micros("start"),
        _micros("wall"),
        sa.Column("verdict", sa.String(length=64), nullable=False),
        sa.Column("second", sa.Boolean(), nullable=False),
        sa.Column("person", sa.Boolean(), nullable=False),
        _id("assigned", nullable=True),
        sa.Column("mark", sa.String(length=64), nullable=False),
        key=("session_id", "flag_id"),
    )
    op.create_index("ix_flag_exam_id_kind_wall", "flag", ["exam_id", "kind", "wall"])
    op.create_index("ix_flag_assigned", "flag", ["assigned"])
    _create(
        "flag_likeness",
        _id("flag_id"),
        sa.Column("key", sa.String(length=64), nullable=False),
        _id("exam_id"),
        key=("session_id", "flag_id", "key"),
    )
    op.create_index("ix_flag_likeness_exam_id_key", "flag_likeness", ["exam_id", "key"])
    _create(
        "limit_passed",
        sa.Column("score", sa.Float(), nullable=False),
        _micros("at"),
        _id("command_id"),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        key=("session_id",),
    )


def _words() -> None:
    """The index of words is no table of the models: each database has its own."""
    _create(
        "search_document",
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        _id("flag_id"),
        sa.UniqueConstraint(
            "session_id", "flag_id", name=op.f("uq_search_document_session_id_flag_id")
        ),
        key=("n",),
    )
    if op.get_bind().dialect.name == "sqlite":
        # Words are letters and digits alone here, and never shown: no text is kept twice.
        op.execute(
            "CREATE VIRTUAL TABLE search_index USING "
            "fts5(words, tokenize = 'ascii', detail = none, columnsize = 0)"
        )
        return
    op.execute("CREATE TABLE search_index (rowid bigint PRIMARY KEY, words tsvector NOT NULL)")
    op.execute("CREATE INDEX search_index_words ON search_index USING gin (words)")


def _create(table: str, *parts: sa.Column[Any] | sa.Constraint, key: tuple[str, ...]) -> None:
    op.create_table(
        table,
        _id("session_id"),
        *parts,
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["exam_session.id"],
            name=op.f(f"fk_{table}_session_id_exam_session"),
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
    )


def _by(
    table: str, column: str, *, nullable: bool = False
) -> tuple[sa.Column[Any], sa.Constraint]:
    name = op.f(f"fk_{table}_{column}_account")
    return (
        _id(column, nullable=nullable),
        sa.ForeignKeyConstraint([column], ["account.id"], name=name),
    )


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=32), nullable=nullable)


def _micros(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def _guard(table: str) -> None:
    words = f"rows of {table} never change"
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER immutable_{table}_{verb} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION immutable_{table}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN RAISE EXCEPTION '{words}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER immutable_{table} BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION immutable_{table}()"
    )


def _unguard(table: str) -> None:
    """SQLite drops a table's triggers with it."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"DROP TRIGGER immutable_{table} ON {table}")
        op.execute(f"DROP FUNCTION immutable_{table}()")
