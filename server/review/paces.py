"""When detection was slowed down for want of a faster computer, and what that left out.

Not the same as unobserved: faces are looked at at every pace. Whoever reviews should know
what was not looked for meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.models import ExamSession, PaceRow
from server.review.absences import Interval, Summary, summaries
from server.review.reading import place
from shared.counting import count
from shared.flags import Kind

_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Change:
    """From ``at`` on (µs of session time). ``level`` 0 is everything; ``off`` is left out."""

    at: int
    level: int
    fps: int
    off: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Paces:
    """The stretches in which detection was slowed down."""

    slowed: tuple[Interval, ...] = ()

    @property
    def summaries(self) -> list[Summary]:
        """How long, by what it left out."""
        return summaries(self.slowed)


async def read_paces(db: AsyncSession, session: ExamSession, extent: int) -> Paces:
    """The stretches, up to ``extent`` (µs of session time) where one goes on."""
    query = (
        select(PaceRow)
        .where(PaceRow.session_id == session.id)
        .order_by(PaceRow.seq, PaceRow.place)
    )
    rows = (await db.execute(query)).scalars()
    changes = [
        Change(
            max(0, place(session, row.boot, row.at)),
            row.level,
            row.fps,
            tuple(str(kind) for kind in row.off),
            row.why,
        )
        for row in rows
    ]
    return Paces(tuple(slowed(changes, extent)))


def slowed(changes: Iterable[Change], extent: int) -> Iterable[Interval]:
    """From each change to the next, where detection is not at everything."""
    before: Change | None = None
    for change in [*changes, Change(extent, 0, 0, (), "")]:
        if before is not None and before.level > 0 and change.at > before.at:
            yield Interval("camera", before.at, change.at, _words(before))
        before = change


def _words(change: Change) -> str:
    kinds = [_KINDS[kind].label.lower() for kind in change.off if kind in _KINDS]
    left_out = f"; not looked for: {', '.join(kinds)}" if kinds else ""
    return f"detection slowed down to {count(change.fps, 'picture')} a second{left_out}"
