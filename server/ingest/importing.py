"""What was carried here by hand: a parcel, judged and kept as its recorder's deliveries are.

There is no second law: each portion of records goes to the one writer as the request that it
would have been, each piece through the same checks (``unpacking``). So receipts, forks, flags
and states come out alike, in whatever order a parcel and the network bring things. Who imports
is authenticated as staff; the records prove themselves by the session's own keys.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.accounts.staff import Staff
from server.audit import service as audit
from server.clock import WallClock
from server.ingest import keeping
from server.ingest.models import ExamSession
from server.ingest.pieces import Pieces
from server.ingest.unpacking import Doors, Target, Unpacking
from server.ingest.writer import Writer
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.parcel import Manifest, NotAParcel, Parcel
from shared.progress import Progress
from shared.signed import Signed, fingerprint

# Imports under way at once; each holds a parcel's table of contents in memory.
MAX_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports: a member of staff, or whoever is at the server's command line."""

    actor: Staff | str

    @property
    def institution(self) -> str | None:
        """Whose sessions alone there are for this importer; ``None`` for all."""
        return self.actor.institution_id if isinstance(self.actor, Staff) else None


@dataclass(frozen=True, slots=True)
class Declined:
    """Nothing of the file was taken: why, and what to do."""

    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a parcel.

    Attributes:
        session: the session's id.
        records: how many records the parcel holds.
        new_records: how many the session has more than before.
        pieces: how many pieces the parcel holds.
        new_pieces: how many the session has more than before.
        size: how many records the session has by now.
        missing: committed pieces that are still not here.
        closed: whether the session's last record is here.
        troubles: what could not be taken and why; not more than a few in words.
        untold: how many troubles there were beside these.
    """

    session: str
    records: int
    new_records: int
    pieces: int
    new_pieces: int
    size: int
    missing: int
    closed: bool
    troubles: tuple[str, ...]
    untold: int

    @property
    def whole(self) -> bool:
        """Whether all of the parcel is here."""
        return not self.troubles


class Imports:
    """Takes parcels in."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        pieces: Pieces,
        keys: KeyStore,
        clock: WallClock,
    ) -> None:
        """Take what it works with."""
        self._database = database
        self._doors = Doors(writer, pieces)
        self._keys = keys
        self._clock = clock
        self._turns = asyncio.Semaphore(MAX_AT_ONCE)

    async def take(
        self, file: Path, importer: Importer, show: Progress = lambda _done, _all: None
    ) -> Report | Declined:
        """Import a parcel; the same one again changes nothing.

        Raises:
            SQLAlchemyError, OSError, DatabaseBusy, KeysMissing: the server cannot work; what
                was taken is kept, and the same parcel can be imported again.
        """
        async with self._turns, _opened(file) as parcel:
            if isinstance(parcel, Declined):
                return parcel
            manifest = parcel.manifest
            async with self._database.transaction() as db:
                target = await self._target(db, manifest, importer)
                if isinstance(target, Declined):
                    return target
                counts = {"records": manifest.records, "pieces": len(manifest.pieces)}
                self._log(db, importer, target, "session.import", counts)
            unpacking = Unpacking(self._doors, parcel, target, show)
            await unpacking.run()
            return await self._report(importer, target, manifest, unpacking)

    async def receipts(self, session_id: str) -> bytes:
        """Every receipt of a session as signed lines, for its recorder to take."""
        async with self._database.transaction() as db:
            lines = await keeping.receipts(db, session_id)
        return b"".join(signed.line() for signed in lines)

    async def _target(
        self, db: AsyncSession, manifest: Manifest, importer: Importer
    ) -> Target | Declined:
        row = await db.get(ExamSession, manifest.session)
        if row is None or importer.institution not in (None, row.institution_id):
            return await self._unknown(db, manifest, importer)
        if row.purged_at is not None:
            why = "the session's evidence was destroyed here"
            return Declined(f"{why}; nothing of it may come back")
        keys = self._keys.of(row.key_ref)
        return Target(
            session=row.id,
            institution=row.institution_id,
            token_hash=row.token_hash,
            key=keys.evidence,
            public=keys.public,
            size=row.size,
            durable=row.blobs_durable,
        )

    async def _unknown(
        self, db: AsyncSession, manifest: Manifest, importer: Importer
    ) -> Declined:
        """Which of the two it is: another institution's, or one that never began here."""
        query = select(Institution.key_ref)
        began = select(ExamSession.key_ref).distinct()
        if importer.institution is not None:
            query = query.where(Institution.id == importer.institution)
            began = began.where(ExamSession.institution_id == importer.institution)
        refs = {*await db.scalars(query), *await db.scalars(began)}
        own = {fingerprint(self._keys.of(ref).public) for ref in refs}
        if manifest.institution not in own:
            key = f"{manifest.institution[:16]}…"
            return Declined(f"it is for another institution, with the key {key}; send it there")
        why = f"this server knows no session {manifest.session}, though its institution is here"
        return Declined(f"{why}; was the database restored from an older backup?")

    async def _report(
        self, importer: Importer, target: Target, manifest: Manifest, unpacking: Unpacking
    ) -> Report:
        async with self._database.transaction() as db:
            troubles = list(unpacking.troubles)
            if older := await _missing_receipts(db, target.session, unpacking.receipts):
                troubles.append(
                    f"receipts that this server signed and its database does not hold: {older}"
                    "; it is older than they are, so restore a newer backup"
                )
            row = await db.get_one(ExamSession, target.session)
            report = Report(
                session=row.id,
                records=manifest.records,
                new_records=row.size - target.size,
                pieces=len(manifest.pieces),
                new_pieces=row.blobs_durable - target.durable,
                size=row.size,
                missing=row.blobs - row.blobs_durable,
                closed=row.closed,
                troubles=tuple(troubles),
                untold=unpacking.untold,
            )
            counts = {
                "new_records": report.new_records,
                "new_pieces": report.new_pieces,
                "troubles": len(troubles) + report.untold,
            }
            self._log(db, importer, target, "session.imported", counts)
        return report

    def _log(
        self,
        db: AsyncSession,
        importer: Importer,
        target: Target,
        action: str,
        counts: Mapping[str, Any],
    ) -> None:
        audit.record(
            db,
            self._clock(),
            importer.actor,
            action,
            ("session", target.session),
            institution_id=target.institution,
            **counts,
        )


async def _missing_receipts(db: AsyncSession, session: str, receipts: list[Signed]) -> int:
    """How many of these receipts the database does not hold."""
    held = await keeping.receipts(db, session) if receipts else []
    return len({signed.hash for signed in receipts} - {signed.hash for signed in held})


@asynccontextmanager
async def _opened(file: Path) -> AsyncIterator[Parcel | Declined]:
    try:
        parcel = await asyncio.to_thread(Parcel, file)
    except NotAParcel as error:
        yield Declined(str(error))
        return
    try:
        yield parcel
    finally:
        parcel.close()
