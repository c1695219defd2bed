from __future__ import annotations

import email.utils

import httpx
import pytest

from recorder.doctor.finding import State
from recorder.doctor.server import ServerLook, check_server

NOW = 1_790_000_000.0


def ask(
    answer: httpx.Response | Exception, address: str = "https://exams.example.edu"
) -> ServerLook:
    def handle(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/health"
        if isinstance(answer, Exception):
            raise answer
        return answer

    return check_server(
        address, allow_plain=False, wall=lambda: NOW, adapter=httpx.MockTransport(handle)
    )


def health(status: int = 200, product: str = "invigil", **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"product": product, "status": "ok"}, headers=headers)


def test_a_server_that_answers_tells_the_time_and_how_sure_that_is() -> None:
    ticks = iter((0.0, 0.4))

    def handle(_: httpx.Request) -> httpx.Response:
        return health(date=email.utils.formatdate(NOW - 30, usegmt=True))

    look = check_server(
        "https://exams.example.edu",
        allow_plain=False,
        wall=lambda: NOW,
        monotonic=lambda: next(ticks),
        adapter=httpx.MockTransport(handle),
    )
    assert (look.finding.state, str(look.finding.found)) == (
        State.OK,
        "https://exams.example.edu",
    )
    assert look.offset == (pytest.approx(-30 + 0.5 + 0.2), pytest.approx(0.7))


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_a_server_without_a_date_is_fine(date: str) -> None:
    look = ask(health(date=date))
    assert (look.finding.state, look.offset) == (State.OK, None)


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (httpx.Response(200, html="<h1>Welcome to Hotel Wi-Fi</h1>"), "not an Invigil server"),
        (health(product="other"), "not an Invigil server"),
        (httpx.Response(302, headers={"location": "http://wifi"}), "not an Invigil server"),
        (httpx.Response(404, json={}), "not an Invigil server"),
        (health(503), "cannot help right now"),
        (httpx.ConnectError("refused"), "cannot be reached"),
        (httpx.ConnectTimeout("slow"), "cannot be reached"),
    ],
)
def test_what_else_answers_is_said(answer: httpx.Response | Exception, what: str) -> None:
    look = ask(answer)
    assert look.finding.state is State.PROBLEM
    assert what in str(look.finding.found)
    assert look.finding.remedy
    assert look.offset is None


@pytest.mark.parametrize("address", ["ftp://x", "https://", "http://exams.example.edu", "a b"])
def test_an_address_that_is_none_is_said(address: str) -> None:
    assert ask(health(), address).finding.state is State.PROBLEM


@pytest.mark.parametrize("address", [None, ""])
def test_without_an_address_it_is_skipped(address: str | None) -> None:
    found = check_server(address, allow_plain=False, wall=lambda: NOW)
    assert found.finding.state is State.SKIPPED
