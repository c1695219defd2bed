"""What every grabber keeps: mss over a library of a test's, ScreenCaptureKit over its own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Protocol

import numpy as np
import pytest
from mss.exception import ScreenShotError
from support.fake_screen_kit import Mac

from recorder.capture import grabbing
from recorder.capture.frames import Frame
from recorder.capture.grabbing import Grabber, Grabs, Monitor, Shot
from recorder.capture.reading import Lost
from recorder.capture.screen import ScreenSource
from recorder.capture.screen_kit_grabber import KitGrabber
from recorder.capture.source import Display
from recorder.capture.timeline import NS_PER_S, Timeline
from recorder.faults import EnvironmentFault

LEFT = Monitor(0, 0, 64, 48, "monitor 0")
RIGHT = Monitor(64, 16, 32, 40, "monitor 1")


class Rig(Protocol):
    """A desk with two monitors, and one way to see it."""

    def open(self, index: int | None) -> Grabs: ...
    def draw(self, monitor: Monitor, x: int, y: int, bgr: tuple[int, int, int]) -> None: ...
    def unplug(self, monitor: Monitor) -> None: ...
    def lose(self) -> None: ...
    def left_open(self) -> int: ...


class KitRig:
    def __init__(self) -> None:
        self.mac = Mac([LEFT, RIGHT], padding=24)

    def open(self, index: int | None) -> Grabs:
        system = self.mac.frameworks()
        return KitGrabber(index, 5, system, layout=self.mac.layout)

    def draw(self, monitor: Monitor, x: int, y: int, bgr: tuple[int, int, int]) -> None:
        self.mac.drawn[monitor][y, x, :3] = bgr
        self.mac.show(monitor)

    def unplug(self, monitor: Monitor) -> None:
        self.mac.monitors.remove(monitor)

    def lose(self) -> None:
        self.mac.stop(-3815)
        self.mac.monitors.clear()

    def left_open(self) -> int:
        return len(self.mac.running)


class MssRig:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.mac = Mac([LEFT, RIGHT])
        self.open_now = 0
        self.gone = False
        monkeypatch.setattr(grabbing.mss, "MSS", lambda **_: self.library())

    def library(self) -> MssRig:
        self.open_now += 1
        return self

    def __enter__(self) -> MssRig:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def monitors(self) -> list[dict[str, int]]:
        names = ("left", "top", "width", "height")
        return [{name: getattr(one, name) for name in names} for one in self.mac.layout()]

    def grab(self, area: dict[str, int]) -> object:
        if self.gone:
            raise ScreenShotError("gone")
        whole = self.mac.layout()[0]
        canvas = np.zeros((whole.height, whole.width, 4), np.uint8)
        for one, pixels in self.mac.drawn.items():
            canvas[one.top : one.top + one.height, one.left : one.left + one.width] = pixels
        part = canvas[
            area["top"] : area["top"] + area["height"],
            area["left"] : area["left"] + area["width"],
        ]
        size = {"width": area["width"], "height": area["height"]}
        return SimpleNamespace(**size, raw=bytearray(part.tobytes()))

    def close(self) -> None:
        self.open_now -= 1

    def open(self, index: int | None) -> Grabs:
        return Grabber(index, {"DISPLAY": ":9"})

    def draw(self, monitor: Monitor, x: int, y: int, bgr: tuple[int, int, int]) -> None:
        self.mac.drawn[monitor][y, x, :3] = bgr

    def unplug(self, monitor: Monitor) -> None:
        self.mac.monitors.remove(monitor)

    def lose(self) -> None:
        self.gone = True

    def left_open(self) -> int:
        return self.open_now


@pytest.fixture(params=["mss", "ScreenCaptureKit"])
def rig(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Rig:
    return KitRig() if request.param == "ScreenCaptureKit" else MssRig(monkeypatch)


def pixels(shot: Shot) -> np.ndarray:
    return np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)


def test_a_monitor_is_taken_as_it_is_with_its_own_size(rig: Rig) -> None:
    rig.draw(RIGHT, 31, 39, (1, 2, 3))
    grabber = rig.open(1)
    assert grabber.area == RIGHT
    shot = grabber.grab()
    assert (shot.width, shot.height) == (32, 40)
    assert len(shot.raw) == 32 * 40 * 4
    assert pixels(shot)[39, 31, :3].tolist() == [1, 2, 3]
    grabber.close()


def test_all_monitors_are_one_picture_each_in_its_place(rig: Rig) -> None:
    grabber = rig.open(None)
    rig.draw(LEFT, 0, 47, (9, 9, 9))
    rig.draw(RIGHT, 0, 0, (7, 7, 7))
    shot = grabber.grab()
    assert (shot.width, shot.height) == (96, 56)
    seen = pixels(shot)[:, :, 0]
    assert seen[47, 0] == 9
    assert seen[16, 64] == 7
    assert seen[0, 64] == 0, "beside both monitors there is nothing"
    grabber.close()


def test_a_still_screen_gives_equal_pictures_and_a_changed_one_another(rig: Rig) -> None:
    grabber = rig.open(0)
    first = grabber.grab()
    assert grabber.grab() == first
    rig.draw(LEFT, 5, 5, (200, 0, 0))
    assert grabber.grab() != first
    assert pixels(first)[5, 5, 0] == 30, "a picture that was handed on stays as it was"
    grabber.close()


def test_a_monitor_that_is_not_there_is_said(rig: Rig) -> None:
    with pytest.raises(EnvironmentFault, match="no monitor 2; 2 found"):
        rig.open(2)
    assert rig.left_open() == 0


@pytest.mark.parametrize("index", [None, 0])
def test_a_monitor_more_or_less_is_noticed(rig: Rig, index: int | None) -> None:
    grabber = rig.open(index)
    assert not grabber.moved()
    rig.unplug(RIGHT)
    assert grabber.moved() is (index is None)
    grabber.close()


def test_without_any_monitor_the_display_is_gone(rig: Rig) -> None:
    rig.unplug(LEFT)
    rig.unplug(RIGHT)
    with pytest.raises(EnvironmentFault, match="display went away"):
        rig.open(None)
    assert rig.left_open() == 0


def test_a_display_that_goes_away_is_a_named_loss(rig: Rig) -> None:
    now = [NS_PER_S]

    def sleep(seconds: float) -> None:
        now[0] += round(seconds * NS_PER_S)

    source = ScreenSource(
        Display(0), 5, Timeline(0, now[0]), clock=lambda: now[0], sleep=sleep,
        open_grabber=lambda index, _fps: rig.open(index),
    )  # fmt: skip
    rig.draw(LEFT, 0, 0, (1, 2, 3))
    source.open()
    frame = source.read()
    assert isinstance(frame, Frame)
    assert frame.image[0, 0].tolist() == [3, 2, 1]
    rig.lose()
    assert source.read() == Lost("The display went away.")
    source.close()
    assert rig.left_open() == 0


def test_closing_twice_leaves_nothing_open(rig: Rig) -> None:
    grabber = rig.open(None)
    assert rig.left_open() > 0
    grabber.close()
    if isinstance(rig, KitRig):
        grabber.close()
    assert rig.left_open() == 0
