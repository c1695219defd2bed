"""The sealed pieces that the server holds, and those that lie in a backup's folder.

One goes from the folder only where the database says that it was destroyed. What the database
does not know may be all that is left of a recording: its disk was not mounted and a new one was
begun, two servers write into one folder, an older backup was restored.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, or_, select

from server.ingest.models import BlobRow, ExamSession
from server.operation.backup_files import BackupFault
from server.retention.models import DestructionRow
from server.storage.database import Database
from shared.encoding import HASH_HEX

# A backup's folder has them in this one, as ``<session>/<sha256>``.
BLOBS = "blobs"

# Rows of pieces read at once, and sessions asked for.
PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A sealed piece that the server holds."""

    session: str
    sha256: str
    size: int

    @property
    def name(self) -> str:
        """As people and lists call it."""
        return f"{self.session}/{self.sha256}"

    def under(self, folder: Path) -> Path:
        """Where a backup keeps it."""
        return folder / BLOBS / self.session / self.sha256


async def held_pieces(database: Database) -> AsyncIterator[Piece]:
    """Every piece that is here to stay, by session; pages keep a transaction short."""
    after = ("", "")
    while True:
        asked = (
            select(BlobRow.session_id, BlobRow.sha256, BlobRow.size)
            .join(ExamSession, ExamSession.id == BlobRow.session_id)
            .where(BlobRow.durable_at.is_not(None), BlobRow.destroyed_at.is_(None))
            .where(ExamSession.purged_at.is_(None))
            .where(_beyond(after))
            .order_by(BlobRow.session_id, BlobRow.sha256)
            .limit(PAGE)
        )
        async with database.transaction() as db:
            rows = [tuple(row) for row in (await db.execute(asked)).all()]
        for session, sha256, size in rows:
            yield Piece(session, sha256, size)
        if len(rows) < PAGE:
            return
        after = rows[-1][0], rows[-1][1]


def files_in(folder: Path) -> list[Path]:
    """The files of pieces in a backup's folder."""
    return sorted(
        path for path in (folder / BLOBS).glob("*/*") if HASH_HEX.fullmatch(path.name)
    )


async def refuse_foreign(database: Database, folder: Path) -> None:
    """See to it that a folder with pieces is one of this database's.

    Raises:
        BackupFault: it knows none of the sessions that they are of.
    """
    sessions = _sessions_of(files_in(folder))
    for some in _pages(sessions):
        known = select(ExamSession.id).where(ExamSession.id.in_(some)).limit(1)
        async with database.transaction() as db:
            if await db.scalar(known) is not None:
                return
    if sessions:
        raise BackupFault(
            f"the recordings in {folder} are of no session that this server's database knows, "
            "so nothing was written there. If the database is empty, see whether its disk is "
            "mounted and what INVIGIL_DATA_DIR and INVIGIL_DATABASE_URL say; another server's "
            "backup takes another folder"
        )


async def destroyed_among(database: Database, files: Collection[Path]) -> set[Path]:
    """Which of these files hold a piece that was destroyed, as the database says."""
    purged: set[str] = set()
    pieces: set[tuple[str, str]] = set()
    for some in _pages(_sessions_of(files)):
        gone = (
            select(ExamSession.id)
            .outerjoin(DestructionRow, DestructionRow.session_id == ExamSession.id)
            # Where the records went too, no row names the pieces any more.
            .where(or_(ExamSession.purged_at.is_not(None), _ended_with_records()))
            .where(ExamSession.id.in_(some))
        )
        named = select(BlobRow.session_id, BlobRow.sha256).where(
            BlobRow.session_id.in_(some), BlobRow.destroyed_at.is_not(None)
        )
        async with database.transaction() as db:
            purged.update(await db.scalars(gone))
            pieces.update((await db.execute(named)).tuples())
    return {
        file
        for file in files
        if file.parent.name in purged or (file.parent.name, file.name) in pieces
    }


def _ended_with_records() -> ColumnElement[bool]:
    return DestructionRow.records & DestructionRow.finished.is_not(None)


def _sessions_of(files: Collection[Path]) -> list[str]:
    return sorted({file.parent.name for file in files})


def _pages(names: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(names), PAGE):
        yield names[at : at + PAGE]


def _beyond(after: tuple[str, str]) -> ColumnElement[bool]:
    session, sha256 = after
    return (BlobRow.session_id > session) | (
        (BlobRow.session_id == session) & (BlobRow.sha256 > sha256)
    )
