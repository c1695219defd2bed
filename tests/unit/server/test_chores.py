"""What is done again and again: what it logs, and that a failure is tried again."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from server.chores import repeated, repeated_sending


def test_what_fails_is_logged_by_its_first_line_and_tried_again() -> None:
    stop, tries = asyncio.Event(), []

    async def work() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ConnectionError("nobody answers\nSELECT 1")
        stop.set()

    with capture_logs() as said:
        asyncio.run(repeated(work, 0.0, stop, "not looked", (ConnectionError,)))
    assert len(tries) == 2
    assert said == [{"event": "not looked", "log_level": "error", "why": "nobody answers"}]


def test_what_nobody_expects_is_raised() -> None:
    async def work() -> None:
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        asyncio.run(repeated(work, 0.0, asyncio.Event(), "not looked", (ConnectionError,)))


def test_letters_are_counted_where_there_were_any() -> None:
    stop, left = asyncio.Event(), [0, 3]

    async def send() -> int:
        if len(left) == 1:
            stop.set()
        return left.pop(0)

    words = {"sent": "reminders", "failed": "no reminders"}
    with capture_logs() as said:
        asyncio.run(repeated_sending(send, 0.0, stop, **words))
    assert said == [{"event": "reminders", "log_level": "info", "letters": 3}]
