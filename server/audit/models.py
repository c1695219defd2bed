"""The log's tables: its entries as signed, where each log stands, which heads it names."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import (
    Bytes,
    HashText,
    IdText,
    Micros,
    Name,
    Number,
    Table,
    Word,
)


class LogEntryRow(Table):
    """One entry of an institution's log. Triggers refuse to change or delete it.

    ``payload`` and ``signature`` are the entry (``shared.log``); the columns from ``time`` on
    say what stands in it, for queries. ``action`` of an access is ``access.`` and what was
    looked at; a ``heads`` entry is about its institution.
    """

    __tablename__ = "log_entry"
    __table_args__ = (
        Index(None, "institution_id", "subject_id", "n"),
        Index(None, "institution_id", "actor", "n"),
        Index(None, "institution_id", "action", "n"),
    )

    institution_id: Mapped[IdText] = mapped_column(
        ForeignKey("institution.id"), primary_key=True
    )
    n: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[HashText]
    payload: Mapped[Bytes]
    signature: Mapped[Bytes]
    time: Mapped[Micros]
    type: Mapped[Word]
    actor: Mapped[Word]
    action: Mapped[Word]
    subject_kind: Mapped[Word]
    subject_id: Mapped[Name]
    stream: Mapped[Word | None]


class LogHeadRow(Table):
    """Where an institution's log stands; whoever appends locks this row first.

    ``size`` entries, the last one's ``head`` and ``time``; ``bytes`` of all their lines.
    ``key_ref`` names the keys that the last entry leaves in force, ``first_key`` is the raw
    public key of the first; both are there once an entry is. Triggers refuse to let it shrink.
    """

    __tablename__ = "log_head"

    institution_id: Mapped[IdText] = mapped_column(
        ForeignKey("institution.id"), primary_key=True
    )
    size: Mapped[Number]
    head: Mapped[HashText]
    time: Mapped[Micros]
    bytes: Mapped[Number]
    key_ref: Mapped[Name | None]
    first_key: Mapped[Bytes | None]


class LoggedHeadRow(Table):
    """The newest head of a session that its institution's log names.

    No foreign key: it would lock the session's row after the log, which whoever delivers to
    the session takes the other way round.
    """

    __tablename__ = "logged_head"

    session_id: Mapped[IdText] = mapped_column(primary_key=True)
    size: Mapped[Number]
    state: Mapped[Word]
