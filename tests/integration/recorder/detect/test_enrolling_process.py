"""Face and voice taken in the detector's own process, and what is compared with them after."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace

import psutil
import pytest
from accuracy.labelled import pcm, talk
from accuracy.spoken import HELD_OUT, RATE
from support.blocks import blocks
from support.filmed_face import Picture, sitting
from support.policies import default_policy
from support.waiting import until

from recorder.detect.enrolled import FaceLook, FaceTaken, VoiceLook, VoiceTaken
from recorder.detect.identity.matching import identity_setup
from recorder.detect.observations import IdentityObservation, Incident
from recorder.detect.process.detector import DetectorProcess
from recorder.detect.process.supervisor import Result
from recorder.detect.setup import DetectorSetup, FaceEnrolment, VoiceEnrolment
from recorder.detect.voice.sounds import SoundAnalyzer
from shared.flags import Kind
from shared.policy import DEFAULT_RULES

RULE = DEFAULT_RULES[Kind.IDENTITY_MISMATCH]
TAKE = DetectorSetup(take_face=FaceEnrolment(1, threshold=0.55))


class Watched:
    """A detector process, and what it said."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self.detector = DetectorProcess(default_policy(), self.results.append)
        self.detector.start()

    def of(self, kind: type) -> list:
        return [result for result in list(self.results) if isinstance(result, kind)]

    def taken(self) -> FaceTaken:
        """The face, once it is taken."""
        until(lambda: any(look.taken for look in self.of(FaceLook)), "the photograph", 60)
        (taken,) = (look.taken for look in self.of(FaceLook) if look.taken)
        return taken

    def kill(self) -> None:
        before = self.detector.counters().restarts
        for child in psutil.Process().children():
            if "recorder.detect.process.worker" in child.cmdline():
                os.kill(child.pid, signal.SIGKILL)
        until(lambda: self.detector.counters().restarts > before, "a restart")


@pytest.fixture
def watched() -> Iterator[Watched]:
    watching = Watched()
    yield watching
    watching.detector.stop()


def test_a_face_is_compared_on_after_the_process_that_took_it_was_killed(
    watched: Watched, photograph: Picture, hopper: Picture
) -> None:
    with sitting(watched.detector.offer_frame, photograph) as sitter:
        watched.detector.prepare(TAKE)
        taken = watched.taken()
        setup = identity_setup(RULE, taken.embedding)
        watched.detector.prepare(DetectorSetup(identity=setup))
        until(lambda: bool(watched.of(IdentityObservation)), "a comparison", 20)
        watched.kill()
        known = len(watched.of(IdentityObservation))
        until(lambda: len(watched.of(IdentityObservation)) > known, "another", 20)
        assert all(seen.distance < 0.3 for seen in watched.of(IdentityObservation))
        sitter.still = hopper
        until(lambda: Kind.IDENTITY_MISMATCH in kinds(watched), "the mismatch", 30)
    steps = [look.step for look in watched.of(FaceLook)]
    assert list(dict.fromkeys(steps)) == ["photo", "turn", "done"]
    assert taken.pictures[0].data.startswith(b"\xff\xd8")
    assert taken.identity["threshold"] == RULE.threshold
    assert "embedding" not in repr(taken)


def test_a_process_that_is_killed_while_it_enrols_begins_anew(
    watched: Watched, photograph: Picture
) -> None:
    with sitting(watched.detector.offer_frame, photograph):
        watched.detector.prepare(TAKE)
        until(lambda: bool(watched.of(FaceLook)), "a look")
        watched.kill()
        seen = len(watched.of(FaceLook))
        until(lambda: len(watched.of(FaceLook)) > seen, "a look of the next process")


def test_a_document_that_is_left_out_while_the_process_is_down_is_not_asked_for_again(
    watched: Watched, photograph: Picture
) -> None:
    asked = FaceEnrolment(1, threshold=0.55, document=True)
    with sitting(watched.detector.offer_frame, photograph):
        watched.detector.prepare(DetectorSetup(take_face=asked))
        until(lambda: any(look.step == "document" for look in watched.of(FaceLook)), "it", 60)
        watched.kill()
        withheld = replace(asked, withheld="left out by the candidate")
        watched.detector.prepare(DetectorSetup(take_face=withheld))
        taken = watched.taken()
    assert taken.identity["document"] == {"reason": "not shown: left out by the candidate"}
    assert [picture.role for picture in taken.pictures] == ["photo"]


def kinds(watched: Watched) -> set[Kind]:
    return {incident.kind for incident in watched.of(Incident)}


def looks(sounds: SoundAnalyzer, samples) -> list[VoiceLook]:
    heard = (sounds.observe([block]) for block in blocks(samples, RATE))
    return [answer.enrolling for answer in heard if answer.enrolling]


def test_a_voice_is_taken_while_it_reads_and_told_once() -> None:
    clean, _ = talk(HELD_OUT[0], 14, 1)
    sounds = SoundAnalyzer()
    setup = DetectorSetup(take_voice=VoiceEnrolment(1))
    sounds.prepare(setup)
    found = looks(sounds, pcm(clean))
    assert [look.progress for look in found] == sorted(look.progress for look in found)
    taken = found[-1].taken
    assert isinstance(taken, VoiceTaken), found[-1]
    assert [look.taken for look in found].count(None) == len(found) - 1
    assert len(taken.embedding) == 256
    assert taken.speech_s >= 4
    sounds.prepare(replace(setup, take_voice=VoiceEnrolment(2)))
    assert looks(sounds, pcm(clean[:RATE]))[0].number == 2


def test_who_says_nothing_is_told_so_and_not_kept_waiting() -> None:
    clean, _ = talk(HELD_OUT[0], 14, 1)
    sounds = SoundAnalyzer()
    sounds.prepare(DetectorSetup(take_voice=VoiceEnrolment(1)))
    found = looks(sounds, pcm(clean[:RATE] * 0.001))
    assert not found[-1].problem
    found = looks(sounds, pcm(0.0001 * clean.repeat(3)))
    assert "were heard" in found[-1].problem
