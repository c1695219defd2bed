"""The steps by which a request for data or erasure is dealt with, for pages and commands."""

from __future__ import annotations

from enum import StrEnum

from litestar.exceptions import NotFoundException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.candidates.erasing import Erasing
from server.candidates.models import DataRequestRow
from server.candidates.requests import (
    DONE,
    REFUSED,
    RequestError,
    RequestKind,
    check_identity,
    close,
    extend,
    must_be_checked,
    request_of,
)
from server.candidates.words import DEFAULT, Words
from server.clock import WallClock
from server.enrolment.models import Candidate
from server.storage.database import Database

_SAY = Words(DEFAULT)


class Step(StrEnum):
    """What is done next."""

    CHECK = "check"
    EXTEND = "extend"
    REFUSE = "refuse"
    DONE = "done"


class Handling:
    """Deals with requests."""

    def __init__(self, database: Database, erasing: Erasing, clock: WallClock) -> None:
        """Take what it works with."""
        self._database = database
        self._erasing = erasing
        self._clock = clock

    async def take(
        self, staff: Staff, request_id: str, step: Step, words: str
    ) -> DataRequestRow:
        """Take a step: ``words`` say how the identity was checked, why it takes longer, or why
        it is refused. ``DONE`` of an erasure erases; it stays open where something is held.

        Raises:
            NotFoundException: the institution has no such request.
            RequestError: the step is not this request's next, or nothing was said.
        """
        now = self._clock()
        async with self._database.transaction() as db:
            row = await request_named(db, staff.institution_id, request_id)
            match step:
                case Step.CHECK:
                    await check_identity(db, now, staff, row, words)
                case Step.EXTEND:
                    await extend(db, now, staff, row, words)
                case Step.REFUSE:
                    said = [words.strip() or _SAY("outcome.refused")]
                    await close(db, now, staff, row, REFUSED, said)
                case Step.DONE if row.kind == RequestKind.EXPORT:
                    await close(db, now, staff, row, DONE, [_SAY("outcome.handed-over")])
                case Step.DONE:
                    must_be_checked(row)
        if step is Step.DONE and row.kind == RequestKind.ERASURE:
            return await self._erase(staff, row, now)
        return row

    async def _erase(self, staff: Staff, row: DataRequestRow, now: int) -> DataRequestRow:
        outcome = await self._erasing.erase(row.candidate_id, staff)
        async with self._database.transaction() as db:
            row = await request_named(db, staff.institution_id, row.id)
            if outcome.whole:
                await close(db, now, staff, row, DONE, outcome.said)
            else:
                # It stays open: what is held is erased as soon as it may be.
                row.outcome = list(outcome.said)
        return row


async def candidate_named(db: AsyncSession, institution_id: str, reference: str) -> Candidate:
    """Whose request it is, by the institution's own name for a candidate.

    Raises:
        RequestError: nobody is called so.
    """
    query = select(Candidate).where(
        Candidate.institution_id == institution_id, Candidate.reference == reference.strip()
    )
    candidate = (await db.execute(query)).scalar_one_or_none()
    if candidate is None:
        raise RequestError("No candidate has this reference.")
    return candidate


async def request_named(
    db: AsyncSession, institution_id: str, request_id: str
) -> DataRequestRow:
    """A request to this institution, locked.

    Raises:
        NotFoundException: there is none.
    """
    row = await request_of(db, institution_id, request_id)
    if row is None:
        raise NotFoundException("There is no such request.")
    return row
