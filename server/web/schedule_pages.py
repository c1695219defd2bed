"""The pages on which an exam is planned: its times, a copy, publishing it, calling it off."""

from __future__ import annotations

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.clock import WallClock
from server.enrolment.calling_off import call_off
from server.enrolment.issuing import Issuing
from server.exams.controllers import exam_of
from server.exams.listing import under_way
from server.exams.models import Exam
from server.exams.planning import copy_exam, plan_of, publish, reinstate, replan
from server.exams.schedule import described, state_of
from server.exams.service import Contradicted, ExamError
from server.exams.starting import zones
from server.mail.outbox import Outbox
from server.network import AnyRequest
from server.storage.database import Database
from server.storage.keys import KeyStore
from server.web.forms import refusal, text_fields
from server.web.rendering import page
from server.web.schedule_form import (
    Fields,
    asked_folds,
    read_schedule,
    schedule_fields,
    times_said,
)

TOLD = {
    "copied": "This is a copy, and a draft: check its title and times, then publish it.",
    "signed": "Saved, and signed as a new version of the rules.",
    "saved": "Saved.",
    "published": "Published: candidates can enter it at its time.",
    "cancelled": "Cancelled. Nobody can begin it any more; letters that waited are taken back.",
    "reinstated": "Reinstated: it is held as planned. Letters taken back are not sent.",
}


class SchedulePages(Controller):
    """``/exams/{exam}/schedule`` and what can be done to an exam as a whole."""

    path = "/exams/{exam_id:str}"
    guards = (require(Role.OBSERVER),)
    include_in_schema = False

    @get("/schedule")
    async def get_schedule(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """When the exam is held."""
        async with database.transaction() as db:
            exam = await exam_of(db, current_account(request), exam_id)
            context = await _context(db, exam, clock())
        told = TOLD.get(request.query_params.get("told", ""), "")
        return page("exam_schedule.html", {**context, "told": told})

    @post("/schedule", guards=[require(Role.EXAMINER)], status_code=303)
    async def post_schedule(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        keys: NamedDependency[KeyStore],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Hold it at other times; or the form again as it was typed."""
        staff, fields, now = current_account(request), await text_fields(request), clock()
        wrong: dict[str, str] = {}
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            context = await _context(db, exam, now)
            planned = read_schedule(fields, wrong, context["plan"])
            if planned is None:
                return _again(context, fields, wrong)
            try:
                async with db.begin_nested():
                    signed = await replan(
                        db, keys, exam, planned.title, planned.plan, now, by=staff
                    )
            except ExamError as error:
                # What was taken back is read anew, while there is still somewhere to read it.
                await db.refresh(exam)
                return _again(context, fields, _refused(error))
        told = "signed" if signed else "saved"
        return Redirect(f"/exams/{exam_id}/schedule?told={told}", status_code=303)

    @post("/publish", guards=[require(Role.EXAMINER)], status_code=303)
    async def post_publish(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """Let a draft be an exam that candidates can enter."""
        staff = current_account(request)
        async with database.transaction() as db:
            publish(db, await exam_of(db, staff, exam_id), clock(), by=staff)
        return Redirect(f"/exams/{exam_id}/schedule?told=published", status_code=303)

    @post("/cancel", guards=[require(Role.EXAMINER)], status_code=303)
    async def post_cancel(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        outbox: NamedDependency[Outbox],
        issuing: NamedDependency[Issuing],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Call it off, with a reason that candidates read."""
        staff, fields, now = current_account(request), await text_fields(request), clock()
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            try:
                why, tell = fields.get("why", ""), "tell" in fields
                await call_off(db, outbox, issuing, exam, why, now, by=staff, tell=tell)
            except ExamError as error:
                context = await _context(db, exam, now)
                typed = {name: fields[name] for name in ("why", "tell") if name in fields}
                return _again(context, context["fields"] | typed, {"why": refusal(error)})
        return Redirect(f"/exams/{exam_id}/schedule?told=cancelled", status_code=303)

    @post("/reinstate", guards=[require(Role.EXAMINER)], status_code=303)
    async def post_reinstate(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """Hold it after all that was called off."""
        staff = current_account(request)
        async with database.transaction() as db:
            reinstate(db, await exam_of(db, staff, exam_id), clock(), by=staff)
        return Redirect(f"/exams/{exam_id}/schedule?told=reinstated", status_code=303)

    @post("/copy", guards=[require(Role.EXAMINER)], status_code=303)
    async def post_copy(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        keys: NamedDependency[KeyStore],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """A draft with the same rules, weeks later."""
        staff = current_account(request)
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            try:
                made = await copy_exam(db, keys, exam, clock(), by=staff)
            except ExamError as error:
                # Rules of long ago may say what no new ones may.
                raise ClientException(refusal(error), status_code=409) from error
        return Redirect(f"/exams/{made.id}/schedule?told=copied", status_code=303)


async def _context(db: AsyncSession, exam: Exam, now: int) -> dict[str, Any]:
    plan, _ = await plan_of(db, exam)
    running = await under_way(db, exam.id)
    fields = schedule_fields(exam.title, plan)
    return {
        "exam": exam,
        "state": state_of(exam, now, under_way=running),
        "running": running,
        "described": described(plan),
        "plan": plan,
        "fields": fields,
        "times": times_said(fields),
        "wrong": {},
        "zones": sorted(zones()),
        "told": "",
    }


def _refused(error: ExamError) -> dict[str, str]:
    """Why the exam cannot be held so, by the form's field."""
    if isinstance(error, Contradicted):
        return {"minutes": f"The exam's rules are against it; change them first. {error.words}"}
    return {"starts": refusal(error)}


def _again(context: dict[str, Any], fields: Fields, wrong: dict[str, str]) -> Template:
    shown = asked_folds(fields)
    return page(
        "exam_schedule.html",
        {**context, "fields": shown, "times": times_said(shown), "wrong": wrong},
        status=422,
    )
