"""What an institution settles about its data, what is held, what is being or was destroyed."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import (
    Bytes,
    HashText,
    IdText,
    Json,
    JsonList,
    LongText,
    Micros,
    Number,
    Table,
    Word,
)


class DataProtectionRow(Table):
    """An institution's settings about data; whoever destroys or holds locks this row first.

    ``days`` are the days by kind of evidence after which it goes though a policy promises
    less haste; ``texts`` what the templates of a privacy notice and an assessment say
    (``retention.settings``). ``region`` names its blob store, empty for the default one.
    """

    __tablename__ = "data_protection"

    institution_id: Mapped[IdText] = mapped_column(
        ForeignKey("institution.id"), primary_key=True
    )
    days: Mapped[Json]
    publish_decision: Mapped[bool]
    show_viewers: Mapped[bool]
    appeal_days: Mapped[Number]
    region: Mapped[Word]
    texts: Mapped[Json]


class HoldRow(Table):
    """A legal hold: nothing of what ``kind`` (``session``, ``candidate``, ``exam``) and
    ``subject_id`` name is destroyed before it is released. ``review_at`` is when somebody
    should look whether it is still needed; it does not end by itself.
    """

    __tablename__ = "legal_hold"
    __table_args__ = (
        Index(None, "institution_id", "released_at"),
        Index(None, "subject_id", "released_at"),
    )

    id: Mapped[IdText] = mapped_column(primary_key=True)
    institution_id: Mapped[IdText] = mapped_column(ForeignKey("institution.id"))
    kind: Mapped[Word]
    subject_id: Mapped[IdText]
    reason: Mapped[LongText]
    placed_by: Mapped[Word]
    placed_at: Mapped[Micros]
    review_at: Mapped[Micros]
    released_by: Mapped[Word | None]
    released_at: Mapped[Micros | None]
    release_reason: Mapped[LongText | None]


class DestructionRow(Table):
    """The ``n``-th destruction of a session's evidence, of ``kinds``.

    ``finished`` and the certificate are there once it came to its end; until then it is taken
    up again by the next look. ``stopped`` says that a hold ended it before all was gone.
    ``digest`` fields of the certificate are counted from the rows as they were destroyed.
    """

    __tablename__ = "destruction"
    __table_args__ = (Index(None, "finished"),)

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    n: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    kinds: Mapped[JsonList]
    # Whether the records go too: only then do the triggers let any of their rows be deleted.
    records: Mapped[bool]
    why: Mapped[LongText]
    by: Mapped[Word]
    begun: Mapped[Micros]
    finished: Mapped[Micros | None]
    stopped: Mapped[bool]
    hash: Mapped[HashText | None]
    payload: Mapped[Bytes | None]
    signature: Mapped[Bytes | None]
