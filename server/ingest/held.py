"""A session as the database holds it, for judging and for receipts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.exams.models import PolicyVersion
from server.ingest.judgement import Judgement
from server.ingest.models import ExamSession
from server.ingest.projection import text
from server.ingest.standing import Standing
from server.problems import Rejection
from shared.chain import ChainState
from shared.clock import Corridor, WallState
from shared.encoding import sha256_hex
from shared.records import Clock, Open
from shared.wire import ProblemType

GONE = Rejection(ProblemType.SESSION, 404, "there is no such session")
REVOKED = Rejection(ProblemType.CREDENTIAL, 401, "this token has been revoked")
PURGED = Rejection(ProblemType.SESSION_OVER, 410, "the session's evidence was destroyed")


class ClockState(msgspec.Struct, frozen=True):
    """The session row's ``clock``: what judging the next record's times needs.

    ``last`` is the ``mono`` of the newest record that is no ``clock``; ``None`` in a row that
    no delivery has changed since there is one.
    """

    wall: WallState
    corridor: Corridor
    receipt_time: int = 0
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A session's row, and its policy's hash."""

    row: ExamSession
    policy: str

    def standing(self, quota: int, most_records: int) -> Standing:
        """Where the session stands, and how far it may go in bytes and records."""
        row, clock = self.row, self._clock()
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
            most_records=most_records,
        )

    @property
    def last(self) -> int:
        """The ``mono`` of the newest record but for ``clock`` ones: with it ended what lasted,
        should a ``resume`` come next, wherever the recorder cut its deliveries.
        """
        last = self._clock().last
        return self.row.mono if last is None else last

    def time(self, now: int) -> int:
        """The time for the next receipt: never before the one before, whatever ``now``."""
        return max(now, self._clock().receipt_time)

    def advance(self, judgement: Judgement, now: int) -> None:
        """Bring the row up to what was judged; ``now`` is the next receipt's time."""
        row, standing = self.row, judgement.standing
        chain, last = standing.chain, self.last
        row.size, row.head, row.epoch = chain.size, chain.head, chain.epoch
        row.epoch_key, row.mono, row.boot = chain.public_key, chain.mono, text(chain.boot)
        row.closed = chain.closed
        if chain.closed and row.state == "open":
            row.state = "closed"
        first = judgement.fresh[0].record
        if isinstance(first.body, Open):
            row.origin_wall, row.origin_mono = first.wall, first.mono
        row.boots = dict(standing.boots)
        row.blobs += sum(len(one.pieces) for one in judgement.fresh)
        row.bytes_committed = standing.bytes_committed
        row.last_seen = now
        for one in judgement.fresh:
            if not isinstance(one.record.body, Clock):
                last = one.record.mono
        row.clock = msgspec.to_builtins(ClockState(standing.wall, standing.corridor, now, last))

    def arrive(self, sizes: Iterable[int], now: int) -> None:
        """Count pieces that became durable, to be told by a receipt of ``now``."""
        row = self.row
        for size in sizes:
            row.blobs_durable += 1
            row.bytes_durable += size
        row.last_seen = now
        row.clock = {**row.clock, "receipt_time": now}

    def refusal(self, token_hash: str) -> Rejection | None:
        """Why a holder of this token may not deliver, if they may not."""
        if self.row.token_hash != token_hash:
            return REVOKED
        return None if self.row.purged_at is None else PURGED

    def _clock(self) -> ClockState:
        return clock_of(self.row)


def clock_of(row: ExamSession) -> ClockState:
    """A session's clocks up to its newest record."""
    if not row.clock:
        return ClockState(WallState(), Corridor())
    return msgspec.convert(row.clock, ClockState)


_READ = (
    select(ExamSession, PolicyVersion.hash)
    .join(PolicyVersion, PolicyVersion.id == ExamSession.policy_version_id)
    .where(ExamSession.id.in_(bindparam("ids", expanding=True)))
)

# In one order, so that two servers that want the same sessions never wait in a circle.
_HOLD = _READ.order_by(ExamSession.id).with_for_update(of=ExamSession)


async def hold(db: AsyncSession, session_ids: Iterable[str]) -> dict[str, Held]:
    """The sessions that there are, by id, each locked until the transaction ends.

    Their rows are detached: what is changed of them is kept by ``keeping.keep_sessions``.
    """
    found = await db.execute(_HOLD, {"ids": sorted(session_ids)})
    held = {row.id: Held(row, policy) for row, policy in found.tuples()}
    for one in held.values():
        db.expunge(one.row)
    return held


async def hold_one(db: AsyncSession, session_id: str) -> ExamSession:
    """A session as it is by now, locked until the transaction ends; what is changed of it is
    kept by the mapper.

    Raises:
        NoResultFound: there is no such session.
    """
    query = select(ExamSession).where(ExamSession.id == session_id).with_for_update()
    return (await db.scalars(query.execution_options(populate_existing=True))).one()


async def admitted(db: AsyncSession, session_id: str, token_hash: str) -> Held | Rejection:
    """The session, to be read, for a holder of its token: (1) it is the credential's."""
    found = (await db.execute(_READ, {"ids": [session_id]})).one_or_none()
    if found is None:
        return GONE
    held = Held(*found)
    return held.refusal(token_hash) or held
