"""Runs the application on granian: one worker process, restarted where it dies.

One worker, because SQLite takes one writer and the live channel is in memory. It ends with
its supervisor: alone it would serve on unseen, beside the next one.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import socket
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from server.config import Settings
from server.logs import configure_logs, library_logs

try:
    import resource
except ImportError:  # Windows, which has no such limit
    resource = None

if TYPE_CHECKING:
    from litestar.types import ASGIApp

# Connections waiting to be accepted when an examination hall starts at once.
BACKLOG = 4_096

# Connections open at once; more wait to be accepted. Each candidate holds up to five (four
# of deliveries and the live link), idle for most of the time; 10 KB each when idle.
MAX_CONNECTIONS = 16_384

# Open files that connections leave to the rest: database, blobs, keys, uploads.
OTHER_FILES = 1_024

# What one connection may make this server hold before a handler sees it, in bytes: the
# request's line and headers (of a browser with many cookies: 8 KiB), and what is read ahead.
MAX_HEAD_BYTES = 32_768

# How long requests under way get after SIGTERM, in seconds.
STOP_S = 10

# After a worker died, in seconds.
RESPAWN_S = 1.0

# How long the event loop may keep the interpreter while the database's thread has an answer
# for it, in seconds. At Python's own 5 ms each statement waits that long where much is asked.
SWITCH_S = 0.0005

# New objects until the youngest are looked through for garbage (Python's own 700 are a few rows
# of a table), and how often that is until the older ones are.
COLLECTED_EVERY = (20_000, 10, 10)

# The exit status of a worker whose supervisor died; nobody is there to read it.
ALONE = 1


class AddressTaken(Exception):
    """The server cannot listen where it should; the message says why."""


def application() -> ASGIApp:
    """What granian's worker process serves: built from the environment."""
    from server.app import create_app
    from server.bodies import Bodies
    from server.operation.metrics import Metrics
    from server.operation.tracing import tracing_to
    from server.operation.watched import Watched

    _end_with_supervisor()
    sys.setswitchinterval(SWITCH_S)
    settings = Settings.from_environment(os.environ)
    configure_logs(as_json=settings.log_json)
    metrics = Metrics()
    served = Bodies(create_app(settings, metrics=metrics), settings.slow_request_s)
    spare_program()
    return Watched(
        served,
        metrics,
        tracing_to(settings.otel_endpoint),
        proxied=settings.trusted_proxy,
        said=settings.log_requests,
    )


def spare_program() -> None:
    """Have the garbage collector leave alone what the program itself is made of, which stays
    for good, and look less often: a page of ten thousand rows took two to four times as long
    while each collection went through all of it again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_EVERY)


def _end_with_supervisor() -> None:
    """Let this process end when the one that started it does, however that ends.

    At once: what has a receipt is on disk, and what has none comes again.
    """
    supervisor = multiprocessing.parent_process()
    if supervisor is None:
        return

    def watch() -> None:
        supervisor.join()
        os._exit(ALONE)

    threading.Thread(target=watch, name="supervisor's end", daemon=True).start()


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
        # Granian counts a connection from when it is accepted until it is closed.
        backpressure=_connections(),
        # HTTP/1 alone, which browsers and proxies speak where there is no TLS: asked for
        # both, granian waits without end for the byte that tells which.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=settings.slow_request_s * 1_000, max_buffer_size=MAX_HEAD_BYTES
        ),
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_S,
        workers_kill_timeout=STOP_S,
        log_level=LogLevels.warning,
        log_dictconfig=library_logs(as_json=settings.log_json),
    ).serve()


def _connections() -> int:
    """How many connections the system lets this process hold, at most ``MAX_CONNECTIONS``."""
    if resource is None:
        return MAX_CONNECTIONS
    wanted = MAX_CONNECTIONS + OTHER_FILES
    files, most = (
        wanted if limit == resource.RLIM_INFINITY else min(limit, wanted)
        for limit in resource.getrlimit(resource.RLIMIT_NOFILE)
    )
    if files < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return max(most - OTHER_FILES, most // 2)
