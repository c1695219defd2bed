"""Writes the projection of fresh records into its tables."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.judgement import Fresh
from server.ingest.models import GapRow, IncidentRow, SegmentRow, UnobservedRow
from server.ingest.projection import Row, project
from shared.records import Segment


async def add_projection(db: AsyncSession, session: str, fresh: Sequence[Fresh]) -> None:
    """Add what these records say; an incident that is there already is brought up to date."""
    # A segment that was committed to before, in the same way, has its row.
    rows = project(
        one.record for one in fresh if one.pieces or not isinstance(one.record.body, Segment)
    )
    for model, new in (
        (SegmentRow, rows.segments),
        (GapRow, rows.gaps),
        (UnobservedRow, rows.unobserved),
    ):
        if new:
            await db.execute(insert(model), new)
    if rows.incidents:
        await _add_incidents(db, session, rows.incidents)


async def _add_incidents(db: AsyncSession, session: str, incidents: dict[str, Row]) -> None:
    own = IncidentRow.session_id == session
    there = set(
        await db.scalars(
            select(IncidentRow.incident_id).where(own, IncidentRow.incident_id.in_(incidents))
        )
    )
    new = [row for key, row in incidents.items() if key not in there]
    if new:
        await db.execute(insert(IncidentRow), new)
    for key in there:
        row = {name: value for name, value in incidents[key].items() if name != "begin_seq"}
        await db.execute(
            update(IncidentRow).where(own, IncidentRow.incident_id == key).values(row)
        )
