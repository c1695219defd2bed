"""Windows to stretches of speech: what a pause is shows only when it is over.

A window is speech from a probability of .5 on, until it falls below .35 (both as Silero's
authors cut speech out). What then follows is held back: if speech goes on soon, the pause was
one between two words and belongs to it; if not, it never did. So nothing is added after the
last word, where a decay would add its length to every utterance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recorder.detect.observations import VoiceObservation

SPEECH = 0.5
STILL_SPEECH = 0.35

# What a window within a stretch is given at least, whatever it holds itself.
WITHIN = 0.6

# A pause of up to 0.6 s belongs to what is said: the silence between two phrases.
PAUSE_WINDOWS = 18

# Silero is sure of a word one window (32 ms) after its onset; it pads by as much itself.
ONSET_WINDOWS = 1


@dataclass(frozen=True, slots=True)
class HeardWindow:
    """512 samples at 16 kHz, and what was heard in them.

    ``voiced`` is whether a voice was heard in the window itself and not only around it.
    """

    observation: VoiceObservation
    samples: NDArray[np.int16]
    voiced: bool = False

    @property
    def is_speech(self) -> bool:
        """Whether it lies within speech."""
        return self.observation.speech >= SPEECH


class Pauses:
    """Gives each window back once it is clear whether it lies within speech, in order.

    Windows of speech come back at once, silence a window later, a pause after 0.6 s.
    """

    def __init__(self) -> None:
        self._held: list[HeardWindow] = []
        self._speaking = False
        self._may_go_on = False

    def take(self, window: HeardWindow) -> list[HeardWindow]:
        """Take one window; returns those that are clear now."""
        probability = window.observation.speech
        self._speaking = probability >= (STILL_SPEECH if self._speaking else SPEECH)
        if self._speaking:
            return [*self._resume(), _speech(replace(window, voiced=True))]
        self._held.append(window)
        if self._may_go_on and len(self._held) <= PAUSE_WINDOWS:
            return []
        self._may_go_on = False
        return self._release(len(self._held) - ONSET_WINDOWS)

    def finish(self) -> list[HeardWindow]:
        """Nothing follows: what is held was not within speech."""
        self._speaking = self._may_go_on = False
        return self._release(len(self._held))

    def _resume(self) -> list[HeardWindow]:
        """Speech begins or goes on: what is held was its onset or a pause in it."""
        silence = 0 if self._may_go_on else max(0, len(self._held) - ONSET_WINDOWS)
        self._may_go_on = True
        before = self._release(silence)
        return before + [_speech(window) for window in self._release(len(self._held))]

    def _release(self, count: int) -> list[HeardWindow]:
        count = max(0, count)
        released, self._held = self._held[:count], self._held[count:]
        return released


def _speech(window: HeardWindow) -> HeardWindow:
    heard = window.observation
    return replace(window, observation=replace(heard, speech=max(WITHIN, heard.speech)))
