"""Telling must not stop who tells."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
import structlog

from recorder.logs import log_to_stderr


class FullDisk:
    """A log file where there is no room."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def write(self, text: str) -> None:
        self.asked.append(text)
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


@pytest.fixture(autouse=True)
def own_configuration() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_lines_go_to_what_is_standard_error_when_they_are_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log_to_stderr()
    structlog.get_logger().warning("something", detail=1)
    streams = capsys.readouterr()
    assert "something" in streams.err
    assert streams.out == ""


def test_a_log_that_cannot_be_written_is_no_reason_to_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log_to_stderr()
    full = FullDisk()
    monkeypatch.setattr(sys, "stderr", full)
    structlog.get_logger().warning("the disk is full")
    assert "the disk is full" in "".join(full.asked)


def test_a_program_without_standard_error_does_without(monkeypatch: pytest.MonkeyPatch) -> None:
    log_to_stderr()
    monkeypatch.setattr(sys, "stderr", None)
    structlog.get_logger().warning("nobody hears")
