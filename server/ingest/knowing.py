"""What the database knows about the things that batches of lines speak of."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.judgement import Known, Line
from server.ingest.models import BlobRow, ExamSession, ReceiptRow, RecordRow
from server.ingest.standing import Standing
from shared.encoding import from_base64
from shared.records import BlobReference, Resume, Rotate, blobs_of, decode_record
from shared.signed import Signed

# Keys in one query: with three columns each, well below what SQLite (32,766) and asyncpg
# (32,767) take in parameters.
MAX_KEYS = 5_000

Asked = Mapping[str, tuple[Standing, Sequence[Line]]]

_RECEIPTS = select(ReceiptRow.session_id, ReceiptRow.hash, ReceiptRow.time).where(
    tuple_(ReceiptRow.session_id, ReceiptRow.hash).in_(bindparam("keys", expanding=True))
)
_PIECE = (
    BlobRow.session_id,
    BlobRow.sha256,
    BlobRow.size,
    BlobRow.stream,
    BlobRow.stream_seq,
)
_BY_HASH = select(*_PIECE).where(
    tuple_(BlobRow.session_id, BlobRow.sha256).in_(bindparam("keys", expanding=True))
)
_BY_PLACE = select(*_PIECE).where(
    tuple_(BlobRow.session_id, BlobRow.stream, BlobRow.stream_seq).in_(
        bindparam("keys", expanding=True)
    )
)


async def look_up(db: AsyncSession, asked: Asked) -> dict[str, Known]:
    """What is known for each session, by id; a few queries for all of them together."""
    receipts = await _receipts(db, asked)
    pieces = await _pieces(db, asked)
    known: dict[str, Known] = {}
    for session, (standing, lines) in asked.items():
        records, keys = await _earlier(db, standing, lines)
        known[session] = Known(records, keys, receipts[session], pieces[session])
    return known


async def _receipts(db: AsyncSession, asked: Asked) -> dict[str, dict[str, int]]:
    keys = {
        (session, line.claim.anchor)
        for session, (_, lines) in asked.items()
        for line in lines
        if line.claim is not None and line.claim.anchor is not None
    }
    found: dict[str, dict[str, int]] = {session: {} for session in asked}
    if keys:
        async for session, hash_, time in _each(db, _RECEIPTS, keys):
            found[session][hash_] = time
    return found


async def _pieces(db: AsyncSession, asked: Asked) -> dict[str, list[BlobReference]]:
    spoken_of = [
        (session, piece)
        for session, (_, lines) in asked.items()
        for line in lines
        if line.claim is not None
        for piece in blobs_of(line.claim.body)
    ]
    found: dict[str, list[BlobReference]] = {session: [] for session in asked}
    if spoken_of:
        hashes = {(session, piece.sha256) for session, piece in spoken_of}
        places = {(session, piece.stream, piece.stream_seq) for session, piece in spoken_of}
        for query, keys in ((_BY_HASH, hashes), (_BY_PLACE, places)):
            async for session, *piece in _each(db, query, keys):
                found[session].append(BlobReference(*piece))
    return found


async def _each(db: AsyncSession, query: Any, keys: Iterable[Any]) -> AsyncIterator[Any]:
    """The rows for all keys, in queries of bounded size."""
    left = list(keys)
    for at in range(0, len(left), MAX_KEYS):
        for row in await db.execute(query, {"keys": left[at : at + MAX_KEYS]}):
            yield row


async def _earlier(
    db: AsyncSession, standing: Standing, lines: Sequence[Line]
) -> tuple[dict[int, Signed], Sequence[tuple[int, bytes]]]:
    """Records that come again; and, where one comes in other bytes, every epoch's key."""
    chain = standing.chain
    again = {
        line.claim.seq: line.signed
        for line in lines
        if line.claim is not None and line.claim.seq < chain.size
    }
    if not again:
        return {}, ()
    records = await _records(db, chain.session, again)
    differs = any(records.get(seq) != signed for seq, signed in again.items())
    return records, await epoch_keys(db, chain.session) if differs else ()


async def _records(db: AsyncSession, session: str, seqs: Iterable[int]) -> dict[int, Signed]:
    query = select(RecordRow.seq, RecordRow.payload, RecordRow.signature).where(
        RecordRow.session_id == session, RecordRow.seq.in_(seqs)
    )
    return {seq: Signed(*signed) for seq, *signed in await db.execute(query)}


async def epoch_keys(db: AsyncSession, session: str) -> list[tuple[int, bytes]]:
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
