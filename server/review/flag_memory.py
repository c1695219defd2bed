"""A session's flags, made once and remembered: what one is depends on all of its incidents, of
which there may be ten thousand, and a page asks for them again and again.

What is remembered is compared with what the transaction reads. No incident changes without a
record, so that those from the remembered size on tell; decisions, notes and assignments are
only ever added, so that their numbers do. What people added to single flags is put into those;
the others stay the very same, with all that was made of them (``Flag.once``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account
from server.builds.judging import Judged
from server.builds.reading import read_judged
from server.ingest.models import ExamSession, IncidentRow
from server.review.flag_reading import (
    Added,
    Of,
    flags_of,
    read_added,
    read_flags_of,
    read_incidents,
)
from server.review.flags import Flag, Flags
from server.review.models import AssignmentRow, DecisionRow, NoteRow
from server.review.reading import read_policy
from server.storage.memory import memory_of

# What they take here, as measured: a flag with what is made of it, an incident without its
# detail, and an object as a multiple of its JSON.
FLAG_BYTES, INCIDENT_BYTES, DETAIL_FACTOR = 2_500, 500, 8

# Flags of so many incidents are sooner made than compared with those that are remembered.
MADE_ANEW = 50

# A boot's place on session time, the policy, and how the programs stand: what flags hang on
# besides their incidents.
_Ground = tuple[Mapping[str, Any], int | None, str, tuple[Judged, ...]]


@dataclass(frozen=True, slots=True)
class _Kept:
    """Flags, and what they were made of: incidents of so many records; how many incidents,
    decisions, notes and assignments there were, and what people are called who made them.
    """

    ground: _Ground
    size: int
    counts: tuple[int, ...]
    added: Added
    names: Mapping[str, str]
    flags: Flags
    weight: int


async def read_flags(db: AsyncSession, session: ExamSession) -> Flags:
    """A session's flags in order of time."""
    memory, key = memory_of(db), _key(session.id)
    judged = (await read_judged(db, [session]))[session.id]
    policy_id = session.policy_version_id
    ground: _Ground = (dict(session.boots), session.origin_wall, policy_id, judged)
    # Read before what they number: what comes in between is found to be new the next time.
    size, counts = session.size, await _counts(db, session.id)
    kept: _Kept | None = memory.recall(key)
    if kept is not None and not await _is_of(db, session, kept, ground, counts):
        kept = None
    if kept is not None and kept.counts == counts:
        return kept.flags
    added = await read_added(db, [session.id])
    flags = patched(session.id, kept.flags, kept.added, added) if kept is not None else None
    weight = kept.weight if kept is not None else 0
    if flags is None:
        incidents = (await read_incidents(db, [session]))[session.id]
        policy = await read_policy(db, session)
        flags = flags_of(session.id, incidents, policy, added, judged)
        weight = _weight(flags)
    names = await _names(db, _people(added))
    fresh = _Kept(ground, size, counts, added, names, flags, weight)
    memory.keep(key, fresh, weight)
    return flags


async def read_flags_together(
    db: AsyncSession, sessions: Sequence[ExamSession]
) -> dict[str, Flags]:
    """The flags of several sessions, by session id: all in a few questions, but for those of
    so many incidents that it pays to remember them.
    """
    query = (
        select(IncidentRow.session_id)
        .where(IncidentRow.session_id.in_([session.id for session in sessions]))
        .group_by(IncidentRow.session_id)
        .having(func.count() > MADE_ANEW)
    )
    large = set(await db.scalars(query))
    found = await read_flags_of(db, [one for one in sessions if one.id not in large])
    for session in sessions:
        if session.id in large:
            found[session.id] = await read_flags(db, session)
    return found


async def read_flag(db: AsyncSession, session: ExamSession, flag_id: str) -> Flag | None:
    """One flag of a session."""
    return next((one for one in await read_flags(db, session) if one.id == flag_id), None)


