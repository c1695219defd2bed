"""Where pieces of a session may lie: in its region's store, and where a move that was cut short
may have left some.

A store that its institution never chose is not asked, so that one that is down holds up nobody
else's.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.audit.models import LogEntryRow
from server.ingest.models import ExamSession
from server.storage.blobs import BlobStore
from server.storage.regions import RegionalBlobs, UnknownRegion
from shared.log import Act, decode_entry

# What the log calls the choice of another region; it says from which to which.
MOVE = "institution.move"


async def stores_of(
    db: AsyncSession, blobs: BlobStore, session: ExamSession
) -> Collection[BlobStore]:
    """Every store that may hold pieces of a session, its own first.

    Raises:
        UnknownRegion: the settings name no store of the session's region any more.
    """
    if not isinstance(blobs, RegionalBlobs):
        return (blobs,)
    found = [blobs.store(session.region)]
    for region in sorted(await _chosen(db, session.institution_id) - {session.region}):
        try:
            found.append(blobs.store(region))
        except UnknownRegion:
            # One that was given up: what lies there is out of this server's reach.
            continue
    return found


async def _chosen(db: AsyncSession, institution_id: str) -> set[str]:
    """The regions that an institution chose, one after the other."""
    query = select(LogEntryRow.payload).where(
        LogEntryRow.institution_id == institution_id, LogEntryRow.action == MOVE
    )
    found: set[str] = set()
    for payload in await db.scalars(query):
        body = decode_entry(payload).body
        if isinstance(body, Act):
            found |= {str(body.detail.get(name, "")) for name in ("before", "region")}
    return found
