"""Sound goes on being heard where voices cannot be told apart."""

from __future__ import annotations

import numpy as np
from accuracy.labelled import pcm, talk
from accuracy.spoken import HELD_OUT
from accuracy.spoken import RATE as SPOKEN_RATE
from numpy.typing import NDArray
from support.blocks import blocks

from recorder.detect.process.worker_messages import Heard
from recorder.detect.setup import DetectorSetup, VoiceEnrolment, VoiceSetup
from recorder.detect.voice.mel import RATE
from recorder.detect.voice.sounds import SoundAnalyzer
from recorder.detect.voice.speakers import Encoder
from recorder.faults import EnvironmentFault

SOUND = np.random.default_rng(3).normal(0, 500, RATE).astype(np.int16)


class Shelf:
    """Where the encoder should be, and is not."""

    def __init__(self) -> None:
        self.asked = 0

    def encoder(self) -> Encoder:
        self.asked += 1
        raise EnvironmentFault("The voice-encoder is missing.", "Install Invigil again.")


def listened(sounds: SoundAnalyzer) -> list[Heard]:
    return [sounds.observe([block]) for block in blocks(SOUND, RATE, size=RATE // 10)]


def test_without_an_encoder_speech_is_heard_and_it_is_said_once_what_is_not() -> None:
    shelf = Shelf()
    sounds = SoundAnalyzer(encoder=shelf.encoder)
    for _ in range(2):
        sounds.prepare(DetectorSetup(voice=VoiceSetup()))
    answers = listened(sounds)
    assert sum(len(answer.observations) for answer in answers) > 20
    assert not any(answer.speakers for answer in answers)
    assert [words for answer in answers for words in answer.unwatched] == [
        "second_voice: The voice-encoder is missing. Install Invigil again."
    ]
    assert shelf.asked == 1


def test_without_an_encoder_no_voice_is_taken_and_the_candidate_is_told_why() -> None:
    sounds = SoundAnalyzer(encoder=Shelf().encoder)
    for _ in range(2):
        sounds.prepare(DetectorSetup(take_voice=VoiceEnrolment(1)))
    told = [answer.enrolling for answer in listened(sounds) if answer.enrolling]
    assert [(look.number, look.taken) for look in told] == [(1, None)]
    assert told[0].problem == "The voice-encoder is missing. Install Invigil again."
    sounds.prepare(DetectorSetup(take_voice=VoiceEnrolment(2)))
    (again,) = [answer.enrolling for answer in listened(sounds) if answer.enrolling]
    assert again.number == 2


class Failing:
    """An encoder that works for so long, and then no more."""

    def __init__(self, looks: int) -> None:
        self._left = looks
        self._dice = np.random.default_rng(5)

    def embed(
        self, sound: NDArray[np.int16], noise: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        del sound, noise
        if self._left == 0:
            raise MemoryError("no room")
        self._left -= 1
        return self._dice.normal(0, 1, 256).astype(np.float32)


def spoken(encoder: Failing, setup: DetectorSetup) -> list[Heard]:
    """Fourteen seconds of talk, heard by this encoder."""
    sounds = SoundAnalyzer(encoder=lambda: encoder)
    sounds.prepare(setup)
    clean, _ = talk(HELD_OUT[0], 14, 1)
    return [sounds.observe([block]) for block in blocks(pcm(clean), SPOKEN_RATE, size=4410)]


def test_an_encoder_that_fails_at_work_is_given_up_and_speech_is_heard_on() -> None:
    answers = spoken(Failing(looks=1), DetectorSetup(voice=VoiceSetup()))
    said = [at for at, answer in enumerate(answers) if answer.unwatched]
    assert [answers[at].unwatched for at in said] == [
        ("second_voice: it failed at work (MemoryError: no room)",)
    ]
    after = answers[said[0] + 1 :]
    assert sum(len(answer.observations) for answer in after) > 20
    assert not any(answer.speakers for answer in after)


def test_an_encoder_that_fails_while_a_voice_is_taken_ends_that_alone() -> None:
    setup = DetectorSetup(take_voice=VoiceEnrolment(3))
    looks = [one.enrolling for one in spoken(Failing(looks=0), setup) if one.enrolling]
    assert looks[-1].problem == "it failed at work (MemoryError: no room)"
    assert [look.problem for look in looks].count("") == len(looks) - 1
