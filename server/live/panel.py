"""A running session as one look: what the panel of its page shows, and a word that changes with
it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.clock import MICROS_PER_SECOND
from server.ingest.models import ExamSession
from server.live.care import Around, has_fresh, read_around
from server.live.conversation import (
    BY_POLICY,
    CANDIDATE,
    SPOKEN,
    Asked,
    Line,
    conversation,
    is_to_several,
    read_asked,
)
from server.live.need import CONNECTED_FOR, is_lately
from server.live.situation import AWAITED, Situation, read_situation
from server.review.durations import moment
from server.review.phases import LABELS
from server.review.wording import printed
from shared.encoding import sha256_hex


@dataclass(frozen=True, slots=True)
class Panel:
    """What is shown. ``connection`` and ``tone`` are how the recorder is heard, in words and
    as the pill that they stand in; ``extra`` is extra time, in microseconds. ``stops_at`` is
    when the policy's limit ends the session (µs UTC), unless staff let the exam go on before.
    ``done`` is what staff did besides speaking, with their reasons. ``around`` is who
    of the staff is there, ``fresh`` whether there are incidents that nobody has seen.
    """

    over: bool
    connection: str
    tone: str
    words: str
    phase: str
    awaits: str
    paused: bool
    stops_at: int | None
    warnings: int
    limit: int
    extra: int
    lines: list[Line]
    done: list[Asked]
    around: Around
    fresh: bool

    @property
    def phase_label(self) -> str:
        """The phase in words."""
        return LABELS.get(self.phase, printed(self.phase))

    @property
    def awaits_said(self) -> str:
        """What is to be decided, in words."""
        return AWAITED.get(self.awaits, printed(self.awaits))

    @property
    def warnings_said(self) -> str:
        """For example ``1 warning of 3 that end the session``."""
        given = "1 warning" if self.warnings == 1 else f"{self.warnings} warnings"
        return f"{given} of {self.limit} that end the session" if self.limit else given

    @property
    def help(self) -> bool:
        """Whether the candidate asks for help and nobody has answered."""
        return any(line.open for line in self.lines) and not self.over

    @property
    def unread(self) -> bool:
        """Whether the candidate said something after staff last spoke to them."""
        newest = next((one.by for one in reversed(self.lines) if _to_one(one)), "")
        return newest == CANDIDATE and not self.over

    @property
    def revision(self) -> str:
        """A word that changes with whatever is shown."""
        shown: dict[str, Any] = asdict(self)
        return sha256_hex(msgspec.json.encode(shown))[:16]


async def read_panel(db: AsyncSession, session: ExamSession, staff: Staff, now: int) -> Panel:
    """A session's panel as ``staff`` see it; ``now`` is microseconds UTC."""
    found = await read_situation(db, session)
    state = found.state or {}
    words = state.get("words", "")
    asked = await read_asked(db, session.id)
    connection, tone = _connection(found, now)
    return Panel(
        over=found.over,
        connection=connection,
        tone=tone,
        words=printed(words) if words and tone == "live" else "",
        phase=found.phase,
        awaits=found.awaits,
        paused=found.paused,
        stops_at=found.stops_at,
        warnings=found.warnings,
        limit=found.limit,
        extra=round(found.extra_s * MICROS_PER_SECOND),
        lines=await conversation(db, session.id, asked),
        done=[one for one in asked if one.action not in SPOKEN],
        around=await read_around(db, staff, session.id, now),
        fresh=not found.over and await has_fresh(db, session.id, now),
    )


def _to_one(line: Line) -> bool:
    """Whether somebody said this in this conversation, and not the policy, nor staff to all."""
    return line.by != BY_POLICY and not is_to_several(line.id)


def _connection(found: Situation, now: int) -> tuple[str, str]:
    if found.heard is None:
        return "Not connected yet", "warn"
    if is_lately(found.heard, now, CONNECTED_FOR):
        return "Connected", "live"
    # Before the server's clock was set back: nobody knows how long ago that is.
    since = "" if found.heard > now else f" since {moment(found.heard)}"
    return f"Not connected{since}", "warn"
