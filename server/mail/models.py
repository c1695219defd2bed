"""Letters waiting or gone, and an institution's own words for them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Bytes, IdText, LongText, Micros, Name, Number, Table, Word


class MailRow(Table):
    """One letter to one address.

    ``state`` is ``letters.State``; ``due`` is when it is tried next, ``tried`` when it last
    was. ``sealed`` is the text under a key that is not in the database, and empty once the
    letter has gone: it may hold a code or a link. ``once`` names what there is to be one
    letter about at most. ``exam_id`` and ``enrolment_id`` say what it is about, where it is
    about an exam or somebody's place in it.
    """

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("institution_id", "once"),
        Index(None, "state", "due"),
    )

    id: Mapped[IdText] = mapped_column(primary_key=True)
    institution_id: Mapped[IdText] = mapped_column(ForeignKey("institution.id"))
    kind: Mapped[Word]
    recipient: Mapped[Name]
    subject: Mapped[Name]
    sealed: Mapped[Bytes]
    once: Mapped[Name | None]
    exam_id: Mapped[IdText | None] = mapped_column(ForeignKey("exam.id"), index=True)
    enrolment_id: Mapped[IdText | None] = mapped_column(ForeignKey("enrolment.id"), index=True)
    state: Mapped[Word]
    created: Mapped[Micros]
    due: Mapped[Micros]
    tried: Mapped[Micros | None]
    attempts: Mapped[Number]
    why: Mapped[LongText]


class MailTemplateRow(Table):
    """What an institution writes in letters of a kind, instead of the words that come with
    the program.
    """

    __tablename__ = "mail_template"

    institution_id: Mapped[IdText] = mapped_column(
        ForeignKey("institution.id"), primary_key=True
    )
    kind: Mapped[Word] = mapped_column(primary_key=True)
    subject: Mapped[Name]
    text: Mapped[LongText]
    changed: Mapped[Micros]
