"""Answers whoever serves an exam: is this header from a session of ours, for this address, now?

The checks and their names are those of the specification (*Header of an exam*).
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.clock import MICROS_PER_SECOND, WallClock
from server.enrolment.models import Candidate
from server.exams.models import PolicyVersion
from server.ingest.knowing import epoch_keys
from server.ingest.models import ExamSession, ReceiptRow
from server.storage.database import Database
from shared.exam_header import (
    MAX_HEADER_CHARS,
    ExamHeader,
    MalformedHeader,
    is_signed_for,
    read_header,
)
from shared.signed import Signed

# A recorder that is connected gets a receipt every few seconds; one that has lost the
# connection for minutes has mostly lost it to the exam, too.
FRESH_US = 300 * MICROS_PER_SECOND

# Longer addresses are never bound to a header; what is longer is no address at all.
MAX_URL_CHARS = 8_000

Reason = Literal[
    "good", "malformed", "unknown", "over", "epoch", "signature", "address", "stale"
]

DETAILS: dict[Reason, str] = {
    "good": "The exam's browser asks.",
    "malformed": "This is not a header of Invigil.",
    "unknown": "There is no such session under this policy.",
    "over": "The session has ended.",
    "epoch": "The session's newest records have not come yet. Ask again in some seconds.",
    "signature": "The header was not signed by the session's recorder.",
    "address": "The header was made for another address.",
    "stale": "The header is old, or the recorder has not reached this server for minutes.",
}


class HeaderToCheck(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The value of ``Invigil-Exam``, and the address that was asked for, as it was sent."""

    header: Annotated[str, msgspec.Meta(max_length=2 * MAX_HEADER_CHARS)]
    url: Annotated[str, msgspec.Meta(max_length=MAX_URL_CHARS)]


class HeaderChecked(msgspec.Struct, frozen=True, kw_only=True):
    """Whether it holds, and if not the first check that fails.

    The rest is ``null`` where the signature does not hold: nothing is said of a session to
    who only names it. ``candidate`` is the institution's own reference, ``state`` the
    session's, ``time`` the candidate's wall clock (µs since 1970 UTC), ``age_s`` the longest
    time since it can have been made, by this server's clock.
    """

    valid: bool
    reason: Reason
    detail: str
    session: str | None = None
    exam: str | None = None
    candidate: str | None = None
    policy: str | None = None
    build: str | None = None
    state: str | None = None
    time: int | None = None
    age_s: float | None = None


class ExamHeaderChecks:
    """Checks headers against the sessions of an institution."""

    def __init__(self, database: Database, clock: WallClock) -> None:
        """Take what it works with."""
        self._database = database
        self._clock = clock

    async def check(self, staff: Staff, asked: HeaderToCheck) -> HeaderChecked:
        """Whether a header is good for an address; changes nothing."""
        try:
            signed, header = read_header(asked.header)  # 1. malformed
        except MalformedHeader as error:
            return _refused("malformed", f"{DETAILS['malformed'][:-1]}: {error}.")
        async with self._database.transaction() as db:
            session = await _session(db, staff, header)
            if session is None:  # 2. unknown
                return _refused("unknown")
            if header.epoch > session.epoch:  # 3. epoch
                return _refused("epoch")
            return await self._judge(db, session, signed, header, asked.url)

    async def _judge(
        self,
        db: AsyncSession,
        session: ExamSession,
        signed: Signed,
        header: ExamHeader,
        url: str,
    ) -> HeaderChecked:
        key = (await epoch_keys(db, session.id))[header.epoch][1]
        fits = is_signed_for(signed, header, key, url)
        if fits is None:  # 4. signature
            return _refused("signature")
        since = await _bounded_by(db, session, header)
        age = None if since is None else max(0, self._clock() - since)
        reason: Reason = "good"
        if session.state != "open":  # 2. over: said to who can show the signature
            reason = "over"
        elif not fits:  # 5. address
            reason = "address"
        elif age is None or age > FRESH_US:  # 6. stale
            reason = "stale"
        candidate = await db.get_one(Candidate, session.candidate_id)
        return HeaderChecked(
            valid=reason == "good",
            reason=reason,
            detail=DETAILS[reason],
            session=session.id,
            exam=session.exam_id,
            candidate=candidate.reference,
            policy=header.policy,
            build=header.build,
            state=session.state,
            time=header.time,
            age_s=None if age is None else age / MICROS_PER_SECOND,
        )


async def _session(db: AsyncSession, staff: Staff, header: ExamHeader) -> ExamSession | None:
    query = (
        select(ExamSession)
        .join(PolicyVersion, PolicyVersion.id == ExamSession.policy_version_id)
        .where(
            ExamSession.id == header.session,
            ExamSession.institution_id == staff.institution_id,
            PolicyVersion.hash == header.policy,
        )
    )
    return (await db.scalars(query)).one_or_none()


async def _bounded_by(db: AsyncSession, session: ExamSession, header: ExamHeader) -> int | None:
    """When it was made at the earliest, by our clock; ``None`` for no receipt of ours."""
    if header.anchor is None:
        return session.created
    query = select(ReceiptRow.time).where(
        ReceiptRow.session_id == session.id, ReceiptRow.hash == header.anchor
    )
    return await db.scalar(query)


def _refused(reason: Reason, detail: str = "") -> HeaderChecked:
    return HeaderChecked(valid=False, reason=reason, detail=detail or DETAILS[reason])
