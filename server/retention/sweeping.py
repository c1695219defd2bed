"""Deletes every row of a session, whichever room it belongs to, but for what must stay.

The tables are found by what they refer to, so that a room that comes later is swept too: a
table with a reference to the session, and one with a reference to a row of such a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, text, true
from sqlalchemy import Table as SqlTable
from sqlalchemy.ext.asyncio import AsyncSession

from server.review.flag_memory import forget_flags
from server.storage.tables import Table

SESSIONS = "exam_session"
RANKS = "session_rank"

# What says that there was a session and what became of it: certificates, the agreement to be
# recorded, the link under which the candidate is told.
STAYS = frozenset({"destruction", "consent", "candidate_link"})

_INDEX_OF_WORDS = (
    "DELETE FROM search_index WHERE rowid IN "
    "(SELECT n FROM search_document WHERE session_id = :session)"
)


async def sweep(db: AsyncSession, session_id: str) -> int:
    """Delete a session's rows; how many there were."""
    count = 0
    await db.execute(text(_INDEX_OF_WORDS), {"session": session_id})
    for table, condition in reversed(list(_owned(session_id).items())):
        done: Any = await db.execute(delete(table).where(condition))
        count += done.rowcount
    forget_flags(db, session_id)
    return count


async def left(db: AsyncSession, session_id: str) -> Mapping[str, int]:
    """How many rows of a session there are, by table, where there are any."""
    found: dict[str, int] = {}
    for table, condition in _owned(session_id).items():
        count = await db.scalar(select(func.count()).select_from(table).where(condition))
        if count:
            found[table.name] = count
    return found


def _owned(session_id: str) -> dict[SqlTable, ColumnElement[bool]]:
    """Each table that holds something of a session, with the condition that finds it; what is
    referred to comes before what refers.
    """
    found: dict[SqlTable, ColumnElement[bool]] = {}
    for table in Table.metadata.sorted_tables:
        if table.name in STAYS or table.name == SESSIONS:
            continue
        for key in sorted(table.foreign_keys, key=lambda one: one.parent.name):
            condition = _through(key, found, session_id)
            if condition is not None:
                found[table] = condition & _telling(table)
                break
    return found


def _telling(table: SqlTable) -> ColumnElement[bool]:
    """Which of its rows tell anything. Lists make a row of every session they show, also of
    one that is gone: then of nothing, with a score of nothing.
    """
    if table.name != RANKS:
        return true()
    counted = ("score", "open", "accepted", "dismissed", "escalated")
    told = [table.c[name] != 0 for name in counted]
    return or_(*told, table.c.outcome != "", table.c.assigned.is_not(None))


def _through(
    key: Any, found: Mapping[SqlTable, ColumnElement[bool]], session_id: str
) -> ColumnElement[bool] | None:
    other = key.column.table
    if other.name == SESSIONS:
        return key.parent == session_id
    if other in found:
        return key.parent.in_(select(key.column).where(found[other]))
    return None
