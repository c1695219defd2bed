"""What goes wrong, said in the form of whoever asked: a page for people, else problem+json."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from server.accounts.staff import FactorOwed
from server.network import AnyRequest
from server.problems import fairly_blamed, refuse_bug, refuse_http, report_bug
from server.web.rendering import page, wants_page

TITLES = {
    HTTPStatus.BAD_REQUEST: "That was not understood",
    HTTPStatus.FORBIDDEN: "Not with this account",
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.METHOD_NOT_ALLOWED: "Not in this way",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is too much at once",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests",
    HTTPStatus.SERVICE_UNAVAILABLE: "Too busy at the moment",
}


def answer_http(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """For an exception of the framework: the sign-in, a page, or a problem."""
    error = fairly_blamed(error)
    if error.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
        return answer_bug(request, error)
    to_login = f"/login?next={quote(_target(request))}"
    signed_out = error.status_code == HTTPStatus.UNAUTHORIZED
    if signed_out and "HX-Request" in request.headers:
        answer = refuse_http(request, error)
        answer.headers["HX-Redirect"] = to_login
        return answer
    if not wants_page(request):
        return refuse_http(request, error)
    if isinstance(error, FactorOwed):
        return Redirect("/settings/account", status_code=303)
    if signed_out:
        return Redirect(to_login, status_code=303)
    title = TITLES.get(HTTPStatus(error.status_code), HTTPStatus(error.status_code).phrase)
    answer = _error_page(error.status_code, title, _words(error))
    answer.headers.update(error.headers or {})
    return answer


def _words(error: HTTPException) -> str:
    """What the thrower said, or something better than the status's name again."""
    if error.detail and error.detail != HTTPStatus(error.status_code).phrase:
        return error.detail
    if error.status_code == HTTPStatus.NOT_FOUND:
        return "This address leads nowhere: it is mistyped, or what it named is gone."
    return "Go back and try again; if that does not help, tell whoever runs this server."


def answer_bug(request: AnyRequest, error: Exception) -> Response[Any]:
    """For a bug: logged in full, told by a number only."""
    if not wants_page(request):
        return refuse_bug(request, error)
    number = report_bug(request, error)
    words = f"The fault is ours. Nothing was lost. Tell the operator the number {number}."
    return _error_page(500, "Something went wrong here", words)


def _error_page(status: int, title: str, words: str) -> Response[Any]:
    return page("error.html", {"status": status, "title": title, "words": words}, status=status)


def _target(request: AnyRequest) -> str:
    """Where to go on after signing in: the page that was asked for, or was left."""
    if request.method == "GET" and "HX-Request" not in request.headers:
        query = request.url.query
        return request.url.path + (f"?{query}" if query else "")
    return "/"
