"""The real detector process: found, fed, and started again when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray
from support.policies import default_policy
from support.waiting import until

from recorder.capture.frames import AudioBlock, Frame
from recorder.clock import now_ns
from recorder.detect import WORKER_ARGUMENT
from recorder.detect.enrolled import FaceLook
from recorder.detect.observations import FaceObservation, Incident, VoiceObservation
from recorder.detect.process import child
from recorder.detect.process.detector import DetectorProcess
from recorder.detect.process.frame_memory import FrameMemory
from recorder.detect.process.given_up import NO_PHOTOGRAPH
from recorder.detect.process.supervisor import Result
from recorder.detect.setup import DetectorSetup, FaceEnrolment
from shared.flags import Kind
from shared.policy import DEFAULT_RULES, Rule

Picture = NDArray[np.uint8]

# A detector process that one of its detectors ends natively.
CRASHING = Path(__file__).with_name("crashing_worker.py")


class Feeder:
    """A detector process and what it said; pictures and sound are stamped when offered."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        kinds = {**DEFAULT_RULES, Kind.MULTIPLE_FACES: Rule(onset_s=0.0)}
        self.detector = DetectorProcess(default_policy(kinds=kinds), self.results.append)
        self.detector.start()

    def show(self, picture: Picture) -> FaceObservation:
        """Offer a picture until it was seen."""
        stamp = self.offer(picture)
        until(lambda: any(seen.monotonic_ns == stamp for seen in self.faces()), "the picture")
        return next(seen for seen in self.faces() if seen.monotonic_ns == stamp)

    def offer(self, picture: Picture) -> int:
        """Offer a picture until it is taken; a still one is not, for a moment. Its stamp."""
        stamps: list[int] = []

        def taken() -> bool:
            before = self.detector.counters().left_out
            stamps.append(now_ns())
            frame = Frame("camera", 0, 0, 0, Fraction(1, 30), stamps[-1], picture)
            self.detector.offer_frame(frame)
            return self.detector.counters().left_out == before

        until(taken, "its turn")
        return stamps[-1]

    def faces(self) -> list[FaceObservation]:
        return [each for each in list(self.results) if isinstance(each, FaceObservation)]

    def incidents(self, kind: Kind) -> list[Incident]:
        found = [each for each in list(self.results) if isinstance(each, Incident)]
        return [each for each in found if each.kind is kind]


@pytest.fixture
def feeder() -> Iterator[Feeder]:
    feeding = Feeder()
    yield feeding
    feeding.detector.stop()
    assert not workers()


def workers() -> list[psutil.Process]:
    """The detector processes of this one."""
    return [
        child
        for child in psutil.Process().children()
        if "recorder.detect.process.worker" in child.cmdline()
    ]


def test_pictures_and_sound_come_back_as_observations(
    feeder: Feeder, photograph: Picture
) -> None:
    assert feeder.show(photograph).faces == 1
    block = AudioBlock(
        "microphone",
        0,
        0,
        0,
        Fraction(1, 48_000),
        now_ns(),
        48_000,
        np.zeros(48_000, np.int16),
    )
    feeder.detector.offer_audio(block)
    until(
        lambda: sum(isinstance(each, VoiceObservation) for each in list(feeder.results)) >= 30,
        "a second of sound",
    )


def test_a_picture_of_any_size_and_layout_will_do(feeder: Feeder, photograph: Picture) -> None:
    large = np.kron(photograph, np.ones((3, 3, 1), np.uint8))
    assert feeder.show(large).faces == 1
    assert feeder.show(photograph[::2, ::-2]).faces == 1
    assert feeder.show(np.zeros((10, 10, 3), np.uint8)).faces == 0


def test_the_worker_has_no_window_or_graphics_and_ends_with_its_recorder(
    feeder: Feeder, photograph: Picture
) -> None:
    feeder.show(photograph)
    (worker,) = workers()
    libraries = {Path(mapped.path).name for mapped in worker.memory_maps()}
    assert not any("Qt6" in name for name in libraries)
    # Nor a graphics driver, or the compiler that Mesa's brings.
    assert not any(name.startswith(("libLLVM", "swrast", "libgallium")) for name in libraries)


