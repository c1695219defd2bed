"""The last seconds of camera and microphone, held in memory until an incident wants them.

At most ``PICTURE_BYTES`` of pictures are held: 4 s of 640×480 at 15 a second, in the form that
the encoder takes. Sound is 96 kB a second beside them. Nothing of it is ever on the disk.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recorder.capture.cadence import Cadence
from recorder.capture.frames import AudioBlock, Frame
from recorder.capture.media_file import fit
from recorder.evidence.canvas import Canvas

NS = 1_000_000_000

# Room for 60 pictures of 640×480 in YUV 4:2:0; a longer window is held at a lower rate.
PICTURE_BYTES = 28_000_000

# Larger pictures are scaled down: it is the rate that makes a clip better than the stream.
BOX = (640, 480)

# What is held at least, so that whoever asks for what is new can be late.
LEAST_NS = NS


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as encoders take it: ``planes`` is (height × 3/2, width) uint8, Y, U, V."""

    at_ns: int
    planes: NDArray[np.uint8]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.planes.shape[1], self.planes.shape[0] * 2 // 3


class RecentPictures:
    """A camera's last pictures. ``take`` is called on the capturing thread, the rest on any."""

    def __init__(self, keep_ns: int, fps: int) -> None:
        """Hold ``keep_ns`` of at most ``fps`` pictures a second."""
        self.fps = fps
        self._keep_ns = max(keep_ns, LEAST_NS)
        self._cadence: Cadence | None = None
        self._canvas: Canvas | None = None
        self._lock = threading.Lock()
        self._pictures: deque[Picture] = deque()

    def take(self, frame: Frame) -> None:
        """Hold a picture, (h, w, 3) uint8 RGB, if it is due."""
        cadence = self._cadence or self._begin(frame)
        if not cadence.wants(frame.monotonic_ns) or self._canvas is None:
            return
        cadence.took(frame.monotonic_ns)
        self._canvas.draw(frame.image)
        picture = Picture(frame.monotonic_ns, self._canvas.picture.copy())
        with self._lock:
            self._pictures.append(picture)
            while self._pictures[0].at_ns < frame.monotonic_ns - self._keep_ns:
                self._pictures.popleft()

    def since(self, after_ns: int) -> list[Picture]:
        """What is held of after a time, oldest first."""
        with self._lock:
            return [picture for picture in self._pictures if picture.at_ns > after_ns]

    @property
    def bytes(self) -> int:
        """How much memory the pictures take."""
        with self._lock:
            return sum(picture.planes.nbytes for picture in self._pictures)

    def _begin(self, frame: Frame) -> Cadence:
        """The first picture says how large they are, and so how many can be held."""
        height, width = frame.image.shape[:2]
        self._canvas = canvas = Canvas(*fit((width, height), BOX))
        most = PICTURE_BYTES * NS // (canvas.picture.nbytes * self._keep_ns)
        self.fps = max(1, min(self.fps, most))
        self._cadence = Cadence(self.fps)
        return self._cadence


class RecentSound:
    """A microphone's last blocks. ``take`` is called on the capturing thread."""

    def __init__(self, keep_ns: int) -> None:
        """Hold ``keep_ns`` of sound."""
        self._keep_ns = max(keep_ns, LEAST_NS)
        self._lock = threading.Lock()
        self._blocks: deque[AudioBlock] = deque()

    def take(self, block: AudioBlock) -> None:
        """Hold a block."""
        with self._lock:
            self._blocks.append(block)
            while self._blocks[0].monotonic_ns < block.monotonic_ns - self._keep_ns:
                self._blocks.popleft()

    def since(self, after_ns: int) -> list[AudioBlock]:
        """The blocks that began after a time, oldest first."""
        with self._lock:
            return [block for block in self._blocks if block.monotonic_ns > after_ns]
