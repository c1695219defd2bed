"""Exams and the versions of the policy each is held under."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import Bytes, HashText, IdText, Micros, Name, Number, Table


class Exam(Table):
    """One exam, from ``starts`` to ``ends``."""

    __tablename__ = "exam"

    id: Mapped[IdText] = mapped_column(primary_key=True)
    institution_id: Mapped[IdText] = mapped_column(ForeignKey("institution.id"), index=True)
    title: Mapped[Name]
    starts: Mapped[Micros]
    ends: Mapped[Micros]
    created: Mapped[Micros]


class PolicyVersion(Table):
    """A signed policy, never changed: a session keeps the version that it began with.

    ``payload`` and ``signature`` make the signed line; ``hash`` is the payload's SHA-256.
    """

    __tablename__ = "policy_version"
    __table_args__ = (UniqueConstraint("exam_id", "version"),)

    id: Mapped[IdText] = mapped_column(primary_key=True)
    exam_id: Mapped[IdText] = mapped_column(ForeignKey("exam.id"))
    version: Mapped[Number]
    payload: Mapped[Bytes]
    signature: Mapped[Bytes]
    hash: Mapped[HashText]
    created: Mapped[Micros]
