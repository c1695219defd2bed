"""Recordings in place of devices: played at their own pace, over and over.

Position zero lies at the timeline's origin, so that picture and sound of one file stay in
step although two threads play them; a file opened late joins at where it would be.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from recorder.capture.cadence import Cadence
from recorder.capture.frames import AudioBlock, Frame, StreamName
from recorder.capture.media_file import (
    DecodedPicture,
    DecodedSound,
    FileEnd,
    SoundFile,
    VideoFile,
)
from recorder.capture.reading import READ_BOUND_S, Clock, Ended, Idle, Lost, Sleep
from recorder.capture.sample_clock import Stretch
from recorder.capture.timeline import (
    BLOCK_SAMPLES,
    NS_PER_S,
    SOUND_RATE,
    BlockStamper,
    FrameStamper,
    Timeline,
)
from recorder.faults import EnvironmentFault

_log = structlog.get_logger(__name__)

# Loops last a whole number of these, so that a loop is a whole number of samples too.
_LOOP_GRAIN_NS = 1_000_000

# Pictures later than this are left out; more than a scheduler's slice, less than a frame.
_LATE_NS = 20_000_000

# After this long without a picture a late one is handed on all the same: a machine that
# cannot keep up shows some pictures, not none.
_STARVED_NS = NS_PER_S

# Sound this late is left out, in one piece: below it is caught up with.
_SOUND_LATE_NS = NS_PER_S

# Stands for the length of a file that claims none; a day, in which nothing is held back.
_NO_LENGTH_NS = 86_400 * NS_PER_S

_PLAYABLE = "Give a recording that plays in a media player."


class Loop:
    """Where on the monotonic clock the running repetition of a file began."""

    def __init__(self, path: Path, origin_ns: int) -> None:
        self.start_ns = origin_ns
        self.note = ""
        self._path = path

    def join(self, now_ns: int, length_ns: int | None) -> int:
        """Move to the repetition that is running now; gives the position in it."""
        period = _period(length_ns or 0)
        if now_ns > self.start_ns and period > 0:
            self.start_ns += (now_ns - self.start_ns) // period * period
        return max(0, now_ns - self.start_ns)

    def end(self, end: FileEnd) -> int:
        """Begin the next repetition; gives the length of the last one."""
        if end.cut_short and not self.note:
            seconds = end.length_ns / NS_PER_S
            self.note = f"cut short: its first {seconds:.1f} s are repeated"
            _log.warning("file_cut_short", path=str(self._path), decodable_s=round(seconds, 1))
        period = _period(end.length_ns)
        self.start_ns += period
        return period


def _period(length_ns: int) -> int:
    return -(-length_ns // _LOOP_GRAIN_NS) * _LOOP_GRAIN_NS


class VideoPlayback:
    """A video file as a camera or a screen. Late pictures are left out, never delayed."""

    def __init__(
        self,
        path: Path,
        stream: StreamName,
        box: tuple[int, int] | None,
        fps: float,
        timeline: Timeline,
        *,
        loop: bool = True,
        clock: Clock = time.monotonic_ns,
        sleep: Sleep = time.sleep,
    ) -> None:
        """Play ``path``, at most ``fps`` pictures a second, no larger than ``box``."""
        self.stream: StreamName = stream
        self.name = path.name
        self.skipped = 0
        self._path = path
        self._box = box
        self._fps = fps
        self._repeat = loop
        self._clock = clock
        self._sleep = sleep
        self._loop = Loop(path, timeline.origin_ns)
        self._stamper = FrameStamper(stream, timeline)
        self._file: VideoFile | None = None
        self._items: Iterator[DecodedPicture | FileEnd] = iter(())
        self._pending: DecodedPicture | None = None
        self._shown_ns: int | None = None

    @property
    def note(self) -> str:
        """Says so when the file is cut short."""
        return self._loop.note

    def rebase(self, timeline: Timeline) -> None:
        """Stamp in another epoch; the file plays on."""
        self._stamper.rebase(timeline)

    def open(self) -> None:
        """Open the file where it would be by now; raises EnvironmentFault."""
        self.close()
        self._file = file = VideoFile(self._path)
        self._cadence = Cadence(self._fps)
        position = self._loop.join(self._clock(), file.length_ns)
        self._items = file.pictures(position)
        self._shown_ns = None
        self._pending = self._first(position)

    def _first(self, position: int) -> DecodedPicture | None:
        """The picture to begin with, which proves that the file holds any."""
        match next(self._items):
            case DecodedPicture() as picture:
                return picture
            case FileEnd() as end if position > 0:
                self._loop.end(end)
                self._items = self._again()
                return self._first(0)
            case FileEnd():
                self.close()
                raise EnvironmentFault(
                    f"No picture of the file {self._path} can be decoded.", _PLAYABLE
                )

    def _again(self) -> Iterator[DecodedPicture | FileEnd]:
        if self._file is not None:
            self._file.close()
        self._file = VideoFile(self._path)
        return self._file.pictures()

    def read(self) -> Frame | Idle | Lost | Ended:
        """The picture that is due now, at its time."""
        bound_ns = self._clock() + int(READ_BOUND_S * NS_PER_S)
        while True:
            if self._pending is None:
                match self._advance():
                    case DecodedPicture() as picture:
                        self._pending = picture
                    case (Ended() | Lost()) as over:
                        return over
            due_ns = self._loop.start_ns + self._pending.at_ns
            if not self._cadence.wants(due_ns):
                self._pending = None
            elif self._late(due_ns):
                self._pending = None
                self.skipped += 1
            elif due_ns > bound_ns:
                self._wait_until(bound_ns)
                return Idle()
            else:
                self._wait_until(due_ns)
                return self._show(due_ns)

    def _advance(self) -> DecodedPicture | Ended | Lost:
        """The file's next picture, from its start again after its end."""
        item = next(self._items, None)
        if isinstance(item, FileEnd):
            self._loop.end(item)
            if not self._repeat:
                return Ended()
            try:
                self._items = self._again()
            except EnvironmentFault as fault:
                return Lost(fault.what)
            item = next(self._items)
        if isinstance(item, DecodedPicture):
            return item
        return Lost(f"The file {self._path} gives no more pictures.")

    def _late(self, due_ns: int) -> bool:
        """Whether a picture is left out because its time has passed."""
        now = self._clock()
        starved = self._shown_ns is not None and now - self._shown_ns > _STARVED_NS
        return now - due_ns > _LATE_NS + self._cadence.interval_ns and not starved

    def _show(self, due_ns: int) -> Frame:
        assert self._pending is not None
        image = self._pending.image(self._box)
        self._pending = None
        now = self._clock()
        self._shown_ns = now
        self._cadence.took(due_ns)
        return self._stamper.stamp(image, now, due_ns)

    def _wait_until(self, at_ns: int) -> None:
        wait = at_ns - self._clock()
        if wait > 0:
            self._sleep(wait / NS_PER_S)

    def close(self) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()
        self._file, self._items, self._pending = None, iter(()), None


