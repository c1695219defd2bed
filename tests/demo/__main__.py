"""``make demo``: one exam session from code to verified bundle, on this machine.

Starts the server on its embedded default, lets the recorder record real devices where there
are any and else a sample candidate, waits for the delivery, verifies the exported bundle, and
prints where to review it. With ``--once`` it ends there; else the server keeps running.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from demo import sample
from demo.machine import display, process
from rich.console import Console
from rich.table import Table

from shared.records import Incident, decode_record
from shared.signed import parse_lines

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".demo"
BIN = Path(sys.executable).parent
SERVER_UP_S = 60.0

console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Devices:
    """What is recorded; ``sampled`` says whether the candidate is the sample."""

    camera: str
    microphone: str
    sampled: bool


def main() -> int:
    """Run the demo; the exit status says whether the session was delivered and verified."""
    arguments = _arguments()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "tests"),
        "INVIGIL_DATA_DIR": str(FOLDER / "server"),
        "INVIGIL_STORE": str(FOLDER / "recorder"),
        "INVIGIL_BIND": f"127.0.0.1:{arguments.port or _free_port()}",
    }
    FOLDER.mkdir(exist_ok=True)
    with ExitStack() as stack:
        demo = _step("Starting the server", lambda: _start_server(stack, environment))
        devices = _step("Looking for camera and microphone", lambda: _devices(arguments))
        environment["DISPLAY"] = stack.enter_context(display())
        result = _record(environment, demo, devices, arguments.seconds)
        bundle = FOLDER / f"{result['session']}.zip"
        good = _verify(environment, str(result["session"]), bundle)
        _tell(demo, result, bundle, devices)
        if not arguments.once:
            console.print("\nThe server keeps running; end it with Ctrl-C.")
            _wait()
        return 0 if good and result["delivered"] else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end when all is verified")
    parser.add_argument("--sample", action="store_true", help="the sample, devices or not")
    parser.add_argument("--seconds", type=float, default=sample.SECONDS, help="to record")
    parser.add_argument("--port", type=int, default=0, help="the server's; a free one if 0")
    return parser.parse_args()


def _step(name: str, work):  # type: ignore[no-untyped-def]
    with console.status(f"{name} …"):
        result = work()
    console.print(f"• {name}: [green]done")
    return result


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _start_server(stack: ExitStack, environment: dict[str, str]) -> dict[str, str]:
    """Prepare the demo institution, start the server, and wait until it answers."""
    log = stack.enter_context((FOLDER / "server.log").open("w"))
    made = subprocess.run(
        [str(BIN / "invigil-server"), "demo", "--json"],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    demo = json.loads(made.stdout)
    command = [str(BIN / "invigil-server"), "run"]
    server = stack.enter_context(process(command, env=environment, stdout=log, stderr=log))
    deadline = time.monotonic() + SERVER_UP_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            httpx.get(f"{demo['server']}/health").raise_for_status()
            return demo
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SystemExit(f"The server did not start; its log is {log.name}")


def _devices(arguments: argparse.Namespace) -> Devices:
    """Real devices where there are both, else the sample candidate."""
    from recorder.capture.devices import Unlisted, cameras, microphones
    from recorder.faults import EnvironmentFault

    try:
        found = cameras(), microphones()
    except EnvironmentFault:
        found = [], []
    if not arguments.sample and all(f and not isinstance(f, Unlisted) for f in found):
        return Devices(found[0][0].source, found[1][0].source, sampled=False)
    clip, voice = sample.make(FOLDER / "sample")
    return Devices(f"file:{clip}", f"file:{voice}", sampled=True)


def _record(
    environment: dict[str, str], demo: dict[str, str], devices: Devices, seconds: float
) -> dict[str, object]:
    """Record and deliver; the candidate's desk plays beside it."""
    command = [
        str(BIN / "invigil-recorder"), "record", "--headless", "--consent",
        "--server", demo["server"], "--code", demo["code"], "--duration", str(seconds),
        "--camera", devices.camera, "--microphone", devices.microphone,
    ]  # fmt: skip
    with (
        _desk(environment) as begin,
        process(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as recorder,
    ):
        with console.status("Recording, detecting, sealing and uploading …"):
            said = _listen(recorder, begin)
        output = recorder.stdout.read() if recorder.stdout else ""
        recorder.wait()
    if not output.strip():
        raise SystemExit("The recorder said:\n" + "".join(said))
    result = json.loads(output.strip().splitlines()[-1])
    console.print(
        f"• Recorded {result['seconds']} s, {result['pieces']} sealed pieces, "
        f"{result['bytes'] / 1024:.0f} KiB: [green]delivered"
        if result["delivered"]
        else "• [red]Not all was delivered"
    )
    return result


def _listen(recorder: subprocess.Popen[str], begin) -> list[str]:  # type: ignore[no-untyped-def]
    """Read what the recorder says; the desk begins when the recording does."""
    said: list[str] = []
    for line in recorder.stderr or ():
        said.append(line)
        if line.strip() == "recording":
            begin()
    return said


@contextmanager
def _desk(environment: dict[str, str]) -> Iterator[object]:
    """The programs on the candidate's screen; yields what makes them begin."""
    command = [sys.executable, "-m", "demo.desk"]
    with process(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as desk:
        assert desk.stdin is not None
        assert desk.stdout is not None
        desk.stdout.readline()

        def begin() -> None:
            desk.stdin.write("begin\n")
            desk.stdin.flush()

        yield begin


def _verify(environment: dict[str, str], session: str, bundle: Path) -> bool:
    """Export the session and verify it offline."""
    export = [str(BIN / "invigil-server"), "admin", "export", session, "--output", str(bundle)]
    subprocess.run(export, env=environment, check=True, stdout=subprocess.DEVNULL)
    verdict = subprocess.run([str(BIN / "invigil-verify"), str(bundle)], check=False)
    return verdict.returncode == 0


def _tell(
    demo: dict[str, str], result: dict[str, object], bundle: Path, devices: Devices
) -> None:
    """Say which flags there are beside those that the sample contains, and where to look."""
    found = flags_in(bundle)
    if devices.sampled:
        table = Table("the sample candidate …", "expected flag", "found", box=None)
        for scene in (*sample.SCRIPT[:1], sample.DESK_SCENE, *sample.SCRIPT[1:]):
            count = found.pop(scene.kind, 0)
            mark = "[green]yes" if count == 1 else f"[red]{count} times"
            when = f"{scene.act} at {scene.start:.0f}–{scene.end:.0f} s"
            table.add_row(when, scene.kind, mark)
        console.print(table)
    for kind, count in found.items():
        console.print(f"also flagged: {kind} ({count})")
    console.print(f"\nbundle   {bundle}", style="dim")
    review = f"{demo['server']}/sessions/{result['session']}"
    console.print(f"review   [link={review}]{review}[/link]")
    console.print(f"login    {demo['email']}  {demo['password']}")


def flags_in(bundle: Path) -> dict[str, int]:
    """How many incidents of each kind a bundle holds."""
    import zipfile

    with zipfile.ZipFile(bundle) as archive:
        lines = archive.read("records.signed")
    bodies = [decode_record(signed.payload).body for signed in parse_lines(lines)]
    kinds = {body.id: body.kind for body in bodies if isinstance(body, Incident)}
    counts: dict[str, int] = {}
    for kind in kinds.values():
        counts[str(kind)] = counts.get(str(kind), 0) + 1
    return counts


def _wait() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print("ended")


if __name__ == "__main__":
    sys.exit(main())
