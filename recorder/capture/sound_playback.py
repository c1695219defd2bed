"""A recording's sound in place of a microphone, at its own pace and over and over."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recorder.capture.frames import AudioBlock, StreamName
from recorder.capture.looping import PLAYABLE, Loop, period_ns
from recorder.capture.media_file import BEYOND_NS, DecodedSound, SoundFile
from recorder.capture.reading import READ_BOUND_S, Clock, Ended, Idle, Lost, Sleep
from recorder.capture.sample_clock import Stretch
from recorder.capture.timeline import (
    BLOCK_SAMPLES,
    NS_PER_S,
    SOUND_RATE,
    BlockStamper,
    Timeline,
)
from recorder.capture.video_playback import LEFT_BEHIND_NS
from recorder.clock import now_ns
from recorder.faults import EnvironmentFault

# Sound this late is left out, in one piece: below it is caught up with.
_SOUND_LATE_NS = NS_PER_S

# Stands for the length of a file that claims none; a day, in which nothing is held back.
_NO_LENGTH_NS = 86_400 * NS_PER_S


class SoundPlayback:
    """A recording's sound as a microphone: 20 ms blocks, without a break between loops."""

    stream: StreamName = "microphone"

    def __init__(
        self,
        path: Path,
        timeline: Timeline,
        *,
        loop: bool = True,
        clock: Clock = now_ns,
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
        bound_ns = self._clock() + int(READ_BOUND_S * NS_PER_S)
        while self._clock() <= bound_ns:
            match self._upcoming():
                case Stretch() as block:
                    heard_ns = block.first_ns + BLOCK_SAMPLES * NS_PER_S // SOUND_RATE
                case over:
                    return over
            if self._repeat and self._clock() - heard_ns > LEFT_BEHIND_NS:
                self.skipped += 1
                self.open()
                continue
            if self._clock() - heard_ns > _SOUND_LATE_NS:
                self._pending = None
                self.skipped += 1
                continue
            self._wait_until(min(heard_ns, bound_ns))
            if heard_ns > bound_ns:
                return Idle()
            self._pending = None
            return self._stamper.stamp(block.samples, block.first_ns) or Idle()
        return Idle()

    def _upcoming(self) -> Stretch | Ended | Lost:
        """The block that is next, until it is taken."""
        if self._pending is None:
            try:
                self._pending = next(self._blocks)
            except StopIteration:
                return Ended()
            except EnvironmentFault as fault:
                return Lost(fault.what)
        return self._pending

    def _wait_until(self, at_ns: int) -> None:
        wait = at_ns - self._clock()
        if wait > 0:
            self._sleep(wait / NS_PER_S)

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
            claimed = _samples(period_ns(self._file.length_ns or _NO_LENGTH_NS))
            beyond: list[NDArray[np.int16]] = []
            for item in self._file.sounds(position * NS_PER_S // SOUND_RATE):
                if isinstance(item, DecodedSound):
                    heard += len(item.samples)
                    within, rest = _split(_from(position, item), claimed - position)
                    position += len(within)
                    beyond.append(rest)
                    yield within
                elif began_at == 0 and heard == 0:
                    raise EnvironmentFault(
                        f"No sound of the file {self._path} can be decoded.", PLAYABLE
                    )
                else:
                    missing = max(0, _samples(self._loop.end(item)) - position)
                    rest = np.concatenate([*beyond, np.zeros(missing, np.int16)])
                    yield rest[:missing]
            self._file.close()
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
        silence = np.zeros(min(sound.at - position, _samples(BEYOND_NS)), np.int16)
        return np.concatenate((silence, sound.samples))
    return sound.samples[position - sound.at :]


def _split(samples: NDArray[np.int16], at: int) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    at = max(0, at)
    return samples[:at], samples[at:]


def _samples(length_ns: int) -> int:
    return length_ns * SOUND_RATE // NS_PER_S
