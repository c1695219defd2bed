"""The microphone: a device through PortAudio, or a file that stands in for one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Any, Protocol

import av
import numpy as np
from numpy.typing import NDArray

from recorder.capture.frames import AudioBlock, StreamName
from recorder.capture.permissions import admit
from recorder.capture.portaudio import PORTAUDIO, Callback, Format
from recorder.capture.reading import READ_BOUND_S, AudioSource, Clock, Ended, Idle, Lost
from recorder.capture.sample_clock import Reblocker, SampleClock, Stretch
from recorder.capture.sound_playback import SoundPlayback
from recorder.capture.source import Device, Display, MediaFile, Nothing, SourceSpec
from recorder.capture.timeline import (
    BLOCK_SAMPLES,
    NS_PER_S,
    SOUND_RATE,
    BlockStamper,
    Timeline,
)
from recorder.clock import now_ns
from recorder.faults import EnvironmentFault

# Blocks between the sound card's thread and ours: 2 s, longer than any pause of a program
# that still works.
QUEUE_BLOCKS = 100

# A device that says that it runs and gives nothing for so long is lost. PulseAudio wakes a
# sleeping source after up to 2 s.
SILENT_NS = 4 * NS_PER_S

# Latencies outside this are a driver's mistake (ALSA plug-ins say 0 or nonsense at times).
_PLAUSIBLE_LATENCY_S = (0.0, 2.0)

_SAMPLE_BYTES = 2
_BLOCK_S = BLOCK_SAMPLES / SOUND_RATE


@dataclass(frozen=True, slots=True)
class Arrival:
    """A block as the sound card's thread gave it: interleaved int16, and its times."""

    now_ns: int
    latency_s: float
    data: bytes


class OpenDevice(Protocol):
    """A running input (``portaudio.OpenInput``)."""

    format: Format

    @property
    def active(self) -> bool: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def latency_s(self) -> float: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class DeviceMicrophone:
    """A microphone by its place in the list; 48 kHz, one channel, 20 ms blocks. After a loss
    it is found again by its name, also at another place."""

    stream: StreamName = "microphone"
    note = ""

    def __init__(
        self,
        index: int,
        timeline: Timeline,
        *,
        open_device: Callable[[int, float, Callback, str], OpenDevice] = PORTAUDIO.open_input,
        admitted: Callable[[str], None] = admit,
        clock: Clock = now_ns,
    ) -> None:
        """Use the ``index``-th microphone of ``devices.microphones()``.

        Args:
            index: as in ``device:N``.
            timeline: the epoch to stamp in.
            open_device: opens an input and has it call back with each block; by its place,
                or by the name that it had when it was opened first.
            admitted: raises EnvironmentFault where the system denies the microphone.
            clock: the evidence clock, nanoseconds.
        """
        self.name = f"microphone {index}"
        self.skipped = 0
        self._index = index
        self._known_name = ""
        self._open_device = open_device
        self._admitted = admitted
        self._clock = clock
        self._stamper = BlockStamper(timeline)
        self._device: OpenDevice | None = None

    def rebase(self, timeline: Timeline) -> None:
        """Stamp in another epoch."""
        self._stamper.rebase(timeline)

    def open(self) -> None:
        """Take the microphone; raises EnvironmentFault."""
        self.close()
        self._admitted("microphone")
        self._queue: Queue[Arrival] = Queue(QUEUE_BLOCKS)
        self._ready: deque[Stretch] = deque()
        self._sample_clock = SampleClock()
        self._reblock = Reblocker()
        self._device = self._open_device(self._index, _BLOCK_S, self._heard, self._known_name)
        self._convert = _Converter(self._device.format)
        self.name = self._device.name
        self._known_name = self._known_name or self.name
        self._last_ns = self._clock()

    def _heard(self, data: Any, _frames: int, times: Any, status: Any) -> None:
        """On PortAudio's thread: keep it short."""
        latency = times.currentTime - times.inputBufferAdcTime
        if status and status.input_overflow:
            self.skipped += 1
        try:
            self._queue.put_nowait(Arrival(self._clock(), latency, bytes(data)))
        except Full:
            self.skipped += 1

    def read(self) -> AudioBlock | Idle | Lost | Ended:
        """The next block."""
        device = self._device
        if device is None:
            return Lost(f"{self.name} is closed.")
        if self._ready:
            return self._stamp(self._ready.popleft())
        try:
            arrival = self._queue.get(timeout=READ_BOUND_S)
        except Empty:
            quiet = self._clock() - self._last_ns > SILENT_NS
            if quiet or not device.active:
                return Lost(f"{self.name} gives no sound any more.")
            return Idle()
        self._last_ns = arrival.now_ns
        samples = self._convert(arrival.data)
        first_ns = arrival.now_ns - self._age_ns(arrival, device)
        if len(samples):
            self._place(first_ns, samples)
        return self._stamp(self._ready.popleft()) if self._ready else Idle()

    def _place(self, first_ns: int, samples: NDArray[np.int16]) -> None:
        """Lay samples in time; a step forward is sound that never came, and is counted."""
        losses = self._sample_clock.losses
        for stretch in self._sample_clock.feed(first_ns, samples):
            self._ready.extend(self._reblock.feed(stretch))
        self.skipped += self._sample_clock.losses - losses

    def _stamp(self, block: Stretch) -> AudioBlock | Idle:
        return self._stamper.stamp(block.samples, block.first_ns) or Idle()

    def _age_ns(self, arrival: Arrival, device: OpenDevice) -> int:
        """How long before its arrival the block's first sample was heard.

        At least as long as the block is, whatever the driver says: sound servers take the
        loudspeaker's delay off when they record what is played.
        """
        low, high = _PLAUSIBLE_LATENCY_S
        latency = arrival.latency_s
        if not low < latency < high:
            latency = device.latency_s
        frames = len(arrival.data) // (_SAMPLE_BYTES * device.format.channels)
        return int(max(latency, frames / device.format.rate) * NS_PER_S)

    def close(self) -> None:
        """Let the microphone go."""
        if self._device is not None:
            self._device.close()
        self._device = None


class _Converter:
    """A device's own format to 48 kHz, one channel."""

    def __init__(self, sound: Format) -> None:
        self._format = sound
        self._resampler: av.AudioResampler | None = None
        if sound != Format(SOUND_RATE, 1):
            self._resampler = av.AudioResampler(format="s16", layout="mono", rate=SOUND_RATE)

    def __call__(self, data: bytes) -> NDArray[np.int16]:
        samples = np.frombuffer(data, np.int16)
        if self._resampler is None:
            return samples
        layout = "mono" if self._format.channels == 1 else "stereo"
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate = self._format.rate
        parts = [out.to_ndarray().reshape(-1) for out in self._resampler.resample(frame)]
        return np.concatenate(parts).astype(np.int16) if parts else np.zeros(0, np.int16)


def microphone_source(spec: SourceSpec, timeline: Timeline) -> AudioSource | None:
    """The microphone that ``spec`` names; ``None`` for ``none``. Nothing is opened yet."""
    match spec:
        case Device(index):
            return DeviceMicrophone(index, timeline)
        case MediaFile(path):
            return SoundPlayback(path, timeline)
        case Nothing():
            return None
        case Display():
            raise EnvironmentFault(
                f"{spec} is no microphone.", "Use device:0, file:PATH or none."
            )
