"""Who is delivering an event; what was told of a flag; of which session an event is; whether
an exam's candidates are sent the link to their page.

Events from before name their session in their data, and are swept with it from now on. Exams
from before send nothing that nobody asked for.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# The one that is told of a session after all of it went: it stays.
CERTIFIED = "deletion.certified"


def upgrade() -> None:
    """Apply."""
    op.add_column("webhook_delivery", sa.Column("leased_until", sa.BigInteger(), nullable=True))
    op.add_column("flag", sa.Column("told", sa.String(length=64), nullable=True))
    sends = sa.Column("sends_page", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("exam", sends)
    with op.batch_alter_table("webhook_event") as table:
        table.add_column(sa.Column("session_id", sa.String(length=32), nullable=True))
        table.create_foreign_key(
            op.f("fk_webhook_event_session_id_exam_session"),
            "exam_session",
            ["session_id"],
            ["id"],
        )
        table.create_index(op.f("ix_webhook_event_session_id"), ["session_id"])
    _name_sessions(op.get_bind())


def downgrade() -> None:
    """Take back. What is being delivered may be delivered twice."""
    with op.batch_alter_table("webhook_event") as table:
        table.drop_index(op.f("ix_webhook_event_session_id"))
        table.drop_constraint(
            op.f("fk_webhook_event_session_id_exam_session"), type_="foreignkey"
        )
        table.drop_column("session_id")
    op.drop_column("exam", "sends_page")
    op.drop_column("flag", "told")
    op.drop_column("webhook_delivery", "leased_until")


def _name_sessions(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    event = sa.Table("webhook_event", metadata, autoload_with=connection)
    sessions = set(connection.scalars(sa.text("SELECT id FROM exam_session")))
    query = sa.select(event.c.id, sa.cast(event.c.data, sa.Text)).where(
        event.c.type != CERTIFIED
    )
    for name, data in connection.execute(query).all():
        session = _session_of(data)
        if session in sessions:
            change = event.update().where(event.c.id == name)
            connection.execute(change.values(session_id=session))


def _session_of(data: Any) -> str | None:
    told = json.loads(data)
    found = told.get("session") if isinstance(told, dict) else None
    return found if isinstance(found, str) else None
