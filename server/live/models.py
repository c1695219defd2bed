"""What staff asked of recorders, what those last said of themselves, what candidates said."""

from __future__ import annotations

from sqlalchemy import Float, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.tables import IdText, Json, LongText, Micros, Number, Table, Word


class CommandRow(Table):
    """A command to a session's recorder; ``done_at`` once that says it was obeyed. The ``id``
    of one that was asked of several sessions at once says so (``conversation.TO_SEVERAL``).

    ``seconds`` is extra time; ``warnings`` how many had counted with this one and
    ``warnings_limit`` how many end the session, both 0 for what is no warning.
    """

    __tablename__ = "command"

    id: Mapped[IdText] = mapped_column(primary_key=True)
    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), index=True)
    # Nobody's where the policy's own limit gave it.
    account_id: Mapped[IdText | None] = mapped_column(ForeignKey("account.id"))
    action: Mapped[Word]
    text: Mapped[LongText]
    created: Mapped[Micros]
    done_at: Mapped[Micros | None]
    seconds: Mapped[float] = mapped_column(Float, server_default="0")
    warnings: Mapped[Number] = mapped_column(server_default="0")
    warnings_limit: Mapped[Number] = mapped_column(server_default="0")


class LiveRow(Table):
    """The newest state that a session's recorder reported, but for what was said."""

    __tablename__ = "live"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    state: Mapped[Json]
    time: Mapped[Micros]


class SaidRow(Table):
    """What a candidate said, kept once by the id that the recorder gave it; ``kind`` is
    ``message`` or ``help``, ``at`` when it came.
    """

    __tablename__ = "said"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    id: Mapped[IdText] = mapped_column(primary_key=True)
    kind: Mapped[Word]
    text: Mapped[LongText]
    at: Mapped[Micros]


class CareRow(Table):
    """Who takes care of a running session: ``holder`` (an account) has taken it on until
    ``held_until``; up to ``seen_at`` staff have seen its incidents, and up to ``read_at``
    read what the candidate wrote (µs UTC; 0: never).
    """

    __tablename__ = "session_care"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    holder: Mapped[IdText | None] = mapped_column(ForeignKey("account.id"))
    held_until: Mapped[Micros]
    seen_at: Mapped[Micros]
    read_at: Mapped[Micros]


class WatcherRow(Table):
    """Somebody looks at a running session, ``since`` when; last noticed at ``seen``."""

    __tablename__ = "watcher"

    session_id: Mapped[IdText] = mapped_column(ForeignKey("exam_session.id"), primary_key=True)
    account_id: Mapped[IdText] = mapped_column(ForeignKey("account.id"), primary_key=True)
    since: Mapped[Micros]
    seen: Mapped[Micros] = mapped_column(index=True)


class PhraseRow(Table):
    """Something that an institution's staff often say to candidates."""

    __tablename__ = "phrase"

    id: Mapped[IdText] = mapped_column(primary_key=True)
    institution_id: Mapped[IdText] = mapped_column(ForeignKey("institution.id"), index=True)
    text: Mapped[LongText]
    created: Mapped[Micros]
