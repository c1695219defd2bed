"""A photograph as a camera gives it, and a camera that films one for a detector process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import cv2
import matplotlib.cbook
import numpy as np
from numpy.typing import NDArray

from recorder.capture.frames import Frame
from recorder.clock import now_ns

Picture = NDArray[np.uint8]

# Seconds between two pictures that a filmed photograph gives.
EVERY_S = 0.05


def filmed(still: Picture, number: int) -> Picture:
    """The still as a camera gives it: never the same twice."""
    dice = np.random.default_rng(number)
    shift = np.array([[1, 0, np.sin(number)], [0, 1, np.cos(number)]])
    moved = cv2.warpAffine(still, shift, still.shape[1::-1], borderMode=1)
    return np.clip(moved + dice.normal(0, 2, still.shape), 0, 255).astype(np.uint8)


def another() -> Picture:
    """Another person than scikit-image's astronaut, with glasses and a cap."""
    path = str(matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))
    return np.asarray(cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB), np.uint8)


class Sitter:
    """Who sits before the camera: a photograph that a test may exchange."""

    def __init__(self, still: Picture) -> None:
        self.still = still


@contextmanager
def sitting(offer: Callable[[Frame], object], still: Picture) -> Iterator[Sitter]:
    """While inside, a camera films what sits there and offers it."""
    sitter, stop = Sitter(still), threading.Event()

    def film() -> None:
        number = 0
        while not stop.wait(EVERY_S):
            picture = filmed(sitter.still, number)
            offer(Frame("camera", 0, number, number, Fraction(1, 30), now_ns(), picture))
            number += 1

    thread = threading.Thread(target=film)
    thread.start()
    try:
        yield sitter
    finally:
        stop.set()
        thread.join()


def film_faces(path: Path, faces: list[tuple[Picture, float]], fps: int = 15) -> Path:
    """A film, 640 by 480, of who sits there one after the other, each for so many seconds."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "18"}
        number = 0
        for face, seconds in faces:
            seated = _seated(face)
            for _ in range(round(seconds * fps)):
                frame = av.VideoFrame.from_ndarray(filmed(seated, number), format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, fps)
                out.mux(stream.encode(frame))
                number += 1
        out.mux(stream.encode(None))
    return path


def _seated(face: Picture) -> Picture:
    """A portrait in the middle of a camera's picture."""
    height, width = face.shape[:2]
    small = cv2.resize(face, (480 * width // height, 480), interpolation=cv2.INTER_AREA)
    room = np.full((480, 640, 3), 90, np.uint8)
    left = (640 - small.shape[1]) // 2
    room[:, left : left + small.shape[1]] = small
    return room
