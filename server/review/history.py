"""What became of a session's chain: keys, interruptions, and records in two versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.ingest.models import ExamSession, ForkRow, RecordRow
from server.review.reading import place
from server.review.wording import cause
from shared.records import MalformedRecord, Resume, decode_record

# As many as anybody reads; the bundle has them all.
MAX_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Interruption:
    """The recorder stopped and began again: ``at`` and ``lasted`` in µs, ``at`` in session
    time. How long is told by the monotonic clock within a boot, else by the candidate's.
    ``unwatched`` is what it could not watch from then on.
    """

    seq: int
    at: int
    lasted: int
    reason: str
    unwatched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One of two records of one number: ``type`` and the candidate's clock (µs UTC)."""

    hash: str
    type: str
    wall: int | None


@dataclass(frozen=True, slots=True)
class Fork:
    """A number that was signed for twice; ``at`` in µs of session time, ``received`` in UTC."""

    seq: int
    at: int
    kept: Version
    other: Version
    received: int


@dataclass(frozen=True, slots=True)
class History:
    """``rotations`` counts keys handed over in good order, ``interruptions`` the other ones.

    ``forks`` are the first ``MAX_SHOWN`` of ``fork_count``.
    """

    rotations: int
    interruptions: tuple[Interruption, ...]
    forks: tuple[Fork, ...]
    fork_count: int

    @property
    def interrupted(self) -> int:
        """Microseconds of all interruptions together."""
        return sum(one.lasted for one in self.interruptions)

    @property
    def keys(self) -> int:
        """How many keys signed this session: one an epoch."""
        return 1 + self.rotations + len(self.interruptions)


async def read_history(db: AsyncSession, session: ExamSession) -> History:
    """Read it."""
    interruptions = await _interruptions(db, session) if session.epoch else ()
    count = select(func.count()).where(ForkRow.session_id == session.id)
    fork_count = await db.scalar(count) or 0
    return History(
        rotations=session.epoch - len(interruptions),
        interruptions=interruptions,
        forks=await _forks(db, session) if fork_count else (),
        fork_count=fork_count,
    )


async def _interruptions(db: AsyncSession, session: ExamSession) -> tuple[Interruption, ...]:
    before = aliased(RecordRow)
    pair = and_(before.session_id == RecordRow.session_id, before.seq == RecordRow.seq - 1)
    query = (
        select(
            RecordRow.seq,
            RecordRow.payload,
            RecordRow.wall,
            RecordRow.mono,
            RecordRow.boot,
            before.wall.label("last_wall"),
            before.mono.label("last_mono"),
            before.boot.label("last_boot"),
        )
        .join(before, pair)
        .where(RecordRow.session_id == session.id, RecordRow.type == "resume")
        .order_by(RecordRow.seq)
    )
    return tuple(_interruption(session, row) for row in await db.execute(query))


def _interruption(session: ExamSession, row: Any) -> Interruption:
    same_boot = row.boot == row.last_boot
    lasted = row.mono - row.last_mono if same_boot else row.wall - row.last_wall
    at = place(session, row.last_boot, row.last_mono)
    said = _resumed(row.payload)
    reason, unwatched = (said.reason, said.unwatched) if said else ("", ())
    return Interruption(row.seq, max(0, at), max(0, lasted), cause(reason), unwatched)


def _resumed(payload: bytes) -> Resume | None:
    try:
        body = decode_record(payload).body
    except MalformedRecord:  # a record of a later version than this program's
        return None
    return body if isinstance(body, Resume) else None


async def _forks(db: AsyncSession, session: ExamSession) -> tuple[Fork, ...]:
    pair = and_(RecordRow.session_id == ForkRow.session_id, RecordRow.seq == ForkRow.seq)
    query = (
        select(
            ForkRow.seq,
            ForkRow.hash.label("other"),
            ForkRow.payload,
            ForkRow.received,
            RecordRow.hash,
            RecordRow.type,
            RecordRow.wall,
            RecordRow.mono,
            RecordRow.boot,
        )
        .join(RecordRow, pair)
        .where(ForkRow.session_id == session.id)
        .order_by(ForkRow.seq, ForkRow.received, ForkRow.hash)
        .limit(MAX_SHOWN)
    )
    return tuple(
        Fork(
            row.seq,
            max(0, place(session, row.boot, row.mono)),
            Version(row.hash, row.type, row.wall),
            _version(row.other, row.payload),
            row.received,
        )
        for row in await db.execute(query)
    )


def _version(name: str, payload: bytes) -> Version:
    try:
        record = decode_record(payload)
    except MalformedRecord:
        return Version(name, "unreadable", None)
    return Version(name, record.type, record.wall)
