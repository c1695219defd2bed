"""``invigil-server`` started hundreds of times, quickly: forked from a process that has its
modules loaded already. What runs is the program itself, supervisor and worker.

Run as a script this file is that process: a line of JSON for each child to start, its
process id in return.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

# How long a start may take on a busy machine, in seconds; usually it is a part of one.
START_S = 60.0


@dataclass(frozen=True, slots=True)
class Child:
    """A server that listens at ``address``; ``worker`` is the process that serves."""

    supervisor: int
    worker: int
    address: tuple[str, int]
    log_file: Path

    @property
    def url(self) -> str:
        """Where it answers."""
        return "http://{}:{}".format(*self.address)

    @property
    def log(self) -> str:
        """What it wrote."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """SIGKILL for both, the worker first; it makes no difference which is gone already."""
        for pid in (self.worker, self.supervisor):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def is_gone(self) -> bool:
        """Whether neither runs any more."""
        return not (runs(self.supervisor) or runs(self.worker))


class Nursery:
    """Starts servers, one after the other."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        """Take the process that forks, and a folder for logs."""
        self._process = process
        self._folder = folder
        self._count = 0
        self._newest: Child | None = None

    def start(self, environment: dict[str, str]) -> Child:
        """A server with these variables, once it answers."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._count += 1
        log = self._folder / f"server-{self._count}.log"
        order = {"environment": environment, "log": str(log)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        supervisor = int(self._process.stdout.readline())
        try:
            self._newest = _answering(supervisor, log)
        except BaseException:
            os.killpg(supervisor, signal.SIGKILL)
            raise
        return self._newest

    def end(self) -> None:
        """Kill the newest server, where a test that failed has left it."""
        if self._newest is not None and _forked_here(self._newest.supervisor):
            self._newest.kill()


@contextmanager
def nursery(folder: Path) -> Iterator[Nursery]:
    """A nursery whose logs go into ``folder``; all its children are gone afterwards."""
    process = subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    own = Nursery(process, folder)
    try:
        yield own
    finally:
        own.end()
        process.communicate(timeout=START_S)


def runs(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}


def _forked_here(pid: int) -> bool:
    """Whether this is still one of ours, and not another that got its number since."""
    return runs(pid) and __file__.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()


def _answering(supervisor: int, log: Path) -> Child:
    """Wait until the server answers."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        said = re.search(r"listening on (\S+):(\d+)\)", _text(log))
        workers = _text(Path(f"/proc/{supervisor}/task/{supervisor}/children")).split()
        if said is not None and workers and _is_well(said[1], int(said[2])):
            return Child(supervisor, int(workers[0]), (said[1], int(said[2])), log)
        assert runs(supervisor), _text(log)
        time.sleep(0.005)
    raise AssertionError(f"no server: {_text(log)}")


def _is_well(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=START_S)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _fork_for_ever() -> None:
    """The nursery's own process: a child for each line that comes."""
    _load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os.setsid()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _serve(order["environment"], order["log"])
        print(pid, flush=True)


def _load() -> None:
    """Load what a server loads, also what it loads only when it first opens a database."""
    import server.app
    import server.serving
    from server.config import Settings
    from server.opening import opened

    async def open_once(folder: str) -> None:
        async with opened(Settings(data_dir=Path(folder)), migrating=True):
            pass

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(open_once(folder))
    assert server.app.create_app
    assert server.serving.application


def _serve(environment: dict[str, str], log: str) -> None:
    from server.cli import main

    nothing, file = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_CREAT)
    for old, new in ((nothing, 0), (file, 1), (file, 2)):
        os.dup2(old, new)
    os.environ.clear()
    os.environ.update(environment)
    status = 1
    try:
        main(["run", "--bind", "127.0.0.1:0"])
        status = 0
    finally:
        # Not back into the loop that this process is a copy of.
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    _fork_for_ever()
