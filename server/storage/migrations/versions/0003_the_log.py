"""The institution's log, in place of the audit's table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _log_head()
    _log_entry()
    _logged_head()
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if sqlite else _POSTGRES:
        op.execute(statement)
    _leave_audit()


def _log_head() -> None:
    op.create_table(
        "log_head",
        sa.Column("institution_id", sa.String(length=32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("key_ref", sa.String(length=200), nullable=True),
        sa.Column("first_key", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["institution_id"], ["institution.id"]),
        sa.PrimaryKeyConstraint("institution_id"),
    )
    op.execute(
        "INSERT INTO log_head (institution_id, size, head, time, bytes) "  # noqa: S608
        f"SELECT id, 0, '{'0' * 64}', 0, 0 FROM institution"
    )


def _log_entry() -> None:
    op.create_table(
        "log_entry",
        sa.Column("institution_id", sa.String(length=32), nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("stream", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["institution_id"], ["institution.id"]),
        sa.PrimaryKeyConstraint("institution_id", "n"),
    )
    for columns in (
        ("institution_id", "subject_id", "n"),
        ("institution_id", "actor", "n"),
        ("institution_id", "action", "n"),
    ):
        op.create_index(op.f(f"ix_log_entry_{'_'.join(columns)}"), "log_entry", columns)


def _logged_head() -> None:
    op.create_table(
        "logged_head",
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("session_id"),
    )


def _leave_audit() -> None:
    """The old table goes where it is empty. Its rows never change, so elsewhere it stays."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM audit")) == 0:
        op.drop_table("audit")
        if op.get_bind().dialect.name != "sqlite":
            op.execute("DROP FUNCTION immutable_audit()")


# An entry never changes, and a log never gets shorter, whatever a program tries.
_SQLITE = (
    *(
        f"CREATE TRIGGER immutable_log_entry_{verb} BEFORE {verb} ON log_entry "
        "BEGIN SELECT RAISE(ABORT, 'rows of log_entry never change'); END"
        for verb in ("UPDATE", "DELETE")
    ),
    (
        "CREATE TRIGGER growing_log_head BEFORE UPDATE ON log_head WHEN NEW.size <= OLD.size "
        "BEGIN SELECT RAISE(ABORT, 'a log only grows'); END"
    ),
    (
        "CREATE TRIGGER lasting_log_head BEFORE DELETE ON log_head "
        "BEGIN SELECT RAISE(ABORT, 'a log only grows'); END"
    ),
)
_POSTGRES = (
    (
        "CREATE FUNCTION immutable_log_entry() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RAISE EXCEPTION 'rows of log_entry never change'; END $$"
    ),
    (
        "CREATE TRIGGER immutable_log_entry BEFORE UPDATE OR DELETE ON log_entry "
        "FOR EACH ROW EXECUTE FUNCTION immutable_log_entry()"
    ),
    (
        "CREATE FUNCTION growing_log() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RAISE EXCEPTION 'a log only grows'; END $$"
    ),
    (
        "CREATE TRIGGER growing_log_head BEFORE UPDATE ON log_head "
        "FOR EACH ROW WHEN (NEW.size <= OLD.size) EXECUTE FUNCTION growing_log()"
    ),
    (
        "CREATE TRIGGER lasting_log_head BEFORE DELETE ON log_head "
        "FOR EACH ROW EXECUTE FUNCTION growing_log()"
    ),
)
