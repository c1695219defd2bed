"""The builds that an institution accepts."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import HashText, IdText, Micros, Name, Number, Table, Word


class AcceptedBuildRow(Table):
    """A build that an institution accepts, as its signed head names it (``shared.build``).

    ``build`` is the build's id and ``signer`` the fingerprint of the key that signed it.
    ``added_by`` and ``withdrawn_by`` are accounts' ids, or words of ``audit.service``; a build
    that was withdrawn stays, with when.
    """

    __tablename__ = "accepted_build"
    __table_args__ = (UniqueConstraint("institution_id", "build"),)

    id: Mapped[IdText] = mapped_column(primary_key=True)
    institution_id: Mapped[IdText] = mapped_column(ForeignKey("institution.id"))
    build: Mapped[HashText]
    signer: Mapped[HashText]
    name: Mapped[Name]
    version: Mapped[Name]
    number: Mapped[Number]
    target: Mapped[Name]
    added_by: Mapped[Word]
    added_at: Mapped[Micros]
    withdrawn_by: Mapped[Word | None]
    withdrawn_at: Mapped[Micros | None]
