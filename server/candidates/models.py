"""What belongs to a candidate's page: links to it, consent, appeals, requests."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import (
    HashText,
    IdText,
    JsonList,
    LongText,
    Micros,
    Number,
    Table,
    Word,
)


class CandidateLinkRow(Table):
    """A link to a session's page for its candidate; the database has its hash only.

    ``generation`` counts from 0; a new link revokes the one before.
    """

    __tablename__ = "candidate_link"
    __table_args__ = (UniqueConstraint("token_hash"),)

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    generation: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    token_hash: Mapped[HashText]
    created: Mapped[Micros]
    revoked_at: Mapped[Micros | None]


class ConsentRow(Table):
    """What is kept of a consent beyond its record, or since it was withdrawn.

    ``policy`` is the hash of the terms; ``at`` by the candidate's clock.
    """

    __tablename__ = "consent"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    at: Mapped[Micros | None]
    given: Mapped[LongText]
    items: Mapped[JsonList]
    language: Mapped[Word]
    policy: Mapped[HashText]
    withdrawn_at: Mapped[Micros | None]


class AppealRow(Table):
    """A candidate's appeal: ``state`` is ``received``, ``looking`` or ``answered``.

    ``due`` is when the institution means to have answered.
    """

    __tablename__ = "appeal"
    __table_args__ = (Index(None, "institution_id", "state", "due"),)

    id: Mapped[IdText] = mapped_column(primary_key=True)
    institution_id: Mapped[IdText] = mapped_column(ForeignKey("institution.id"))
    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), index=True)
    text: Mapped[LongText]
    state: Mapped[Word]
    received: Mapped[Micros]
    due: Mapped[Micros]
    answer: Mapped[LongText | None]
    answered_by: Mapped[Word | None]
    answered_at: Mapped[Micros | None]


class DataRequestRow(Table):
    """A request to have one's data (``export``) or to have it erased (``erasure``).

    ``via`` is ``candidate`` (their page) or ``staff`` (who wrote it down). ``state`` is
    ``received``, ``checked`` (who asks is known), ``done`` or ``refused``; ``outcome`` says
    what was done, in sentences. Erasure takes the candidate's name away, never this row.
    """

    __tablename__ = "data_request"
    __table_args__ = (Index(None, "institution_id", "state", "due"),)

    id: Mapped[IdText] = mapped_column(primary_key=True)
    institution_id: Mapped[IdText] = mapped_column(ForeignKey("institution.id"))
    candidate_id: Mapped[IdText] = mapped_column(ForeignKey("candidate.id"), index=True)
    kind: Mapped[Word]
    via: Mapped[Word]
    text: Mapped[LongText]
    state: Mapped[Word]
    received: Mapped[Micros]
    due: Mapped[Micros]
    extended_why: Mapped[LongText | None]
    identity: Mapped[LongText | None]
    identity_by: Mapped[Word | None]
    identity_at: Mapped[Micros | None]
    done_by: Mapped[Word | None]
    done_at: Mapped[Micros | None]
    outcome: Mapped[JsonList]
