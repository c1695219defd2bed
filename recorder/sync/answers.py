"""What the server can answer, as closed types; nothing here is believed before it is checked.

A web page, a login form of a hotel network or another program's JSON is ``Strange``: it
never counts as an answer of an Invigil server.
"""

from __future__ import annotations

import email.utils
from dataclasses import dataclass
from typing import TypeVar

from shared.foreign_json import NotJson, read_json
from shared.signed import MEDIA_TYPE, MalformedLine, Signed, parse_line
from shared.wire import Problem, ProblemType, SessionStatus

# Answers that mean "not now": too early, timed out, too many requests, and the server's or
# a proxy's own troubles (RFC 9110, RFC 6585).
_NOT_NOW = frozenset({408, 425, 429})

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP response as it came, its body bounded; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The content type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No answer; ``tls`` where the server could not prove who it is.

    ``clock`` is this computer's date and time, where the proof fails by them alone;
    ``setting`` names the one of this computer by which no connection can be made.
    """

    why: str
    tls: bool = False
    clock: str = ""
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Strange:
    """Something answered that is not an Invigil server."""

    why: str


@dataclass(frozen=True, slots=True)
class Busy:
    """The answer is to come back, after ``retry_after`` seconds where it says so.

    ``there`` where the Invigil server itself says so, and not a proxy before it.
    """

    why: str
    retry_after: float | None = None
    there: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The server understood and says no."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Receipted:
    """The server signed a receipt, which is not checked yet."""

    line: Signed


@dataclass(frozen=True, slots=True)
class Standing:
    """How the server holds the session; not checked yet."""

    status: SessionStatus


Failure = Unreachable | Strange | Busy | Refused


def read_failure(reply: Reply, now_wall: float) -> Failure | None:
    """What a response says went wrong; ``None`` for one that succeeded.

    Args:
        reply: the response.
        now_wall: seconds since 1970 UTC, for a ``Retry-After`` that names a date in an
            answer that has none of its own.
    """
    if 200 <= reply.status < 300:
        return None
    if 300 <= reply.status < 400:
        elsewhere = reply.headers.get("location", "another address")
        return Strange(f"it sends on to {elsewhere[:200]}")
    problem = _problem(reply)
    busy = problem is not None and problem.type == ProblemType.BUSY
    if reply.status >= 500 or reply.status in _NOT_NOW or busy:
        why = problem.detail if problem else f"it answers with status {reply.status}"
        return Busy(why, _retry_after(reply, now_wall), there=problem is not None)
    if problem is None:
        return Strange(f"it answers with status {reply.status} and {_said(reply)}")
    return Refused(problem)


def read_receipt(reply: Reply) -> Receipted | Strange:
    """A response that should be a receipt: one signed line."""
    if reply.media_type != MEDIA_TYPE:
        return Strange(f"a receipt was due and {_said(reply)} came")
    try:
        return Receipted(parse_line(reply.body))
    except MalformedLine as error:
        return Strange(f"a receipt was due and what came is not one: {error}")


def read_body(reply: Reply, kind: type[_T]) -> _T | Strange:
    """A response that should be JSON of a known shape."""
    try:
        return read_json(reply.body, kind)
    except NotJson:
        return Strange(f"it answers with {_said(reply)}")


def _said(reply: Reply) -> str:
    match reply.media_type:
        case "text/html":
            return "a web page"
        case "":
            return "nothing that names its type"
        case other:
            return f"{other[:60]} of another kind"


def _problem(reply: Reply) -> Problem | None:
    """The problem, if the body is one; an error of another program is none of ours."""
    try:
        problem = read_json(reply.body, Problem)
    except NotJson:
        return None
    return problem if problem.type.startswith("urn:invigil:problem:") else None


def _retry_after(reply: Reply, now_wall: float) -> float | None:
    """``Retry-After`` (RFC 9110, section 10.2.3) in seconds from now.

    A date is the server's, so it counts from the server's own where the answer has one: by
    a candidate's clock that is wrong by a year it might lie a year ahead.
    """
    text = reply.headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(text)
    if (due := _date(text)) is None:
        return None
    own = _date(reply.headers.get("date", ""))
    return max(0.0, due - (now_wall if own is None else own))


def _date(text: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
