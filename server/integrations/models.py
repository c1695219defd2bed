"""Webhooks, what happened and is to be told, and the calendars' private links."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import (
    HashText,
    IdText,
    Json,
    JsonList,
    LongText,
    Micros,
    Name,
    Number,
    Table,
    Word,
)


class WebhookRow(Table):
    """A place that an institution's events are told to.

    Its secret is made of the server's and ``generation`` (``integrations.secret``), so that
    none is kept here; the one before is good until ``previous_until``. ``events`` are names of
    types. ``paused_why`` is empty while it is in use.
    """

    __tablename__ = "webhook"

    id: Mapped[IdText] = mapped_column(primary_key=True)
    institution_id: Mapped[IdText] = mapped_column(ForeignKey("institution.id"), index=True)
    name: Mapped[Name]
    url: Mapped[LongText]
    events: Mapped[JsonList]
    with_reference: Mapped[bool]
    generation: Mapped[Number]
    previous_until: Mapped[Micros | None]
    paused_at: Mapped[Micros | None]
    paused_why: Mapped[LongText]
    succeeded_at: Mapped[Micros | None]
    created: Mapped[Micros]


class WebhookEventRow(Table):
    """Something that happened, written with it: ``data`` holds ids and words of the protocol,
    nothing of a person. Its id is the ``webhook-id``. With ``session_id`` it goes when that
    session's records are destroyed; that they were is told without it.
    """

    __tablename__ = "webhook_event"

    id: Mapped[IdText] = mapped_column(primary_key=True)
    institution_id: Mapped[IdText] = mapped_column(ForeignKey("institution.id"), index=True)
    session_id: Mapped[IdText | None] = mapped_column(ForeignKey("exam_session.id"), index=True)
    type: Mapped[Word]
    at: Mapped[Micros] = mapped_column(index=True)
    data: Mapped[Json]


class WebhookDeliveryRow(Table):
    """One event on its way to one place: ``waiting``, ``delivered`` or ``failed``.

    It is tried again at ``next_at``, and given up at ``until``. ``tries`` are the attempts,
    each ``[at (µs), took (ms), status or null, words]``. Until ``leased_until`` some server
    is at it, and no other begins.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index(None, "state", "next_at"),
        Index(None, "webhook_id", "created"),
    )

    webhook_id: Mapped[IdText] = mapped_column(ForeignKey("webhook.id"), primary_key=True)
    event_id: Mapped[IdText] = mapped_column(ForeignKey("webhook_event.id"), primary_key=True)
    state: Mapped[Word]
    created: Mapped[Micros]
    next_at: Mapped[Micros]
    until: Mapped[Micros]
    tries: Mapped[JsonList]
    leased_until: Mapped[Micros | None]


class CalendarLinkRow(Table):
    """A member of staff's private calendar link; ``hash`` is the SHA-256 of its secret."""

    __tablename__ = "calendar_link"

    account_id: Mapped[IdText] = mapped_column(ForeignKey("account.id"), primary_key=True)
    hash: Mapped[HashText] = mapped_column(unique=True)
    created: Mapped[Micros]
