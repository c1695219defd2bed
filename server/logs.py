"""The log: events for people, or JSON lines for collectors, on standard error.

What libraries log in Python's own way (granian, asyncio, warnings) goes through the same form,
so that a collector reads every line of a server's.
"""

from __future__ import annotations

import logging
import logging.config
import sys
import threading
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import Processor

from server.terminal import say

# Loggers that granian sets up by itself where nothing else is said.
_GRANIANS = ("_granian", "granian.access")


def configure_logs(*, as_json: bool) -> None:
    """Set this process's log up: its own events, what libraries log, what nothing caught."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            *_each(),
            _renderer(as_json=as_json),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    logging.config.dictConfig(library_logs(as_json=as_json))
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def announce(words: str, *, failed: bool = False) -> None:
    """Say a thing to whoever reads the log: as a line of it where it is JSON, else as words."""
    if not _is_json():
        say(words)
        return
    log = structlog.get_logger()
    (log.error if failed else log.info)(words)


def _is_json() -> bool:
    last = structlog.get_config()["processors"][-1]
    return structlog.is_configured() and isinstance(last, structlog.processors.JSONRenderer)


def library_logs(*, as_json: bool) -> dict[str, Any]:
    """For ``logging.config``: libraries' warnings and worse, in this log's form. Processes that
    granian begins are handed it, so it is made of plain values.
    """
    own = {"handlers": ["stderr"], "level": "WARNING", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"own": {"()": "server.logs.library_lines", "as_json": as_json}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "own",
                "stream": "ext://sys.stderr",
            }
        },
        "loggers": dict.fromkeys(_GRANIANS, own),
        "root": {"handlers": ["stderr"], "level": "WARNING"},
    }


def library_lines(*, as_json: bool) -> logging.Formatter:
    """What makes a line of a library's event; ``logger`` in it is who logged."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            *_each(),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _renderer(as_json=as_json),
        ],
    )


def _each() -> tuple[Processor, ...]:
    """What is added to every event."""
    return (
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Tracebacks without local variables: those may hold a candidate's data.
        structlog.processors.format_exc_info,
    )


def _renderer(*, as_json: bool) -> Any:
    if as_json:
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


def _uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    structlog.get_logger().critical("uncaught error", exc_info=(kind, error, trace))


def _uncaught_in_thread(said: threading.ExceptHookArgs) -> None:
    error, thread = said.exc_value or said.exc_type(), said.thread
    told = {} if thread is None else {"thread": thread.name}
    structlog.get_logger().critical(
        "uncaught error", exc_info=(said.exc_type, error, said.exc_traceback), **told
    )
