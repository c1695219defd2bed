"""One thing asked of several running sessions at once, and what became of it in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from litestar.exceptions import NotFoundException

from server.accounts.staff import Staff
from server.live.conversation import TO_SEVERAL
from server.live.service import Live
from server.live.situation import CommandDraft
from server.problems import Rejection
from server.storage.database import UNREADY
from server.storage.keys import KeysMissing
from server.storage.tables import ID_CHARS
from shared.encoding import sha256_hex

# What is asked of many at once; whatever answers or ends one candidate is done by itself.
SHARED = ("message", "extra_time", "pause", "resume")

# Sessions of one request: each is a transaction of its own. A page sends more in portions.
MOST_AT_ONCE = 100

_BUSY = "The server was busy."

_log = structlog.get_logger("invigil.server")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it in one session; ``why`` where nothing did, ``again`` where it may be
    asked again as it is: the server could not do it at the moment.
    """

    session_id: str
    done: bool
    why: str = ""
    again: bool = False


async def ask_together(
    live: Live, staff: Staff, sessions: Sequence[str], draft: CommandDraft, request: str
) -> list[Outcome] | Rejection:
    """Ask the same of each session; those of which it makes no sense do not keep it from the
    others. Once the server cannot do it for one it is not tried for those that are left: they
    would wait as long each.

    Args:
        live: where it is asked.
        staff: who asks.
        sessions: of which sessions.
        draft: what.
        request: a word of whoever asks for this one request: what was asked with it before, by
            the same person of the same session, is not asked again.
    """
    chosen = list(dict.fromkeys(sessions))
    if not chosen:
        return Rejection("about:blank", 422, "Choose at least one session first.")
    if len(chosen) > MOST_AT_ONCE:
        why = f"At most {MOST_AT_ONCE} sessions at once: choose fewer."
        return Rejection("about:blank", 422, why)
    if draft.action not in SHARED:
        return Rejection("about:blank", 422, "This is done in one session at a time.")
    outcomes: list[Outcome] = []
    for name in chosen:
        if outcomes and outcomes[-1].again:
            outcomes.append(Outcome(name, done=False, why=_BUSY, again=True))
        else:
            outcomes.append(await _ask(live, staff, name, draft, request))
    return outcomes


async def _ask(
    live: Live, staff: Staff, session_id: str, draft: CommandDraft, request: str
) -> Outcome:
    # What differs in anything is another command, whatever it is sent with.
    asked = repr((staff.id, request, session_id, draft)).encode()
    command_id = TO_SEVERAL + sha256_hex(asked)[: ID_CHARS - len(TO_SEVERAL)]
    try:
        outcome = await live.command(staff, session_id, draft, command_id)
    except NotFoundException as error:
        return Outcome(session_id, done=False, why=error.detail)
    except (*UNREADY, KeysMissing) as error:
        _log.error("cannot work", kind=type(error).__name__, why=str(error).partition("\n")[0])
        return Outcome(session_id, done=False, why=_BUSY, again=True)
    if isinstance(outcome, Rejection):
        return Outcome(session_id, done=False, why=outcome.detail)
    return Outcome(session_id, done=True)
