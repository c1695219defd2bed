"""``make demo``: one exam session from code to verified bundle, on this machine.

Starts the server on its embedded default, lets the recorder record real devices where there
are any and else a sample candidate, waits for the delivery, verifies the exported bundle, and
prints where to review it. With ``--once`` it ends there; else the server keeps running.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from demo import sample
from demo.machine import display
from demo.ports import free_port
from demo.programs import BIN, Found, Programs, incidents_in
from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).parents[2] / ".demo"

# The clip begins when the camera is opened, up to four seconds before the recording on a busy
# machine (s).
NEAR_S = 4.0

_T = TypeVar("_T")

console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Devices:
    """What is recorded; ``sampled`` says whether the candidate is the sample."""

    camera: str
    microphone: str
    sampled: bool


def main() -> int:
    """Run the demo; the exit status says whether all was delivered and verified."""
    arguments = _arguments()
    programs = Programs(FOLDER, arguments.port or free_port())
    with ExitStack() as stack:
        demo = _step("Making a demo institution, exam, candidate and proctor", programs.demo)
        _step("Starting the server", lambda: stack.enter_context(programs.server()))
        devices = _step("Looking for camera and microphone", lambda: _devices(arguments))
        programs.display = stack.enter_context(display())
        result = _record(programs, demo, devices, arguments.seconds)
        bundle = _step("Exporting the session", lambda: programs.export(str(result["session"])))
        console.print()
        verdict = subprocess.run([str(BIN / "invigil-verify"), str(bundle)], check=False)
        _tell(demo, result, bundle, devices)
        if not arguments.once:
            console.print("\nThe server keeps running; end it with Ctrl-C.")
            _wait()
    return 0 if result["delivered"] and verdict.returncode == 0 else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end when all is verified")
    parser.add_argument("--sample", action="store_true", help="the sample, devices or not")
    parser.add_argument(
        "--seconds",
        type=float,
        default=sample.SECONDS,
        help="to record; beyond %(default)s s the sample comes again, and is flagged for it",
    )
    parser.add_argument("--port", type=int, default=0, help="the server's; a free one if 0")
    return parser.parse_args()


def _step(name: str, work: Callable[[], _T]) -> _T:
    with console.status(f"{name} …"):
        result = work()
    console.print(f"{name}: [green]done")
    return result


def _devices(arguments: argparse.Namespace) -> Devices:
    """Real devices where there are both, else the sample candidate."""
    from recorder.capture.devices import Unlisted, cameras, microphones
    from recorder.faults import EnvironmentFault

    try:
        seen, heard = cameras(), microphones()
    except EnvironmentFault:
        seen, heard = [], []
    real = not isinstance(seen, Unlisted) and not isinstance(heard, Unlisted)
    if real and seen and heard and not arguments.sample:
        return Devices(seen[0].source, heard[0].source, sampled=False)
    clip, voice = _make_sample()
    return Devices(f"file:{clip}", f"file:{voice}", sampled=True)


def _make_sample() -> tuple[Path, Path]:
    """The sample, made by another process: the models that shape it talk too much."""
    code = "import sys; from pathlib import Path; from demo.sample import make; "
    subprocess.run(
        [sys.executable, "-c", f"{code}make(Path(sys.argv[1]))", str(FOLDER / "sample")],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        check=True,
        stderr=subprocess.DEVNULL,
    )
    return sample.make(FOLDER / "sample")


def _record(
    programs: Programs, demo: dict[str, str], devices: Devices, seconds: float
) -> dict[str, object]:
    """Record and deliver; the candidate's desk plays beside it."""
    with (
        programs.desk() as begin,
        programs.recorder(
            *("--server", demo["server"], "--code", demo["code"]),
            *("--camera", devices.camera, "--microphone", devices.microphone),
            *("--duration", str(seconds)),
        ) as recorder,
        console.status(f"Recording {seconds:.0f} s: detecting, sealing, uploading …"),
    ):
        recorder.wait_until_recording()
        begin()
        result = recorder.result()
    size = f"{result['pieces']} sealed pieces, {int(str(result['bytes'])) // 1024} KiB"
    delivered = "[green]delivered" if result["delivered"] else "[red]not all delivered"
    console.print(f"Recorded {result['seconds']} s, {size}: {delivered}")
    return result


def _tell(
    demo: dict[str, str], result: dict[str, object], bundle: Path, devices: Devices
) -> None:
    """Say which flags there are beside those that the sample contains, and where to look."""
    found = incidents_in(bundle)
    if devices.sampled:
        table = Table("the sample candidate …", "flag", "found", box=None, pad_edge=False)
        for scene in sorted((*sample.SCRIPT, sample.DESK_SCENE), key=lambda one: one.start):
            of_scene = [one for one in found if _is(one, scene)]
            found = [one for one in found if one not in of_scene]
            when = f"{scene.act} at {scene.start:.0f}–{scene.end:.0f} s"
            table.add_row(when, scene.kind, _mark(of_scene))
        console.print(table)
    for one in found:
        console.print(f"also flagged: {one.kind} at {one.start:.1f} s")
    console.print(f"\nbundle   {bundle}")
    console.print(f"review   {demo['server']}/sessions/{result['session']}")
    console.print(f"login    {demo['email']}  {demo['password']}")


def _is(found: Found, scene: sample.Scene) -> bool:
    """Whether an incident is a scene's: of its kind, begun and ended near its times."""
    near_start = abs(found.start - scene.start) <= NEAR_S
    near_end = found.end is not None and abs(found.end - scene.end) <= NEAR_S
    return found.kind == scene.kind and near_start and near_end


def _mark(of_scene: list[Found]) -> str:
    if len(of_scene) != 1:
        return f"[red]{len(of_scene)} times"
    one = of_scene[0]
    return f"[green]yes, {one.start:.1f}–{one.end or 0:.1f} s"


def _wait() -> None:
    """Until Ctrl-C."""
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        console.print("ended")


if __name__ == "__main__":
    sys.exit(main())
