"""Detection over a file on one core, and the same by a plain pipeline as the peer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from accuracy.gaze_clip import NAME, as_webcam
from accuracy.photographs import MEDIA
from bench.measure import Row, at_least, at_most, noted, percentile
from demo import sample

# The face path alone: the time a picture takes in the detector process, without what is
# sampled; after the models have warmed up.
FACES = """
import json, sys, time, av, cv2
from recorder.detect.pictures import PictureAnalyzer
cv2.setNumThreads(1)
pictures, took = PictureAnalyzer(), []
with av.open(sys.argv[1]) as container:
    for frame in container.decode(video=0):
        picture = frame.to_ndarray(format="rgb24")
        began = time.perf_counter(), time.process_time()
        pictures.observe(picture, int(frame.time * 1e9))
        took.append((time.perf_counter() - began[0], time.process_time() - began[1]))
print(json.dumps(took[30:]))
"""


# Ours looks for hands as well, which a policy has to ask for.
HANDS_TOO = {"kinds": {kind: {"enabled": True} for kind in ("hand_at_ear", "hands_hidden")}}

# Each side is run so often, in turns, and the least is taken: what else runs on the machine
# only ever adds.
RUNS = 3

# Two incidents are the same where kind agrees, and both ends to this (what a start and an end
# may be off by, of the truth, anywhere in these measurements).
SAME_S = 0.5

Found = Mapping[str, Any]


def run() -> list[Row]:
    """Analyse the sample at 640×480 and 30 fps, and the recording beside the plain pipeline."""
    with tempfile.TemporaryDirectory() as folder:
        clip, _ = sample.make(Path(folder), fps=30)
        ours = _analyze(clip)
        faces = _faces(clip)
        peer = _beside_plain(*_shared_clip(Path(folder), clip))
    speed = ours["seconds"] / ours["wall"]
    each = 1000 * ours["cpu_seconds"] / ours["frames"]
    return [
        at_least("analyze, 640×480 at 30 fps, one core", speed, 3, "× real time"),
        noted("detection and decoding, CPU", f"{each:.2f} ms a frame"),
        *faces,
        *peer,
    ]


def _shared_clip(folder: Path, instead: Path) -> tuple[Path, str]:
    """The recording of a person who looks aside, at 640×480 and without its sound, which the
    plain pipeline does not listen to; the sample where the recording is not there.
    """
    recorded = MEDIA / NAME
    if not recorded.exists():
        return instead, "the sample (the recording is not here)"
    made = folder / "recording.mp4"
    as_webcam(recorded, made, mirrored=False)
    return made, "the recording, 640×480"


def _beside_plain(clip: Path, name: str) -> list[Row]:
    """The same by FaceMesh and Hands on every picture: CPU, and what is found."""
    ours, plain = [], []
    for _ in range(RUNS):
        ours.append(_analyze(clip, HANDS_TOO))
        plain.append(_plain(clip))
    cost = min(one["cpu_seconds"] for one in ours)
    theirs = min(one["cpu_seconds"] for one in plain)
    found, other = ours[0]["incidents"], plain[0]["incidents"]
    return [
        at_least(
            f"CPU of plain FaceMesh(4) + Hands on every frame of {name}, hands in ours",
            theirs / cost,
            3,
            "× ours",
        ),
        noted("ours / plain, CPU", f"{cost:.2f} / {theirs:.2f} s"),
        Row(
            "incidents on it, ours / plain",
            f"{_listed(found)} / {_listed(other)}",
            "the same",
            _same(found, other),
        ),
    ]


def _same(found: list[Found], other: list[Found]) -> bool:
    """Whether both name the same incidents, each at the same time."""
    return len(found) == len(other) and all(
        one["kind"] == two["kind"]
        and abs(one["start"] - two["start"]) <= SAME_S
        and abs(one["end"] - two["end"]) <= SAME_S
        for one, two in zip(_in_order(found), _in_order(other), strict=True)
    )


def _in_order(found: list[Found]) -> list[Found]:
    return sorted(found, key=lambda one: (one["kind"], one["start"]))


def _listed(found: list[Found]) -> str:
    told = [f"{one['kind']} {one['start']:.1f}–{one['end']:.1f} s" for one in found]
    return ", ".join(told) or "none"


def _faces(clip: Path) -> list[Row]:
    found = json.loads(_output(sys.executable, "-c", FACES, str(clip)).splitlines()[-1])
    elapsed, cpu = zip(*found, strict=True)
    return [
        at_most("a picture's faces, p95", 1000 * percentile(list(elapsed), 0.95), 5, "ms"),
        noted("a picture's faces, CPU, p95", f"{1000 * percentile(list(cpu), 0.95):.1f} ms"),
    ]


def _one_core() -> None:
    os.sched_setaffinity(0, {0})


def _analyze(clip: Path, rules: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What ``analyze`` says of itself, its time and the incidents."""
    program = str(Path(sys.executable).parent / "invigil-recorder")
    with tempfile.TemporaryDirectory() as folder:
        policy = Path(folder) / "policy.json"
        policy.write_text(json.dumps(rules or {"kinds": {}}))
        began = time.monotonic()
        said = _output(program, "analyze", str(clip), "--policy", str(policy))
        wall = time.monotonic() - began
    lines = [json.loads(line) for line in said.splitlines()]
    incidents = [line for line in lines if line["type"] == "incident"]
    return {**lines[-1], "wall": wall, "incidents": incidents}


def _plain(clip: Path) -> dict[str, Any]:
    return json.loads(_output(sys.executable, "-m", "bench.plain", str(clip)).splitlines()[-1])


def _output(*command: str) -> str:
    """What a program prints, on one core."""
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, preexec_fn=_one_core
    )
    return done.stdout
