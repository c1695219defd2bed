"""Reads and writes a session's evidence within one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import and_, insert, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.exams.models import PolicyVersion
from server.ingest.judgement import Fork, Fresh, Known, Line
from server.ingest.models import (
    BlobRow,
    ClockFlagRow,
    ExamSession,
    ForkRow,
    ReceiptRow,
    RecordRow,
)
from server.ingest.projection import text
from server.ingest.standing import Standing
from shared.chain import ChainState
from shared.clock import Corridor, WallState
from shared.encoding import from_base64, sha256_hex
from shared.receipts import MAX_MISSING, Receipt, encode_receipt
from shared.records import BlobReference, Resume, Rotate, blobs_of, decode_record
from shared.signed import Signed


class ClockState(msgspec.Struct, frozen=True):
    """The session row's ``clock``: what judging the next record's times needs."""

    wall: WallState
    corridor: Corridor
    receipt_time: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A session as the database holds it; ``row`` is locked until the transaction ends."""

    row: ExamSession
    policy: str
    key_ref: str

    def standing(self, quota: int) -> Standing:
        """Where the session stands."""
        row, clock = self.row, self.clock()
        return Standing(
            chain=ChainState(
                session=row.id,
                public_key=row.epoch_key,
                epoch=row.epoch,
                size=row.size,
                head=row.head,
                mono=row.mono,
                boot=row.boot,
                closed=row.closed,
            ),
            policy=self.policy,
            grant=sha256_hex(row.grant_payload),
            wall=clock.wall,
            corridor=clock.corridor,
            boots=row.boots,
            bytes_committed=row.bytes_committed,
            quota=quota,
        )

    def clock(self) -> ClockState:
        """The clocks so far."""
        if not self.row.clock:
            return ClockState(WallState(), Corridor())
        return msgspec.convert(self.row.clock, ClockState)

    def time(self, now: int) -> int:
        """The time for the next receipt: never before the one before, whatever ``now``."""
        return max(now, self.clock().receipt_time)


async def hold(db: AsyncSession, session_id: str) -> Held | None:
    """The session, locked for this transaction; ``None`` where there is none."""
    query = (
        select(ExamSession, PolicyVersion.hash, Institution.key_ref)
        .join(PolicyVersion, PolicyVersion.id == ExamSession.policy_version_id)
        .join(Institution, Institution.id == ExamSession.institution_id)
        .where(ExamSession.id == session_id)
        .with_for_update(of=ExamSession)
    )
    found = (await db.execute(query)).one_or_none()
    return None if found is None else Held(found[0], found[1], found[2])


async def look_up(db: AsyncSession, standing: Standing, lines: Sequence[Line]) -> Known:
    """What the database knows about the things these lines speak of."""
    claims = [line.claim for line in lines if line.claim is not None]
    session, size = standing.chain.session, standing.chain.size
    old = {claim.seq for claim in claims if claim.seq < size}
    records = await _records(db, session, old) if old else {}
    again = {
        line.claim.seq: line.signed
        for line in lines
        if line.claim is not None and line.claim.seq < size
    }
    differs = any(records.get(seq) != signed for seq, signed in again.items())
    return Known(
        records=records,
        keys=await _epoch_keys(db, session) if differs else (),
        receipts=await _receipt_times(db, session, {c.anchor for c in claims if c.anchor}),
        pieces=await _pieces(db, session, [b for c in claims for b in blobs_of(c.body)]),
    )


async def _records(db: AsyncSession, session: str, seqs: set[int]) -> dict[int, Signed]:
    query = select(RecordRow.seq, RecordRow.payload, RecordRow.signature).where(
        RecordRow.session_id == session, RecordRow.seq.in_(seqs)
    )
    return {seq: Signed(*signed) for seq, *signed in await db.execute(query)}


async def _epoch_keys(db: AsyncSession, session: str) -> list[tuple[int, bytes]]:
    """(first seq, key) of every epoch: the grant's key, then what the chain handed over."""
    own = await db.scalar(select(ExamSession.public_key).where(ExamSession.id == session))
    query = (
        select(RecordRow.payload)
        .where(RecordRow.session_id == session, RecordRow.type.in_(("rotate", "resume")))
        .order_by(RecordRow.seq)
    )
    keys = [(0, own or b"")]
    for payload in await db.scalars(query):
        record = decode_record(payload)
        assert isinstance(record.body, Rotate | Resume)
        keys.append((record.seq + 1, from_base64(record.body.next.public_key)))
    return keys


