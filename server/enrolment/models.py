"""Candidates, and their places in exams."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Bytes, HashText, IdText, Json, Micros, Name, Table


class Candidate(Table):
    """Somebody who sits exams. ``reference`` is the institution's own name for them
    (an e-mail address, a matriculation number), ``email`` where letters go.
    """

    __tablename__ = "candidate"
    __table_args__ = (UniqueConstraint("institution_id", "reference"),)

    id: Mapped[IdText] = mapped_column(primary_key=True)
    institution_id: Mapped[IdText] = mapped_column(ForeignKey("institution.id"))
    name: Mapped[Name]
    reference: Mapped[Name]
    email: Mapped[Name | None]
    created: Mapped[Micros]


class Enrolment(Table):
    """A place in an exam. ``code_hash`` is all that is kept of the one-time code; where none
    was ``issued`` (or it was revoked), it is no code's. ``withdrawn`` is when the place was
    given up; ``checked`` when a system check was first made with its code.
    """

    __tablename__ = "enrolment"
    __table_args__ = (UniqueConstraint("code_hash"),)

    id: Mapped[IdText] = mapped_column(primary_key=True)
    exam_id: Mapped[IdText] = mapped_column(ForeignKey("exam.id"), index=True)
    candidate_id: Mapped[IdText] = mapped_column(ForeignKey("candidate.id"), index=True)
    code_hash: Mapped[HashText]
    expires: Mapped[Micros]
    redeemed_at: Mapped[Micros | None]
    # Not a foreign key: a session refers to its enrolment already.
    session_id: Mapped[IdText | None]
    created: Mapped[Micros]
    accommodation_id: Mapped[IdText | None] = mapped_column(
        ForeignKey("accommodation_profile.id")
    )
    issued: Mapped[Micros | None]
    withdrawn: Mapped[Micros | None]
    checked: Mapped[Micros | None]


class ImportRow(Table):
    """A list of candidates that was uploaded and is being looked at: the file's bytes, and what
    was chosen about it. It is gone once it is imported, or a day old.
    """

    __tablename__ = "candidate_import"

    id: Mapped[IdText] = mapped_column(primary_key=True)
    exam_id: Mapped[IdText] = mapped_column(ForeignKey("exam.id"), index=True)
    name: Mapped[Name]
    data: Mapped[Bytes]
    choices: Mapped[Json]
    created: Mapped[Micros]
