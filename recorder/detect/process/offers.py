"""What capturing threads have offered: the newest picture and the waiting sound."""

from __future__ import annotations

import threading
from collections import deque
from typing import NamedTuple

from recorder.capture.frames import AudioBlock, Frame
from recorder.detect.picture.stillness import Turns
from recorder.detect.process.frame_memory import FrameMemory
from recorder.detect.process.pace import STEPS
from recorder.detect.process.worker_messages import Look

NS = 1_000_000_000

# Sound that may wait for a busy detector; older sound is let go and counts as unobserved.
WAITING_SOUND_NS = 5 * NS

# Sound is handed over in portions: a hand-over costs as much as 20 ms of sound does to hear,
# and 80 ms are no delay to anything that lasts a second.
PORTION_NS = 80_000_000


class Counts(NamedTuple):
    """Pictures that were seen, that a newer one overtook, and that were not due."""

    seen: int
    skipped: int
    left_out: int


class Offers:
    """A place that never fills up: offering takes a copy's time and never waits.

    Of the two slots of the frame memory, one at most is lent to the detector and one at
    most holds a picture that waits; a new picture goes into the one that is not lent. A
    picture is left out where the pace has none due, or where nothing moves.
    """

    def __init__(self) -> None:
        self.memory = FrameMemory.create()
        self._lock = threading.Lock()
        self._turns = Turns(STEPS[0].fps)
        self._left_out = 0
        self._waiting: Look | None = None
        self._lent: int | None = None
        self._sounds: deque[AudioBlock] = deque()
        self._seen = 0
        self._skipped = 0
        self._told = False
        self._closed = False

    def frame(self, frame: Frame) -> bool:
        """Copy a picture in; it replaces one that waits. Returns whether to wake the taker."""
        with self._lock:
            if self._closed:
                return False
            if not self._turns.comes(frame.image, frame.monotonic_ns):
                self._left_out += 1
                return False
            if self._waiting is not None:
                self._skipped += 1
            slot = 1 if self._lent == 0 else 0
            height, width = self.memory.write(slot, frame.image)
            self._waiting = Look(slot, height, width, frame.monotonic_ns)
            return self._tell()

    def sound(self, block: AudioBlock) -> bool:
        """Queue a block; the oldest give way to it. Returns whether to wake the taker."""
        with self._lock:
            self._sounds.append(block)
            oldest_ns = block.monotonic_ns - WAITING_SOUND_NS
            while self._sounds[0].monotonic_ns < oldest_ns:
                self._sounds.popleft()
            return self._has_portion() and self._tell()

    def hear(self) -> None:
        """The taker is awake: what is offered from now on wakes it again."""
        with self._lock:
            self._told = False

    def lend_frame(self) -> Look | None:
        """The waiting picture, if the detector has none."""
        with self._lock:
            if self._lent is not None or self._waiting is None:
                return None
            look, self._waiting = self._waiting, None
            self._lent = look.slot
            return look

    def lend_sound(self) -> tuple[AudioBlock, ...]:
        """All waiting sound, once there is a portion of it."""
        with self._lock:
            if not self._has_portion():
                return ()
            blocks = tuple(self._sounds)
            self._sounds.clear()
            return blocks

    def waiting_sound_ns(self) -> int:
        """How much sound waits."""
        with self._lock:
            if not self._sounds:
                return 0
            return self._sounds[-1].monotonic_ns - self._sounds[0].monotonic_ns

    def give_back(self, *, seen: bool) -> None:
        """The lent slot is free again; its picture was seen, or was lost with a detector."""
        with self._lock:
            if self._lent is None:
                return
            self._lent = None
            self._seen += seen
            self._skipped += not seen

    def counts(self) -> Counts:
        """What became of the pictures so far."""
        with self._lock:
            return Counts(self._seen, self._skipped, self._left_out)

    def pace(self, fps: int) -> None:
        """Take at most so many pictures a second from now on."""
        with self._lock:
            self._turns.pace(fps)

    def close(self) -> None:
        """Let the memory go; a picture that still waits was skipped."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._skipped += self._waiting is not None
                self._waiting = None
                self.memory.close()

    def _has_portion(self) -> bool:
        if not self._sounds:
            return False
        first, last = self._sounds[0], self._sounds[-1]
        length_ns = len(last.samples) * NS // last.rate
        return last.monotonic_ns + length_ns - first.monotonic_ns >= PORTION_NS

    def _tell(self) -> bool:
        told, self._told = self._told, True
        return not told
