"""The whole recorder for a minute: CPU, memory, frames and bit rates.

Camera 640×480 at 30 fps, screen 1080p at 5 fps with somebody typing, microphone, every
detector that ships, also those that a policy has to ask for; both programs are real, on a
virtual display, which counts as part of the cost.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import msgspec
import psutil
from bench.measure import Row, at_least, at_most, cpu_seconds, family, noted, resident
from demo import sample
from demo.machine import process, virtual_display
from support.evidence_server import EvidenceServer
from support.sessions import Keys, make_policy

from shared.flags import Kind
from shared.policy import DEFAULT_RULES, Policy
from shared.records import Heartbeat, Segment, decode_record

SECONDS = 60.0
WARM_UP_S = 10.0
SCREEN = "1920x1080x24"
CORES = 2

HANDS = (Kind.HAND_AT_EAR, Kind.HANDS_HIDDEN)
WORKER = "recorder.detect.process.worker"


def run() -> list[Row]:
    """Measure one recorded minute."""
    with tempfile.TemporaryDirectory() as folder:
        clip, voice = sample.make(Path(folder), fps=30)
        server = EvidenceServer(policy=_everything())
        with server.listening() as address, virtual_display(SCREEN) as name:
            cost = _record(address, server.code, name, clip, voice, Path(folder))
        held = server.held
        assert held is not None
        bodies = [decode_record(signed.payload).body for signed in held.records]
    return [*cost, *_rates(bodies), *_frames(bodies)]


def _everything() -> Policy:
    """Hands are looked for too; objects are not, for want of a model that ships."""
    asked = {kind: msgspec.structs.replace(DEFAULT_RULES[kind], enabled=True) for kind in HANDS}
    policy = make_policy(Keys())
    return msgspec.structs.replace(policy, kinds={**policy.kinds, **asked})


def _record(
    address: str, code: str, name: str, clip: Path, voice: Path, folder: Path
) -> list[Row]:
    environment = {
        **os.environ,
        "DISPLAY": name,
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "INVIGIL_STORE": str(folder / "store"),
    }
    command = [
        str(Path(sys.executable).parent / "invigil-recorder"), "record", "--headless",
        "--consent", "--server", address, "--code", code, "--duration", str(SECONDS),
        "--camera", f"file:{clip}", "--microphone", f"file:{voice}",
    ]  # fmt: skip
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    desk = [sys.executable, "-m", "demo.desk"]
    quiet = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with process(desk, env=environment, **quiet) as paper:
        paper.stdout.readline()
        with process(command, env=environment, **pipes) as recorder:
            while recorder.stderr.readline().strip() != "recording":
                pass
            paper.stdin.write("begin\n")
            paper.stdin.flush()
            rows = _cost(recorder.pid)
            result = json.loads(recorder.stdout.read().strip().splitlines()[-1])
            recorder.wait()
    return [*rows, at_most("click to recording", result["start_s"], 1.5, "s", 2)]


def _cost(pid: int) -> list[Row]:
    time.sleep(WARM_UP_S)
    processes = [*family(pid), _x_server()]
    before, began = cpu_seconds(processes), time.monotonic()
    memory = detector = 0
    while time.monotonic() - began < SECONDS - WARM_UP_S - 5:
        time.sleep(1.0)
        memory = max(memory, resident(processes[:-1]))
        detector = max([detector, *_detectors(pid)])
    share = (cpu_seconds(processes) - before) / (time.monotonic() - began) / CORES
    return [
        at_most("recorder's share of two cores, X server included", share * 100, 12, "%"),
        at_most("recorder's memory (proportional), both processes", memory / 2**20, 450, "MB"),
        at_most("detector process, its own memory", detector / 2**20, 300, "MB"),
    ]


def _detectors(pid: int) -> list[int]:
    """What the recorder's detector process has for itself (its unique set size), bytes; none
    between two of its lives.
    """
    children = psutil.Process(pid).children(recursive=True)
    return [child.memory_full_info().uss for child in children if WORKER in child.cmdline()]


def _x_server() -> psutil.Process:
    """The virtual display, which this program started."""
    children = psutil.Process().children(recursive=True)
    return next(child for child in children if child.name() == "Xvfb")


def _rates(bodies: list[object]) -> list[Row]:
    sizes: Counter[str] = Counter()
    for body in bodies:
        if isinstance(body, Segment):
            sizes[body.stream] += body.size
    rows = [
        noted(f"{stream}, sealed", f"{size * 8 / SECONDS / 1000:.1f} kbit/s")
        for stream, size in sorted(sizes.items())
    ]
    total = sum(sizes.values()) * 8 / SECONDS / 1000
    hourly = sum(sizes.values()) * 3600 / SECONDS / 1e6
    return [
        *rows,
        at_most("all streams", total, 150, "kbit/s"),
        at_most("an hour of all streams", hourly, 67, "MB"),
    ]


def _frames(bodies: list[object]) -> list[Row]:
    last = [body for body in bodies if isinstance(body, Heartbeat)][-1]
    camera = last.streams["camera"]
    rate = camera["read"] / SECONDS
    detection = last.detection
    assert detection is not None
    return [
        at_least("camera frames read", rate, 29.5, "a second"),
        noted(
            "frames detected / overtaken / left out as still",
            f"{detection['seen']} / {detection['skipped']} / {detection['left_out']}",
        ),
        noted("detection's level at the end (0 is everything)", str(detection["level"])),
    ]
