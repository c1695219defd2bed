from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import numpy as np
import pytest

from recorder.capture.frames import AudioBlock, Frame
from recorder.capture.reading import Ended, Idle, Lost
from recorder.capture.timeline import BlockStamper, FrameStamper, Timeline
from recorder.doctor.check import Status
from recorder.doctor.devices import check_camera, check_microphone, check_screen
from recorder.faults import EnvironmentFault

ZERO = Timeline(0, 0)
GONE = EnvironmentFault("There is no camera 0.", "Plug one in.")


class Scripted:
    """A device that gives what a test says, then nothing; it must be closed in the end."""

    stream = "camera"
    name = "HD Webcam"
    skipped = 0

    def __init__(
        self, items: Sequence[object], fault: EnvironmentFault | None = None, note: str = ""
    ) -> None:
        self.items, self.fault, self.note = list(items), fault, note
        self.closed = False

    def open(self) -> None:
        if self.fault:
            raise self.fault

    def read(self) -> object:
        return self.items.pop(0) if self.items else Idle()

    def close(self) -> None:
        self.closed = True

    def rebase(self, timeline: Timeline) -> None: ...


def frame(brightness: int) -> Frame:
    image = np.full((480, 640, 3), brightness, np.uint8)
    return FrameStamper("camera", ZERO).stamp(image, 0)


def block(loudness: int) -> AudioBlock:
    stamped = BlockStamper(ZERO).stamp(np.full(960, loudness, np.int16), 0)
    assert stamped is not None
    return stamped


def clock() -> float:
    return next(_ticks)


_ticks = count(0.0, 0.5)


@pytest.mark.parametrize(
    ("brightness", "status"), [(120, Status.OK), (5, Status.WARN), (0, Status.WARN)]
)
def test_camera(brightness: int, status: Status) -> None:
    source = Scripted([Idle(), frame(brightness)])
    check = check_camera(source, clock)  # type: ignore[arg-type]
    assert check.status is status
    assert "HD Webcam, 640 × 480" in check.found
    assert source.closed


@pytest.mark.parametrize(("loudness", "status"), [(50, Status.OK), (0, Status.WARN)])
def test_microphone(loudness: int, status: Status) -> None:
    source = Scripted([block(loudness)] * 25)
    check = check_microphone(source, clock)  # type: ignore[arg-type]
    assert check.status is status
    assert source.closed


def test_the_loudest_a_sample_can_be_is_no_overflow() -> None:
    source = Scripted([block(-32_768)] * 25)
    assert check_microphone(source, clock).status is Status.OK  # type: ignore[arg-type]


def test_screen() -> None:
    check = check_screen(Scripted([frame(9)]), clock)  # type: ignore[arg-type]
    assert (check.status, check.found) == (Status.OK, "HD Webcam")


@pytest.mark.parametrize("look", [check_camera, check_microphone, check_screen])
def test_what_is_wrong_is_said(look: object) -> None:
    assert callable(look)
    missing = look(Scripted([], GONE), clock)
    assert (missing.status, missing.remedy) == (Status.FAIL, "Plug one in.")
    lost = look(Scripted([Lost("It was pulled out.")]), clock)
    assert (lost.status, lost.found) == (Status.FAIL, "It was pulled out.")
    for silent in (Scripted([]), Scripted([Ended()])):
        check = look(silent, clock)
        assert check.status is Status.FAIL
        assert "nothing comes" in check.found
        assert silent.closed
    assert look(None, clock).status is Status.SKIPPED


def test_what_a_source_notes_is_shown() -> None:
    source = Scripted([frame(99)], note="cut short: its first 3.0 s are repeated")
    assert "cut short" in check_camera(source, clock).found  # type: ignore[arg-type]
