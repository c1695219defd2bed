"""The ranking: every session's score kept in a table, so that the list is one question.

A score is stale when a record about an incident or a phase came after it was made; whoever
looks at the list brings the stale ones up to date. A decision does so at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.models import ExamSession, IncidentRow, PhaseRow
from server.review.flag_reading import read_flags_of
from server.review.flags import Flag, tally
from server.review.models import RankRow
from server.review.phases import read_phases, read_phases_of
from server.review.reading import extent, policies_of, read_policy
from server.review.score import Score, score

# As many reasons as fit beside a name.
REASONS = 3

# How many sessions are brought up to date by one look at the list; the next look goes on.
BATCH = 500


async def refresh_one(db: AsyncSession, session: ExamSession, flags: Sequence[Flag]) -> Score:
    """Score a session from ``flags`` and keep the result."""
    counted = (await read_phases(db, session)).counted
    found = score(flags, await read_policy(db, session), extent(session), counted)
    await _keep(db, session, flags, found)
    return found


async def refresh_stale(db: AsyncSession, institution_id: str) -> None:
    """Bring the scores of an institution's sessions up to date, ``BATCH`` at most."""
    size = RankRow.size
    came_since = or_(IncidentRow.begin_seq >= size, IncidentRow.end_seq >= size)
    fresh_incident = (
        select(IncidentRow.incident_id)
        .where(IncidentRow.session_id == ExamSession.id, came_since)
        .exists()
    )
    fresh_phase = (
        select(PhaseRow.seq)
        .where(PhaseRow.session_id == ExamSession.id, PhaseRow.seq >= size)
        .exists()
    )
    query = (
        select(ExamSession)
        .outerjoin(RankRow, RankRow.session_id == ExamSession.id)
        .where(
            ExamSession.institution_id == institution_id,
            or_(RankRow.session_id.is_(None), fresh_incident, fresh_phase),
        )
        .limit(BATCH)
    )
    stale = (await db.execute(query)).scalars().all()
    if not stale:
        return
    policies = await policies_of(db, stale)
    flags = await read_flags_of(db, stale)
    phases = await read_phases_of(db, stale)
    for session in stale:
        policy = policies[session.policy_version_id]
        counted = phases[session.id].counted
        found = score(flags[session.id], policy, extent(session), counted)
        await _keep(db, session, flags[session.id], found)


async def _keep(
    db: AsyncSession, session: ExamSession, flags: Sequence[Flag], found: Score
) -> None:
    counts = tally(flags)
    row = {
        "session_id": session.id,
        "size": session.size,
        "score": found.value,
        "reasons": [
            [c.kind.value, round(c.points, 1), c.words] for c in found.contributions[:REASONS]
        ],
        "open": counts.open,
        "accepted": counts.accepted,
        "dismissed": counts.dismissed,
    }
    # Two who look at the list at once may both bring a session up to date.
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(RankRow).values(row)
    await db.execute(statement.on_conflict_do_update(index_elements=["session_id"], set_=row))
