"""What is done again and again: what it logs, and that a failure is tried again."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from server.chores import beside, count_failures, repeated, repeated_sending, tried


def test_what_fails_is_logged_by_its_first_line_and_tried_again() -> None:
    stop, tries = asyncio.Event(), []

    async def work() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ConnectionError("nobody answers\nSELECT 1")
        stop.set()

    with capture_logs() as said:
        asyncio.run(repeated("looking", work, 0.0, stop, "not looked", (ConnectionError,)))
    assert len(tries) == 2
    assert said == [{"event": "not looked", "log_level": "error", "why": "nobody answers"}]


def test_what_nobody_expects_is_logged_in_full_and_ends_no_chore() -> None:
    stop, tries = asyncio.Event(), []

    async def work() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("a bug")
        stop.set()

    with capture_logs() as said:
        asyncio.run(repeated("looking", work, 0.0, stop, "not looked", (ConnectionError,)))
    assert len(tries) == 2
    (line,) = said
    assert (line["log_level"], line["chore"]) == ("error", "looking")
    assert repr(line["exc_info"]) == "ValueError('a bug')"


def test_every_look_that_failed_is_counted_by_the_name_of_its_chore() -> None:
    counted, both = list[str](), asyncio.Event()

    def count(chore: str) -> None:
        counted.append(chore)
        if len(counted) == 4:
            both.set()

    async def fail(error: Exception) -> None:
        raise error

    async def run(stop: asyncio.Event) -> None:
        assert not await tried("one", lambda: fail(OSError("full")), "not looked")
        assert not await tried("other", lambda: fail(KeyError("a bug")), "not looked")
        assert await tried("one", lambda: asyncio.sleep(0), "not looked")
        await stop.wait()

    async def serve() -> None:
        count_failures(count)
        async with beside(run, run):
            await both.wait()

    with capture_logs():
        asyncio.run(serve())
    assert sorted(counted) == ["one", "one", "other", "other"]


def test_letters_are_counted_where_there_were_any() -> None:
    stop, left = asyncio.Event(), [0, 3]

    async def send() -> int:
        if len(left) == 1:
            stop.set()
        return left.pop(0)

    with capture_logs() as said:
        asyncio.run(
            repeated_sending(
                "letters", send, 0.0, stop, sent="reminders", failed="no reminders"
            )
        )
    assert said == [{"event": "reminders", "log_level": "info", "letters": 3}]
