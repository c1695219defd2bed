"""What is added to reviews from the command line: notes, whose they are, what waits."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from server.acting import Flag, print_each, run_within
from server.opening import Fault, Rooms
from server.review_commands import note_of
from server.terminal import print_line, say

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.accounts.staff import Staff
    from server.problems import Rejection
    from server.review.controllers import FlagOut

# Nobody's id.
UNKNOWN = "unknown"


def assign(session: str, *, by: str, to: str = "", flag: str = "") -> None:
    """Say whose it is to review a session, or one flag of it; nobody's without --to.

    Args:
        session: The session's id.
        by: The e-mail address of the account that assigns it.
        to: The e-mail address of who is to review it: a proctor, examiner or administrator.
        flag: Only this flag, by its id; what of it is somebody's else stays so.
    """
    from server.accounts.service import find_account
    from server.ingest.lookup import session_of
    from server.review.remarks import assign as give

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> dict[str, Any] | Rejection:
        row = await session_of(db, staff, session)
        account = await find_account(db, to) if to else None
        # Whoever is no account of the institution is refused like one that does not exist.
        whose = (account.id if account else UNKNOWN) if to else None
        refused = await give(db, rooms.clock(), staff, row, flag, whose)
        return refused or {"session": row.id, "flag": flag or None, "assigned": to or None}

    print_line(run_within(by, "proctor", work))


def note(session: str, words: str, *, by: str, flag: str = "") -> None:
    """Note something beside a session, or beside one flag of it. Colleagues who are named in it
    (@name) are called.

    Args:
        session: The session's id.
        words: What is noted.
        by: The e-mail address of the account that notes it.
        flag: The flag's id.
    """
    from server.ingest.lookup import session_of
    from server.review.remarks import Noted, add_note

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> dict[str, Any] | Rejection:
        row = await session_of(db, staff, session)
        done = await add_note(db, rooms.clock(), staff, row, flag, words)
        if not isinstance(done, Noted):
            return done
        if done.called.words:
            say(done.called.words)
        return {"session": row.id, "flag": flag or None, "note": done.n}

    print_line(run_within(by, "proctor", work))


def dismiss_alike(session: str, flag: str, reason: str, *, by: str) -> None:
    """Dismiss all open flags of a session that are like one (of its kind, and of the same
    window, program or object), each by a decision of its own.

    Prints those that were, one line of JSON each.

    Args:
        session: The session's id.
        flag: The flag's id.
        reason: The one reason for all.
        by: The e-mail address of the account whose decision it is.
    """
    from server.ingest.lookup import session_of
    from server.review.controllers import flags_out
    from server.review.decisions import NoFlag
    from server.review.decisions import dismiss_alike as dismiss
    from server.review.flags import Flags

    said = note_of(reason)
    if not said:
        raise Fault("give the one reason for all")

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> list[FlagOut]:
        row = await session_of(db, staff, session)
        done = await dismiss(db, rooms.clock(), staff, row, flag, said)
        if isinstance(done, NoFlag):
            raise Fault("this session has no such flag")
        return await flags_out(db, row, Flags(done))

    print_each(by, "proctor", work)


def for_you(*, by: str, seen: Flag = False) -> None:
    """List what waits for somebody, one line of JSON each: where colleagues called them, and
    what is theirs to review.

    Args:
        by: The e-mail address of whose it is.
        seen: Mark all that they are called to as seen.
    """
    from server.review.for_you import read_for_you, see

    async def work(rooms: Rooms, db: AsyncSession, staff: Staff) -> list[dict[str, Any]]:
        found = await read_for_you(db, staff)
        if seen:
            await see(db, rooms.clock(), staff)
        return [
            *({"what": "called", **asdict(one)} for one in found.mentions),
            *({"what": "session", **asdict(one)} for one in found.sessions),
            *({"what": "flag", **asdict(one)} for one in found.flags),
        ]

    print_each(by, "observer", work)


# What ``admin review`` has of them.
REMARKS = (assign, note, dismiss_alike, for_you)
