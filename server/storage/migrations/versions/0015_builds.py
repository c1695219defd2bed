"""Builds that institutions accept, and what each session says of its program.

What recorded sessions say is read from their records, so that they are judged like new ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

HASH = re.compile(r"[0-9a-f]{64}")

# What comparing installed files can come to, in the protocol's words.
FILES = frozenset(
    {
        "runs from its source",
        "still being compared",
        "as it was built",
        "changed since it was built",
        "installed without its signed list of files",
    }
)

# As many records as are read at once: a few hundred bytes each.
PORTION = 1_000
MAX_NUMBER = 2**53 - 1
MAX_NAME_CHARS = 200


def upgrade() -> None:
    """Apply."""
    column = sa.Column("flags_builds", sa.Boolean(), nullable=False, server_default=sa.true())
    op.add_column("institution", column)
    _create(
        "accepted_build",
        _text("id", 32),
        _text("institution_id", 32),
        _text("build", 64),
        _text("signer", 64),
        _text("name", 200),
        _text("version", 200),
        sa.Column("number", sa.BigInteger(), nullable=False),
        _text("target", 200),
        _text("added_by", 64),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.UniqueConstraint(
            "institution_id", "build", name=op.f("uq_accepted_build_institution_id_build")
        ),
        key=("id",),
        refers=("institution_id", "institution"),
    )
    _create(
        "program",
        _text("session_id", 32),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        _text("boot", 64),
        sa.Column("mono", sa.BigInteger(), nullable=False),
        sa.Column("packaged", sa.Boolean(), nullable=False),
        _text("files", 64),
        _text("build", 64),
        _text("signer", 64),
        sa.Column("number", sa.BigInteger(), nullable=True),
        _text("version", 200),
        _text("system", 200),
        key=("session_id", "seq"),
        refers=("session_id", "exam_session"),
    )
    _read_programs(op.get_bind())


def downgrade() -> None:
    """Take back. Which builds were accepted is lost, but for the log."""
    op.drop_table("program")
    op.drop_table("accepted_build")
    op.drop_column("institution", "flags_builds")


def _read_programs(connection: sa.Connection) -> None:
    """Fill the table of programs from the records that there are."""
    program = sa.Table("program", sa.MetaData(), autoload_with=connection)
    rows: list[dict[str, Any]] = []
    for session_id, seq, boot, mono, payload in _records(connection):
        told = _told(payload)
        if told is not None:
            where = {"session_id": session_id, "seq": seq, "boot": boot, "mono": mono}
            rows.append(where | _row(told))
    for at in range(0, len(rows), PORTION):
        connection.execute(program.insert(), rows[at : at + PORTION])


def _records(connection: sa.Connection) -> Iterator[Any]:
    """Records that can say it, a portion at a time."""
    record = sa.Table("record", sa.MetaData(), autoload_with=connection)
    columns = [record.c[name] for name in ("session_id", "seq", "boot", "mono", "payload")]
    query = (
        sa.select(*columns)
        .where(record.c.type.in_(("open", "resume")))
        .order_by(record.c.session_id, record.c.seq)
        .limit(PORTION)
    )
    last: tuple[Any, ...] | None = None
    while True:
        key = sa.tuple_(record.c.session_id, record.c.seq)
        portion = connection.execute(query if last is None else query.where(key > last)).all()
        yield from portion
        if len(portion) < PORTION:
            return
        last = (portion[-1].session_id, portion[-1].seq)


def _told(payload: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(payload)["body"]["build"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _row(told: dict[str, Any]) -> dict[str, Any]:
    number, files = told.get("number"), told.get("files")
    return {
        "packaged": told.get("packaged") is True,
        "files": files if isinstance(files, str) and files in FILES else "",
        "build": _hash(told.get("build")),
        "signer": _hash(told.get("signer")),
        "number": number if type(number) is int and 0 <= number <= MAX_NUMBER else None,
        "version": _short(told.get("version")),
        "system": _short(told.get("system")),
    }


def _hash(value: object) -> str:
    return value if isinstance(value, str) and HASH.fullmatch(value) else ""


def _short(value: object) -> str:
    return (
        value.replace("\0", "\N{REPLACEMENT CHARACTER}")[:200] if isinstance(value, str) else ""
    )


def _text(name: str, chars: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=chars), nullable=False)


def _create(table: str, *parts: Any, key: tuple[str, ...], refers: tuple[str, str]) -> None:
    column, other = refers
    op.create_table(
        table,
        *parts,
        sa.ForeignKeyConstraint(
            [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}")
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
    )
