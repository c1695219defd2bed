"""How long a session's evidence is kept, what keeps it longer, and what is gone already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.exams.models import PolicyVersion
from server.ingest.models import BlobRow, ExamSession
from server.retention.certificates import Told, destroyed_of
from server.retention.holds import Keeper, keepers_of
from server.retention.kinds import WORDS, lengths
from server.retention.pieces import kinds_here
from server.retention.settings import read_protection
from shared.certificate import EvidenceKind
from shared.policy import decode_policy


@dataclass(frozen=True, slots=True)
class Kept:
    """``until`` when each kind goes (µs UTC), ``here`` those of which something is left,
    ``keepers`` why nothing may go now, ``gone`` what was destroyed, ``pieces_gone`` and
    ``bytes_gone`` how much that was of what had been delivered.
    """

    until: Mapping[EvidenceKind, int]
    here: tuple[EvidenceKind, ...]
    keepers: tuple[Keeper, ...]
    gone: tuple[Told, ...]
    pieces_gone: int
    bytes_gone: int

    @property
    def rows(self) -> list[tuple[str, int]]:
        """The kinds that are here as people call them, with when each goes."""
        return [(WORDS[kind], self.until[kind]) for kind in self.here]

    @property
    def held(self) -> list[str]:
        """Why nothing may go now, as staff are told it."""
        return [one.words for one in self.keepers]

    @property
    def certified(self) -> bool:
        """Whether there is a certificate yet; of what is only under way there is none."""
        return any(one.hash is not None for one in self.gone)

    @property
    def everything_gone(self) -> bool:
        """Whether nothing but certificates is left."""
        return any(one.everything for one in self.gone)


async def expiries_of(db: AsyncSession, session: ExamSession) -> dict[EvidenceKind, int]:
    """When each kind of a session's evidence is to go, µs UTC."""
    kept = await read_lengths(db, session.institution_id, session.policy_version_id)
    return {kind: session.created + length for kind, length in kept.items()}


async def read_lengths(
    db: AsyncSession, institution_id: str, policy_version_id: str
) -> dict[EvidenceKind, int]:
    """How long an institution keeps each kind of what began under this policy (µs)."""
    version = await db.get_one(PolicyVersion, policy_version_id)
    own = await read_protection(db, institution_id)
    return lengths(decode_policy(version.payload), own.days.said())


async def read_kept(db: AsyncSession, session: ExamSession) -> Kept:
    """How a session's evidence is kept."""
    gone = tuple(await destroyed_of(db, session.id))
    # Asked with every page about a session, of most of which nothing is gone.
    pieces, size = await _destroyed(db, session.id) if gone else (0, 0)
    return Kept(
        until=await expiries_of(db, session),
        here=tuple(await kinds_here(db, session.id)),
        keepers=tuple(await keepers_of(db, session)),
        gone=gone,
        pieces_gone=pieces,
        bytes_gone=size,
    )


async def _destroyed(db: AsyncSession, session_id: str) -> tuple[int, int]:
    """Pieces that were here and are destroyed, and their bytes."""
    query = select(func.count(), func.coalesce(func.sum(BlobRow.size), 0)).where(
        BlobRow.session_id == session_id,
        BlobRow.durable_at.is_not(None),
        BlobRow.destroyed_at.is_not(None),
    )
    return (await db.execute(query)).tuples().one()
