"""How a running session stands for whoever watches it, and what may be asked of it then.

Where a recorder is told to pause counts from the moment it is told: what it says of itself
comes seconds later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.models import ExamSession, IncidentRow, PhaseRow, RecordRow
from server.live.ending import stops_at
from server.live.models import CommandRow, LiveRow
from server.problems import Rejection
from server.review.models import LimitRow
from server.review.reading import read_policy
from shared.wire import ProblemType, StaffAction

# Every action says why or what, and whoever reviews reads it.
NEEDS_TEXT: dict[str, str] = {
    "message": "Write what the candidate is told.",
    "warn": "Say what the candidate is warned of: they read it, and so does whoever reviews.",
    "pause": "Say why the exam is paused: the candidate reads it.",
    "resume": "Say why the exam goes on: the candidate reads it.",
    "terminate": "Say why the session is ended: the candidate reads it.",
    "extra_time": "Say why there is more time: the candidate reads it.",
    "request_clip": "Say what the clip is for: who reviews reads it, the candidate does not.",
    "admit": "Say why the candidate may go on.",
    "refuse": "Say why the candidate may not go on, and what to do: they read it.",
}

# Before the exam proper and after it there is nothing to pause.
_NO_EXAM = {
    "preparing": "The exam has not begun: there is nothing to pause yet.",
    "waiting": "The exam has not begun: there is nothing to pause yet.",
    "handed_in": "The candidate has handed in: there is nothing to pause any more.",
}

# A clip is kept with an incident; without one there is nothing to keep it with.
NO_INCIDENT = (
    "A clip is kept with a flag, and none has come since the recorder was started. "
    "The recording itself is whole: look at it on the timeline."
)

AWAITED = {
    "identity": "whether this is the candidate",
    "environment": "whether this computer will do",
}


class CommandDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What staff may ask of a recorder.

    ``text`` says what or why and is shown to the candidate, but for that of ``request_clip``;
    ``seconds`` is extra time; ``awaits`` names what an ``admit`` or ``refuse`` answers, so that
    it is never taken for the answer to another question. ``request`` is a word of whoever asks
    for this one request: the same sent again with it, because no answer came, is not asked
    twice.
    """

    action: StaffAction
    text: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    seconds: Annotated[int, msgspec.Meta(ge=60, le=86_400)] | None = None
    awaits: Literal["", "identity", "environment"] = ""
    request: Annotated[str, msgspec.Meta(max_length=64)] = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """A session while it runs.

    ``phase`` is the newest known, empty where the recorder tells none; ``awaits`` what a
    proctor is asked and nobody has answered yet; ``heard`` when the newest state came (µs),
    which is ``state``. ``extra_s`` is the extra time given so far. ``clips`` says whether the
    policy has clips made, ``incidents`` how many there were since the recorder was started
    last: a clip is one of an incident. ``stops_at`` is when the policy's limit ends the session
    (µs UTC), unless staff let the exam go on before.
    """

    over: bool
    state: dict[str, Any] | None = None
    heard: int | None = None
    phase: str = ""
    awaits: str = ""
    paused: bool = False
    warnings: int = 0
    limit: int = 0
    extra_s: float = 0.0
    clips: bool = True
    incidents: int = 0
    stops_at: int | None = None


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What follows from commands: since when the exam is paused (µs UTC), if it is, how many
    warnings have counted and how much more time was given, in seconds.
    """

    paused_since: int | None = None
    warnings: int = 0
    extra_s: float = 0.0

    @property
    def paused(self) -> bool:
        """Whether the exam is paused."""
        return self.paused_since is not None


async def read_situation(db: AsyncSession, session: ExamSession) -> Situation:
    """How a session stands."""
    live = await db.get(LiveRow, session.id)
    query = select(CommandRow).where(CommandRow.session_id == session.id)
    commands = list(await db.scalars(query.order_by(CommandRow.created)))
    state = live.state if live else None
    policy = await read_policy(db, session)
    asked = asked_for(commands)
    return Situation(
        over=session.state != "open",
        state=state,
        heard=live.time if live else None,
        phase=said(state, "phase") or await _newest_phase(db, session.id),
        awaits="" if live is None else awaited(live.state, live.time, commands),
        paused=asked.paused,
        warnings=asked.warnings,
        limit=policy.warnings,
        extra_s=asked.extra_s,
        clips=policy.clips.enabled,
        incidents=await _incidents(db, session.id),
        stops_at=stops_at(await _passed(db, session), commands),
    )


async def _passed(db: AsyncSession, session: ExamSession) -> int | None:
    """When it passed a limit that is to end it (µs UTC)."""
    row = await db.get(LimitRow, session.id) if session.state == "open" else None
    return row.at if row is not None and row.ended_at is None else None


async def _incidents(db: AsyncSession, session_id: str) -> int:
    """How many incidents the recorder knows that runs now: those since its last ``resume``."""
    resumed = await db.scalar(
        select(func.max(RecordRow.seq)).where(
            RecordRow.session_id == session_id, RecordRow.type == "resume"
        )
    )
    query = select(func.count()).select_from(IncidentRow)
    query = query.where(IncidentRow.session_id == session_id)
    since = -1 if resumed is None else resumed
    return await db.scalar(query.where(IncidentRow.begin_seq > since)) or 0


async def _newest_phase(db: AsyncSession, session_id: str) -> str:
    query = (
        select(PhaseRow.name)
        .where(PhaseRow.session_id == session_id)
        .order_by(PhaseRow.seq.desc())
    )
    return await db.scalar(query.limit(1)) or ""


def awaited(state: dict[str, Any], heard: int, commands: Sequence[CommandRow]) -> str:
    """What is asked, unless an answer to it is on its way; ``commands`` are in order."""
    answers = [one for one in commands if one.action in ("admit", "refuse")]
    under_way = any(one.done_at is None or one.created > heard for one in answers[-1:])
    return "" if under_way else said(state, "awaits")


def asked_for(commands: Sequence[CommandRow]) -> AskedFor:
    """What follows from a session's commands, in order."""
    paused_since: int | None = None
    for one in commands:
        if one.action == "resume":
            paused_since = None
        elif one.action == "pause" and paused_since is None:
            paused_since = one.created
    return AskedFor(
        paused_since=paused_since,
        warnings=sum(one.action == "warn" for one in commands),
        extra_s=sum(one.seconds for one in commands),
    )


