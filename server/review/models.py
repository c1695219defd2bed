"""What is added to a session: decisions, its place in the ranking and how much of it could be
observed, the verdict on it.
"""

from __future__ import annotations

from sqlalchemy import Float, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import (
    Bytes,
    IdText,
    JsonList,
    LongText,
    Micros,
    Number,
    Table,
    Word,
)


class DecisionRow(Table):
    """The ``n``-th decision about a flag, from 1; never changed, only followed.

    A flag without a row is open. The primary key is the concurrency check: two who build
    on the same version cannot both have the next ``n``.
    """

    __tablename__ = "decision"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    # Not a foreign key: incidents are a projection, which may be made anew.
    flag_id: Mapped[IdText] = mapped_column(primary_key=True)
    n: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    verdict: Mapped[Word]
    note: Mapped[LongText]
    account_id: Mapped[IdText] = mapped_column(ForeignKey("account.id"))
    at: Mapped[Micros]


class RankRow(Table):
    """A session's score as the list shows it, made from its first ``size`` records.

    ``reasons`` are the largest contributions, each ``[kind, points, words]``.
    """

    __tablename__ = "session_rank"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    size: Mapped[Number]
    score: Mapped[float] = mapped_column(Float, index=True)
    reasons: Mapped[JsonList]
    open: Mapped[Number]
    accepted: Mapped[Number]
    dismissed: Mapped[Number]


class ObservedRow(Table):
    """How much of a session's streams could be observed, made from its first ``size`` records,
    which reached to ``duration`` (µs), while it was ``live`` or not. ``streams`` are
    ``watching.Observability`` in short, each ``[stream, duration, missed, recorded]``.
    """

    __tablename__ = "session_observed"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    size: Mapped[Number]
    duration: Mapped[Micros]
    live: Mapped[bool]
    streams: Mapped[JsonList]


class VerdictRow(Table):
    """The last verdict of all numbered checks over what the server holds, and of which state.

    ``size`` to ``purged`` are that state (``verdicts.Mark``): how many records, receipts,
    pieces and forks there were. ``fails`` are the numbers of the checks that do not hold,
    ``data`` the verdict as JSON (``shared.verdict.verdict_json``).
    """

    __tablename__ = "session_verdict"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    made: Mapped[Micros]
    size: Mapped[Number]
    receipts: Mapped[Number]
    blobs: Mapped[Number]
    forks: Mapped[Number]
    purged: Mapped[bool]
    fails: Mapped[JsonList]
    data: Mapped[Bytes]
