"""Where log lines go: standard error, so that standard output holds results alone."""

from __future__ import annotations

import logging
import sys

import structlog


def log_to_stderr() -> None:
    """Send every log line to whatever is standard error when it is written."""
    # Pretty tracebacks would print local variables, and with them a bearer token.
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[*structlog.get_config()["processors"][:-1], plain],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),
    )
