"""The audit's one table."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Counter, IdText, Json, Micros, Name, Table, Word


class AuditRow(Table):
    """One thing that somebody did or saw. Triggers refuse to change or delete it.

    ``actor`` is an account's id, or a word for the program itself (``"system"``).
    """

    __tablename__ = "audit"
    __table_args__ = (Index(None, "subject_kind", "subject_id"),)

    id: Mapped[Counter] = mapped_column(primary_key=True, autoincrement=True)
    time: Mapped[Micros]
    institution_id: Mapped[IdText | None] = mapped_column(index=True)
    actor: Mapped[Word]
    action: Mapped[Word]
    subject_kind: Mapped[Word]
    subject_id: Mapped[Name]
    address: Mapped[Word | None]
    detail: Mapped[Json]
