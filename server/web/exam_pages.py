"""The pages about exams: the list, a new one, and one exam's candidates."""

from __future__ import annotations

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution, Role
from server.accounts.staff import current_account, require
from server.audit import service as audit
from server.clock import WallClock
from server.enrolment.accommodating import NotGiven, accommodate
from server.enrolment.models import Enrolment
from server.enrolment.service import place_of, places_of
from server.exams.accommodations import profiles_of
from server.exams.controllers import exam_of
from server.exams.listing import exam_lines, under_way
from server.exams.models import Exam
from server.exams.schedule import described, schedule_of, state_of
from server.exams.service import ExamError, create_exam, newest_policy
from server.exams.terms import Terms
from server.exams.watching import objects_said
from server.network import AnyRequest
from server.storage.database import Database
from server.storage.keys import KeyStore
from server.web.exam_form import blank, read_exam
from server.web.forms import refusal, text_fields
from server.web.policy_form import Fields, Mistakes, read_terms, reset_fields
from server.web.policy_pages import form_context
from server.web.policy_trial import TRY, tried, untried
from server.web.rendering import page
from server.web.schedule_form import times_said
from shared.policy import decode_policy

# Places that an exam's own page lists; all of them have a page with a search.
SHOWN = 50


class ExamPages(Controller):
    """``/exams`` and what is below it."""

    path = "/exams"
    guards = (require(Role.OBSERVER),)
    include_in_schema = False

    @get("/")
    async def get_exams(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """The institution's exams, the newest first."""
        async with database.transaction() as db:
            lines = await exam_lines(db, current_account(request).institution_id, clock())
        return page("exams.html", {"lines": lines})

    @get("/new", guards=[require(Role.EXAMINER)])
    async def get_new(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """The form for a new exam."""
        own = current_account(request).institution_id
        async with database.transaction() as db:
            institution = await db.get_one(Institution, own)
            shown = await untried(db, own)
        return _exam_form(Mistakes({}, blank(clock(), institution.zone)), shown)

    @post("/", guards=[require(Role.EXAMINER)], status_code=303)
    async def post_exam(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        keys: NamedDependency[KeyStore],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Create an exam, and sign its policy; or the form again, with what is wrong, or with
        what its rules would have flagged on past sessions.
        """
        staff, fields = current_account(request), await text_fields(request)
        own = staff.institution_id
        if TRY in fields:
            return await _tried(database, own, fields)
        async with database.transaction() as db:
            shown = await untried(db, own, fields.get("basis", ""))
        if "reset" in fields:
            filled = reset_fields(fields, fields["reset"])
            return _exam_form(Mistakes({}, filled), shown, "Filled in again below.")
        draft = read_exam(fields)
        if isinstance(draft, Mistakes):
            return _exam_form(draft, shown)
        try:
            async with database.transaction() as db:
                institution = await db.get_one(Institution, own)
                exam = await create_exam(db, keys, institution, draft, clock(), by=staff.id)
                audit.record(db, clock(), staff, "exam.create", ("exam", exam.id))
        except ExamError as error:
            return _exam_form(Mistakes({"prohibited": refusal(error)}, fields), shown)
        return Redirect(f"/exams/{exam.id}", status_code=303)

    @get("/{exam_id:str}")
    async def get_exam(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """An exam, its rules and its candidates."""
        async with database.transaction() as db:
            exam = await exam_of(db, current_account(request), exam_id)
            context = await exam_context(db, exam, clock())
        return page("exam.html", context)

    @post(
        "/{exam_id:str}/candidates/{place_id:str}/accommodation",
        guards=[require(Role.EXAMINER)],
        status_code=200,
    )
    async def post_accommodation(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        place_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Give a candidate who has not begun an accommodation, or none; the answer is their row
        where htmx asks.
        """
        staff, now, fields = current_account(request), clock(), await text_fields(request)
        refused = ""
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            try:
                name = fields.get("accommodation", "")
                await accommodate(db, now, staff, exam, place_id, name)
            except NotGiven as error:
                refused = str(error)
            context = await exam_context(db, exam, now)
            found = await place_of(db, exam_id, place_id)
        status = 409 if refused else 200
        if "HX-Request" in request.headers:
            if found is None:
                raise NotFoundException("There is no such candidate in this exam.")
            place, candidate = found
            row = {"place": place, "candidate": candidate, "not_given": refused}
            return page("exam_place.html", {**context, **row}, status=status)
        if refused:
            return page("exam.html", {**context, "refused": refused}, status=status)
        return Redirect(f"/exams/{exam_id}", status_code=303)


async def _tried(database: Database, institution_id: str, fields: Fields) -> Template:
    """The form as it was typed, with what its rules would have flagged; an exam that is not
    whole yet has rules all the same.
    """
    terms = read_terms(fields, Terms(), None)
    if isinstance(terms, Mistakes):
        async with database.transaction() as db:
            shown = await untried(db, institution_id, fields.get("basis", ""))
        return _exam_form(terms, shown)
    shown = await tried(database, institution_id, terms, fields)
    return _exam_form(Mistakes({}, {**fields}), shown)


def _exam_form(mistakes: Mistakes, shown: dict[str, Any], told: str = "") -> Template:
    """The form; ``shown`` is of the rules tried (``policy_trial``)."""
    open_rules = bool(mistakes.words or told or shown["preview"])
    context = form_context(mistakes.fields, mistakes.words, Terms(), open_rules=open_rules)
    status = 422 if mistakes.words else 200
    more = {"told": told, "planned": True, "times": times_said(mistakes.fields)}
    return page("exam_new.html", {**context, **more, **shown}, status=status)


async def exam_context(db: AsyncSession, exam: Exam, now: int) -> dict[str, Any]:
    """What ``exam.html`` and its part about candidates show."""
    version = await newest_policy(db, exam.id)
    policy = decode_policy(version.payload)
    plan = schedule_of(exam, policy.exam.starts_us, policy.exam.duration_s)
    return {
        "exam": exam,
        "state": state_of(exam, now, under_way=await under_way(db, exam.id)),
        "described": described(plan),
        "version": version,
        "policy": policy,
        "objects_said": objects_said(policy),
        "places": await places_of(db, exam.id, SHOWN),
        "places_in_all": await db.scalar(
            select(func.count()).where(Enrolment.exam_id == exam.id)
        ),
        "accommodations": await profiles_of(db, exam.institution_id),
        "refused": "",
        "now": now,
        "codes": [],
        "mistake": "",
        "typed": "",
        "part": False,
    }
