"""What pieces are expected: asked for by many uploads at once, in one transaction.

Every upload asks before its body is read. On SQLite each question by itself would wait for
the one connection, behind all others; those that come while one is being answered are
answered together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.exams.models import PolicyVersion
from server.ingest import keeping
from server.ingest.held import GONE, PURGED, REVOKED
from server.ingest.models import BlobRow, ExamSession
from server.ingest.waiting import Waiting, fail, tell
from server.problems import Rejection
from server.storage.database import Database
from shared.chain import Refusal
from shared.policy import decode_policy
from shared.signed import Signed
from shared.wire import ProblemType

# Questions in one transaction: two parameters each, far below what SQLite takes (32,766).
MAX_TOGETHER = 256

# Policies whose keys are remembered: more than any institution holds at a time.
MAX_POLICIES = 1_000


@dataclass(frozen=True, slots=True)
class Upload:
    """A request to keep a piece. ``digest`` is what the sender says it hashes to."""

    session_id: str
    token_hash: str
    sha256: str
    digest: str | None
    length: int | None


@dataclass(frozen=True, slots=True)
class Expected:
    """A piece that a record commits to: its size, and the keys it may be sealed to."""

    size: int
    kids: frozenset[str]


Answer = Expected | Signed | Rejection


class Expectations:
    """Answers what the database expects of an upload."""

    def __init__(self, database: Database) -> None:
        """Take the database that knows."""
        self._database = database
        self._kids: dict[str, frozenset[str]] = {}
        self._waiting: list[Waiting[Upload, Answer]] = []
        self._asking: asyncio.Task[None] | None = None

    async def of(self, upload: Upload) -> Answer:
        """What to expect, or the answer where nothing needs to be received.

        Raises:
            SQLAlchemyError, OSError, DatabaseBusy: the database cannot work.
        """
        question = Waiting[Upload, Answer](upload)
        self._waiting.append(question)
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_all())
        return await question.done

    async def _ask_all(self) -> None:
        while self._waiting:
            together = self._waiting[:MAX_TOGETHER]
            del self._waiting[:MAX_TOGETHER]
            try:
                answers = await self._answers([one.job for one in together])
            except BaseException as error:
                fail(together, error)
                if not isinstance(error, Exception):
                    raise
            else:
                tell(together, answers)

    async def _answers(self, uploads: Sequence[Upload]) -> list[Answer]:
        keys = {
            "sessions": sorted({one.session_id for one in uploads}),
            "names": sorted({one.sha256 for one in uploads}),
        }
        async with self._database.transaction() as db:
            rows = (await db.execute(_KNOWN, keys)).all()
            known = {row.id: row for row in rows}
            pieces = {(row.id, row.sha256): row for row in rows}
            return [await self._answer(db, one, known, pieces) for one in uploads]

    async def _answer(
        self,
        db: AsyncSession,
        upload: Upload,
        known: Mapping[str, Row[Any]],
        pieces: Mapping[tuple[str, str], Row[Any]],
    ) -> Answer:
        session = known.get(upload.session_id)
        piece = pieces.get((upload.session_id, upload.sha256))
        refusal = _refusal(upload, session, piece)
        if session is None or piece is None or refusal is not None:
            return refusal or GONE
        if piece.receipt_n is not None:
            given = await keeping.receipt(db, upload.session_id, piece.receipt_n)
            assert given is not None  # written in the same transaction as receipt_n
            return given
        kids = await self._kids_of(db, session.hash, session.policy_version_id)
        return Expected(piece.blob_size, kids)

    async def _kids_of(self, db: AsyncSession, policy: str, version: str) -> frozenset[str]:
        kids = self._kids.get(policy)
        if kids is None:
            row = await db.get_one(PolicyVersion, version)
            kids = frozenset(key.kid for key in decode_policy(row.payload).evidence_keys)
            if len(self._kids) >= MAX_POLICIES:
                self._kids.clear()
            self._kids[policy] = kids
        return kids


# A row a piece that is known, and one for a session none of whose pieces is asked for.
_KNOWN = (
    select(
        ExamSession.id,
        ExamSession.token_hash,
        ExamSession.purged_at,
        ExamSession.size,
        ExamSession.head,
        ExamSession.policy_version_id,
        PolicyVersion.hash,
        BlobRow.sha256,
        BlobRow.size.label("blob_size"),
        BlobRow.receipt_n,
        BlobRow.destroyed_at,
    )
    .join(PolicyVersion, PolicyVersion.id == ExamSession.policy_version_id)
    .outerjoin(
        BlobRow,
        (BlobRow.session_id == ExamSession.id)
        & BlobRow.sha256.in_(bindparam("names", expanding=True)),
    )
    .where(ExamSession.id.in_(bindparam("sessions", expanding=True)))
)


def _refusal(
    upload: Upload, session: Row[Any] | None, piece: Row[Any] | None
) -> Rejection | None:
    """Why a piece cannot come, if it cannot, from rows of ``_KNOWN``."""
    if session is None:
        return GONE
    if session.token_hash != upload.token_hash:
        return REVOKED
    if session.purged_at is not None or (piece is not None and piece.destroyed_at is not None):
        return PURGED
    if piece is None:
        why = "deliver the record that commits to this piece first"
        unknown = Rejection(ProblemType.BLOB_UNKNOWN, 409, why, check=Refusal.BLOB)
        return unknown.at(session.size, session.head)
    return None
