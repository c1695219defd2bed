"""Exams and the versions of the policy each is held under."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import (
    Bytes,
    HashText,
    IdText,
    JsonList,
    LongText,
    Micros,
    Name,
    Number,
    Table,
    Word,
)


class Exam(Table):
    """One exam, which may be begun from ``starts`` to ``ends``.

    ``zone`` is the time zone that people say its times in. Where it begins for everybody at
    once, it may be entered late up to ``late_until``, and who does so has the whole time if
    ``late_whole``, else what is left of it. It is a draft until it is ``published``; nobody
    begins one that is ``cancelled``. ``reminders`` are minutes before it begins. With
    ``sends_page`` candidates are sent the link to their own page once all has arrived.
    """

    __tablename__ = "exam"

    id: Mapped[IdText] = mapped_column(primary_key=True)
    institution_id: Mapped[IdText] = mapped_column(ForeignKey("institution.id"), index=True)
    title: Mapped[Name]
    starts: Mapped[Micros]
    ends: Mapped[Micros]
    zone: Mapped[Word]
    late_until: Mapped[Micros | None]
    late_whole: Mapped[bool]
    published: Mapped[Micros | None]
    cancelled: Mapped[Micros | None]
    cancelled_why: Mapped[LongText]
    reminders: Mapped[JsonList]
    sends_page: Mapped[bool] = mapped_column(server_default=false())
    created: Mapped[Micros]


class PolicyVersion(Table):
    """A signed policy, never changed: a session keeps the version that it began with.

    ``payload`` and ``signature`` make the signed line; ``hash`` is the payload's SHA-256.
    One that ``follows`` another version is that one as signed for single candidates: who have
    the profile ``accommodation_id``, who came late, or both; nobody else begins under it.
    ``signed_by`` is an account's id, or who else it was in the log's words; ``None`` where
    that was not kept yet.
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
    signed_by: Mapped[Word | None]
    accommodation_id: Mapped[IdText | None] = mapped_column(
        ForeignKey("accommodation_profile.id")
    )
    follows: Mapped[Number | None]


class AccommodationProfile(Table):
    """What an institution leaves out for candidates who have it, and gives them besides.

    ``off`` are kinds. ``extra_percent`` is how much longer they have, ``breaks`` how many more
    breaks they may take, ``break_minutes`` how long one may be (0: as the exam says). ``note``
    is for staff. One that is ``archived`` is kept for those who have it, and given to nobody
    else.
    """

    __tablename__ = "accommodation_profile"
    __table_args__ = (UniqueConstraint("institution_id", "name"),)

    id: Mapped[IdText] = mapped_column(primary_key=True)
    institution_id: Mapped[IdText] = mapped_column(ForeignKey("institution.id"))
    name: Mapped[Name]
    off: Mapped[JsonList]
    extra_percent: Mapped[Number]
    breaks: Mapped[Number]
    break_minutes: Mapped[Number]
    note: Mapped[LongText]
    created: Mapped[Micros]
    archived: Mapped[Micros | None]
