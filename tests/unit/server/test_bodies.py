"""How slowly a body may come, and that it is read to its end before an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from litestar.exceptions import HTTPException

from server.bodies import MAX_DRAINED_BYTES, Bodies

SCOPE: Any = {"type": "http", "headers": [(b"content-length", b"100")]}

Sent = list[Any]


def part(data: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": data, "more_body": more}


def served(app: Callable[..., Any], messages: list[Any], patience_s: float = 5) -> Sent:
    """What was sent by an application to which these messages come, and then none."""
    sent: Sent = []

    async def receive() -> Any:
        if not messages:
            await asyncio.Event().wait()
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Bodies(app, patience_s)(SCOPE, receive, send))
    return sent


async def reads(scope: Any, receive: Any, send: Any) -> None:
    """An application that reads all, and tells how that ended."""
    try:
        while (message := await receive()).get("more_body"):
            pass
        await send(message)
    except HTTPException as error:
        await send({"type": "refusal", "status": error.status_code})


async def refuses(scope: Any, receive: Any, send: Any) -> None:
    """An application that answers before it has read anything."""
    await send({"type": "http.response.start"})


def test_a_whole_body_comes_through() -> None:
    messages = [part(b"a", more=True), part(b"b", more=False)]
    assert served(reads, messages) == [part(b"b", more=False)]


def test_a_body_that_stops_coming_is_refused() -> None:
    sent = served(reads, [part(b"a", more=True)], patience_s=0.01)
    assert sent == [{"type": "refusal", "status": 408}]


def test_a_body_that_breaks_off_is_the_callers_mistake() -> None:
    sent = served(reads, [part(b"a", more=True), {"type": "http.disconnect"}])
    assert sent == [{"type": "refusal", "status": 400}]


def test_what_is_left_is_read_before_the_answer() -> None:
    messages = [part(b"a", more=True), part(b"b", more=False), part(b"next", more=False)]
    assert served(refuses, messages) == [{"type": "http.response.start"}]
    assert messages == [part(b"next", more=False)]


@pytest.mark.parametrize("messages", [[], [part(b"a", more=True)]])
def test_nobody_is_waited_for_without_end(messages: list[Any]) -> None:
    assert served(refuses, messages, patience_s=0.01) == [{"type": "http.response.start"}]


def test_nothing_is_read_without_end() -> None:
    half = part(b"x" * (MAX_DRAINED_BYTES // 2 + 1), more=True)
    messages = [half] * 5
    served(refuses, messages)
    assert len(messages) == 3


def test_a_busy_server_is_not_the_callers_fault() -> None:
    """What passes between two reads counts for nothing."""

    async def busy(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await asyncio.sleep(0.05)
        await send(await receive())

    messages = [part(b"a", more=True), part(b"b", more=False)]
    assert served(busy, messages, patience_s=0.04) == [part(b"b", more=False)]
