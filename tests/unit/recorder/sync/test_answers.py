"""What a response means, above all one that is not an Invigil server's."""

from __future__ import annotations

import msgspec
import pytest
from support.sessions import SessionBuilder

from recorder.sync.answers import (
    Busy,
    Failure,
    Receipted,
    Refused,
    Reply,
    Strange,
    read_body,
    read_failure,
    read_receipt,
)
from shared.signed import MEDIA_TYPE
from shared.wire import Problem, ProblemType, SessionStatus

# 2026-11-21 00:00:00 UTC
NOW = 1_795_219_200.0


def problem(kind: str, status: int) -> bytes:
    return msgspec.json.encode(Problem(type=kind, title="No", status=status, detail="why"))


def reply(status: int, body: bytes = b"", **headers: str) -> Reply:
    return Reply(status, {k.replace("_", "-"): v for k, v in headers.items()}, body)


def failure(status: int, body: bytes = b"", **headers: str) -> Failure | None:
    return read_failure(reply(status, body, **headers), NOW)


def test_success_is_no_failure() -> None:
    assert failure(200) is None
    assert failure(201) is None


def test_a_problem_of_ours_is_a_refusal() -> None:
    verdict = failure(409, problem(ProblemType.CODE_USED, 409))
    assert isinstance(verdict, Refused)
    assert verdict.problem.type == ProblemType.CODE_USED


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"type":"about:blank"}', b"\xff\xfe", b"[]"]
)
def test_an_error_of_another_program_is_strange(body: bytes) -> None:
    assert isinstance(failure(404, body), Strange)


def test_a_problem_of_another_program_is_strange() -> None:
    assert isinstance(failure(403, problem("https://other.example/p", 403)), Strange)


def test_a_redirect_is_strange_and_says_where_to() -> None:
    verdict = failure(302, location="https://login.example/")
    assert isinstance(verdict, Strange)
    assert "https://login.example/" in verdict.why


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_not_now_is_busy(status: int) -> None:
    verdict = failure(status, b"<html>")
    assert isinstance(verdict, Busy)
    assert not verdict.there


def test_busy_by_its_type_is_busy_whatever_the_status() -> None:
    assert failure(409, problem(ProblemType.BUSY, 409)) == Busy("why", there=True)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        ("Sat, 21 Nov 2026 00:02:00 GMT", 120.0),
        ("Fri, 20 Nov 2026 23:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: float | None) -> None:
    verdict = failure(503, retry_after=header)
    assert isinstance(verdict, Busy)
    assert verdict.retry_after == seconds


def test_a_date_to_come_back_at_counts_from_the_servers_own() -> None:
    verdict = failure(
        503,
        retry_after="Sun, 06 Nov 2033 08:50:37 GMT",
        date="Sun, 06 Nov 2033 08:49:37 GMT",
    )
    assert isinstance(verdict, Busy)
    assert verdict.retry_after == 60.0


def test_a_receipt_is_one_signed_line() -> None:
    line = SessionBuilder().receipt()
    assert read_receipt(reply(200, line.line(), content_type=MEDIA_TYPE)) == Receipted(line)


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b"<html>", "text/html; charset=utf-8", "a web page"),
        (b"{}", "application/json", "application/json"),
        (b"", "", "nothing that names its type"),
        (b"half a line", MEDIA_TYPE, "is not one"),
    ],
)
def test_anything_else_is_strange(body: bytes, kind: str, said: str) -> None:
    verdict = read_receipt(reply(200, body, content_type=kind))
    assert isinstance(verdict, Strange)
    assert said in verdict.why


@pytest.mark.parametrize(
    "body", [b"<html>", b"{}", b"\xff", b'{"session":"x"}', b'{"more":' * 50_000]
)
def test_a_body_of_another_shape_is_strange(body: bytes) -> None:
    assert isinstance(
        read_body(reply(200, body, content_type="text/html"), SessionStatus), Strange
    )
