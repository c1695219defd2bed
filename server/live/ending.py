"""Who ended a session that its recorder did not end, and when its policy is about to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.clock import MICROS_PER_SECOND
from server.live.models import CommandRow

# How long staff have to look at a session that its policy would have ended. Microseconds.
GRACE = 120 * MICROS_PER_SECOND


class EndedBy(StrEnum):
    """Who or what ended a session: staff of their own accord, the last warning that its policy
    allows (which staff gave), or its policy's limit, which nobody lifted.
    """

    STAFF = "staff"
    WARNINGS = "warnings"
    RULES = "rules"

    @property
    def words(self) -> str:
        """What follows *ended*."""
        return _WORDS[self]


_WORDS = {
    EndedBy.STAFF: "by staff",
    EndedBy.WARNINGS: "by its last warning",
    EndedBy.RULES: "by the exam's rules",
}


async def read_ended_by(db: AsyncSession, session_ids: Sequence[str]) -> Mapping[str, EndedBy]:
    """Who ended each of these sessions, all of which are ``terminated``."""
    if not session_ids:
        return {}
    query = select(
        CommandRow.session_id,
        CommandRow.action,
        CommandRow.account_id,
        CommandRow.warnings,
        CommandRow.warnings_limit,
    ).where(
        CommandRow.session_id.in_(session_ids), CommandRow.action.in_(("warn", "terminate"))
    )
    found = dict.fromkeys(session_ids, EndedBy.STAFF)
    for name, action, account_id, given, limit in (await db.execute(query)).tuples():
        if action == "terminate" and account_id is None:
            found[name] = EndedBy.RULES
        elif action == "warn" and 0 < limit == given:
            found[name] = EndedBy.WARNINGS
    return found


async def read_ended_at(db: AsyncSession, session_ids: Sequence[str]) -> Mapping[str, int]:
    """When each of these sessions, all of which are ``terminated``, was ended (µs UTC)."""
    query = (
        select(CommandRow.session_id, func.min(CommandRow.created))
        .where(CommandRow.session_id.in_(session_ids), CommandRow.action == "terminate")
        .group_by(CommandRow.session_id)
    )
    return dict((await db.execute(query)).tuples().all())


def let_go_on(commands: Iterable[CommandRow], since: int) -> bool:
    """Whether staff let the exam go on at ``since`` (µs UTC) or later."""
    return any(
        one.action == "resume" and one.account_id is not None and one.created >= since
        for one in commands
    )


def stops_at(passed: int | None, commands: Iterable[CommandRow]) -> int | None:
    """When a policy ends its session unless staff let the exam go on before (µs UTC), of when
    the limit was passed; ``None`` where it does not.
    """
    if passed is None or let_go_on(commands, passed):
        return None
    return passed + GRACE
