"""``/sessions/{id}/report``: a session's report made, how far it is, and the file."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.audit.service import accessed
from server.clock import WallClock
from server.enrolment.models import Candidate
from server.exams.models import Exam
from server.ingest.lookup import session_of
from server.network import AnyRequest
from server.reports.files import TOO_MANY, report_file
from server.reports.making import Crowded, Reports
from server.reports.session_reports import SessionReports
from server.retention.gone import demand_records
from server.storage.database import Database
from server.web.rendering import page


class SessionReportPages(Controller):
    """The report on one session, as a page that has it made."""

    path = "/sessions/{session_id:str}"
    guards = (require(Role.PROCTOR),)
    include_in_schema = False

    @get("/report")
    async def get_report(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        session_reports: NamedDependency[SessionReports],
        reports: NamedDependency[Reports],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """What a report is, and how far the asker's is; only that where htmx asks for news."""
        staff = current_account(request)
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            await demand_records(db, session_id)
            candidate = await db.get_one(Candidate, session.candidate_id)
            exam = await db.get_one(Exam, session.exam_id)
        await session_reports.forget_destroyed()
        state = reports.look(SessionReports.name(staff, session.id))
        context: dict[str, Any] = {
            "state": state,
            "kind": type(state).__name__,
            "address": f"/sessions/{session.id}/report",
            "json": f"/api/v1/sessions/{session.id}/report",
            "now": clock(),
        }
        if "HX-Request" in request.headers:
            return page("report_state.html", context)
        about = {"session": session, "candidate": candidate, "exam": exam}
        return page("report.html", {**context, **about})

    @post("/report", status_code=303)
    async def post_report(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        session_reports: NamedDependency[SessionReports],
        clock: NamedDependency[WallClock],
    ) -> Redirect:
        """Have a report made anew."""
        staff = current_account(request)
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            await demand_records(db, session_id)
            accessed(db, clock(), staff, session, "report")
        session_reports.begin(staff, session.id)
        return Redirect(f"/sessions/{session.id}/report", status_code=303)

    @get("/report.pdf", media_type="application/pdf")
    async def get_file(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        session_reports: NamedDependency[SessionReports],
        reports: NamedDependency[Reports],
        clock: NamedDependency[WallClock],
    ) -> Response[Any]:
        """The report that was made for the asker; one is made now where there is none. 410
        where evidence was destroyed since it was begun.
        """
        staff = current_account(request)
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            await demand_records(db, session_id)
            accessed(db, clock(), staff, session, "report")
        name = SessionReports.name(staff, session.id)
        if reports.look(name) is None and isinstance(
            session_reports.begin(staff, session.id), Crowded
        ):
            return TOO_MANY.response()
        await reports.made(name)
        await session_reports.forget_destroyed()
        return await report_file(reports, name, f"{session.id}.report.pdf")