def test_a_killed_detector_comes_back_and_says_so(feeder: Feeder, photograph: Picture) -> None:
    feeder.show(photograph)
    (worker,) = workers()
    os.kill(worker.pid, signal.SIGKILL)
    until(lambda: feeder.detector.counters().restarts == 1, "a restart")
    assert feeder.show(photograph).faces == 1
    (down,) = feeder.incidents(Kind.DETECTOR_DOWN)
    assert down.end_ns is None
    feeder.detector.stop()
    assert [each.end_ns is None for each in feeder.incidents(Kind.DETECTOR_DOWN)] == [
        True,
        False,
    ]


def test_hands_that_end_the_process_again_and_again_are_no_longer_looked_for(
    feeder: Feeder, photograph: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeder.show(photograph)
    (healthy,) = workers()
    monkeypatch.setattr(child, "command", lambda: [sys.executable, str(CRASHING), "hands"])
    feeder.detector.prepare(DetectorSetup(hands_every_s=0.1))
    healthy.kill()

    def left_out() -> bool:
        feeder.offer(photograph)
        return bool(feeder.detector.counters().unwatched)

    until(left_out, "its being left out")
    said = [one.what for one in feeder.detector.counters().unwatched]
    why = "the detector ended 2 times while it looked for hands"
    assert said == [f"hand_at_ear: {why}", f"hands_hidden: {why}"]
    assert feeder.show(photograph).faces == 1


def test_an_enrolment_that_ends_the_process_twice_is_refused_and_the_rest_goes_on(
    feeder: Feeder, photograph: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeder.show(photograph)
    (healthy,) = workers()
    monkeypatch.setattr(child, "command", lambda: [sys.executable, str(CRASHING), "enrolling"])
    # Stands still before it is told, or its end would count as one at that work.
    healthy.suspend()
    feeder.detector.prepare(DetectorSetup(take_face=FaceEnrolment(1, threshold=0.55)))
    healthy.kill()

    def looks() -> list[FaceLook]:
        feeder.offer(photograph)
        return [each for each in list(feeder.results) if isinstance(each, FaceLook)]

    until(lambda: any(look.problem for look in looks()), "the words")
    assert looks()[-1].problem == NO_PHOTOGRAPH
    (said,) = (one.what for one in feeder.detector.counters().unwatched)
    assert said == "identity_mismatch: the detector ended 2 times while it compared faces"
    assert feeder.show(photograph).faces == 1
    assert feeder.detector.counters().restarts == 3


def test_a_detector_that_hangs_is_replaced(feeder: Feeder, photograph: Picture) -> None:
    feeder.show(photograph)
    (worker,) = workers()
    os.kill(worker.pid, signal.SIGSTOP)
    feeder.offer(photograph)
    until(lambda: feeder.detector.counters().restarts == 1, "a restart", seconds=30)
    assert feeder.show(photograph).faces == 1
    assert feeder.detector.counters().skipped == 1


def test_two_faces_are_reported_at_once(feeder: Feeder, photograph: Picture) -> None:
    feeder.show(np.concatenate([photograph, photograph[:, ::-1]], axis=1))
    until(lambda: bool(feeder.incidents(Kind.MULTIPLE_FACES)), "the incident")


@pytest.mark.parametrize(
    "how", [["-m", "recorder.detect.process.worker"], ["-m", "recorder.cli"]]
)
def test_the_worker_ends_when_its_input_does(how: list[str]) -> None:
    memory = FrameMemory.create()
    assert memory.descriptor is not None
    role = [] if how[1].endswith("worker") else [WORKER_ARGUMENT]
    done = subprocess.run(
        [sys.executable, *how, *role, memory.token],
        input=b"",
        capture_output=True,
        pass_fds=(memory.descriptor,),
        timeout=60,
        check=False,
    )
    memory.close()
    assert done.returncode == 0
    assert done.stdout[4:].endswith(b"Ready")
    assert done.stderr == b""
