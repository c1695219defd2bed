from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from recorder.capture.frames import Frame
from recorder.capture.grabbing import Monitor, Shot
from recorder.capture.reading import Idle, Lost
from recorder.capture.screen import ScreenSource
from recorder.capture.source import Display
from recorder.capture.timeline import NS_PER_S, Timeline
from recorder.faults import EnvironmentFault

FPS = 5
INTERVAL_NS = NS_PER_S // FPS


class Desk:
    """A desktop that a test draws on, and a clock that moves only by waiting."""

    def __init__(self, width: int = 64, height: int = 48) -> None:
        self.now = NS_PER_S
        self.looks = 0
        self.opened = 0
        self.gone = False
        self.resize(width, height)

    def resize(self, width: int, height: int) -> None:
        self.area = Monitor(0, 0, width, height, "desk")
        self.pixels = np.full((height, width, 4), 30, np.uint8)

    def clock(self) -> int:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += round(seconds * NS_PER_S)

    def open(self, index: int | None, fps: float) -> Grab:
        assert fps == FPS
        if self.gone:
            raise EnvironmentFault("There is no display.", "Log in.")
        self.opened += 1
        return Grab(self)

    def source(self, **options: float) -> ScreenSource:
        return ScreenSource(
            Display(None),
            FPS,
            Timeline(0, self.now),
            open_grabber=self.open,
            clock=self.clock,
            sleep=self.sleep,
            **options,  # type: ignore[arg-type]
        )


class Grab:
    def __init__(self, desk: Desk) -> None:
        self.desk, self.area = desk, desk.area

    def grab(self) -> Shot:
        if self.desk.gone:
            raise EnvironmentFault("The display went away.", "Log in.")
        self.desk.looks += 1
        pixels = np.zeros((self.area.height, self.area.width, 4), np.uint8)
        if not self.moved():
            pixels = self.desk.pixels
        return Shot(self.area.width, self.area.height, bytearray(pixels.tobytes()))

    def moved(self) -> bool:
        return self.desk.area != self.area

    def close(self) -> None:
        pass


def frames(source: ScreenSource, desk: Desk, seconds: float) -> list[Frame]:
    end, found = desk.now + round(seconds * NS_PER_S), []
    while desk.now < end:
        item = source.read()
        assert not isinstance(item, Lost), item
        if isinstance(item, Frame):
            found.append(item)
    return found


def test_the_first_look_is_handed_on_in_rgb() -> None:
    desk = Desk()
    desk.pixels[0, 0] = (1, 2, 3, 0)
    source = desk.source()
    source.open()
    frame = source.read()
    assert isinstance(frame, Frame)
    assert frame.image.shape == (48, 64, 3)
    assert frame.image[0, 0].tolist() == [3, 2, 1]
    assert (frame.stream, frame.seq, frame.pts) == ("screen", 0, 0)
    assert source.name == "desk, 64 × 48"


def test_a_still_screen_is_handed_on_to_keep_alive_only() -> None:
    desk = Desk()
    source = desk.source(keep_alive_s=2.0)
    source.open()
    found = frames(source, desk, 9.7)
    assert len(found) == 5
    assert desk.looks == pytest.approx(10 * FPS, abs=2)
    assert all(frame.image is found[0].image for frame in found)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (47, 63), (23, 31)])
def test_one_changed_pixel_is_a_change(row: int, column: int) -> None:
    desk = Desk()
    source = desk.source(keep_alive_s=100.0)
    source.open()
    frames(source, desk, 1.0)
    desk.pixels[row, column, 1] += 1
    (frame,) = frames(source, desk, 1.0)
    assert frame.image[row, column, 1] == 31


def test_a_busy_screen_is_handed_on_at_its_rate() -> None:
    desk = Desk()
    source = desk.source()
    source.open()
    found: list[Frame] = []
    for _ in range(10 * FPS):
        desk.pixels[0, 0, 0] = desk.looks % 250
        item = source.read()
        if isinstance(item, Frame):
            found.append(item)
    assert len(found) == pytest.approx(10 * FPS, abs=1)
    gaps = {b.monotonic_ns - a.monotonic_ns for a, b in pairwise(found)}
    assert gaps == {INTERVAL_NS}


def test_looks_that_came_too_late_are_counted_not_made_up_for() -> None:
    desk = Desk()
    source = desk.source()
    source.open()
    source.read()
    desk.now += 10 * INTERVAL_NS
    looks = desk.looks
    source.read()
    source.read()
    assert source.skipped == pytest.approx(9, abs=1)
    assert desk.looks - looks <= 2


def test_a_display_that_goes_away_is_lost_and_can_come_back() -> None:
    desk = Desk()
    source = desk.source()
    source.open()
    first = source.read()
    desk.gone = True
    while isinstance(item := source.read(), Frame | Idle):
        pass
    assert item == Lost("The display went away.")
    source.close()
    assert isinstance(source.read(), Lost)
    with pytest.raises(EnvironmentFault):
        source.open()
    desk.gone = False
    source.open()
    again = source.read()
    assert isinstance(first, Frame)
    assert isinstance(again, Frame)
    assert again.seq == 1


@pytest.mark.parametrize(
    ("size", "shown"), [((128, 48), (64, 24)), ((32, 24), (32, 24)), ((64, 96), (32, 48))]
)
def test_other_monitors_keep_the_pictures_size(
    size: tuple[int, int], shown: tuple[int, int]
) -> None:
    desk = Desk()
    source = desk.source()
    source.open()
    frames(source, desk, 1.0)
    desk.resize(*size)
    found = frames(source, desk, 3.0)
    assert desk.opened == 2
    image = found[-1].image
    assert image.shape == (48, 64, 3)
    assert (image[: shown[1], : shown[0]] == 30).all()
    assert not image[shown[1] :].any()
    assert not image[:, shown[0] :].any()
    assert source.note == "shown in 64 × 48"


def test_an_odd_size_is_made_even_with_black() -> None:
    desk = Desk(63, 47)
    source = desk.source()
    source.open()
    frame = source.read()
    assert isinstance(frame, Frame)
    assert frame.image.shape == (48, 64, 3)
    assert (frame.image[:47, :63] == 30).all()
    assert source.note == ""


def test_a_new_epoch_begins_with_a_picture() -> None:
    desk = Desk()
    source = desk.source(keep_alive_s=100.0)
    source.open()
    frames(source, desk, 1.0)
    source.rebase(Timeline(1, desk.now))
    (frame,) = frames(source, desk, 1.0)
    assert (frame.epoch, frame.seq) == (1, 0)
