"""The blob stores that the settings name, and which of them a session's pieces are in."""

from __future__ import annotations

from sqlalchemy import select

from server.config import Settings
from server.ingest.models import ExamSession
from server.storage.blobs import BlobStore
from server.storage.database import Database
from server.storage.regions import DEFAULT, RegionalBlobs


def open_blobs(settings: Settings, database: Database) -> BlobStore:
    """The store of sealed pieces: one, or one a region as one."""
    scratch = settings.data_dir / "incoming"
    if not settings.blob_regions:
        return BlobStore(settings.blobs, scratch)

    async def find(session_id: str) -> str:
        query = select(ExamSession.region).where(ExamSession.id == session_id)
        async with database.transaction() as db:
            return await db.scalar(query) or DEFAULT

    return RegionalBlobs(settings.blobs, scratch, settings.blob_regions, find)
