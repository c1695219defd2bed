"""Calls an exam off and, where that is asked, tells everybody who had a code."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.enrolment.issuing import Issuing
from server.enrolment.places import Wanted, chosen_places
from server.exams.models import Exam
from server.exams.planning import cancel
from server.mail.outbox import Outbox


@dataclass(frozen=True, slots=True)
class CalledOff:
    """What became of letters: how many that waited were ``taken_back``, how many who had a
    code are ``told``.
    """

    taken_back: int
    told: int


async def call_off(
    db: AsyncSession,
    outbox: Outbox,
    issuing: Issuing,
    exam: Exam,
    why: str,
    now: int,
    *,
    by: Staff | str,
    tell: bool,
) -> CalledOff:
    """Call an exam off, for a reason that candidates read.

    Raises:
        ExamError: there is no reason, or too much of it.
    """
    taken_back = await cancel(db, outbox, exam, why, now, by=by)
    if not tell:
        return CalledOff(taken_back, 0)
    everybody = await chosen_places(db, exam.id, Wanted(), now)
    return CalledOff(taken_back, await issuing.tell_cancelled(db, exam, everybody))