def said(state: dict[str, Any] | None, name: str) -> str:
    """A text of what a recorder says of itself; empty where it says none."""
    found = (state or {}).get(name, "")
    return found if isinstance(found, str) else ""


def refusal(situation: Situation, draft: CommandDraft) -> Rejection | None:
    """Why this makes no sense now, if it makes none."""
    if situation.over:
        return Rejection(ProblemType.SESSION_OVER, 409, "This session is over.")
    if not draft.text.strip() and draft.action in NEEDS_TEXT:
        return _unfit(422, NEEDS_TEXT[draft.action])
    if draft.action == "extra_time" and draft.seconds is None:
        return _unfit(422, "Say how much time there is to be more, from 60 seconds to a day.")
    if draft.action in ("admit", "refuse"):
        return _answer(situation, draft)
    why = _out_of_turn(situation, draft.action)
    return _unfit(409, why) if why else None


def _out_of_turn(situation: Situation, action: str) -> str:
    match action:
        case "pause" if situation.paused:
            return "The exam is paused already."
        case "pause":
            return _NO_EXAM.get(situation.phase, "")
        case "resume" if not situation.paused:
            return "The exam is not paused: there is nothing to resume."
        case "extra_time" if situation.phase == "handed_in":
            return "The candidate has handed in: more time would change nothing."
        case "request_clip" if not situation.clips:
            return "The rules of this exam have no clips made. The recording itself is whole."
        case "request_clip" if not situation.incidents:
            return NO_INCIDENT
        case _:
            return ""


def _answer(situation: Situation, draft: CommandDraft) -> Rejection | None:
    if not situation.awaits:
        return _unfit(409, "Nothing waits for an answer: the candidate may be going on by now.")
    if draft.awaits and draft.awaits != situation.awaits:
        asked = AWAITED.get(situation.awaits, situation.awaits)
        return _unfit(409, f"The question is another one now: {asked}. Look at it first.")
    return None


def _unfit(status: int, why: str) -> Rejection:
    return Rejection("about:blank", status, why)
