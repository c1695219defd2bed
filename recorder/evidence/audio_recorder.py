"""Sound to segments: blocks laid on the timeline, coded, and gathered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import structlog
from av.error import FFmpegError
from numpy.typing import NDArray

from recorder.capture.frames import AudioBlock
from recorder.capture.timeline import SOUND_RATE, SOUND_TIME_BASE, Timeline
from recorder.evidence.cmaf import Sample
from recorder.evidence.encode_audio import (
    PREFERRED,
    AudioEncoder,
    CodedSound,
    SoundCodec,
    packet_bit_s,
)
from recorder.evidence.fragments import Emit, Fragmenter, Grid
from recorder.evidence.holes import ENCODER_FAILED, PAUSED, RETRY_S, SOUND_LOST, Holes
from shared.policy import MicrophoneStream

_log = structlog.get_logger(__name__)

# How far a block's own time may be from where it falls before it is moved there: well
# within the 40 ms that sound may be off, well above rounding.
SLACK_TICKS = SOUND_RATE // 100

# A microphone that gives nothing for so long has stopped; blocks come every 20 ms.
PAUSE_S = 2.0


@dataclass(slots=True)
class AudioCounts:
    """Samples kept, samples that came twice in time, and blocks of another epoch."""

    kept: int = 0
    overlapping: int = 0
    misplaced: int = 0


class AudioRecorder:
    """The microphone. Not thread-safe.

    Within a run sound is continuous: each block is laid at its ``pts`` to within
    ``SLACK_TICKS``. A step forward is sound that was lost: up to a segment is filled with
    silence, more ends the run and leaves a hole; both are reported. What overlaps the sound
    before it is left out and counted.
    """

    def __init__(
        self,
        policy: MicrophoneStream,
        segment_s: float,
        timeline: Timeline,
        emit: Emit,
        codecs: Sequence[SoundCodec] = PREFERRED,
    ) -> None:
        self.counts = AudioCounts()
        self._bit_s = packet_bit_s(policy, segment_s)
        self._codecs = codecs
        self._timeline = timeline
        self._grid = Grid.of(segment_s, SOUND_RATE, slack=SLACK_TICKS)
        self._fragmenter = Fragmenter("microphone", timeline, self._grid, emit)
        self._holes = Holes("microphone", timeline, SOUND_TIME_BASE, emit)
        self._encoder: AudioEncoder | None = None
        self._rest = np.zeros(0, np.int16)
        self._next = 0
        self._free_from = self._resume_at = 0

    def selects(self, block: AudioBlock) -> bool:
        """Whether a block is of this epoch."""
        if block.epoch != self._timeline.epoch or block.rate != SOUND_RATE:
            self.counts.misplaced += 1
            return False
        return True

    def push(self, block: AudioBlock) -> None:
        """Record a block if it is of this epoch."""
        if self.selects(block):
            self.record(block)

    def record(self, block: AudioBlock) -> None:
        """Record a block that was selected."""
        base = block.time_base
        pts = block.pts * base.numerator * SOUND_RATE // base.denominator
        samples = block.samples
        if self._encoder is not None:
            samples = self._aligned(pts, samples)
        if self._encoder is None:
            samples = self._begin_run(pts, samples)
        if len(samples):
            self._take(samples)

    def advance(self, now_ns: int) -> None:
        """Say that no sound from before ``now_ns`` will come any more."""
        now = self._timeline.pts(now_ns, SOUND_TIME_BASE)
        if self._encoder is not None and now - self._next > PAUSE_S * SOUND_RATE:
            self._holes.begin(self._next, PAUSED)
            self._end_run()

    def flush(self, end_ns: int | None = None) -> None:
        """Close the open fragment; a pause up to ``end_ns`` is reported."""
        if end_ns is not None:
            self.advance(end_ns)
        self._end_run()
        end = 0 if end_ns is None else self._timeline.pts(end_ns, SOUND_TIME_BASE)
        self._holes.end(end)

    def interrupt(self) -> None:
        """Close the open fragment: the device is gone, which the caller reports."""
        self._holes.forget()
        self._end_run()

    def missed(self, start_ns: int, end_ns: int, reason: str) -> None:
        """Report sound that was lost on its way here."""
        self._holes.missed(start_ns, end_ns, reason)

    def thin(self, divisor: int) -> None:
        """Sound is not thinned: leaving out a part of it would be a hole."""

    def limit(self, share: float) -> None:
        """Sound keeps its rate, which is a tenth of all."""

    def _aligned(self, pts: int, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """The samples that continue the run, with silence before them where some is lost."""
        step = pts - self._next
        if step > self._grid.cell:
            self._holes.begin(self._next, SOUND_LOST)
            self._end_run()
        elif step > SLACK_TICKS:
            self._holes.report(self._next, pts, SOUND_LOST)
            return np.concatenate((np.zeros(step, np.int16), samples))
        elif step < -SLACK_TICKS:
            self.counts.overlapping += min(-step, len(samples))
            return samples[-step:]
        return samples

    def _begin_run(self, pts: int, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """Open an encoder; its first packet lies ``delay`` before the first sample.

        What would lie before the timeline's beginning, or in the last run's last packet, is
        left out: at most 33 ms after a break, 7 ms at the epoch's beginning.
        """
        if pts < self._resume_at:
            return samples[:0]  # in the hole that a failure left
        try:
            self._encoder = AudioEncoder(self._bit_s, self._codecs)
        except FFmpegError as error:
            self._fail(error, pts)
            return samples[:0]
        self._fragmenter.begin(self._encoder.track)
        self._holes.end(pts)
        self._next = max(pts, self._free_from + self._encoder.delay)
        self._rest = samples[:0]
        self.counts.overlapping += min(self._next - pts, len(samples))
        return samples[self._next - pts :]

    def _take(self, samples: NDArray[np.int16]) -> None:
        encoder = self._encoder
        assert encoder is not None
        self.counts.kept += len(samples)
        self._next += len(samples)
        waiting = np.concatenate((self._rest, samples))
        at = self._next - len(waiting)
        whole = len(waiting) // encoder.frame * encoder.frame
        self._rest = waiting[whole:]
        try:
            for start in range(0, whole, encoder.frame):
                packets = encoder.encode(waiting[start : start + encoder.frame], at + start)
                self._hand_on(packets, encoder.frame)
        except FFmpegError as error:
            self._fail(error, at)

    def _hand_on(self, packets: list[CodedSound], duration: int) -> None:
        for packet in packets:
            self._free_from = packet.pts + duration
            self._fragmenter.add(Sample(packet.data, packet.pts, duration, sync=True))

    def _end_run(self) -> None:
        """Take everything out of the encoder; the last packet ends in silence."""
        encoder = self._encoder
        if encoder is None:
            return
        try:
            if len(self._rest):
                last = np.zeros(encoder.frame, np.int16)
                last[: len(self._rest)] = self._rest
                at = self._next - len(self._rest)
                self._hand_on(encoder.encode(last, at), encoder.frame)
            self._hand_on(encoder.drain(), encoder.frame)
        except FFmpegError as error:
            self._fail(error, self._next - len(self._rest))
        self._encoder = None
        self._fragmenter.close()

    def _fail(self, error: FFmpegError, lost: int) -> None:
        """What is inside the encoder is lost; a later block finds a new one."""
        _log.warning("encoder_failed", stream="microphone", error=str(error))
        self._holes.begin(lost, ENCODER_FAILED)
        self._encoder = None
        self._resume_at = lost + int(RETRY_S * SOUND_RATE)
        self._fragmenter.close()
