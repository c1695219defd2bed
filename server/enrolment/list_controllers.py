"""Lists of candidates over HTTP: a CSV file in, everybody of it enrolled or nobody; for
programs of the institution's own. The import page does the same, by the same module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

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
from server.enrolment.lists import ListOut, Refused, Taken, choices_said, import_list
from server.enrolment.roster import MAX_BYTES, Choices
from server.exams.controllers import exam_of
from server.network import AnyRequest
from server.problems import MEDIA_TYPE as PROBLEM
from server.storage.database import Database
from shared.wire import API_PREFIX, Problem, ProblemType

CSV = "text/csv"

# What the body may be called; what else there is (a form, JSON) is no list.
TAKEN = frozenset({CSV, "text/plain", "application/octet-stream"})


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
    data = await request.body()
    outcome = await import_list(
        database, staff, exam, data, choices, now, dry_run=dry_run, good_only=good_only
    )
    match outcome:
        case Taken(told):
            return Response(told)
        case Refused(why, told):
            return _refused(why, told)
        case _:
            assert_never(outcome)


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
