"""``invigil-server admin reports``: what the pages about reports give, as files."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from cyclopts import App, Parameter

from server.acting import Flag, fault, run_as
from server.opening import Fault, Rooms, exam_named, run_in_rooms, settled
from server.terminal import print_line, say
from server.whole_files import form_of, whole_file

# The libraries behind it take seconds to load, which ``--help`` should not cost.
if TYPE_CHECKING:
    from server.accounts.staff import Staff
    from server.reports.exam_report import ExamReport
    from server.reports.session_reports import SessionReports
    from server.reports.verdicts import VerdictOut, Verdicts

app = App(
    name="reports",
    help="""Write the report on a session or on an exam to a file; verify a session's evidence.

        invigil-server admin reports session SESSION -o ada.pdf
        invigil-server admin reports verdict SESSION --by ada@example.edu
        invigil-server admin reports exam EXAM -o algebra.pdf
        invigil-server admin reports exam EXAM -o algebra.csv

    The file's ending says what it is made as: .pdf for people, .json for programs, and of an
    exam also .csv, its flags by kind. A report on a session that still runs, or of which
    something has not arrived, says on every page that it is provisional. That a report was
    made is in the institution's log, with its SHA-256.
    """,
    help_format="plaintext",
)

# Exit status where evidence does not hold, as of `invigil-verify`.
NOT_HELD = 1

Output = Annotated[Path, Parameter(name=["--output", "-o"])]


@app.command
def session(session: str, *, output: Output) -> None:
    """Write the report on one session; its evidence is verified first.

    Prints what was written as JSON; `final` is false where more is to come, and `unfinished`
    says what.

    Args:
        session: The session's id.
        output: The file to write, .pdf or .json; one that is there is replaced.
    """
    from server.audit.service import COMMAND_LINE
    from server.reports.making import NotMade, print_sheet
    from server.reports.session_report import report_for_programs

    form = form_of(output, "pdf", "json")

    async def work(rooms: Rooms) -> dict[str, Any]:
        institution = await _note_access(rooms, session)
        reports = _session_reports(rooms)
        report, sheet = await reports.gather(COMMAND_LINE, session, say)
        try:
            data = await print_sheet(sheet) if form == "pdf" else b""
        except NotMade as error:
            raise Fault(f"the report could not be laid out: {error}") from error
        made = Made(("session", session), institution, form)
        await made.keep(rooms, output, data or _pretty(report_for_programs(report)))
        return {"final": report.final, "unfinished": report.unfinished}

    print_line({"session": session, "file": str(output), **run_in_rooms(work)})


@app.command
def verdict(session: str, *, by: str, anew: Flag = False) -> int:
    """Print the verdict on a session's evidence as JSON, every numbered check of it.

    Where there is none of what the server holds now, one is made first. The exit status is 0
    where the evidence holds, else 1.

    Args:
        session: The session's id.
        by: The e-mail address of the account that looks.
        anew: Verify it anew, whatever was said before; for proctors.
    """
    from server.audit.service import viewed
    from server.ingest.lookup import session_of
    from server.reports.verdicts import Failed, Kept
    from server.retention.gone import demand_records

    async def work(rooms: Rooms, staff: Staff) -> VerdictOut:
        async with rooms.database.transaction() as db:
            row = await session_of(db, staff, session)
            await demand_records(db, session)
            await viewed(db, rooms.clock(), staff, row, "verdict")
        look = await _verdicts(rooms).settled(session, anew=anew)
        if isinstance(look, Kept):
            return look.verdict
        why = look.why if isinstance(look, Failed) else "it takes too long; try again later"
        raise Fault(f"the evidence could not be verified: {why}")

    told = run_as(by, "proctor" if anew else "observer", work)
    print_line(told)
    return 0 if told.holds else NOT_HELD


@app.command
def exam(exam: str, *, output: Output) -> None:
    """Write an exam in figures: rates, flags by kind, how often detectors were wrong, how far
    reviewers agree. Nobody is named in it.

    Args:
        exam: The exam's id.
        output: The file to write, .pdf, .json or .csv; one that is there is replaced.
    """
    from server.reports.exam_report import read_exam_report

    form = form_of(output, "pdf", "json", "csv")

    async def work(rooms: Rooms) -> bool:
        async with rooms.database.transaction() as db:
            found = await exam_named(db, exam)
        report = await read_exam_report(rooms.database, found, rooms.clock())
        made = Made(("exam", found.id), found.institution_id, form)
        await made.keep(rooms, output, await _written(report, form))
        return report.final

    print_line({"exam": exam, "file": str(output), "final": run_in_rooms(work)})


@dataclass(frozen=True, slots=True)
class Made:
    """A report as the institution's log names it."""

    subject: tuple[str, str]
    institution_id: str
    form: str

    async def keep(self, rooms: Rooms, file: Path, data: bytes) -> None:
        """Write it, and log that it was made."""
        from server.audit.service import COMMAND_LINE
        from server.reports.making import log_made

        with whole_file(file) as scratch:
            await asyncio.to_thread(scratch.write_bytes, data)
        own, now = self.institution_id, rooms.clock()
        async with rooms.database.transaction() as db:
            log_made(db, now, COMMAND_LINE, self.subject, self.form, data, own)


async def _note_access(rooms: Rooms, session_id: str) -> str:
    """Log that the session is looked at; whose it is."""
    from server.audit.service import COMMAND_LINE, accessed
    from server.ingest.models import ExamSession
    from server.retention.certificates import all_gone
    from server.retention.gone import NOTHING_LEFT

    async with rooms.database.transaction() as db:
        row = await db.get(ExamSession, session_id)
        if row is None:
            why = "see `invigil-server admin sessions`"
            raise Fault(f"there is no session {session_id}; {why}")
        if await all_gone(db, session_id):
            raise fault(NOTHING_LEFT)
        accessed(db, rooms.clock(), COMMAND_LINE, row, "report")
        return row.institution_id


def _session_reports(rooms: Rooms) -> SessionReports:
    from server.reports.making import Reports
    from server.reports.session_reports import SessionReports
    from server.review.media import Media

    return SessionReports(
        rooms.database,
        rooms.keys,
        Media(rooms.blobs, rooms.keys),
        _verdicts(rooms),
        Reports(settled(), rooms.clock),
        rooms.clock,
    )


def _verdicts(rooms: Rooms) -> Verdicts:
    from server.reports.verdicts import Verdicts

    return Verdicts(rooms.database, rooms.keys, settled(), rooms.clock)


async def _written(report: ExamReport, form: str) -> bytes:
    from server.reports.exam_output import exam_report_csv, exam_report_out
    from server.reports.making import NotMade, print_sheet
    from server.reports.sheets import exam_sheet

    match form:
        case "csv":
            return exam_report_csv(report).encode()
        case "json":
            return _pretty(exam_report_out(report))
        case _:
            try:
                return await print_sheet(exam_sheet(report))
            except NotMade as error:
                raise Fault(f"the report could not be laid out: {error}") from error


def _pretty(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
