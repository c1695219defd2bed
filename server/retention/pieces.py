"""A session's pieces by kind: what is left, what is gone, and what a certificate says of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.models import AttachmentRow, BlobRow, ExamSession, RecordRow
from server.retention.kinds import ROLES
from shared.certificate import SEALED, Destroyed, EvidenceKind, destroyed_of, digest_of
from shared.records import BlobReference

ATTACHMENT = "attachment"


def of_kind(kind: EvidenceKind) -> ColumnElement[bool]:
    """A condition: a ``BlobRow`` is of this kind.

    An attachment is what the first record that names it says (``shared.certificate``).
    """
    if kind not in ROLES:
        return BlobRow.stream == kind.value
    role = (
        select(AttachmentRow.role)
        .where(
            AttachmentRow.session_id == BlobRow.session_id,
            AttachmentRow.stream_seq == BlobRow.stream_seq,
            AttachmentRow.sha256 == BlobRow.sha256,
        )
        .order_by(AttachmentRow.seq, AttachmentRow.place)
        .limit(1)
        .correlate(BlobRow)
        .scalar_subquery()
    )
    return and_(BlobRow.stream == ATTACHMENT, role.in_(ROLES[kind]))


def of_kinds(kinds: Iterable[EvidenceKind]) -> ColumnElement[bool]:
    """A condition: a ``BlobRow`` is of one of these kinds."""
    sealed = [of_kind(kind) for kind in SEALED if kind in set(kinds)]
    return or_(BlobRow.stream.is_(None), *sealed)


async def next_left(
    db: AsyncSession, session_id: str, kinds: Iterable[EvidenceKind], most: int
) -> list[str]:
    """Hashes of pieces of these kinds that are not destroyed yet, the first of each stream
    first, so that what is gone of a kind is always its beginning.
    """
    query = (
        select(BlobRow.sha256)
        .where(
            BlobRow.session_id == session_id,
            BlobRow.destroyed_at.is_(None),
            of_kinds(kinds),
        )
        .order_by(BlobRow.stream_seq, BlobRow.stream)
        .limit(most)
    )
    return list(await db.scalars(query))


async def mark_destroyed(
    db: AsyncSession, session_id: str, names: Sequence[str], now: int
) -> None:
    """Note that these pieces are gone."""
    await db.execute(
        update(BlobRow)
        .where(BlobRow.session_id == session_id, BlobRow.sha256.in_(names))
        .values(destroyed_at=now)
    )


async def gone_names(db: AsyncSession, session_id: str) -> set[str]:
    """The hashes of all pieces that are noted as destroyed."""
    query = select(BlobRow.sha256).where(
        BlobRow.session_id == session_id, BlobRow.destroyed_at.is_not(None)
    )
    return set(await db.scalars(query))


async def kinds_here(db: AsyncSession, session_id: str) -> list[EvidenceKind]:
    """The kinds of which something is left."""
    found: list[EvidenceKind] = []
    for kind in SEALED:
        query = select(BlobRow.seq).where(
            BlobRow.session_id == session_id, BlobRow.destroyed_at.is_(None), of_kind(kind)
        )
        if (await db.execute(query.limit(1))).first() is not None:
            found.append(kind)
    records = select(RecordRow.seq).where(RecordRow.session_id == session_id).limit(1)
    if (await db.execute(records)).first() is not None:
        found.append(EvidenceKind.RECORDS)
    return found


async def destroyed_now(
    db: AsyncSession, session: ExamSession, kinds: Iterable[EvidenceKind]
) -> tuple[Destroyed, ...]:
    """What a certificate is to say: of each kind all that is gone, counted from its start."""
    said = [await _sealed(db, session.id, kind) for kind in SEALED if kind in set(kinds)]
    found = [one for one in said if one is not None]
    if EvidenceKind.RECORDS in set(kinds):
        found.append(await _records(db, session.id))
    return tuple(found)


async def _sealed(db: AsyncSession, session_id: str, kind: EvidenceKind) -> Destroyed | None:
    query = (
        select(
            BlobRow.sha256,
            BlobRow.size,
            BlobRow.stream,
            BlobRow.stream_seq,
            BlobRow.destroyed_at,
        )
        .where(BlobRow.session_id == session_id, of_kind(kind))
        .order_by(BlobRow.stream_seq)
    )
    rows = (await db.execute(query)).all()
    left = [row.stream_seq for row in rows if row.destroyed_at is None]
    below = min(left) if left else None
    pieces = [BlobReference(*row[:4]) for row in rows]
    said = destroyed_of(kind, pieces, below)
    return said if said.pieces else None


async def _records(db: AsyncSession, session_id: str) -> Destroyed:
    query = (
        select(RecordRow.hash, func.length(RecordRow.payload))
        .where(RecordRow.session_id == session_id)
        .order_by(RecordRow.seq)
    )
    rows = (await db.execute(query)).all()
    return Destroyed(
        kind=EvidenceKind.RECORDS,
        pieces=len(rows),
        bytes=sum(size for _, size in rows),
        digest=digest_of(name for name, _ in rows),
    )
