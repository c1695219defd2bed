"""Speech over noise, with the truth about every 10 ms.

The truth comes from the clean speech alone: a frame of 10 ms is speech where its power is at
most 35 dB below the sentence's loudest frames (their 95th percentile), and a pause of less
than 0.3 s within a sentence belongs to it (NIST's evaluations of rich transcription, RT-02
to RT-09, join a speaker's segments over such pauses). The ratio of speech to noise is that of
the mean power of the speech's frames to the mean power of the noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from accuracy.noises import noise
from accuracy.spoken import RATE, Sound, Voice, read_sound, sentences, spoken
from numpy.typing import NDArray

# One frame of the truth.
FRAME = RATE // 100
FRAMES_A_SECOND = RATE // FRAME

QUIETEST_DB = 35
PAUSE_FRAMES = 30

# Silence between two sentences.
GAPS_S = (0.6, 3.0)

# A microphone's loudness for somebody at a desk, dBFS.
LEVEL_DBFS = -26


@dataclass(frozen=True, slots=True)
class Scene:
    """``sound`` at 16 kHz; ``speech`` is the truth of each whole frame of 10 ms."""

    name: str
    sound: NDArray[np.int16]
    speech: NDArray[np.bool_]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.sound) / RATE


def speech_frames(clean: Sound) -> NDArray[np.bool_]:
    """Which frames of a clean sentence are speech."""
    whole = len(clean) // FRAME
    power = np.mean(clean[: whole * FRAME].reshape(whole, FRAME) ** 2, axis=1)
    loud = power > np.percentile(power, 95) * 10 ** (-QUIETEST_DB / 10)
    return _joined(loud, PAUSE_FRAMES)


def _joined(flags: NDArray[np.bool_], shortest: int) -> NDArray[np.bool_]:
    """With pauses shorter than ``shortest`` filled."""
    joined = flags.copy()
    places = np.flatnonzero(flags)
    for before, after in pairwise(places):
        if after - before <= shortest:
            joined[before:after] = True
    return joined


def talk(voice: Voice, seconds: float, seed: int) -> tuple[Sound, NDArray[np.bool_]]:
    """A voice that reads its sentences with pauses between, clean, and the truth."""
    dice = np.random.default_rng(seed)
    sound = np.zeros(round(seconds * RATE), np.float32)
    truth = np.zeros(len(sound) // FRAME, np.bool_)
    at = round(float(dice.uniform(*GAPS_S)) * FRAMES_A_SECOND)
    order = dice.permutation(len(sentences(voice)))
    turn = 0
    while True:
        said = spoken(voice, sentences(voice)[order[turn % len(order)]])
        frames = speech_frames(said)
        if at + len(frames) > len(truth):
            return sound, truth
        sound[at * FRAME : at * FRAME + len(frames) * FRAME] = said[: len(frames) * FRAME]
        truth[at : at + len(frames)] = frames
        at += len(frames) + round(float(dice.uniform(*GAPS_S)) * FRAMES_A_SECOND)
        turn += 1


def over_noise(voice: Voice, kind: str, ratio_db: float, seconds: float, seed: int) -> Scene:
    """A voice over a noise."""
    clean, truth = talk(voice, seconds, seed)
    power = np.mean(clean[: len(truth) * FRAME][np.repeat(truth, FRAME)] ** 2)
    loudness = np.sqrt(power / 10 ** (ratio_db / 10))
    mixed = clean + loudness * noise(kind, seconds, seed)
    mixed *= 10 ** (LEVEL_DBFS / 20) / np.sqrt(power)
    return Scene(f"{voice.name} {kind} {ratio_db} dB", pcm(mixed), truth)


def only_noise(kind: str, seconds: float, seed: int, level_dbfs: float = -40) -> Scene:
    """A room in which nobody speaks."""
    sound = pcm(noise(kind, seconds, seed) * 10 ** (level_dbfs / 20))
    return Scene(kind, sound, np.zeros(len(sound) // FRAME, np.bool_))


def pcm(sound: NDArray[np.floating]) -> NDArray[np.int16]:
    """As a sound card gives it."""
    return (np.clip(sound, -1, 1) * 32767).round().astype(np.int16)


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody's words from ``start`` to ``end``, seconds."""

    start: float
    end: float
    speaker: str


def conversation(media: Path) -> tuple[Scene, tuple[Turn, ...]]:
    """The recorded meeting beside the project: real people, and who spoke when."""
    sound = pcm(read_sound(media / "conversation_dev00.wav"))
    turns = read_turns(media / "conversation_dev00.rttm")
    truth = np.zeros(len(sound) // FRAME, np.bool_)
    for turn in turns:
        truth[round(turn.start * FRAMES_A_SECOND) : round(turn.end * FRAMES_A_SECOND)] = True
    return Scene("AMI meeting", sound, truth), turns


def read_turns(path: Path) -> tuple[Turn, ...]:
    """The turns of an RTTM file: ``SPEAKER file channel start length … name …``."""
    turns = []
    for line in path.read_text("utf-8").splitlines():
        _, _, _, start, length, _, _, name, *_ = line.split()
        turns.append(Turn(float(start), float(start) + float(length), name))
    return tuple(turns)
