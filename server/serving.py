"""Runs the application on granian: one worker process, restarted where it dies.

One worker, because SQLite takes one writer and the live channel is in memory.
"""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from server.config import Settings
from server.logs import configure_logs, granian_logs

if TYPE_CHECKING:
    from litestar.types import ASGIApp

# Connections waiting to be accepted when an examination hall starts at once.
BACKLOG = 4_096

# Requests in Python's hands at once; more wait in granian, unread.
BACKPRESSURE = 512

# How long requests under way get after SIGTERM, in seconds.
STOP_S = 10

# After a worker died, in seconds.
RESPAWN_S = 1.0


class AddressTaken(Exception):
    """The server cannot listen where it should; the message says why."""


def application() -> ASGIApp:
    """What granian's worker process serves: built from the environment."""
    from server.app import create_app
    from server.draining import Draining

    settings = Settings.from_environment(os.environ)
    configure_logs(as_json=settings.log_json)
    return Draining(create_app(settings))


def free_address(settings: Settings) -> Settings:
    """The settings with the port that port 0 came to, once it is known to be free.

    Raises:
        AddressTaken: another program listens there, or this machine has no such address.
    """
    host, port = settings.address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            port = probe.getsockname()[1]
    except OSError as error:
        raise AddressTaken(f"cannot listen on {settings.bind}: {error.strerror}") from error
    shown = f"[{host}]" if ":" in host else host
    return replace(settings, bind=f"{shown}:{port}")


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. The worker reads ``settings`` from the environment."""
    host, port = settings.address
    os.environ.update(settings.to_environment())
    Granian(
        "server.serving:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=1,
        backlog=BACKLOG,
        backpressure=BACKPRESSURE,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_S,
        workers_kill_timeout=STOP_S,
        log_level=LogLevels.warning,
        log_dictconfig=granian_logs(),
    ).serve()
