"""Detection over a file on one core, and the same by a plain pipeline as the peer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import Row, at_least, at_most, noted, percentile
from demo import sample

# The peer: FaceMesh for up to four faces and Hands, on every frame, nothing else.
PEER = """
import sys, time, av
from mediapipe.python.solutions.face_mesh import FaceMesh
from mediapipe.python.solutions.hands import Hands
mesh = FaceMesh(max_num_faces=4, refine_landmarks=True)
hands = Hands()
began = time.process_time()
with av.open(sys.argv[1]) as container:
    for frame in container.decode(video=0):
        picture = frame.to_ndarray(format="rgb24")
        mesh.process(picture)
        hands.process(picture)
print(time.process_time() - began)
"""

# The face path alone: the time a picture takes in the detector process, without what is
# sampled; after the models have warmed up.
FACES = """
import json, os, sys, time, av, cv2, psutil
from recorder.detect.pictures import PictureAnalyzer
from recorder.detect.voice.speech import VoiceAnalyzer
cv2.setNumThreads(1)
pictures, voice, took = PictureAnalyzer(), VoiceAnalyzer(), []
with av.open(sys.argv[1]) as container:
    for frame in container.decode(video=0):
        picture = frame.to_ndarray(format="rgb24")
        began = time.perf_counter(), time.process_time()
        pictures.observe(picture, int(frame.time * 1e9))
        took.append((time.perf_counter() - began[0], time.process_time() - began[1]))
memory = psutil.Process().memory_full_info()
print(json.dumps({"took": took[30:], "own": memory.uss}))
"""


def run() -> list[Row]:
    """Analyse the sample at 640×480 and 30 fps."""
    with tempfile.TemporaryDirectory() as folder:
        clip, _ = sample.make(Path(folder), fps=30)
        ours = _analyze(clip)
        peer = _peer(clip)
        faces = _faces(clip)
    speed = ours["seconds"] / ours["wall"]
    each = 1000 * ours["cpu_seconds"] / ours["frames"]
    return [
        at_least("analyze, 640×480 at 30 fps, one core", speed, 3, "× real time"),
        at_least(
            "CPU of plain FaceMesh(4) + Hands on every frame",
            peer / ours["cpu_seconds"],
            3,
            "× ours",
        ),
        noted("detection and decoding, CPU", f"{each:.2f} ms a frame"),
        *faces,
    ]


def _faces(clip: Path) -> list[Row]:
    done = subprocess.run(
        [sys.executable, "-c", FACES, str(clip)],
        check=True,
        capture_output=True,
        text=True,
        preexec_fn=_one_core,
    )
    found = json.loads(done.stdout.strip().splitlines()[-1])
    elapsed, cpu = zip(*found["took"], strict=True)
    return [
        at_most("a picture's faces, p95", 1000 * percentile(list(elapsed), 0.95), 5, "ms"),
        noted("a picture's faces, CPU, p95", f"{1000 * percentile(list(cpu), 0.95):.1f} ms"),
        at_most("detector process, its own memory", found["own"] / 2**20, 300, "MB"),
    ]


def _one_core() -> None:
    os.sched_setaffinity(0, {0})


def _analyze(clip: Path) -> dict[str, float]:
    import time

    program = str(Path(sys.executable).parent / "invigil-recorder")
    began = time.monotonic()
    done = subprocess.run(
        [program, "analyze", str(clip)],
        check=True,
        capture_output=True,
        text=True,
        preexec_fn=_one_core,
    )
    summary = json.loads(done.stdout.strip().splitlines()[-1])
    return {**summary, "wall": time.monotonic() - began}


def _peer(clip: Path) -> float:
    done = subprocess.run(
        [sys.executable, "-c", PEER, str(clip)], check=True, capture_output=True, text=True
    )
    return float(done.stdout.split()[-1])
