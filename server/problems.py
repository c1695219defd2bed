"""What can go wrong for a caller, as values, and how it is said: problem+json (RFC 9457).

Services return a ``Rejection``; controllers turn it into a response. Exceptions that
reach the application become problems here too, so that no caller ever sees another form.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException, ValidationException
from sqlalchemy.exc import DataError, DBAPIError

from shared.wire import Problem, ProblemType

MEDIA_TYPE = "application/problem+json"

TITLES = {
    ProblemType.CODE_UNKNOWN: "Unknown code",
    ProblemType.CODE_USED: "Code already used",
    ProblemType.CODE_EXPIRED: "Code expired",
    ProblemType.EXAM_EARLY: "Not open yet",
    ProblemType.EXAM_CLOSED: "The exam cannot be entered",
    ProblemType.CREDENTIAL: "Not the session's credential",
    ProblemType.SESSION: "No such session",
    ProblemType.MALFORMED: "Malformed request",
    ProblemType.REFUSED: "Record refused",
    ProblemType.OUT_OF_ORDER: "Out of order",
    ProblemType.FORK: "The chain forks",
    ProblemType.SESSION_OVER: "The session is over",
    ProblemType.BLOB_UNKNOWN: "No record commits to this blob",
    ProblemType.BLOB_DIGEST: "Not the blob that was committed",
    ProblemType.TOO_LARGE: "Too large",
    ProblemType.QUOTA: "The session's quota is used up",
    ProblemType.BUSY: "Too busy",
}

# What a caller waits at least until the operator may have mended something, in seconds.
UNREADY_RETRY_S = 5

_log = structlog.get_logger("invigil.server")


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a request was not done: a closed kind (``type``), and what to do about it.

    ``check`` is the verification step that failed; ``size`` and ``head`` say where the
    chain stands; ``retry_after`` is in seconds.
    """

    type: str
    status: int
    detail: str
    check: int | None = None
    size: int | None = None
    head: str | None = None
    retry_after: int | None = None

    def at(self, size: int, head: str) -> Rejection:
        """The same, with where the chain stands."""
        return replace(self, size=size, head=head)

    def response(self) -> Response[bytes]:
        """The HTTP answer."""
        headers = {"Cache-Control": "no-store"}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        problem = Problem(
            type=self.type,
            title=TITLES.get(self.type, HTTPStatus(self.status).phrase),
            status=self.status,
            detail=self.detail,
            check=self.check,
            size=self.size,
            head=self.head,
        )
        return Response(
            msgspec.json.encode(problem),
            status_code=self.status,
            headers=headers,
            media_type=MEDIA_TYPE,
        )


def refuse_http(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """The problem for an exception of the framework: no route, no right, a bad body."""
    kinds = {
        HTTPStatus.BAD_REQUEST: ProblemType.MALFORMED,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ProblemType.TOO_LARGE,
        HTTPStatus.TOO_MANY_REQUESTS: ProblemType.BUSY,
        HTTPStatus.SERVICE_UNAVAILABLE: ProblemType.BUSY,
    }
    kind = kinds.get(HTTPStatus(error.status_code), "about:blank")
    response = Rejection(kind, error.status_code, _words(error)).response()
    for name, value in (error.headers or {}).items():
        response.headers.setdefault(name, value)
    return response


def fairly_blamed(error: HTTPException) -> HTTPException:
    """The same, but for what is a caller's mistake and was taken for one of the server's.

    Litestar looks whether the name of a value that does not fit is one of the handler's
    dependencies; a body may have a member of the same name. What the server gives to its
    handlers itself is not validated, so that it was the body.
    """
    cause = error.__cause__
    if isinstance(error, InternalServerException) and isinstance(
        cause, msgspec.ValidationError
    ):
        return ValidationException(str(cause))
    return error


def unready(request: Request[Any, Any, Any], error: Exception) -> HTTPException:
    """What disk, database or blob store raised, as an answer: not the caller's fault, and
    worth trying again. It is logged with the request's route (``report_bug``).
    """
    why = str(error).partition("\n")[0]
    _log.error("cannot work", route=_route(request), kind=type(error).__name__, why=why)
    return HTTPException(
        "The server cannot do this at the moment. Try again.",
        status_code=HTTPStatus.SERVICE_UNAVAILABLE,
        headers={"Retry-After": str(UNREADY_RETRY_S)},
    )


def is_data_fault(error: DBAPIError) -> bool:
    """Whether the database refused a value (a zero byte in a text, a number too large):
    SQLSTATE class 22, *data exception*. Such a value came with the request.
    """
    state = getattr(error.orig, "sqlstate", None)
    return isinstance(error, DataError) or (isinstance(state, str) and state[:2] == "22")


def report_bug(request: Request[Any, Any, Any], error: Exception) -> str:
    """Log a bug in full; the number to tell the caller, which is the request's own id.

    The log has the route and not the path, which may hold a link's secret.
    """
    bound = structlog.contextvars.get_contextvars()
    number = str(bound.get("request") or secrets.token_hex(8))
    _log.error("failed", number=number, route=_route(request), exc_info=error)
    return number


def refuse_bug(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The problem for a bug: logged in full, said to the caller by a number only."""
    number = report_bug(request, error)
    detail = f"Something went wrong here. Tell the operator the number {number}."
    return Rejection("about:blank", HTTPStatus.INTERNAL_SERVER_ERROR, detail).response()


def _route(request: Request[Any, Any, Any]) -> str:
    return str(request.scope.get("path_template", ""))


def _words(error: HTTPException) -> str:
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        parts = [
            f"{part.get('key', 'body')}: {part.get('message', '')}"
            for part in error.extra
            if isinstance(part, dict)
        ]
        return "; ".join(parts) or error.detail
    return error.detail
