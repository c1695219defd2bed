"""``invigil-server`` as a program of its own, on a free port, for as long as a test."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

# How long a start may take on a busy machine, in seconds; usually it is two.
START_S = 60.0

COMMAND = [sys.executable, "-c", "from server.cli import main; main()"]


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """The variables of a server whose data lies in ``folder``."""
    own = {f"INVIGIL_{name.upper()}": value for name, value in settings.items()}
    clean = {k: v for k, v in os.environ.items() if not k.startswith("INVIGIL_")}
    return {**clean, "INVIGIL_DATA_DIR": str(folder), **own}


def command(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the server's to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def demo(folder: Path, **settings: str) -> dict[str, str]:
    """Set the demo institution up."""
    done = command(folder, "demo", "--json", **settings)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@dataclass
class RunningServer:
    """A server that answers at ``url``; ``log`` is its standard error so far."""

    process: subprocess.Popen[bytes]
    url: str
    log_file: Path

    @property
    def log(self) -> str:
        """What it wrote."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal to it and its worker and wait for the end; the exit status."""
        os.killpg(self.process.pid, number)
        return self.process.wait(START_S)


@contextmanager
def running(
    folder: Path, bind: str = "127.0.0.1:0", **settings: str
) -> Iterator[RunningServer]:
    """Start a server and wait until it answers; it is gone afterwards."""
    log_file = folder.with_name(f"{folder.name}-{time.monotonic_ns()}.log")
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [*COMMAND, "run", "--bind", bind],
            env=environment(folder, **settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    server = RunningServer(process, "", log_file)
    try:
        server.url = _await_answer(server)
        yield server
    finally:
        if process.poll() is None:
            server.stop()


def _await_answer(server: RunningServer) -> str:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert server.process.poll() is None, server.log
        said = re.search(r"listening on (\S+)\)", server.log)
        if said is not None:
            url = f"http://{said.group(1)}"
            try:
                if httpx.get(f"{url}/health", timeout=5).status_code == 200:
                    return url
            except httpx.TransportError:
                pass
        time.sleep(0.05)
    raise AssertionError(f"no answer: {server.log}")
