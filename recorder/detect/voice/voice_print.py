"""A voice, from some stretches of it, and how unlike it another stretch is.

The *likeness* of two stretches is the cosine of their embeddings. One voice is not equally
alike to itself everywhere: a good microphone gives .9 and a far one .75, so a print carries
how alike its own stretches were, as its length.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from recorder.detect.voice.voice_encoder import Embedding

# How alike another person's stretches are to a print, in the mean: two of flite's people are
# at .60 to .65, voices of one sex that espeak makes of the same parts at .65 to .8. A stretch
# is as likely another voice's as the known one's halfway between this and what is expected of
# the known one; the scale is how sharply the odds change there.
STRANGER = 0.60
SCALE = 0.03

# A print's own likeness is trusted between these: few stretches say little about it.
LEAST_LIKENESS = 0.70
MOST_LIKENESS = 0.88

# The least alike two of one voice's stretches are at .58 in the worst recording that was at
# hand and at .7 elsewhere; of two voices at .52 and below, but for those of one sex by espeak.
ONE_VOICE = 0.55


def voice_print(stretches: Sequence[Embedding]) -> Embedding:
    """The print of one voice: the direction is the mean's, the length is the likeness that is
    to be expected of a further stretch (each one's to the mean of the others).

    Args:
        stretches: at least two embeddings.
    """
    every = np.asarray(stretches, np.float32)
    total = every.sum(axis=0)
    others = total - every
    likeness = np.sum(every * others, axis=1) / np.linalg.norm(others, axis=1)
    return (total / np.linalg.norm(total) * float(likeness.mean())).astype(np.float32)


def is_one_voice(stretches: Sequence[Embedding]) -> bool:
    """Whether any two stretches are as alike as those of one voice are."""
    every = np.asarray(stretches, np.float32)
    return float((every @ every.T).min()) >= ONE_VOICE


def likeness(known: Embedding, stretch: Embedding) -> float:
    """The cosine of a print and a stretch, 0..1."""
    return float(known @ stretch) / max(float(np.linalg.norm(known)), 1e-9)


def unlike(known: Embedding, stretch: Embedding) -> float:
    """The probability that a stretch is of another voice than a print, both equally likely
    before."""
    expected = min(max(float(np.linalg.norm(known)), LEAST_LIKENESS), MOST_LIKENESS)
    beyond = ((expected + STRANGER) / 2 - likeness(known, stretch)) / SCALE
    return 1 / (1 + math.exp(-beyond))


class FirstVoice:
    """Learns the voice that is first heard for long enough, where none was enrolled.

    Stretches that are alike are gathered; the first gathering that is large enough is the
    voice. Meanwhile others may speak.
    """

    # 8 s of speech, as each stretch adds 0.8 s.
    ENOUGH = 10

    # A stretch joins a voice when it is this alike to it: the margin below what is expected.
    ALIKE = 0.72

    # Voices that are kept in mind; the one heard least gives way.
    VOICES = 8

    def __init__(self) -> None:
        self._voices: list[list[Embedding]] = []

    def take(self, stretch: Embedding) -> Embedding | None:
        """Take one stretch; returns the print when it completes a voice."""
        near = [(likeness(np.sum(voice, axis=0), stretch), voice) for voice in self._voices]
        alike, voice = max(near, key=lambda pair: pair[0], default=(0.0, []))
        if alike < self.ALIKE:
            self._voices.append(voice := [])
        voice.append(stretch)
        if len(self._voices) > self.VOICES:
            self._voices.remove(min(self._voices[:-1], key=len))
        return voice_print(voice) if len(voice) >= self.ENOUGH else None
