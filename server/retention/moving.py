"""Moves an institution's recordings to another region's store: copied, compared, then let go.

Each session is moved by itself: its pieces are copied and read back, the row says where they
are from now on, and only then the old copies go. What a crash interrupts is done again.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from server.audit import service as audit
from server.clock import WallClock
from server.ingest.models import ExamSession
from server.retention.settings import hold_still
from server.storage.blobs import BlobStore
from server.storage.database import Database
from server.storage.regions import RegionalBlobs
from shared.encoding import sha256_hex


class NotMoved(Exception):
    """A session cannot be moved; the message says why. Nothing of it was let go."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How many sessions and pieces are in another store now."""

    sessions: int
    pieces: int


async def move_institution(
    database: Database, blobs: RegionalBlobs, clock: WallClock, institution_id: str, region: str
) -> Moved:
    """Have an institution's recordings in ``region``, those to come too.

    Raises:
        UnknownRegion: the settings name no store of it.
        NotMoved: a session is still being recorded, or a copy is not what was copied.
    """
    target = blobs.store(region)
    own = ExamSession.institution_id == institution_id
    async with database.transaction() as db:
        row = await hold_still(db, institution_id)
        running = select(ExamSession.id).where(own, ExamSession.state == "open")
        if region != row.region and (found := await db.scalar(running.limit(1))) is not None:
            raise NotMoved(f"session {found} is still open; move when no exam is running")
        before, row.region = row.region, region
        subject = ("institution", institution_id)
        audit.record(
            db,
            clock(),
            audit.COMMAND_LINE,
            "institution.move",
            subject,
            institution_id=institution_id,
            before=before,
            region=region,
        )
        query = select(ExamSession.id, ExamSession.region).where(
            own, ExamSession.region != region
        )
        waiting = (await db.execute(query)).tuples().all()
    pieces = 0
    for session_id, old in waiting:
        pieces += await _move(database, session_id, blobs.store(old), target, region)
    return Moved(len(waiting), pieces)


async def _move(
    database: Database, session_id: str, old: BlobStore, new: BlobStore, region: str
) -> int:
    names = await old.names(session_id)
    for name in sorted(names):
        await _copy(session_id, name, old, new)
    async with database.transaction() as db:
        session = await db.get_one(ExamSession, session_id, with_for_update=True)
        # What came in between is copied while nothing else can come.
        for name in sorted(await old.names(session_id) - names):
            await _copy(session_id, name, old, new)
            names.add(name)
        session.region = region
    await old.delete_many(session_id, sorted(names))
    await old.forget_folder(session_id)
    return len(names)


async def _copy(session_id: str, name: str, old: BlobStore, new: BlobStore) -> None:
    await new.put_bytes(session_id, name, await old.get(session_id, name))
    if sha256_hex(await new.get(session_id, name)) != name:
        raise NotMoved(f"piece {name} of session {session_id} is damaged, here or there")
