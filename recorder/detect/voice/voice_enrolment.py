"""The candidate's voice from a sentence read aloud, or why it cannot be had from it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recorder.capture.frames import AudioBlock
from recorder.detect.analysis.replay import MediaFile
from recorder.detect.observations import Blindness
from recorder.detect.setup import VoiceSetup
from recorder.detect.voice.pauses import HeardWindow
from recorder.detect.voice.speakers import Encoder, Stretches
from recorder.detect.voice.speech import RATE, WINDOW, VoiceAnalyzer
from recorder.detect.voice.voice_encoder import voice_encoder
from recorder.detect.voice.voice_print import is_one_voice, voice_print
from recorder.faults import EnvironmentFault

# Fewer stretches say more of the words than of the voice. Three take 3.2 s in one piece.
LEAST_STRETCHES = 3
LEAST_SPEECH_S = 4.0

# The share of the sound that may be overdriven.
_CLIPPED = 0.2

_AGAIN = "Read the sentence aloud once more."


@dataclass(frozen=True, slots=True)
class VoicePrint:
    """A voice as it is compared later.

    ``embedding`` is 256 numbers; its length is how alike the stretches it was made from are
    (the cosine), which is what a further one of this voice is expected to be. ``speech_s`` is
    how much was heard, ``stretches`` how many were used.
    """

    embedding: tuple[float, ...]
    likeness: float
    stretches: int
    speech_s: float

    @property
    def setup(self) -> VoiceSetup:
        """What a detector is told."""
        return VoiceSetup(self.embedding)


@dataclass(frozen=True, slots=True)
class NotEnrolled:
    """No voice print; ``problem`` says why and what to do, for the candidate."""

    problem: str


def enrol(
    samples: NDArray[np.int16], rate: int, encoder: Encoder | None = None
) -> VoicePrint | NotEnrolled:
    """The voice of one person who reads aloud.

    Args:
        samples: one channel, ``rate`` hertz; some 5 to 15 s.
        rate: 8,000 Hz or more.
        encoder: ``None`` takes the packaged one.

    Raises:
        EnvironmentFault: the packaged encoder cannot be used.
    """
    return enrolled(_heard(samples, rate), encoder)


def enrolled(
    windows: list[HeardWindow], encoder: Encoder | None = None
) -> VoicePrint | NotEnrolled:
    """The voice of one person who reads aloud, from what was heard.

    Raises:
        EnvironmentFault: the packaged encoder cannot be used.
    """
    if problem := _problem(windows):
        return NotEnrolled(f"{problem} {_AGAIN}")
    cutter, encoder = Stretches(), encoder or voice_encoder()
    stretches = [stretch for window in windows if (stretch := cutter.take(window))]
    if len(stretches) < LEAST_STRETCHES:
        return NotEnrolled(
            "The voice does not stand out from the noise around it, or the pauses are long. "
            f"Come nearer to the microphone, or find a quieter place. {_AGAIN}"
        )
    found = [stretch.embedded(encoder) for stretch in stretches]
    if not is_one_voice(found):
        return NotEnrolled(f"More than one voice was heard. Be alone when you read. {_AGAIN}")
    known = voice_print(found)
    numbers, alike = tuple(float(number) for number in known), float(np.linalg.norm(known))
    return VoicePrint(numbers, round(alike, 3), len(found), _speech_s(windows))


def voice_of(path: Path) -> VoiceSetup:
    """The voice in a recording, to compare others with.

    Raises:
        EnvironmentFault: it cannot be read, or one voice cannot be had from it.
    """
    with MediaFile(path, camera=False, microphone=True) as file:
        blocks = [block.samples for block in file if isinstance(block, AudioBlock)]
    found = enrol(np.concatenate(blocks), RATE)
    if isinstance(found, NotEnrolled):
        raise EnvironmentFault(f"{path} is no voice to compare with.", found.problem)
    return found.setup


def _heard(samples: NDArray[np.int16], rate: int) -> list[HeardWindow]:
    analyzer = VoiceAnalyzer()
    whole = AudioBlock(
        stream="microphone",
        epoch=0,
        seq=0,
        pts=0,
        time_base=Fraction(1, rate),
        monotonic_ns=0,
        rate=rate,
        samples=samples,
    )
    return [*analyzer.observe(whole), *analyzer.finish()]


def _problem(windows: list[HeardWindow]) -> str:
    """What is wrong with the sound as such; empty where nothing is."""
    heard = [window.observation for window in windows]
    if not any(np.ptp(window.samples) for window in windows):
        return "The microphone gave no sound: it may be muted. Switch it on."
    clipped = sum(window.blind is Blindness.CLIPPED for window in heard)
    if clipped > _CLIPPED * len(heard):
        return "The microphone is set too loud: the sound is distorted. Turn it down."
    if _speech_s(windows) < LEAST_SPEECH_S:
        return (
            f"Only {_speech_s(windows):.1f} s of speech were heard; "
            f"{LEAST_SPEECH_S:.0f} s are needed."
        )
    return ""


def _speech_s(windows: list[HeardWindow]) -> float:
    return round(sum(window.is_speech for window in windows) * WINDOW / RATE, 2)
