"""Whose voice? Stretches of speech compared with one that is known.

Speech is cut into stretches of 1.6 s, half of each also in the next. A stretch says nothing
where it is short, mostly pause, overdriven or too noisy, and what is steady in the room is
taken off. Comparing takes 15 ms, so at most one stretch is compared at a time of asking.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recorder.detect.observations import SpeakerObservation
from recorder.detect.setup import VoiceSetup
from recorder.detect.voice.mel import RATE, mel_power
from recorder.detect.voice.pauses import HeardWindow
from recorder.detect.voice.speech import NS, WINDOW, WINDOW_NS
from recorder.detect.voice.voice_encoder import PARTIAL_SAMPLES, Embedding
from recorder.detect.voice.voice_print import FirstVoice, unlike

# 1.63 s; the encoder takes 1.615 s.
STRETCH_WINDOWS = -(-PARTIAL_SAMPLES // WINDOW)
HOP_WINDOWS = STRETCH_WINDOWS // 2

# Of a stretch, this share must hold a voice, and not pauses between words.
VOICED_SHARE = 0.6

# What the room sounds like: its last second without speech; with less than a quarter of a
# second nothing is known of it.
ROOM_WINDOWS = 32
LEAST_ROOM_WINDOWS = 8

# Windows that may hold a voice after all are not the room.
ROOM_PROBABILITY = 0.1

# Speech must be this much above the room. At 5 dB a voice is as unlike itself as another's.
LEAST_RATIO_DB = 8.0

# Stretches that wait to be compared, 6 s of speech; beyond, the oldest is let go.
WAITING = 8


class Encoder(Protocol):
    """Speech to numbers that are alike for one voice."""

    def embed(
        self, sound: NDArray[np.int16], noise: NDArray[np.float32] | None = None
    ) -> Embedding:
        """The embedding of ``PARTIAL_SAMPLES`` at 16 kHz, noise (mel powers) taken off."""
        ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech of one partial's length and the room around it, both 16-bit at 16 kHz."""

    start_ns: int
    samples: NDArray[np.int16]
    room: NDArray[np.int16]

    @property
    def end_ns(self) -> int:
        """Where it ends."""
        return self.start_ns + len(self.samples) * NS // RATE

    def is_clear(self) -> bool:
        """Whether the speech is far enough above the room."""
        if len(self.room) == 0:
            return True
        speech, room = _power(self.samples), _power(self.room)
        return speech - room >= room * 10 ** (LEAST_RATIO_DB / 10)

    def embedded(self, encoder: Encoder) -> Embedding:
        """Its embedding, with the room taken off."""
        if len(self.room) == 0:
            return encoder.embed(self.samples)
        room = self.room.astype(np.float32) / 32768
        return encoder.embed(self.samples, mel_power(room - room.mean()).mean(axis=0))


class Stretches:
    """Cuts stretches out of windows, which come in the order they were heard."""

    def __init__(self) -> None:
        self._speech: list[HeardWindow] = []
        self._room: deque[NDArray[np.int16]] = deque(maxlen=ROOM_WINDOWS)

    def take(self, window: HeardWindow) -> Stretch | None:
        """Take one window; returns the stretch that it completes, if that is of use."""
        heard = window.observation
        if self._speech and not _follows(heard.monotonic_ns, self._speech[-1]):
            self._speech.clear()
        if heard.blind is not None or not window.is_speech:
            self._speech.clear()
            if heard.blind is None and heard.speech < ROOM_PROBABILITY:
                self._room.append(window.samples)
            return None
        self._speech.append(window)
        if len(self._speech) < STRETCH_WINDOWS:
            return None
        windows, self._speech = self._speech, self._speech[HOP_WINDOWS:]
        return self._stretch(windows)

    def _stretch(self, windows: list[HeardWindow]) -> Stretch | None:
        if sum(window.voiced for window in windows) < VOICED_SHARE * len(windows):
            return None
        samples = np.concatenate([window.samples for window in windows])[:PARTIAL_SAMPLES]
        known = len(self._room) >= LEAST_ROOM_WINDOWS
        room = np.concatenate(self._room) if known else np.empty(0, np.int16)
        stretch = Stretch(windows[0].observation.monotonic_ns, samples, room)
        return stretch if stretch.is_clear() else None


class SpeakerTracker:
    """Tells the known voice from others.

    Args:
        encoder: makes the embeddings.
        setup: the known voice; where it names none, the first one heard long enough.
    """

    def __init__(self, encoder: Encoder, setup: VoiceSetup) -> None:
        self._encoder = encoder
        self._known = None if setup.embedding is None else _array(setup.embedding)
        self._learnt = setup.learnt or setup.embedding is None
        self._news: tuple[float, ...] | None = None
        self._first = FirstVoice()
        self._stretches = Stretches()
        self._waiting: deque[Stretch] = deque(maxlen=WAITING)

    @property
    def is_behind(self) -> bool:
        """Whether stretches wait to be compared."""
        return bool(self._waiting)

    def hear(self, window: HeardWindow) -> None:
        """Take one window; cheap."""
        if stretch := self._stretches.take(window):
            self._waiting.append(stretch)

    def judge(self) -> SpeakerObservation | None:
        """Compare the oldest stretch that waits; ``None`` where that says nothing."""
        if not self._waiting:
            return None
        stretch = self._waiting.popleft()
        embedding = stretch.embedded(self._encoder)
        if self._known is None:
            self._learn(embedding)
            return None
        return SpeakerObservation(
            stretch.start_ns, stretch.end_ns, unlike(self._known, embedding), self._learnt
        )

    def take_learnt(self) -> tuple[float, ...] | None:
        """The print of the voice that was learnt, once."""
        news, self._news = self._news, None
        return news

    def _learn(self, stretch: Embedding) -> None:
        self._known = self._first.take(stretch)
        if self._known is not None:
            self._news = tuple(float(number) for number in self._known)


def _follows(at_ns: int, window: HeardWindow) -> bool:
    """Whether a window follows another without a break; its time may be set by one window."""
    return abs(at_ns - window.observation.monotonic_ns - WINDOW_NS) <= WINDOW_NS


def _power(samples: NDArray[np.int16]) -> float:
    centred = samples.astype(np.float32) - samples.mean(dtype=np.float32)
    return float(np.mean(centred**2))


def _array(embedding: tuple[float, ...]) -> Embedding:
    return np.asarray(embedding, np.float32)
