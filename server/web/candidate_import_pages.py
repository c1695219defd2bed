"""The pages that take a list of candidates in: chosen, looked at, imported."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.clock import WallClock
from server.downloads import attachment
from server.enrolment.columns import FIELDS
from server.enrolment.decoding import ENCODINGS, SEPARATORS, NoText
from server.enrolment.importing import (
    choices_of,
    keep_upload,
    preview,
    read_upload,
    upload_of,
)
from server.enrolment.lists import bad_rows_csv
from server.enrolment.models import ImportRow
from server.enrolment.roster import MAX_BYTES, MAX_COLUMNS, Choices
from server.enrolment.under_way import CandidateImports
from server.exams.controllers import exam_of
from server.exams.models import Exam
from server.network import AnyRequest
from server.spreadsheets import MEDIA_TYPE
from server.storage.database import Database
from server.web.forms import text_fields
from server.web.rendering import PRIVATE, page

# The file, and what a browser puts around it.
MAX_UPLOAD_BYTES = MAX_BYTES + 65_536

# As many bad rows as the page lists; the report has all of them.
BAD_SHOWN = 50

GONE = "This list was imported already, or is more than a day old."


class CandidateImportPages(Controller):
    """``/exams/{exam}/import``."""

    path = "/exams/{exam_id:str}/import"
    guards = (require(Role.EXAMINER),)
    include_in_schema = False

    @get("/")
    async def get_form(
        self, request: AnyRequest, exam_id: FromPath[str], database: NamedDependency[Database]
    ) -> Template:
        """Where a list is chosen."""
        async with database.transaction() as db:
            exam = await exam_of(db, current_account(request), exam_id)
        return page("candidate_import.html", {"exam": exam, "wrong": ""})

    @post("/", status_code=303, request_max_body_size=MAX_UPLOAD_BYTES)
    async def post_file(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        database: NamedDependency[Database],
        clock: NamedDependency[WallClock],
    ) -> Template | Redirect:
        """Keep a list while it is looked at."""
        staff, form = current_account(request), await request.form()
        file = form.get("file")
        name = file.filename if isinstance(file, UploadFile) else ""
        data = await file.read() if isinstance(file, UploadFile) else b""
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            wrong = _wrong_file(data)
            if wrong:
                context = {"exam": exam, "wrong": wrong}
                return page("candidate_import.html", context, status=422)
            made = await keep_upload(db, exam, name, data, clock())
        return Redirect(f"/exams/{exam_id}/import/{made}", status_code=303)

    @get("/{import_id:str}")
    async def get_preview(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        import_id: FromPath[str],
        database: NamedDependency[Database],
        candidate_imports: NamedDependency[CandidateImports],
    ) -> Template:
        """What the list says, and what importing it would do; or how far that is."""
        async with database.transaction() as db:
            exam = await exam_of(db, current_account(request), exam_id)
            row = await upload_of(db, exam, import_id)
        progress = candidate_imports.of(exam, import_id)
        if progress is not None and not (progress.failed and row is not None):
            context = {"exam": exam, "import_id": import_id, "progress": progress}
            return page("candidate_progress.html", context)
        if row is None:
            raise NotFoundException(
                "This list was imported already, or is more than a day old."
            )
        failed = progress.failed if progress is not None else ""
        return await _preview_page(database, exam, row, failed)

    @post("/{import_id:str}", status_code=303)
    async def post_choices(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        import_id: FromPath[str],
        database: NamedDependency[Database],
    ) -> Redirect:
        """Read the list otherwise."""
        fields = await text_fields(request)
        async with database.transaction() as db:
            exam = await exam_of(db, current_account(request), exam_id)
            row = await _held(upload_of(db, exam, import_id))
            row.choices = msgspec.to_builtins(_read_choices(fields))
        return Redirect(f"/exams/{exam_id}/import/{import_id}", status_code=303)

    @post("/{import_id:str}/run", status_code=303)
    async def post_run(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        import_id: FromPath[str],
        database: NamedDependency[Database],
        candidate_imports: NamedDependency[CandidateImports],
    ) -> Redirect:
        """Import everybody, or everybody of whom nothing is wrong."""
        staff, fields = current_account(request), await text_fields(request)
        async with database.transaction() as db:
            exam = await exam_of(db, staff, exam_id)
            row = await _held(upload_of(db, exam, import_id))
        good_only = fields.get("what") == "good"
        candidate_imports.start(staff, exam, row, good_only=good_only)
        return Redirect(f"/exams/{exam_id}/import/{import_id}", status_code=303)

    @get("/{import_id:str}/progress")
    async def get_progress(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        import_id: FromPath[str],
        database: NamedDependency[Database],
        candidate_imports: NamedDependency[CandidateImports],
    ) -> Template:
        """How far the import is: a part of its page."""
        async with database.transaction() as db:
            exam = await exam_of(db, current_account(request), exam_id)
        progress = candidate_imports.of(exam, import_id)
        if progress is None:
            # The server was started anew meanwhile: the list's own page knows whether it is in.
            headers = {"HX-Redirect": f"/exams/{exam.id}/import/{import_id}"}
            raise NotFoundException("There is no such import.", headers=headers)
        context = {"exam": exam, "import_id": import_id, "progress": progress}
        return page("candidate_progress_state.html", context)

    @get("/{import_id:str}/report.csv")
    async def get_report(
        self,
        request: AnyRequest,
        exam_id: FromPath[str],
        import_id: FromPath[str],
        database: NamedDependency[Database],
    ) -> Response[bytes]:
        """Everything that is wrong with the list, for a spreadsheet."""
        async with database.transaction() as db:
            exam = await exam_of(db, current_account(request), exam_id)
            row = await _held(upload_of(db, exam, import_id))
        roster = await read_upload(database, exam, row)
        bad = [] if isinstance(roster, NoText) else roster.bad
        headers = attachment("bad-rows.csv", PRIVATE)
        return Response(bad_rows_csv(bad), media_type=MEDIA_TYPE, headers=headers)


async def _held(found: Any) -> ImportRow:
    row = await found
    if row is None:
        raise NotFoundException(GONE)
    return row


def _wrong_file(data: bytes) -> str:
    if not data.strip():
        return "Choose a file with a line for each candidate."
    if len(data) > MAX_BYTES:
        return f"A list has at most {MAX_BYTES // 1024**2} MB: import it in parts."
    return ""


def _read_choices(fields: dict[str, str]) -> Choices:
    encoding, separator = fields.get("encoding", ""), fields.get("separator", "")
    columns: list[str] = []
    while len(columns) < MAX_COLUMNS and f"column.{len(columns)}" in fields:
        named = fields[f"column.{len(columns)}"]
        columns.append(named if named in FIELDS else "")
    return Choices(
        encoding=encoding if encoding in ENCODINGS else None,
        separator=next((mark for mark, word in SEPARATORS.items() if word == separator), None),
        header={"yes": True, "no": False}.get(fields.get("header", "")),
        columns=tuple(columns),
    )


async def _preview_page(
    database: Database, exam: Exam, row: ImportRow, failed: str
) -> Template:
    roster = await read_upload(database, exam, row)
    context: dict[str, Any] = {
        "exam": exam,
        "row": row,
        "failed": failed,
        "choices": choices_of(row),
        "encodings": ENCODINGS,
        "separators": list(SEPARATORS.values()),
        "kinds": FIELDS,
        "unreadable": "",
        "most": BAD_SHOWN,
    }
    if isinstance(roster, NoText):
        unread = {"unreadable": roster.why, "roster": None, "preview": None, "separator": ""}
        return page("candidate_preview.html", {**context, **unread}, status=422)
    async with database.transaction() as db:
        told = None if roster.layout.lacks else await preview(db, exam, roster)
    separator = SEPARATORS[roster.layout.separator]
    read = {"roster": roster, "preview": told, "separator": separator}
    return page("candidate_preview.html", {**context, **read})
