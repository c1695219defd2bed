"""Exams over HTTP as a whole: looked at, moved, copied, published, called off; for programs of
the institution's own. The pages about schedules do the same, by the same services.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, TypeVar

import msgspec
from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.params import FromPath, JSONBody

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.clock import WallClock
from server.enrolment.calling_off import call_off
from server.enrolment.issuing import Issuing
from server.exams.controllers import ExamOut, exam_of, shown_exam
from server.exams.listing import exam_line
from server.exams.models import Exam
from server.exams.planning import copy_exam, plan_of, publish, reinstate, replan
from server.exams.schedule import Schedule, described
from server.exams.service import ExamError
from server.exams.terms import Zone
from server.mail.outbox import Outbox
from server.network import AnyRequest
from server.storage.database import Database
from server.storage.keys import KeyStore
from shared.wire import API_PREFIX

Micros = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]

# As the form has it: a minute to a day.
Duration = Annotated[float, msgspec.Meta(ge=60, le=86_400)]

_T = TypeVar("_T")


class ScheduleIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When an exam is held, said whole, by the names of ``POST /exams``: ``starts`` to ``ends``
    is when it may be entered, ``starts_us`` when it begins for everybody (``null``: for each
    when ready), and lasts ``duration_s`` seconds. Times are microseconds UTC, ``zone`` is where
    people say them; ``reminders`` are minutes before it begins. With ``sends_page`` candidates
    are sent the link to their own page once all has arrived. Without a ``title`` it keeps its
    own.
    """

    starts: Micros
    ends: Micros
    duration_s: Duration
    zone: Zone
    starts_us: Micros | None = None
    late_until: Micros | None = None
    late_whole: bool = False
    reminders: tuple[int, ...] = ()
    sends_page: bool = True
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None

    @property
    def plan(self) -> Schedule:
        """The schedule that this says."""
        return Schedule(
            opens=self.starts,
            closes=self.ends,
            zone=self.zone,
            starts=self.starts_us,
            duration_s=self.duration_s,
            late_until=self.late_until,
            late_whole=self.late_whole,
            reminders=self.reminders,
            sends_page=self.sends_page,
        )


class ScheduleWords(msgspec.Struct, frozen=True):
    """One thing about a schedule, in words: what it is about, and what it says."""

    name: str
    words: str


class ScheduleOut(msgspec.Struct, frozen=True, kw_only=True):
    """A schedule as ``ScheduleIn`` has it; with ``last_entry``, when the last are ``done``
    (microseconds UTC), and all of it in ``words``.
    """

    title: str
    starts: int
    ends: int
    duration_s: float
    zone: str
    starts_us: int | None
    late_until: int | None
    late_whole: bool
    reminders: tuple[int, ...]
    sends_page: bool
    last_entry: int
    done: int
    words: tuple[ScheduleWords, ...]


class Cancelling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``why`` an exam is called off, as candidates shall read it, and whether to ``tell`` those
    who had a code by letter.
    """

    why: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    tell: bool = False


class CancelledOut(msgspec.Struct, frozen=True):
    """The exam as it is now; how many letters that waited were ``taken_back``, and how many
    who had a code will be ``told``.
    """

    exam: ExamOut
    taken_back: int
    told: int


class PlanningController(Controller):
    """``/exams/{exam}`` and what is done to it as a whole."""

    path = f"{API_PREFIX}/exams/{{exam_id:str}}"
    tags = ("staff",)

    @get("/", guards=[require(Role.OBSERVER)])
    async def get_exam(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> ExamOut:
        """One exam, and where it stands."""
        async with database.transaction() as db:
            exam = await exam_of(db, current_account(request), exam_id)
            return shown_exam(await exam_line(db, exam, clock()))

    @get("/schedule", guards=[require(Role.OBSERVER)])
    async def get_schedule(
        self, request: AnyRequest, exam_id: FromPath[str], database: NamedDependency[Database]
    ) -> ScheduleOut:
        """When the exam is held: its window, one start or each their own, who comes late."""
        async with database.transaction() as db:
            exam = await exam_of(db, current_account(request), exam_id)
            return _schedule(exam, (await plan_of(db, exam))[0])

    @put("/schedule", guards=[require(Role.EXAMINER)])
    async def put_schedule(
        self,
        data: JSONBody[ScheduleIn],
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        keys: NamedDependency[KeyStore],
        clock: NamedDependency[WallClock],
    ) -> ScheduleOut:
        """Hold the exam at other times. Codes that were good until it closed are good until it
        closes now. Where the title, the start or the duration changes, a new version of the
        rules is signed; sessions under way keep theirs.
        """
        staff = current_account(request)
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            title = exam.title if data.title is None else " ".join(data.title.split())
            await _or_refused(replan(db, keys, exam, title, data.plan, clock(), by=staff))
            return _schedule(exam, (await plan_of(db, exam))[0])

    @post("/copy", status_code=201, guards=[require(Role.EXAMINER)])
    async def post_copy(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        keys: NamedDependency[KeyStore],
        clock: NamedDependency[WallClock],
    ) -> ExamOut:
        """Copy the exam: a draft with the same rules, whole weeks later, without candidates."""
        staff, now = current_account(request), clock()
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            made = await _or_refused(copy_exam(db, keys, exam, now, by=staff))
            return shown_exam(await exam_line(db, made, now))

    @post("/publish", status_code=200, guards=[require(Role.EXAMINER)])
    async def post_publish(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> ExamOut:
        """Publish a draft, so that candidates can enter it; one that is published stays so."""
        staff, now = current_account(request), clock()
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            publish(db, exam, now, by=staff)
            return shown_exam(await exam_line(db, exam, now))

    @post("/cancel", status_code=200, guards=[require(Role.EXAMINER)])
    async def post_cancel(
        self,
        data: JSONBody[Cancelling],
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        outbox: NamedDependency[Outbox],
        issuing: NamedDependency[Issuing],
        clock: NamedDependency[WallClock],
    ) -> CancelledOut:
        """Call the exam off: nobody begins it any more, and letters that wait are taken back.
        Sessions under way go on.
        """
        staff, now = current_account(request), clock()
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            done = await _or_refused(
                call_off(db, outbox, issuing, exam, data.why, now, by=staff, tell=data.tell)
            )
            shown = shown_exam(await exam_line(db, exam, now))
            return CancelledOut(shown, done.taken_back, done.told)

    @post("/reinstate", status_code=200, guards=[require(Role.EXAMINER)])
    async def post_reinstate(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> ExamOut:
        """Hold the exam after all that was called off. Letters taken back are not sent."""
        staff, now = current_account(request), clock()
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            reinstate(db, exam, now, by=staff)
            return shown_exam(await exam_line(db, exam, now))


async def _or_refused(work: Awaitable[_T]) -> _T:
    """What it gives; an exam that cannot be so is the caller's mistake, and nothing is done."""
    try:
        return await work
    except ExamError as error:
        raise ClientException(str(error)) from error


def _schedule(exam: Exam, plan: Schedule) -> ScheduleOut:
    return ScheduleOut(
        title=exam.title,
        starts=plan.opens,
        ends=plan.closes,
        duration_s=plan.duration_s,
        zone=plan.zone,
        starts_us=plan.starts,
        late_until=plan.late_until,
        late_whole=plan.late_whole,
        reminders=plan.reminders,
        sends_page=plan.sends_page,
        last_entry=plan.last_entry,
        done=plan.done,
        words=tuple(ScheduleWords(name, said) for name, said in described(plan)),
    )
