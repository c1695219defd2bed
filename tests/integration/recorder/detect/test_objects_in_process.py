"""Objects in the real detector process: found, and a bad model given up while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from support.object_networks import LABELS, colour_network, treacherous_network
from support.policies import default_policy
from support.waiting import until

from recorder.capture.frames import Frame
from recorder.clock import now_ns
from recorder.detect.observations import FaceObservation, Incident, ObjectsObservation
from recorder.detect.process.detector import DetectorProcess
from recorder.detect.process.supervisor import Result
from recorder.detect.setup import DetectorSetup, ObjectSetup
from shared.encoding import sha256_hex
from shared.flags import Kind
from shared.policy import OFF

Picture = NDArray[np.uint8]


class Desk:
    """A detector process that watches for coloured boxes, and what it said."""

    def __init__(self, path: Path, sha256: str) -> None:
        self.results: list[Result] = []
        objects = ObjectSetup(str(path), LABELS, LABELS, 0.4, 0.1, "desk", sha256)
        self.detector = DetectorProcess(
            default_policy(kinds=dict.fromkeys(Kind, OFF)),
            self.results.append,
            streams=["camera"],
            setup=DetectorSetup(objects=objects),
        )
        self.dice = np.random.default_rng(1)
        self.detector.start()

    def show_until(self, picture: Picture, done: Callable[[], bool], what: str) -> None:
        """Offer a picture, as a sensor gives it, until something is so."""

        def shown() -> bool:
            grain = self.dice.integers(-4, 5, picture.shape, np.int16)
            grainy = np.clip(picture + grain, 0, 255).astype(np.uint8)
            frame = Frame("camera", 0, 0, 0, Fraction(1, 30), now_ns(), grainy)
            self.detector.offer_frame(frame)
            return done()

        until(shown, what)

    def of(self, kind: type) -> list:
        return [one for one in list(self.results) if isinstance(one, kind)]


Open = Callable[[bytes | None], Desk]


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Open]:
    desks: list[Desk] = []

    def opened(data: bytes | None) -> Desk:
        path = tmp_path / "desk.onnx"
        if data is not None:
            path.write_bytes(data)
        desks.append(Desk(path, sha256_hex(data or b"")))
        return desks[-1]

    yield opened
    for desk in desks:
        desk.detector.stop()


def room() -> Picture:
    """A room with a red box in it."""
    picture = np.zeros((480, 640, 3), np.uint8)
    picture[:] = np.linspace(60, 180, 640).astype(np.uint8)[np.newaxis, :, np.newaxis]
    return cv2.rectangle(picture, (100, 100), (220, 300), (220, 20, 30), -1)


def test_objects_are_seen_by_the_process(watch: Open) -> None:
    desk = watch(colour_network())
    desk.show_until(room(), lambda: bool(desk.of(ObjectsObservation)), "a look")
    (box,) = desk.of(ObjectsObservation)[0].objects
    assert box.label == "red box"
    assert desk.detector.counters().unwatched == ()


@pytest.mark.parametrize(
    ("data", "said"),
    [(None, "its file cannot be read"), (b"not a network", "cannot be loaded")],
)
def test_a_bad_model_is_said_and_faces_go_on_without_a_restart(
    watch: Open, data: bytes | None, said: str
) -> None:
    desk = watch(data)
    desk.show_until(room(), lambda: bool(desk.detector.counters().unwatched), "the words")
    (words,) = (one.what for one in desk.detector.counters().unwatched)
    assert words.startswith("object_seen: the object model desk cannot be used")
    assert said in words
    seen = len(desk.of(FaceObservation))
    desk.show_until(room(), lambda: len(desk.of(FaceObservation)) > seen + 3, "faces")
    assert desk.detector.counters().restarts == 0
    assert desk.of(Incident) == []


def test_a_model_that_fails_at_work_is_given_up(watch: Open) -> None:
    desk = watch(treacherous_network())
    desk.show_until(room(), lambda: bool(desk.of(ObjectsObservation)), "a look")
    bright = room()
    bright[:100] = 255
    desk.show_until(bright, lambda: bool(desk.detector.counters().unwatched), "the words")
    (words,) = (one.what for one in desk.detector.counters().unwatched)
    assert "fails when it is run" in words
    assert desk.detector.counters().restarts == 0
