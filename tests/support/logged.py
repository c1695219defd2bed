"""Reads a campus's log as its database has it."""

from __future__ import annotations

from sqlalchemy import select
from support.campus import Campus, connected

from server.audit.models import LogEntryRow
from shared.log import Entry, decode_entry


async def entries(campus: Campus) -> list[Entry]:
    """Every entry of the campus's log."""
    query = (
        select(LogEntryRow.payload)
        .where(LogEntryRow.institution_id == campus.institution.id)
        .order_by(LogEntryRow.n)
    )
    async with connected(campus.settings) as database, database.transaction() as db:
        return [decode_entry(payload) for payload in await db.scalars(query)]
