"""What is done to an exam's places over HTTP: letters, codes, places given up and taken back;
for programs of the institution's own. The candidates' page does the same, by the same services.
"""

from __future__ import annotations

from typing import Literal, assert_never

import msgspec
from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.clock import WallClock
from server.enrolment.issuing import Chosen, Issuing
from server.enrolment.places import NobodyChosen, Whom, places_for
from server.enrolment.reminding import Reminders
from server.exams.controllers import exam_of
from server.exams.models import Exam
from server.exams.service import ExamError
from server.network import AnyRequest
from server.storage.database import Database
from shared.wire import API_PREFIX


class LettersDraft(Whom, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which letter, and to whom: an ``invitation`` has a new code in it (an earlier one opens
    nothing any more), a ``reminder`` has none.
    """

    kind: Literal["invitation", "reminder"]


class LettersOut(msgspec.Struct, frozen=True):
    """What became of it: letters ``queued``, who has ``no_address``, and who was ``left``: they
    have begun, are withdrawn, or it is over; of reminders also who has no code, or was
    reminded within the last hour.
    """

    queued: int
    no_address: int
    left: int


class CodeOut(msgspec.Struct, frozen=True):
    """A new code, and the link with it; they cannot be shown again."""

    enrolment: str
    candidate: str
    reference: str
    email: str
    code: str
    link: str


class PlacesDo(Whom, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do with which places: ``revoke`` their codes, ``withdraw`` them from the exam, or
    ``restore`` those that were withdrawn.
    """

    do: Literal["revoke", "withdraw", "restore"]


class PlacesOut(msgspec.Struct, frozen=True):
    """How many places were ``changed``, and how many ``left`` as they were."""

    changed: int
    left: int


class PlacesController(Controller):
    """``/exams/{exam}/letters``, ``…/codes`` and ``…/enrolments/changes``."""

    path = f"{API_PREFIX}/exams/{{exam_id:str}}"
    tags = ("staff",)
    guards = (require(Role.EXAMINER),)

    @post("/letters", status_code=200)
    async def post_letters(
        self,
        data: JSONBody[LettersDraft],
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        issuing: NamedDependency[Issuing],
        reminders: NamedDependency[Reminders],
        clock: NamedDependency[WallClock],
    ) -> LettersOut:
        """Send candidates a letter: an invitation with a new code, or a reminder."""
        staff = current_account(request)
        send = issuing.send if data.kind == "invitation" else reminders.remind_now
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            chosen = await _chosen(db, exam, data, clock())
            try:
                sent = await send(db, staff, exam, chosen)
            except ExamError as error:
                raise ClientException(str(error)) from error
        return LettersOut(sent.queued, sent.no_address, sent.left)

    @post("/codes", status_code=200)
    async def post_codes(
        self,
        data: JSONBody[Whom],
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        issuing: NamedDependency[Issuing],
        clock: NamedDependency[WallClock],
    ) -> list[CodeOut]:
        """Give candidates new codes, shown this once; earlier ones open nothing any more. Who
        has begun, or is withdrawn, gets none.
        """
        staff = current_account(request)
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            chosen = await _chosen(db, exam, data, clock())
            issued = await issuing.issue(db, staff, exam, chosen)
        return [
            CodeOut(one.enrolment, one.name, one.reference, one.email, one.code, one.link)
            for one in issued
        ]

    @post("/enrolments/changes", status_code=200)
    async def post_changes(
        self,
        data: JSONBody[PlacesDo],
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        issuing: NamedDependency[Issuing],
        clock: NamedDependency[WallClock],
    ) -> PlacesOut:
        """Revoke codes, withdraw candidates who have not begun, or take them back in."""
        staff = current_account(request)
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            chosen = await _chosen(db, exam, data, clock())
            match data.do:
                case "revoke":
                    changed = await issuing.revoke(db, staff, exam, chosen)
                case "withdraw":
                    changed = await issuing.withdraw(db, staff, exam, chosen)
                case "restore":
                    changed = await issuing.restore(db, staff, exam, chosen)
                case _:
                    assert_never(data.do)
        return PlacesOut(changed, len(chosen) - changed)


async def _chosen(db: AsyncSession, exam: Exam, whom: Whom, now: int) -> Chosen:
    try:
        return await places_for(db, exam.id, whom, now)
    except NobodyChosen as error:
        raise ClientException(str(error)) from error
