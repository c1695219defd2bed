from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import numpy as np
import pytest

from recorder.capture.frames import AudioBlock, Frame
from recorder.capture.reading import Ended, Idle, Lost
from recorder.capture.timeline import BlockStamper, FrameStamper, Timeline
from recorder.doctor.devices import check_camera, check_microphone, check_screen
from recorder.doctor.finding import State
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
    swing = np.where(np.arange(960) % 2, loudness, -loudness // 2).astype(np.int16)
    stamped = BlockStamper(ZERO).stamp(swing, 0)
    assert stamped is not None
    return stamped


def clock() -> float:
    return next(_ticks)


_ticks = count(0.0, 0.5)


@pytest.mark.parametrize(
    ("brightness", "state"),
    [(120, State.OK), (250, State.ATTENTION), (5, State.ATTENTION), (0, State.ATTENTION)],
)
def test_camera(brightness: int, state: State) -> None:
    source = Scripted([Idle(), frame(brightness)])
    check = check_camera(source, clock)  # type: ignore[arg-type]
    assert check.state is state
    assert "HD Webcam, 640 × 480" in str(check.found) or state is not State.OK
    assert source.closed


@pytest.mark.parametrize(("loudness", "state"), [(50, State.OK), (0, State.ATTENTION)])
def test_microphone(loudness: int, state: State) -> None:
    source = Scripted([block(loudness)] * 25)
    check = check_microphone(source, clock)  # type: ignore[arg-type]
    assert check.state is state
    assert source.closed


def test_a_microphone_that_is_overdriven_is_pointed_out() -> None:
    source = Scripted([block(32_767)] * 25)
    check = check_microphone(source, clock)  # type: ignore[arg-type]
    assert check.state is State.ATTENTION
    assert "distorted" in str(check.found)


def test_exposure_has_time_to_settle() -> None:
    source = Scripted([frame(3)] * 9 + [frame(120)])
    assert check_camera(source, clock).state is State.OK  # type: ignore[arg-type]


def test_screen() -> None:
    check = check_screen(Scripted([frame(9)]), clock)  # type: ignore[arg-type]
    assert (check.state, str(check.found)) == (State.OK, "HD Webcam")


@pytest.mark.parametrize("look", [check_camera, check_microphone, check_screen])
def test_what_is_wrong_is_said(look: object) -> None:
    assert callable(look)
    missing = look(Scripted([], GONE), clock)
    assert (missing.state, str(missing.remedy)) == (State.PROBLEM, "Plug one in.")
    lost = look(Scripted([Lost("It was pulled out.")]), clock)
    assert (lost.state, str(lost.found)) == (State.PROBLEM, "It was pulled out.")
    for silent in (Scripted([]), Scripted([Ended()])):
        check = look(silent, clock)
        assert check.state is State.PROBLEM
        assert "nothing comes" in str(check.found)
        assert silent.closed
    assert look(None, clock).state is State.SKIPPED


def test_what_a_source_notes_is_shown() -> None:
    source = Scripted([frame(99)], note="cut short: its first 3.0 s are repeated")
    assert "cut short" in str(check_camera(source, clock).found)  # type: ignore[arg-type]
