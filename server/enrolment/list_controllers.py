"""Lists of candidates over HTTP: a CSV file in, everybody of it enrolled or nobody; for
programs of the institution's own. The import page does the same, by the same module.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import FromPath, FromQuery

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.clock import WallClock
from server.enrolment.columns import FIELDS
from server.enrolment.decoding import ENCODINGS, SEPARATORS
from server.enrolment.importing import (
    NotImported,
    Preview,
    importable,
    preview,
    read_list,
    take_in,
)
from server.enrolment.roster import MAX_BYTES, Bad, Choices, Roster
from server.exams.controllers import exam_of
from server.network import AnyRequest
from server.problems import MEDIA_TYPE as PROBLEM
from server.storage.database import Database
from shared.wire import API_PREFIX, Problem, ProblemType

CSV = "text/csv"

# What the body may be called; what else there is (a form, JSON) is no list.
TAKEN = frozenset({CSV, "text/plain", "application/octet-stream"})

# Rows whose faults an answer lists; a list with more is of another kind altogether.
MOST_BAD = 1_000


class BadRow(msgspec.Struct, frozen=True):
    """What is wrong with a row: on which line, in which column, and what the cell says."""

    line: int
    column: str
    what: str
    cell: str


class ListOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a list says, and what became of it. ``encoding``, ``separator`` and ``columns`` are
    as it was read; ``sure`` is false where the encoding is a guess. Of its ``rows``,
    ``bad_rows`` have something wrong (``bad``, the first 1,000 faults); of the others ``new``
    are new to the institution, ``known`` to it from other exams, ``enrolled`` here already and
    left as they are. ``imported`` is how many got a place: ``null`` after a dry run.
    """

    encoding: str
    sure: bool
    separator: str
    header: bool
    columns: tuple[str, ...]
    rows: int
    new: int
    known: int
    enrolled: int
    bad_rows: int
    bad: tuple[BadRow, ...]
    imported: int | None = None


class ListRefused(Problem, frozen=True, kw_only=True):
    """Why nobody of a list was enrolled; ``list`` is what it says, where it could be read."""

    list: ListOut | None = None


@dataclass
class CandidateList(Operation):
    """An operation whose body is a list of candidates."""

    def __post_init__(self) -> None:
        """Say so."""
        text = Schema(
            type=OpenAPIType.STRING,
            example="name,reference,email\nAda Example,s-1912,ada@example.edu\n",
        )
        self.request_body = RequestBody(
            content={CSV: OpenAPIMediaType(schema=text)}, required=True
        )


@post(
    f"{API_PREFIX}/exams/{{exam_id:str}}/imports",
    status_code=200,
    guards=[require(Role.EXAMINER)],
    tags=["staff"],
    request_max_body_size=MAX_BYTES,
    operation_class=CandidateList,
    responses={200: ResponseSpec(ListOut, description="What the list says, and was done.")},
)
async def post_import(
    request: AnyRequest,
    exam_id: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[WallClock],
    dry_run: FromQuery[bool] = False,
    good_only: FromQuery[bool] = False,
    encoding: FromQuery[str | None] = None,
    separator: FromQuery[str | None] = None,
    header: FromQuery[bool | None] = None,
    columns: FromQuery[str | None] = None,
) -> Response[ListOut | ListRefused]:
    """Import candidates from a CSV file: everybody of it, or nobody (422, with a report of the
    bad rows). They get no codes yet: ``POST …/letters`` sends those, ``POST …/codes`` shows
    them.

    With ``dry_run`` nothing is changed, and with ``good_only`` bad rows are left out.
    Encoding, separator and columns are found out, or said: ``encoding=cp1252``,
    ``separator=semicolon``, ``header=true``, ``columns=last,first,reference,,email``.
    """
    staff, now = current_account(request), clock()
    _check_kind(request)
    choices = _choices(encoding, separator, header, columns)
    async with database.transaction() as db:
        exam = await exam_of(db, staff, exam_id)
    read = await read_list(database, exam, await request.body(), choices)
    try:
        # A dry run tells of bad rows; what is no list at all it refuses as well.
        roster = importable(read, good_only=good_only or dry_run)
    except NotImported as error:
        told = None
        if isinstance(read, Roster) and not read.layout.lacks:
            async with database.transaction() as db:
                told = list_out(read, await preview(db, exam, read))
        return _refused(str(error), told)
    async with database.transaction() as db:
        would = await preview(db, exam, roster)
        if dry_run:
            return Response(list_out(roster, would))
        try:
            async with db.begin_nested():
                count = await take_in(db, staff, exam, roster, now, lambda _done, _all: None)
        except NotImported as error:
            return _refused(str(error), list_out(roster, would))
        return Response(list_out(roster, would, count))


def list_out(roster: Roster, would: Preview, imported: int | None = None) -> ListOut:
    """What a list says, and what importing it would do or did."""
    layout = roster.layout
    return ListOut(
        encoding=layout.encoding,
        sure=layout.sure,
        separator=SEPARATORS[layout.separator],
        header=layout.header,
        columns=layout.columns,
        rows=roster.rows,
        new=would.new,
        known=would.known,
        enrolled=would.enrolled,
        bad_rows=roster.bad_rows,
        bad=tuple(map(_bad, roster.bad[:MOST_BAD])),
        imported=imported,
    )


def _bad(one: Bad) -> BadRow:
    return BadRow(one.line, one.column, one.what, one.cell)


def choices_said(
    encoding: str | None, separator: str | None, *, header: bool | None, columns: str | None
) -> Choices | str:
    """What a program or a command says about a file; or what is wrong with that."""
    marks = {word: mark for mark, word in SEPARATORS.items()}
    fields = () if columns is None else tuple(one.strip() for one in columns.split(","))
    if encoding is not None and encoding not in ENCODINGS:
        return f"The encoding is one of {', '.join(ENCODINGS)}."
    if separator is not None and separator not in marks:
        return f"The separator is one of {', '.join(marks)}."
    if unknown := [one for one in fields if one not in FIELDS]:
        names = ", ".join(filter(None, FIELDS))
        return f"There is no column {unknown[0][:40]!r}: say {names}, or nothing for one."
    return Choices(
        encoding=encoding,
        separator=None if separator is None else marks[separator],
        header=header,
        columns=fields,
    )


def _choices(
    encoding: str | None, separator: str | None, header: bool | None, columns: str | None
) -> Choices:
    said = choices_said(encoding, separator, header=header, columns=columns)
    if isinstance(said, str):
        raise ClientException(said)
    return said


def _check_kind(request: AnyRequest) -> None:
    if request.content_type[0].lower() not in TAKEN:
        raise HTTPException(f"The list itself is sent, as {CSV}.", status_code=415)


def _refused(why: str, told: ListOut | None) -> Response[ListOut | ListRefused]:
    problem = ListRefused(
        type=ProblemType.REFUSED,
        title="The list is not imported",
        status=422,
        detail=why,
        list=told,
    )
    return Response(problem, status_code=422, media_type=PROBLEM)
