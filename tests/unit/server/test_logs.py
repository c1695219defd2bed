"""The log's form: what libraries say, and what nothing caught, as lines of the server's own."""

from __future__ import annotations

import json
import logging
import sys
import threading

import pytest
import structlog

from server import logs


def failing() -> None:
    secret = "hunter" * 2
    raise ValueError(f"no {len(secret)}")


def record(*, failed: bool) -> logging.LogRecord:
    why = None
    if failed:
        try:
            failing()
        except ValueError:
            why = sys.exc_info()
    arguments = ("worker-1",)
    return logging.LogRecord(
        "_granian", logging.ERROR, "x.py", 1, "Unexpected exit from %s", arguments, why
    )


def test_a_librarys_line_has_what_every_line_has() -> None:
    line = json.loads(logs.library_lines(as_json=True).format(record(failed=False)))
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "Unexpected exit from worker-1",
        "level": "error",
        "logger": "_granian",
    }


def test_a_traceback_is_within_its_line_and_tells_no_values() -> None:
    text = logs.library_lines(as_json=True).format(record(failed=True))
    assert "\n" not in text
    line = json.loads(text)
    assert "in failing" in line["exception"]
    assert "ValueError: no 12" in line["exception"]
    assert "hunterhunter" not in text


def test_for_people_it_is_words() -> None:
    text = logs.library_lines(as_json=False).format(record(failed=False))
    assert "Unexpected exit from worker-1" in text
    assert "error" in text
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)


def test_what_nothing_caught_is_logged() -> None:
    def begin() -> None:
        thread = threading.Thread(target=failing, name="a chore")
        thread.start()
        thread.join()

    with pytest.MonkeyPatch.context() as patch, structlog.testing.capture_logs() as said:
        patch.setattr(threading, "excepthook", logs._uncaught_in_thread)
        begin()
        try:
            failing()
        except ValueError as error:
            logs._uncaught(ValueError, error, error.__traceback__)
    assert [one["event"] for one in said] == ["uncaught error"] * 2
    assert [one.get("thread") for one in said] == ["a chore", None]
    assert {one["log_level"] for one in said} == {"critical"}


def test_an_announcement_is_words_until_the_log_is_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.announce("Invigil serves.")
    assert capsys.readouterr().err == "Invigil serves.\n"
