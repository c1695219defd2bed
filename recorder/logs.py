"""Where log lines go: standard error, so that standard output holds results alone."""

from __future__ import annotations

import sys

import structlog


def log_to_stderr() -> None:
    """Send every log line to whatever is standard error when it is written."""
    structlog.configure(logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr))
