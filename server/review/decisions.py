"""Deciding about a flag: idempotent, in the open, and never over somebody's head.

Whoever decides says which version of the flag they saw. If somebody else decided
meanwhile, nothing is written and the second one is told who and what.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.audit.service import record
from server.ingest.models import ExamSession
from server.review.flags import Flag, Verdict
from server.review.models import DecisionRow
from server.review.reading import read_flag
from shared.encoding import sha256_hex


@dataclass(frozen=True, slots=True)
class Ask:
    """A decision as asked for. ``version`` is the flag's as the reviewer saw it."""

    flag_id: str
    verdict: Verdict
    note: str
    version: int


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision stands (or stood already: the same was asked twice)."""

    flag: Flag


@dataclass(frozen=True, slots=True)
class Superseded:
    """Somebody else decided first; ``flag`` is as it stands now."""

    flag: Flag

    @property
    def words(self) -> str:
        """What the second one is told."""
        last = self.flag.history[-1]
        did = {
            Verdict.OPEN: "opened this flag again",
            Verdict.ACCEPTED: "accepted this flag",
            Verdict.DISMISSED: "dismissed this flag",
        }[last.verdict]
        return f"{last.by} {did} meanwhile. Nothing of yours was saved; look again and decide."


@dataclass(frozen=True, slots=True)
class NoFlag:
    """The session has no such flag, or not the version that was named."""


Outcome = Decided | Superseded | NoFlag


async def decide(
    db: AsyncSession, now: int, staff: Staff, session: ExamSession, ask: Ask
) -> Outcome:
    """Write a decision and its entry in the log, in the caller's transaction."""
    flag = await read_flag(db, session, ask.flag_id)
    if flag is None or ask.version > flag.version:
        return NoFlag()
    if flag.version > ask.version:
        return Decided(flag) if _same(flag, staff, ask) else Superseded(flag)
    if ask.verdict is flag.verdict and (not flag.history or flag.history[-1].note == ask.note):
        return Decided(flag)
    row = DecisionRow(
        session_id=session.id,
        flag_id=flag.id,
        n=flag.version + 1,
        verdict=ask.verdict.value,
        note=ask.note,
        account_id=staff.id,
        at=now,
    )
    written = await _write(db, row)
    current = await read_flag(db, session, ask.flag_id)
    if current is None:
        return NoFlag()
    if not written:
        return Decided(current) if _same(current, staff, ask) else Superseded(current)
    record(
        db,
        now,
        staff,
        "flag.decide",
        ("session", session.id),
        flag=flag.id,
        n=row.n,
        kind=flag.kind.value,
        verdict=ask.verdict.value,
        # What a note says may be personal; that it is this note can be shown all the same.
        note=sha256_hex(ask.note.encode("utf-8", "replace")),
    )
    return Decided(current)


def _same(flag: Flag, staff: Staff, ask: Ask) -> bool:
    """Whether what was asked is exactly what the last decision is: the same click twice."""
    last = flag.history[-1]
    asked = (ask.version + 1, staff.id, ask.verdict, ask.note)
    return (last.n, last.by_id, last.verdict, last.note) == asked


async def _write(db: AsyncSession, row: DecisionRow) -> bool:
    """Add the row unless another transaction has that version already (PostgreSQL)."""
    try:
        async with db.begin_nested():
            db.add(row)
    except IntegrityError:
        return False
    return True