def forget_flags(db: AsyncSession, session_id: str) -> None:
    """Remember nothing of a session's flags: its rows are being destroyed."""
    memory_of(db).forget(_key(session_id))


def patched(
    session_id: str, flags: Sequence[Flag], before: Added, after: Added
) -> Flags | None:
    """The flags with what people added since, the same as if they were made anew; ``None``
    where they have to be: a decision covers other incidents than its flag has now.
    """
    changed = _differing(session_id, before, after)
    places = {flag.id: place for place, flag in enumerate(flags) if flag.id in changed}
    found = list(flags)
    for flag_id in changed:
        if flag_id not in places:
            return None
        flag, of = found[places[flag_id]], (session_id, flag_id)
        history = after.decisions.get(of, ())
        if history[:1] != flag.history[:1] and (
            flag.history or {flag_id, *history[0].covers} != set(flag.covers)
        ):
            return None
        found[places[flag_id]] = replace(
            flag,
            history=history,
            notes=after.notes.get(of, ()),
            assigned=after.assigned.get(of),
            follows=None,
        )
    return Flags(found)


def _differing(session_id: str, before: Added, after: Added) -> set[str]:
    """The flags to which something was added in between."""
    parts: Sequence[tuple[Mapping[Of, Any], Mapping[Of, Any]]] = (
        (before.decisions, after.decisions),
        (before.notes, after.notes),
        (before.assigned, after.assigned),
    )
    return {
        flag
        for old, new in parts
        for session, flag in old.keys() | new.keys()
        if session == session_id
        and flag
        and ((session, flag) not in old or old[session, flag] != new.get((session, flag)))
    }


async def _is_of(
    db: AsyncSession,
    session: ExamSession,
    kept: _Kept,
    ground: _Ground,
    counts: tuple[int, ...],
) -> bool:
    """Whether what is remembered is of the same incidents, and calls people by their names."""
    if kept.ground != ground or kept.counts[0] != counts[0] or kept.size > session.size:
        return False
    if kept.size < session.size and await _came_since(db, session.id, kept.size):
        return False
    return kept.names == await _names(db, kept.names)


async def _counts(db: AsyncSession, session_id: str) -> tuple[int, ...]:
    tables = (IncidentRow, DecisionRow, NoteRow, AssignmentRow)
    query = select(
        *(
            select(func.count())
            .select_from(table)
            .where(table.session_id == session_id)
            .scalar_subquery()
            for table in tables
        )
    )
    return tuple((await db.execute(query)).one())


async def _came_since(db: AsyncSession, session_id: str, size: int) -> bool:
    query = select(literal(1)).where(
        IncidentRow.session_id == session_id,
        or_(IncidentRow.begin_seq >= size, IncidentRow.end_seq >= size),
    )
    return (await db.scalar(query.limit(1))) is not None


def _weight(flags: Sequence[Flag]) -> int:
    """About how many bytes flags take here."""
    return sum(one.once(_weight_of) for one in flags)


def _weight_of(flag: Flag) -> int:
    told = [len(msgspec.json.encode(one.detail)) for one in flag.members]
    return FLAG_BYTES + sum(INCIDENT_BYTES + DETAIL_FACTOR * size for size in told)


def _people(added: Added) -> set[str]:
    """Whose names are in what people added."""
    decided = {one.by_id for history in added.decisions.values() for one in history}
    noted = {one.by_id for notes in added.notes.values() for one in notes}
    given = {
        name
        for one in added.assigned.values()
        if one is not None
        for name in (one.to_id, one.by_id)
    }
    return decided | noted | given


async def _names(db: AsyncSession, people: set[str] | Mapping[str, str]) -> dict[str, str]:
    if not people:
        return {}
    query = select(Account.id, Account.name).where(Account.id.in_(people))
    return dict((await db.execute(query)).tuples().all())


def _key(session_id: str) -> str:
    return f"flags:{session_id}"
