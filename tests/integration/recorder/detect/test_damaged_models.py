"""Packaged models that are damaged or gone, in the real detector process: what cannot be
watched is said, and the rest is watched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from support.blocks import blocks
from support.damaged_packages import FACE, HANDS, VOICES, Damage, Put, cut_short, damaged, gone
from support.filmed_face import Picture, sitting
from support.policies import default_policy
from support.waiting import until

from recorder.clock import now_ns
from recorder.detect.enrolled import FaceLook, VoiceLook
from recorder.detect.observations import FaceObservation, VoiceObservation
from recorder.detect.process.detector import DetectorProcess
from recorder.detect.process.supervisor import Result
from recorder.detect.setup import (
    DetectorSetup,
    FaceEnrolment,
    IdentitySetup,
    VoiceEnrolment,
    VoiceSetup,
)
from recorder.detect.voice.mel import RATE


class Watched:
    """A detector process, and what it said."""

    def __init__(self, setup: DetectorSetup) -> None:
        self.results: list[Result] = []
        self.detector = DetectorProcess(default_policy(), self.results.append, setup=setup)
        self.detector.start()

    def of(self, kind: type) -> list:
        return [result for result in list(self.results) if isinstance(result, kind)]

    def unwatched(self) -> list[str]:
        return [one.what for one in self.detector.counters().unwatched]

    def goes_on(self, kind: type) -> None:
        """The same process says more of what it can."""
        known = len(self.of(kind))
        until(lambda: len(self.of(kind)) > known + 3, "what is watched all the same")
        assert self.detector.counters().restarts == 0


Watch = Callable[[DetectorSetup], Watched]

__all__ = ["damaged"]


@pytest.fixture
def watch() -> Iterator[Watch]:
    opened: list[Watched] = []

    def begin(setup: DetectorSetup) -> Watched:
        opened.append(Watched(setup))
        return opened[-1]

    yield begin
    for one in opened:
        one.detector.stop()


@pytest.mark.parametrize(
    ("damage", "said"),
    [(cut_short, "is not the file this release was tested with"), (gone, "cannot be read")],
)
def test_without_what_compares_faces_they_are_found_all_the_same(
    damaged: Put, watch: Watch, photograph: Picture, damage: Damage, said: str
) -> None:
    damaged(*FACE, damage)
    known = DetectorSetup(identity=IdentitySetup((0.0,) * 128, 0.1))
    watched = watch(replace(known, take_face=FaceEnrolment(4, threshold=0.55)))
    with sitting(watched.detector.offer_frame, photograph):
        until(lambda: bool(watched.unwatched()), "the words")
        (words,) = watched.unwatched()
        assert words.startswith("identity_mismatch: The face-embedding ")
        assert said in words
        watched.goes_on(FaceObservation)
    (look,) = watched.of(FaceLook)
    assert (look.number, look.taken) == (4, None)
    assert said in look.problem


@pytest.mark.parametrize(
    ("damage", "said"),
    [(cut_short, "is not the file this release was tested with"), (gone, "cannot be read")],
)
def test_without_what_finds_hands_faces_are_found_all_the_same(
    damaged: Put, watch: Watch, photograph: Picture, damage: Damage, said: str
) -> None:
    damaged(*HANDS, damage)
    watched = watch(DetectorSetup(hands_every_s=0.1))
    with sitting(watched.detector.offer_frame, photograph):
        until(lambda: len(watched.unwatched()) == 2, "the words")
        kinds = [words.partition(":")[0] for words in watched.unwatched()]
        assert kinds == ["hand_at_ear", "hands_hidden"]
        assert all(said in words for words in watched.unwatched())
        watched.goes_on(FaceObservation)


def test_without_what_tells_voices_apart_speech_is_heard(damaged: Put, watch: Watch) -> None:
    damaged(*VOICES, cut_short)
    watched = watch(DetectorSetup(voice=VoiceSetup(), take_voice=VoiceEnrolment(2)))
    silence = np.zeros(RATE // 10, np.int16)

    def heard() -> bool:
        for block in blocks(silence, RATE):
            watched.detector.offer_audio(replace(block, monotonic_ns=now_ns()))
        return bool(watched.unwatched())

    until(heard, "the words")
    (words,) = watched.unwatched()
    assert words.startswith("second_voice: The voice-encoder ")
    known = len(watched.of(VoiceObservation))
    until(lambda: heard() and len(watched.of(VoiceObservation)) > known + 3, "speech heard")
    (look,) = watched.of(VoiceLook)
    assert "not the file" in look.problem
    assert watched.detector.counters().restarts == 0
