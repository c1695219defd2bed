"""What is added to a session: decisions, notes, assignments; its flags and its place in the
ranking, kept for the list; how much of it could be observed; the verdict on it.
"""

from __future__ import annotations

from sqlalchemy import Float, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import (
    Bytes,
    Counter,
    HashText,
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
    on the same version cannot both have the next ``n``. ``covers`` are the incidents that the
    flag had then; of a row from before there were flags of several it is empty.
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
    covers: Mapped[JsonList] = mapped_column(server_default="[]")


class SessionDecisionRow(Table):
    """The ``n``-th decision about a whole session, from 1; never changed, only followed.

    ``outcome`` is one of ``outcomes.Outcome``, ``reasons`` are those that were ticked.
    """

    __tablename__ = "session_decision"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    n: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[Word]
    reasons: Mapped[JsonList]
    note: Mapped[LongText]
    account_id: Mapped[IdText] = mapped_column(ForeignKey("account.id"))
    at: Mapped[Micros]


class NoteRow(Table):
    """The ``n``-th note beside a flag, or beside the session itself (``flag_id`` empty); never
    changed.
    """

    __tablename__ = "flag_note"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    flag_id: Mapped[IdText] = mapped_column(primary_key=True)
    n: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[LongText]
    account_id: Mapped[IdText] = mapped_column(ForeignKey("account.id"))
    at: Mapped[Micros]


class MentionRow(Table):
    """Somebody is called by name in a text: the ``n``-th of ``source`` (``note``, ``decision``
    or ``session``) about a flag, or about the session (``flag_id`` empty).
    """

    __tablename__ = "mention"
    __table_args__ = (Index(None, "account_id", "at"),)

    account_id: Mapped[IdText] = mapped_column(ForeignKey("account.id"), primary_key=True)
    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    flag_id: Mapped[IdText] = mapped_column(primary_key=True)
    source: Mapped[Word] = mapped_column(primary_key=True)
    n: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    by_id: Mapped[IdText] = mapped_column(ForeignKey("account.id"))
    at: Mapped[Micros]
    seen_at: Mapped[Micros | None]


class AssignmentRow(Table):
    """The ``n``-th assignment of a flag, or of the session (``flag_id`` empty), to somebody or
    to nobody; never changed, the last one is in force.
    """

    __tablename__ = "assignment"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    flag_id: Mapped[IdText] = mapped_column(primary_key=True)
    n: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[IdText | None] = mapped_column(ForeignKey("account.id"))
    by_id: Mapped[IdText] = mapped_column(ForeignKey("account.id"))
    at: Mapped[Micros]


class FlagRow(Table):
    """A flag as the list asks for it; made anew from incidents and decisions at any time.

    ``wall`` is when it began (µs UTC by the candidate's clock). ``second`` waits for a second
    reviewer, ``person`` for anybody. ``mark`` is of all that is kept of it elsewhere: the same
    mark needs no writing. ``told`` is of what other systems were told of it last, ``None``
    where that was not kept.
    """

    __tablename__ = "flag"
    __table_args__ = (
        Index(None, "exam_id", "kind", "wall"),
        # An exam's report counts all of its flags by these.
        Index(None, "exam_id", "kind", "session_id", "verdict"),
    )

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    flag_id: Mapped[IdText] = mapped_column(primary_key=True)
    exam_id: Mapped[IdText]
    kind: Mapped[Word]
    start: Mapped[Micros]
    wall: Mapped[Micros]
    verdict: Mapped[Word]
    second: Mapped[bool]
    person: Mapped[bool]
    assigned: Mapped[IdText | None] = mapped_column(index=True)
    mark: Mapped[HashText]
    told: Mapped[HashText | None]


class LikenessRow(Table):
    """Something that a flag shows and another may show as well: a window, a program, an object
    (``likeness.keys``).
    """

    __tablename__ = "flag_likeness"
    __table_args__ = (Index(None, "exam_id", "key"),)

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    flag_id: Mapped[IdText] = mapped_column(primary_key=True)
    key: Mapped[HashText] = mapped_column(primary_key=True)
    exam_id: Mapped[IdText]


class SearchDocumentRow(Table):
    """What the words with number ``n`` in the search index are of: a flag, or the session
    itself (``flag_id`` empty).
    """

    __tablename__ = "search_document"
    __table_args__ = (UniqueConstraint("session_id", "flag_id"),)

    n: Mapped[Counter] = mapped_column(primary_key=True)
    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"))
    flag_id: Mapped[IdText]


class LimitRow(Table):
    """A session's score passed its policy's limit ``at`` (µs UTC), which had ``command_id``
    given; ``ended_at`` is when it was ended, where the policy says so and nobody intervened.
    """

    __tablename__ = "limit_passed"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    score: Mapped[float] = mapped_column(Float)
    at: Mapped[Micros]
    command_id: Mapped[IdText]
    ended_at: Mapped[Micros | None]


class RankRow(Table):
    """A session's score as the list shows it, made from its first ``size`` records.

    ``reasons`` are the largest contributions, each ``[kind, points, words]``; ``automatic`` is
    the score that the policy's limit is compared with. ``kinds`` are those of its flags.
    ``edition`` is the ``ranking.EDITION`` that it was made by. ``outcome`` is the decision
    about the session in force, ``assigned`` whose the session is.
    """

    __tablename__ = "session_rank"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    size: Mapped[Number]
    score: Mapped[float] = mapped_column(Float, index=True)
    reasons: Mapped[JsonList]
    open: Mapped[Number]
    accepted: Mapped[Number]
    dismissed: Mapped[Number]
    escalated: Mapped[Number] = mapped_column(server_default="0")
    second: Mapped[Number] = mapped_column(server_default="0")
    person: Mapped[Number] = mapped_column(server_default="0")
    automatic: Mapped[float] = mapped_column(Float, server_default="0")
    kinds: Mapped[JsonList] = mapped_column(server_default="[]")
    edition: Mapped[Number] = mapped_column(server_default="0")
    outcome: Mapped[Word] = mapped_column(server_default="")
    assigned: Mapped[IdText | None] = mapped_column(index=True)


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