async def _receipt_times(db: AsyncSession, session: str, hashes: set[str]) -> dict[str, int]:
    if not hashes:
        return {}
    query = select(ReceiptRow.hash, ReceiptRow.time).where(
        ReceiptRow.session_id == session, ReceiptRow.hash.in_(hashes)
    )
    return {row.hash: row.time for row in await db.execute(query)}


async def _pieces(
    db: AsyncSession, session: str, spoken_of: Sequence[BlobReference]
) -> list[BlobReference]:
    if not spoken_of:
        return []
    hashes = {piece.sha256 for piece in spoken_of}
    places = {(piece.stream, piece.stream_seq) for piece in spoken_of}
    query = select(BlobRow.sha256, BlobRow.size, BlobRow.stream, BlobRow.stream_seq).where(
        BlobRow.session_id == session,
        or_(
            BlobRow.sha256.in_(hashes),
            tuple_(BlobRow.stream, BlobRow.stream_seq).in_(places),
        ),
    )
    return [BlobReference(*row) for row in await db.execute(query)]


async def missing(db: AsyncSession, row: ExamSession) -> tuple[str, ...]:
    """The oldest committed pieces that are not here yet, at most ``MAX_MISSING``."""
    if row.blobs == row.blobs_durable:
        return ()
    query = (
        select(BlobRow.sha256)
        .where(BlobRow.session_id == row.id, BlobRow.durable_at.is_(None))
        .order_by(BlobRow.seq, BlobRow.stream_seq)
        .limit(MAX_MISSING)
    )
    return tuple(await db.scalars(query))


async def receipt(db: AsyncSession, session: str, n: int) -> Signed | None:
    """A receipt given before."""
    query = select(ReceiptRow.payload, ReceiptRow.signature).where(
        and_(ReceiptRow.session_id == session, ReceiptRow.n == n)
    )
    found = (await db.execute(query)).one_or_none()
    return None if found is None else Signed(*found)


def receipt_payload(
    row: ExamSession, time: int, durable: tuple[str, ...], missing: tuple[str, ...]
) -> bytes:
    """The bytes of the next receipt for a session as ``row`` now stands."""
    return encode_receipt(
        Receipt(
            session=row.id,
            size=row.size,
            head=row.head,
            time=time,
            prev=row.receipt_hash,
            durable=tuple(sorted(durable)),
            missing=missing,
        )
    )


async def add_records(
    db: AsyncSession, session: str, fresh: Iterable[Fresh], received: int, receipt_n: int
) -> None:
    """Keep fresh records, the pieces that they commit to, and their clock flags."""
    records, pieces, flags = [], [], []
    for one in fresh:
        record = one.record
        records.append(
            {
                "session_id": session,
                "seq": record.seq,
                "hash": one.signed.hash,
                "type": record.type,
                "payload": one.signed.payload,
                "signature": one.signed.signature,
                "wall": record.wall,
                "mono": record.mono,
                "boot": text(record.boot),
                "received": received,
                "receipt_n": receipt_n,
            }
        )
        pieces += [
            {"session_id": session, "seq": record.seq, **piece._asdict()}
            for piece in one.pieces
        ]
        flags += [
            {
                "session_id": session,
                "seq": record.seq,
                "place": place,
                "excess": flag.excess,
                "why": flag.why,
            }
            for place, flag in enumerate(one.flags)
        ]
    for model, rows in ((RecordRow, records), (BlobRow, pieces), (ClockFlagRow, flags)):
        if rows:
            await db.execute(insert(model), rows)


async def add_fork(db: AsyncSession, session: str, fork: Fork, received: int) -> None:
    """Keep a fork; the same one again changes nothing."""
    if await db.get(ForkRow, (session, fork.signed.hash)) is None:
        db.add(
            ForkRow(
                session_id=session,
                hash=fork.signed.hash,
                seq=fork.seq,
                payload=fork.signed.payload,
                signature=fork.signed.signature,
                received=received,
            )
        )


async def receipt_of(db: AsyncSession, session: str, seq: int) -> Signed | None:
    """The receipt that first covered record ``seq``."""
    n = await db.scalar(
        select(RecordRow.receipt_n).where(RecordRow.session_id == session, RecordRow.seq == seq)
    )
    return None if n is None else await receipt(db, session, n)
