"""Writes the projection of fresh records into its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import case, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.judgement import Fresh
from server.ingest.models import (
    AttachmentRow,
    EnrolmentRecordRow,
    GapRow,
    IncidentRow,
    PaceRow,
    PhaseRow,
    ProgramRow,
    SegmentRow,
    UnobservedRow,
)
from server.ingest.projection import Interruption, Row, project
from server.storage.tables import add_rows


async def add_projection(
    db: AsyncSession, fresh: Sequence[Fresh], before: Mapping[str, int]
) -> None:
    """Add what records of any sessions say; an incident that is there already is brought
    up to date.

    Args:
        db: the transaction.
        fresh: the records, in order.
        before: by session, the ``mono`` of the last record before them that is no ``clock``.
    """
    rows = project((one.record for one in fresh), before)
    # A segment that was committed to before, in the same way, has its row.
    first = {(one.record.session, one.record.seq) for one in fresh if one.pieces}
    segments = [row for row in rows.segments if (row["session_id"], row["seq"]) in first]
    for model, new in (
        (SegmentRow, segments),
        (AttachmentRow, rows.attachments),
        (EnrolmentRecordRow, rows.enrolments),
        (PhaseRow, rows.phases),
        (ProgramRow, rows.programs),
        (PaceRow, rows.paces),
        (GapRow, rows.gaps),
        (UnobservedRow, rows.unobserved),
    ):
        await add_rows(db, model, new)
    if rows.incidents:
        await _add_incidents(db, rows.incidents)
    for interruption in rows.interruptions:
        await _end_what_lasted(db, interruption)


async def _end_what_lasted(db: AsyncSession, interruption: Interruption) -> None:
    """End what began in earlier records and still lasts."""
    began = IncidentRow.start
    await db.execute(
        update(IncidentRow)
        .where(
            IncidentRow.session_id == interruption.session_id,
            IncidentRow.begin_seq < interruption.seq,
            IncidentRow.end.is_(None),
        )
        .values(
            end=case((began > interruption.mono, began), else_=interruption.mono),
            end_seq=interruption.seq,
        )
    )


async def _add_incidents(db: AsyncSession, incidents: dict[tuple[str, str], Row]) -> None:
    key = tuple_(IncidentRow.session_id, IncidentRow.incident_id)
    query = select(IncidentRow.session_id, IncidentRow.incident_id)
    found = await db.execute(query.where(key.in_(list(incidents))))
    there = {(session, incident) for session, incident in found}
    new = [row for name, row in incidents.items() if name not in there]
    await add_rows(db, IncidentRow, new)
    for name in there:
        row = {
            column: value for column, value in incidents[name].items() if column != "begin_seq"
        }
        await db.execute(update(IncidentRow).where(key == name).values(row))
