"""What services say to the log: that somebody did or sees something, in that transaction.

``record`` and ``accessed`` only note it on the transaction; ``audit.log`` makes entries of
the notes as the transaction's last act, so that a log is locked for as short as possible,
and after everything else (two transactions can never wait for each other over it).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.audit.models import LogEntryRow
from server.clock import MICROS_PER_SECOND
from server.ingest.models import ExamSession
from server.storage.database import NOTES
from shared.log import Access, Act, Subject

SYSTEM = "system"
COMMAND_LINE = "command line"
CANDIDATE = "candidate"

# Somebody's watching one stream is written down once in so long, in microseconds: a player
# asks for a piece every few seconds.
WINDOW = 10 * 60 * MICROS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Moved:
    """These sessions' heads have moved; which they are is read when the entry is made."""

    sessions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What is to become an entry of this institution's log."""

    institution_id: str
    now: int
    actor: str
    role: str | None
    address: str | None
    about: Access | Act | Moved


def record(
    db: AsyncSession,
    now: int,
    actor: Staff | str,
    action: str,
    subject: tuple[str, str],
    *,
    institution_id: str | None = None,
    address: str | None = None,
    **detail: Any,
) -> None:
    """Log that something is done; it is kept if, and only if, the transaction is.

    Args:
        db: the transaction in which the thing is done.
        now: microseconds UTC.
        actor: who did it, or ``SYSTEM``, ``COMMAND_LINE`` or ``CANDIDATE``.
        action: ``noun.verb``, as ``"exam.create"``.
        subject: the kind and id of what it was done to.
        institution_id: whose matter it is, where the actor does not say.
        address: the network address it was asked from, where the actor does not say; not a
            candidate's.
        detail: whatever makes the entry understood later; JSON values. Ids and hashes, no
            names: an entry is never deleted.
    """
    kind, name = subject
    act = Act(action=action, subject=Subject(kind=kind, id=name), detail=detail)
    _note(db, now, actor, institution_id, address, act)


def accessed(
    db: AsyncSession,
    now: int,
    actor: Staff | str,
    session: ExamSession,
    what: str,
    *,
    address: str | None = None,
    stream: str | None = None,
    until: int | None = None,
) -> None:
    """Log that somebody is about to see evidence: to be committed before they do.

    Args:
        db: the transaction.
        now: microseconds UTC.
        actor: who it is.
        session: whose evidence.
        what: what of it, in a word: ``"page"``, ``"media"``, ``"bundle"``.
        address: the network address it was asked from.
        stream: which stream, where ``what`` has streams.
        until: up to when this entry speaks for further ones (``viewed``).
    """
    access = Access(session=session.id, what=what, stream=stream, until=until)
    _note(db, now, actor, session.institution_id, address, access)


# Whether an entry says a view already. Asked with every piece of media: made once.
_SAID_LATELY = (
    select(LogEntryRow.n)
    .where(
        LogEntryRow.institution_id == bindparam("institution"),
        LogEntryRow.subject_id == bindparam("subject"),
        LogEntryRow.actor == bindparam("actor"),
        LogEntryRow.action == bindparam("action"),
        LogEntryRow.time > bindparam("after"),
        # A clock that was ahead for a moment leaves entries later than now: they say nothing of
        # this view, and speak for none until then.
        LogEntryRow.time <= bindparam("now"),
    )
    .limit(1)
)
_SAID = _SAID_LATELY.where(LogEntryRow.stream.is_(None))
_SAID_OF_STREAM = _SAID_LATELY.where(LogEntryRow.stream == bindparam("stream"))


async def viewed(
    db: AsyncSession,
    now: int,
    staff: Staff,
    session: ExamSession,
    what: str,
    *,
    address: str | None = None,
    stream: str | None = None,
) -> None:
    """``accessed``, unless an entry of the last ``WINDOW`` says it already."""
    asked = {
        "institution": session.institution_id,
        "subject": session.id,
        "actor": staff.id,
        "action": f"access.{what}",
        "after": now - WINDOW,
        "now": now,
    }
    query = _SAID if stream is None else _SAID_OF_STREAM
    if stream is not None:
        asked["stream"] = stream
    if (await db.execute(query, asked)).first() is None:
        until = now + WINDOW
        accessed(db, now, staff, session, what, address=address, stream=stream, until=until)


def moved(db: AsyncSession, now: int, institution_id: str, sessions: Iterable[str]) -> None:
    """Log where these sessions' chains stand when the transaction commits."""
    _note(db, now, SYSTEM, institution_id, None, Moved(tuple(sorted(sessions))))


def _note(
    db: AsyncSession,
    now: int,
    actor: Staff | str,
    institution_id: str | None,
    address: str | None,
    about: Access | Act | Moved,
) -> None:
    if isinstance(actor, Staff):
        whose, name, role = actor.institution_id, actor.id, actor.role.value
        # In somebody's name by a command on the server itself: nobody signed in for it.
        at = actor.address or (COMMAND_LINE if actor.means == COMMAND_LINE else None)
        address = address or at
    else:
        whose, name, role = institution_id, actor, None
    if whose is None:
        raise TypeError("an entry is of one institution's log: say institution_id")
    note = Note(whose, now, name, role, address, about)
    db.info.setdefault(NOTES, []).append(note)
