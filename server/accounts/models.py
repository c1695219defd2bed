"""Institutions, the accounts of their staff, and who is signed in."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import HashText, IdText, LongText, Micros, Name, Table, Word


class Role(StrEnum):
    """What an account may do; each role may do all that the ones before it may.

    An observer looks; a proctor also watches live and decides; an examiner also sets exams,
    policies, candidates and accommodations up, and answers appeals; an administrator also
    looks after people, keys, data protection and integrations.
    """

    OBSERVER = "observer"
    PROCTOR = "proctor"
    EXAMINER = "examiner"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Position in the order of power, from 0."""
        return list(Role).index(self)


class Institution(Table):
    """Who holds exams. Its keys lie as files beside the database (``storage.keys``)."""

    __tablename__ = "institution"

    id: Mapped[IdText] = mapped_column(primary_key=True)
    name: Mapped[Name]
    contact: Mapped[Name]
    # The folder under the data directory's ``keys`` that holds its private keys.
    key_ref: Mapped[Name]
    # Whether its staff need a second factor; who has none yet can only set one up.
    wants_second_factor: Mapped[bool] = mapped_column(default=False)
    # Whether a session of a build that it has not accepted is flagged, or that is only shown.
    flags_builds: Mapped[bool] = mapped_column(default=True)
    # The time zone that its exams' times are said in where nothing else is said.
    zone: Mapped[Word]
    created: Mapped[Micros]


class Account(Table):
    """One member of staff of one institution. ``email`` is kept in lower case."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("email"),)

    id: Mapped[IdText] = mapped_column(primary_key=True)
    institution_id: Mapped[IdText] = mapped_column(ForeignKey("institution.id"))
    email: Mapped[Name]
    name: Mapped[Name]
    password_hash: Mapped[LongText]
    role: Mapped[Word]
    active: Mapped[bool]
    created: Mapped[Micros]


class Invitation(Table):
    """Somebody asked to join an institution by a link, whose secret's SHA-256 is kept.

    ``ended`` is when it was accepted or taken back. ``role`` is empty where it is a link for
    a new password (``accounts.password_links``), which makes no account and gives no role.
    """

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("secret_hash"),)

    id: Mapped[IdText] = mapped_column(primary_key=True)
    institution_id: Mapped[IdText] = mapped_column(ForeignKey("institution.id"), index=True)
    secret_hash: Mapped[HashText]
    email: Mapped[Name]
    role: Mapped[Word]
    invited_by: Mapped[Name]
    created: Mapped[Micros]
    expires: Mapped[Micros]
    ended: Mapped[Micros | None]

    @property
    def renews(self) -> bool:
        """Whether it is for a new password of an account that there is."""
        return not self.role


class StaffSession(Table):
    """Somebody signed in. ``id`` is the SHA-256 of the cookie's random value; ``means`` is how
    they signed in (``sign_in.Means``), ``agent`` what their browser calls itself.
    """

    __tablename__ = "staff_session"

    id: Mapped[HashText] = mapped_column(primary_key=True)
    account_id: Mapped[IdText] = mapped_column(ForeignKey("account.id"), index=True)
    csrf: Mapped[HashText]
    created: Mapped[Micros]
    last_seen: Mapped[Micros]
    expires: Mapped[Micros] = mapped_column(index=True)
    means: Mapped[Word] = mapped_column(default="password")
    address: Mapped[Word] = mapped_column(default="")
    agent: Mapped[Name] = mapped_column(default="")
