"""Where log lines go: standard error, so that standard output holds results alone."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog


class _StandardError:
    """Standard error, whatever that is when a line is written, or nothing.

    It may be a file on the disk that is full, and telling of that must not stop who tells.
    """

    def write(self, text: str) -> None:
        """Write if that can be done; ``ValueError`` is a stream that is closed."""
        with suppress(OSError, ValueError):
            if sys.stderr is not None:
                sys.stderr.write(text)

    def flush(self) -> None:
        """Flush if that can be done."""
        with suppress(OSError, ValueError):
            if sys.stderr is not None:
                sys.stderr.flush()


def log_to_stderr() -> None:
    """Send every log line to whatever is standard error when it is written."""
    # Pretty tracebacks would print local variables, and with them a bearer token.
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[*structlog.get_config()["processors"][:-1], plain],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_names: structlog.WriteLogger(cast("TextIO", _StandardError())),
    )
