"""A session's certificates of deletion, as they were signed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.models import ExamSession
from server.retention.kinds import in_words
from server.retention.models import DestructionRow
from server.storage.keys import KeyStore
from shared.certificate import EvidenceKind, decode_certificate
from shared.certificate_file import encode_certificate_file
from shared.signed import Signed, public_bytes


@dataclass(frozen=True, slots=True)
class Told:
    """One destruction for a page: ``at`` is when it ended (µs UTC; ``None`` where it goes on),
    ``stopped`` whether a hold came before its end.
    """

    n: int
    kinds: tuple[EvidenceKind, ...]
    at: int | None
    why: str
    pieces: int
    hash: str | None
    stopped: bool

    @property
    def words(self) -> str:
        """What was destroyed."""
        return in_words(self.kinds)

    @property
    def everything(self) -> bool:
        """Whether nothing but the certificates is left."""
        done = self.at is not None and not self.stopped
        return done and EvidenceKind.RECORDS in self.kinds


async def certificates_of(db: AsyncSession, session_id: str) -> list[Signed]:
    """The signed certificates, in order."""
    query = (
        select(DestructionRow.payload, DestructionRow.signature)
        .where(DestructionRow.session_id == session_id, DestructionRow.finished.is_not(None))
        .order_by(DestructionRow.n)
    )
    rows = (await db.execute(query)).tuples().all()
    return [Signed(payload, signature) for payload, signature in rows if payload and signature]


async def destroyed_of(db: AsyncSession, session_id: str) -> list[Told]:
    """What was destroyed of a session, or is being, in order."""
    query = (
        select(DestructionRow)
        .where(DestructionRow.session_id == session_id)
        .order_by(DestructionRow.n)
    )
    return [_told(row) for row in await db.scalars(query)]


async def all_gone(db: AsyncSession, session_id: str) -> bool:
    """Whether a session's records were destroyed, so that only certificates are left."""
    query = select(DestructionRow.n).where(
        DestructionRow.session_id == session_id,
        DestructionRow.records.is_(True),
        DestructionRow.finished.is_not(None),
    )
    return (await db.execute(query.limit(1))).first() is not None


async def certificate_file(
    db: AsyncSession, keys: KeyStore, session: ExamSession
) -> bytes | None:
    """The file that ``invigil-verify`` checks, or ``None`` where nothing was destroyed."""
    found = await certificates_of(db, session.id)
    if not found:
        return None
    return encode_certificate_file(public_bytes(keys.signing(session.key_ref)), found)


def _told(row: DestructionRow) -> Told:
    pieces = 0
    if row.payload is not None:
        pieces = sum(one.pieces for one in decode_certificate(row.payload).destroyed)
    kinds = tuple(EvidenceKind(name) for name in row.kinds)
    return Told(row.n, kinds, row.finished, row.why, pieces, row.hash, row.stopped)