class SoundPlayback:
    """A recording's sound as a microphone: 20 ms blocks, without a break between loops."""

    stream: StreamName = "microphone"

    def __init__(
        self,
        path: Path,
        timeline: Timeline,
        *,
        loop: bool = True,
        clock: Clock = time.monotonic_ns,
        sleep: Sleep = time.sleep,
    ) -> None:
        """Play the sound of ``path``, any format that FFmpeg decodes."""
        self.name = path.name
        self.skipped = 0
        self._path = path
        self._repeat = loop
        self._clock = clock
        self._sleep = sleep
        self._loop = Loop(path, timeline.origin_ns)
        self._stamper = BlockStamper(timeline)
        self._file: SoundFile | None = None
        self._blocks: Iterator[Stretch] = iter(())
        self._pending: Stretch | None = None

    @property
    def note(self) -> str:
        """Says so when the file is cut short."""
        return self._loop.note

    def rebase(self, timeline: Timeline) -> None:
        """Stamp in another epoch; the file plays on."""
        self._stamper.rebase(timeline)

    def open(self) -> None:
        """Open the file where it would be by now; raises EnvironmentFault."""
        self.close()
        self._file = file = SoundFile(self._path)
        position_ns = self._loop.join(self._clock(), file.length_ns)
        self._blocks = self._cut(position_ns)
        self._pending = next(self._blocks, None)  # proves that the file holds sound

    def read(self) -> AudioBlock | Idle | Lost | Ended:
        """The next block, when its last sample would have been heard."""
        while True:
            block = self._pending
            if block is None:
                try:
                    block = next(self._blocks)
                except StopIteration:
                    return Ended()
                except EnvironmentFault as fault:
                    return Lost(fault.what)
            heard_ns = block.first_ns + BLOCK_SAMPLES * NS_PER_S // SOUND_RATE
            now = self._clock()
            if now - heard_ns > _SOUND_LATE_NS:
                self._pending = None
                self.skipped += 1
                continue
            wait = (heard_ns - now) / NS_PER_S
            if wait > READ_BOUND_S:
                self._pending = block
                self._sleep(READ_BOUND_S)
                return Idle()
            if wait > 0:
                self._sleep(wait)
            self._pending = None
            stamped = self._stamper.stamp(block.samples, block.first_ns)
            return Idle() if stamped is None else stamped

    def _cut(self, position_ns: int) -> Iterator[Stretch]:
        """Blocks of the endless sound, timed; the file's holes and its rest are silence."""
        start_ns = self._loop.start_ns + position_ns
        rest = np.zeros(0, np.int16)
        blocks = count()
        for piece in self._endless(position_ns * SOUND_RATE // NS_PER_S):
            rest = np.concatenate((rest, piece))
            while len(rest) >= BLOCK_SAMPLES:
                done = next(blocks) * BLOCK_SAMPLES
                yield Stretch(start_ns + done * NS_PER_S // SOUND_RATE, rest[:BLOCK_SAMPLES])
                rest = rest[BLOCK_SAMPLES:]

    def _endless(self, position: int) -> Iterator[NDArray[np.int16]]:
        """Samples from ``position`` (samples) on, one repetition after the other.

        An encoder fills up its last frame, and a repetition must not be longer for it: what
        lies beyond the length that the file claims waits until its end is known.

        Raises:
            EnvironmentFault: the file went away, or none of its sound can be decoded.
        """
        while self._file is not None:
            began_at, heard = position, 0
            claimed = _samples(_period(self._file.length_ns or _NO_LENGTH_NS))
            beyond: list[NDArray[np.int16]] = []
            for item in self._file.sounds(position * NS_PER_S // SOUND_RATE):
                if isinstance(item, DecodedSound):
                    heard += len(item.samples)
                    within, rest = _split(_from(position, item), claimed - position)
                    position += len(within)
                    beyond.append(rest)
                    yield within
                else:
                    missing = max(0, _samples(self._loop.end(item)) - position)
                    rest = np.concatenate([*beyond, np.zeros(missing, np.int16)])
                    yield rest[:missing]
            self._file.close()
            if began_at == 0 and heard == 0:
                raise EnvironmentFault(
                    f"No sound of the file {self._path} can be decoded.", _PLAYABLE
                )
            position = 0
            if not self._repeat:
                return
            self._file = SoundFile(self._path)

    def close(self) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()
        self._file, self._blocks, self._pending = None, iter(()), None


def _from(position: int, sound: DecodedSound) -> NDArray[np.int16]:
    """What of a piece of sound lies at ``position`` and after, silence before it."""
    if sound.at >= position:
        silence = np.zeros(sound.at - position, np.int16)
        return np.concatenate((silence, sound.samples))
    return sound.samples[position - sound.at :]


def _split(samples: NDArray[np.int16], at: int) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    at = max(0, at)
    return samples[:at], samples[at:]


def _samples(length_ns: int) -> int:
    return length_ns * SOUND_RATE // NS_PER_S
