"""Reports for programs: ``GET /api/v1/sessions/{id}/report`` and ``…/exams/{id}/report``."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.audit.service import accessed
from server.clock import WallClock
from server.exams.controllers import exam_of
from server.ingest.lookup import session_of
from server.network import AnyRequest
from server.reports.exam_output import ExamReportOut, exam_report_out
from server.reports.exam_report import read_exam_report
from server.reports.session_report import report_for_programs
from server.reports.session_reports import SessionReports
from server.retention.gone import demand_records
from server.storage.database import Database
from shared.wire import API_PREFIX

PRIVATE = {"Cache-Control": "private, no-store"}


@get(
    f"{API_PREFIX}/sessions/{{session_id:str}}/report",
    guards=[require(Role.PROCTOR)],
    tags=["review"],
)
async def get_session_report(
    request: AnyRequest,
    session_id: FromPath[str],
    database: NamedDependency[Database],
    session_reports: NamedDependency[SessionReports],
    clock: NamedDependency[WallClock],
) -> Response[dict[str, Any]]:
    """All that a session's report says, as it stands now. ``final`` is false, and
    ``unfinished`` says why, where more is to come; ``verdict`` is null until the evidence was
    verified, which asking begins. ``confirmed`` are the flags that were confirmed or escalated,
    each with the detector's reason and where its picture is to be had.
    """
    staff = current_account(request)
    async with database.transaction() as db:
        session = await session_of(db, staff, session_id)
        await demand_records(db, session_id)
        accessed(db, clock(), staff, session, "report")
        report = await session_reports.read(db, session, staff.name)
        body = msgspec.to_builtins(report_for_programs(report))
    return Response(body, headers=PRIVATE)


@get(
    f"{API_PREFIX}/exams/{{exam_id:str}}/report",
    guards=[require(Role.OBSERVER)],
    tags=["review"],
)
async def get_exam_report(
    request: AnyRequest,
    exam_id: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[WallClock],
) -> Response[ExamReportOut]:
    """An exam in figures: sessions, flags by kind and how often detectors were wrong, how far
    reviewers agree, how long they took, and what could be observed. Nobody is named in it.
    """
    async with database.transaction() as db:
        exam = await exam_of(db, current_account(request), exam_id)
    report = await read_exam_report(database, exam, clock())
    return Response(exam_report_out(report), headers=PRIVATE)
