"""One at a time with a session's flags, so that what is kept of them is never of two minds.

SQLite has one writer anyway. On PostgreSQL whoever decides or brings the kept flags up to date
takes the session's turn first, and reads after that.

How the programs of sessions stand goes into their flags too. So whoever changes the list of
accepted builds waits until nobody is at any flags, and those who come then wait for the list:
else what was read of the list of before would be kept as if it were of now.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

# Keeps this lock's numbers apart from any other that may come.
_PREFIX = "review:"

# In place of a session, for the lists of builds.
_BUILDS = "builds"


async def take_turn(db: AsyncSession, session_id: str) -> None:
    """Wait until nobody else is at this session's flags; to the transaction's end."""
    if _is_postgres(db):
        await db.execute(select(func.pg_advisory_xact_lock_shared(_number(_BUILDS))))
        await db.execute(select(func.pg_advisory_xact_lock(_number(session_id))))


async def take_builds(db: AsyncSession) -> None:
    """Wait until nobody is at any session's flags; before anything else of a transaction that
    changes which builds are accepted.
    """
    if _is_postgres(db):
        await db.execute(select(func.pg_advisory_xact_lock(_number(_BUILDS))))


async def free_ones(db: AsyncSession, sessions: Sequence[str]) -> set[str]:
    """Take the turn of those sessions at which nobody is; they are the answer."""
    if not _is_postgres(db):
        return set(sessions)
    if not await db.scalar(select(func.pg_try_advisory_xact_lock_shared(_number(_BUILDS)))):
        return set()
    return {
        one
        for one in sessions
        if await db.scalar(select(func.pg_try_advisory_xact_lock(_number(one))))
    }


def _number(session_id: str) -> object:
    return func.hashtextextended(_PREFIX + session_id, 0)


def _is_postgres(db: AsyncSession) -> bool:
    return db.get_bind().dialect.name == "postgresql"
