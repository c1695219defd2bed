"""One thing asked of several running sessions at once, and what became of it in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from litestar.exceptions import NotFoundException

from server.accounts.staff import Staff
from server.live.service import Live
from server.live.situation import CommandDraft
from server.problems import Rejection

# What is asked of many at once; whatever answers or ends one candidate is done by itself.
SHARED = ("message", "extra_time", "pause", "resume")

# Sessions of one request: each is a transaction of its own. A page sends more in portions.
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it in one session; ``why`` where nothing did."""

    session_id: str
    done: bool
    why: str = ""


async def ask_together(
    live: Live, staff: Staff, sessions: Sequence[str], draft: CommandDraft
) -> list[Outcome] | Rejection:
    """Ask the same of each session; those of which it makes no sense do not keep it from the
    others.
    """
    chosen = list(dict.fromkeys(sessions))
    if not chosen:
        return Rejection("about:blank", 422, "Choose at least one session first.")
    if len(chosen) > MOST_AT_ONCE:
        why = f"At most {MOST_AT_ONCE} sessions at once: choose fewer."
        return Rejection("about:blank", 422, why)
    if draft.action not in SHARED:
        return Rejection("about:blank", 422, "This is done in one session at a time.")
    return [await _ask(live, staff, name, draft) for name in chosen]


async def _ask(live: Live, staff: Staff, session_id: str, draft: CommandDraft) -> Outcome:
    try:
        outcome = await live.command(staff, session_id, draft)
    except NotFoundException as error:
        return Outcome(session_id, done=False, why=error.detail)
    if isinstance(outcome, Rejection):
        return Outcome(session_id, done=False, why=outcome.detail)
    return Outcome(session_id, done=True)
