"""Where the exam stood and when: its phases on session time, and what follows from them.

What a candidate does is looked for in the exam alone, so that only the exam counts: for the
score, and for how much could be observed. A session without phases, recorded before there were
any, counts as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.models import ExamSession, PhaseRow
from server.review.durations import Spans, united
from server.review.flags import Flag
from server.review.reading import extent, place
from server.review.wording import printed

EXAM, BREAK, PAUSED, HANDED_IN = "exam", "break", "paused", "handed_in"

LABELS: Mapping[str, str] = {
    "preparing": "Preparing",
    "waiting": "Waiting room",
    EXAM: "Exam",
    BREAK: "Break",
    PAUSED: "Paused",
    HANDED_IN: "Handed in",
}

# By whose word a phase began.
WHOSE: Mapping[str, str] = {
    "candidate": "the candidate",
    "proctor": "a proctor",
    "recorder": "the program",
}

# Where a flag lies that does not count, as a reader says it.
_ASIDE: Mapping[str, str] = {
    "preparing": "before the exam",
    "waiting": "before the exam",
    BREAK: "in a break",
    PAUSED: "while the exam was paused",
    HANDED_IN: "after the exam",
}


@dataclass(frozen=True, slots=True)
class Note:
    """A record that says a phase again, with something new: time that was given, a word of a
    proctor. ``at`` is microseconds of session time.
    """

    at: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase: ``start`` and ``end`` are microseconds of session time; ``end`` is where the
    next begins, or the newest record. ``notes`` were said while it lasted.
    """

    name: str
    start: int
    end: int
    by: str
    reason: str
    notes: tuple[Note, ...] = ()

    @property
    def label(self) -> str:
        """Its name in words."""
        return LABELS.get(self.name, self.name)

    @property
    def whose(self) -> str:
        """By whose word it began, in words."""
        return WHOSE.get(self.by, self.by)

    @property
    def said(self) -> list[str]:
        """What was said while it lasted, in words."""
        return [
            f"{WHOSE.get(one.by, one.by)}: {one.reason}" for one in self.notes if one.reason
        ]

    @property
    def lasted(self) -> int:
        """How long, in microseconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Phases:
    """All phases of a session, in order; none where the recorder told none."""

    all: tuple[Phase, ...] = ()

    def named(self, name: str) -> list[Phase]:
        """Those of one name."""
        return [one for one in self.all if one.name == name]

    @property
    def counted(self) -> Spans | None:
        """The time that counts: the exam's; ``None`` where all of it does."""
        return united((one.start, one.end) for one in self.named(EXAM)) if self.all else None

    @property
    def began(self) -> int | None:
        """When the exam began."""
        return next((one.start for one in self.named(EXAM)), None)

    @property
    def ended(self) -> Phase | None:
        """How it ended: the handing in, where there was one."""
        return next(iter(self.named(HANDED_IN)), None)

    @property
    def newest(self) -> Phase | None:
        """The one that lasts, or lasted to the end."""
        return self.all[-1] if self.all else None

    @property
    def breaks(self) -> list[Phase]:
        """The breaks that were taken."""
        return self.named(BREAK)

    @property
    def pauses(self) -> list[Phase]:
        """When staff had the exam paused."""
        return self.named(PAUSED)

    def lasted(self, name: str) -> int:
        """How long the phases of a name lasted together, in microseconds."""
        return sum(one.lasted for one in self.named(name))

    def counts(self, flag: Flag, now: int) -> bool:
        """Whether a flag lies in the exam, be it in part."""
        spans = self.counted
        return spans is None or flag.counted(now, spans) is not None

    def aside(self, flag: Flag, now: int) -> str:
        """Where a flag lies that does not count, in words; empty for one that does."""
        if self.counts(flag, now):
            return ""
        within = [one for one in self.all if one.start <= flag.start]
        return _ASIDE.get(within[-1].name, "") if within else _ASIDE["preparing"]


async def read_phases(db: AsyncSession, session: ExamSession) -> Phases:
    """A session's phases."""
    return (await read_phases_of(db, [session]))[session.id]


async def read_phases_of(
    db: AsyncSession, sessions: Sequence[ExamSession]
) -> dict[str, Phases]:
    """The phases of several sessions, by session id."""
    query = (
        select(PhaseRow)
        .where(PhaseRow.session_id.in_([session.id for session in sessions]))
        .order_by(PhaseRow.session_id, PhaseRow.seq)
    )
    rows: dict[str, list[PhaseRow]] = {session.id: [] for session in sessions}
    for row in await db.scalars(query):
        rows[row.session_id].append(row)
    return {session.id: _phases(session, rows[session.id]) for session in sessions}


def _phases(session: ExamSession, rows: Sequence[PhaseRow]) -> Phases:
    if not rows:
        return Phases()
    starts = [max(0, place(session, row.boot, row.mono)) for row in rows]
    reach = max(starts[-1], extent(session))
    found: list[Phase] = []
    for row, start, following in zip(rows, starts, [*starts[1:], reach], strict=True):
        # The clock of a later boot may disagree with the one before by a little.
        begin = max(start, found[-1].end if found else 0)
        end, reason = max(begin, following), printed(row.reason) if row.reason else ""
        if found and found[-1].name == row.name:
            notes = (*found[-1].notes, Note(begin, row.by, reason))
            found[-1] = replace(found[-1], end=end, notes=notes)
        else:
            found.append(Phase(row.name, begin, end, row.by, reason))
    return Phases(tuple(found))
