"""Both programs as a user runs them: processes, on loopback, with folders of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import ZipFile

import httpx
from demo.machine import process
from demo.ports import free_port

from shared.records import Incident, Record, decode_record
from shared.signed import parse_lines

TESTS = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
SERVER_UP_S = 60.0


@dataclass
class Programs:
    """An institution's server and a candidate's recorder, both in ``folder``."""

    folder: Path
    port: int = field(default_factory=free_port)
    display: str | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def environment(self) -> dict[str, str]:
        """What both programs are told."""
        told = {
            **os.environ,
            "PYTHONPATH": str(TESTS),
            "INVIGIL_DATA_DIR": str(self.folder / "server"),
            "INVIGIL_STORE": str(self.folder / "recorder"),
            "INVIGIL_BIND": f"127.0.0.1:{self.port}",
            "INVIGIL_SPREAD_S": "0.5",
        }
        return told if self.display is None else {**told, "DISPLAY": self.display}

    def demo(self) -> dict[str, str]:
        """The demo institution: ``server``, ``code``, ``link``, ``email``, ``password``."""
        return json.loads(self.server_command("demo", "--json"))

    def server_command(self, *arguments: str) -> str:
        """Run one command of the server and return what it prints."""
        with (self.folder / "server.log").open("a") as log:
            done = subprocess.run(
                [str(BIN / "invigil-server"), *arguments],
                env=self.environment,
                check=True,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        return done.stdout

    @contextmanager
    def server(self) -> Iterator[subprocess.Popen[str]]:
        """The server, answering."""
        command = [str(BIN / "invigil-server"), "run"]
        with (
            (self.folder / "server.log").open("a") as log,
            process(command, env=self.environment, stdout=log, stderr=log) as server,
        ):
            self._wait_until_up(server)
            yield server

    def _wait_until_up(self, server: subprocess.Popen[str]) -> None:
        deadline = time.monotonic() + SERVER_UP_S
        while time.monotonic() < deadline and server.poll() is None:
            try:
                httpx.get(f"http://127.0.0.1:{self.port}/health").raise_for_status()
            except httpx.HTTPError:
                time.sleep(0.1)
            else:
                return
        raise TimeoutError(f"the server did not start; see {self.folder / 'server.log'}")

    @contextmanager
    def recorder(self, *arguments: str) -> Iterator[Recorder]:
        """``invigil-recorder record`` without a window, with consent."""
        command = [str(BIN / "invigil-recorder"), "record", "--headless", "--consent"]
        with process(
            [*command, *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as child:
            yield Recorder(child)

    @contextmanager
    def desk(self) -> Iterator[Callable[[], None]]:
        """The programs on the candidate's screen; yields what makes them begin."""
        with process(
            [sys.executable, "-m", "demo.desk"],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as desk:
            pipes = desk.stdin, desk.stdout
            assert pipes[0] is not None
            assert pipes[1] is not None
            pipes[1].readline()

            def begin() -> None:
                pipes[0].write("begin\n")
                pipes[0].flush()

            yield begin

    def export(self, session: str) -> Path:
        """The session's bundle, by the server's own command."""
        bundle = self.folder / f"{session}.zip"
        self.server_command("admin", "export", session, "--output", str(bundle))
        return bundle


class Recorder:
    """A recording under way."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self.child = child
        self.said: list[str] = []

    def wait_until_recording(self) -> None:
        """Return when it records; raises with what it said when it does not."""
        for line in self.child.stderr or ():
            self.said.append(line)
            if line.strip() == "recording":
                return
        raise RuntimeError("the recorder said:\n" + "".join(self.said))

    def result(self) -> dict[str, object]:
        """Wait for the end; the JSON object that it prints."""
        output, rest = self.child.communicate()
        self.said.append(rest)
        return json.loads(output.strip().splitlines()[-1])


def records_in(bundle: Path) -> list[Record]:
    """Every record of a bundle, in order."""
    with ZipFile(bundle) as archive:
        lines = archive.read("records.signed")
    return [decode_record(signed.payload) for signed in parse_lines(lines)]


@dataclass(frozen=True)
class Found:
    """An incident of a bundle; times are seconds since the session's first record."""

    kind: str
    start: float
    end: float | None


def incidents_in(bundle: Path) -> list[Found]:
    """Every incident of a bundle as it was last reported, in order of its beginning."""
    records = records_in(bundle)
    origin = records[0].mono
    last = {r.body.id: r.body for r in records if isinstance(r.body, Incident)}
    found = [
        Found(
            str(body.kind),
            (body.start - origin) / 1e6,
            None if body.end is None else (body.end - origin) / 1e6,
        )
        for body in last.values()
    ]
    return sorted(found, key=lambda one: one.start)
