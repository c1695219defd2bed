"""What a microphone hears in an hour of an exam, minute by minute, with the truth about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from accuracy.acting import Truth
from accuracy.labelled import FRAME, FRAMES_A_SECOND, LEVEL_DBFS, pcm, speech_frames
from accuracy.noises import noise
from accuracy.spoken import HELD_OUT, RATE, Sound, Voice, sentences, spoken

from shared.flags import Kind

MINUTE_S = 60

# A quiet room with a computer in it, and what is done in it, below full scale.
ROOM_DBFS, NOISE_DBFS = -58, -40

# Sentences follow each other without a pause that would be one.
PAUSE_S = 0.25

# A voice that was not enrolled is learnt from its first 8 s; the candidate speaks for longer
# before anybody else does.
LEARNT_AFTER_S = 14.0

# All of them are held out from the choice of any constant.
CANDIDATE = next(voice for voice in HELD_OUT if voice.name == "rms")
OTHERS = tuple(voice for voice in HELD_OUT if voice.language == "en" and voice is not CANDIDATE)


class What(StrEnum):
    """What is heard in a minute; the noises are named as in ``noises.NOISES``."""

    CANDIDATE = "candidate"
    OTHER = "other"
    KEYBOARD = "keyboard"
    COUGHS = "coughs"
    MUSIC = "music"
    NOTHING = "nothing"


SPEECH = (What.CANDIDATE, What.OTHER)
INNOCENT = (What.KEYBOARD, What.COUGHS, What.MUSIC, What.NOTHING)


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute: its sound at 16 kHz and what is true of it."""

    sound: np.ndarray
    truths: tuple[Truth, ...]


def order(
    minutes: int, spoken_in: int, others_in: int, dice: np.random.Generator
) -> list[What]:
    """What is heard in each minute; the candidate's voice comes first."""
    rest = [What.CANDIDATE] * spoken_in + [What.OTHER] * others_in
    rest += [INNOCENT[number % len(INNOCENT)] for number in range(minutes - 1 - len(rest))]
    return [What.CANDIDATE, *(rest[place] for place in dice.permutation(len(rest)))]


def minutes(order: Sequence[What], seed: int) -> Iterator[Minute]:
    """Every minute's sound and truth."""
    dice = np.random.default_rng(seed)
    for number, what in enumerate(order):
        bed = noise("fan", MINUTE_S, seed + number) * 10 ** (ROOM_DBFS / 20)
        if what in SPEECH:
            seconds = LEARNT_AFTER_S if number == 0 else float(dice.uniform(4, 9))
            voice = CANDIDATE if what is What.CANDIDATE else _other(dice)
            sound, truths = _with_speech(bed, voice, seconds, number * MINUTE_S, dice)
            yield Minute(pcm(sound), truths)
            continue
        if what is not What.NOTHING:
            bed += noise(what, MINUTE_S, seed + number) * 10 ** (NOISE_DBFS / 20)
        yield Minute(pcm(bed), ())


def _other(dice: np.random.Generator) -> Voice:
    return OTHERS[int(dice.integers(len(OTHERS)))]


def _with_speech(
    bed: Sound, voice: Voice, seconds: float, start_s: float, dice: np.random.Generator
) -> tuple[Sound, tuple[Truth, ...]]:
    said = _sentences(voice, seconds, dice)
    frames = np.flatnonzero(speech_frames(said))
    first = int(dice.integers(5 * FRAMES_A_SECOND, 20 * FRAMES_A_SECOND))
    mixed = bed.copy()
    mixed[first * FRAME : first * FRAME + len(said)] += said
    begins = start_s + (first + frames[0]) / FRAMES_A_SECOND
    ends = start_s + (first + frames[-1] + 1) / FRAMES_A_SECOND
    kinds = (Kind.SPEECH,) if voice is CANDIDATE else (Kind.SPEECH, Kind.SECOND_VOICE)
    return mixed, tuple(Truth(kind, begins, ends) for kind in kinds)


def _sentences(voice: Voice, seconds: float, dice: np.random.Generator) -> Sound:
    """Sentences one after the other for at least so long, at a microphone's level."""
    pause = np.zeros(round(PAUSE_S * RATE), np.float32)
    parts: list[Sound] = []
    texts = sentences(voice)
    while sum(map(len, parts)) < seconds * RATE:
        parts += [spoken(voice, texts[int(dice.integers(len(texts)))]), pause]
    said = np.concatenate(parts[:-1])
    loud = said[np.abs(said) > 1e-3]
    return said * (10 ** (LEVEL_DBFS / 20) / np.sqrt(np.mean(loud**2)))
