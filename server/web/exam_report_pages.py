"""``/exams/{id}/report``: an exam in figures, as a page, on paper and as a table."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from server.accounts.models import Role
from server.accounts.staff import Staff, current_account, require
from server.clock import WallClock
from server.downloads import attachment
from server.exams.controllers import exam_of
from server.exams.models import Exam
from server.network import AnyRequest
from server.reports.exam_charts import kinds_svg, shares_svg
from server.reports.exam_output import exam_report_csv
from server.reports.exam_report import read_exam_report
from server.reports.files import TOO_MANY, report_file
from server.reports.making import Crowded, Reports, Say, log_made
from server.reports.printing import Sheet
from server.reports.sheets import exam_sheet
from server.storage.database import Database
from server.web.rendering import PRIVATE, page


class ExamReportPages(Controller):
    """The report on one exam."""

    path = "/exams/{exam_id:str}"
    guards = (require(Role.OBSERVER),)
    include_in_schema = False

    @get("/report")
    async def get_report(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """The figures, each chart beside its table."""
        exam = await _exam(database, current_account(request), exam_id)
        report = await read_exam_report(database, exam, clock())
        charts = {"kinds": kinds_svg(report.kinds), "shares": shares_svg(report.kinds)}
        return page("exam_report_page.html", {"report": report, "charts": charts})

    @get("/report.csv", media_type="text/csv")
    async def get_table(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Response[str]:
        """Flags by kind, as a table."""
        exam = await _exam(database, current_account(request), exam_id)
        report = await read_exam_report(database, exam, clock())
        headers = attachment(f"{exam.id}.report.csv", PRIVATE)
        return Response(exam_report_csv(report), media_type="text/csv", headers=headers)

    @get("/report.pdf", media_type="application/pdf")
    async def get_file(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        reports: NamedDependency[Reports],
        clock: NamedDependency[WallClock],
    ) -> Response[Any]:
        """The figures on paper, made now."""
        staff = current_account(request)
        exam = await _exam(database, staff, exam_id)

        async def gather(say: Say) -> Sheet:
            say("Reading the exam")
            return exam_sheet(await read_exam_report(database, exam, clock()))

        async def finish(file: Path) -> None:
            data = await asyncio.to_thread(file.read_bytes)
            async with database.transaction() as db:
                log_made(db, clock(), staff, ("exam", exam.id), "pdf", data)

        name = (staff.id, "exam", exam.id)
        if isinstance(reports.begin(name, gather, finish), Crowded):
            return TOO_MANY.response()
        return await report_file(reports, name, f"{exam.id}.report.pdf")


async def _exam(database: Database, staff: Staff, exam_id: str) -> Exam:
    async with database.transaction() as db:
        return await exam_of(db, staff, exam_id)
