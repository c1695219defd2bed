"""What staff asked of recorders, and what recorders last said of themselves."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import IdText, Json, LongText, Micros, Table, Word


class CommandRow(Table):
    """A command to a session's recorder; ``done_at`` once that says it was obeyed."""

    __tablename__ = "command"

    id: Mapped[IdText] = mapped_column(primary_key=True)
    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), index=True)
    account_id: Mapped[IdText] = mapped_column(ForeignKey("account.id"))
    action: Mapped[Word]
    text: Mapped[LongText]
    created: Mapped[Micros]
    done_at: Mapped[Micros | None]


class LiveRow(Table):
    """The newest state that a session's recorder reported."""

    __tablename__ = "live"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    state: Mapped[Json]
    time: Mapped[Micros]
