from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
import pytest
from demo.machine import virtual_display
from support.waiting import until
from Xlib.display import Display as XDisplay

from recorder.capture.devices import Choice, displays
from recorder.capture.frames import Frame
from recorder.capture.grabbing import Grabber
from recorder.capture.reading import Lost
from recorder.capture.screen import ScreenSource
from recorder.capture.source import Display
from recorder.capture.timeline import Timeline
from recorder.clock import now_ns
from recorder.faults import EnvironmentFault

FPS = 30


class Pen:
    """A window over the left half of the display that a test draws in."""

    def __init__(self, name: str) -> None:
        self.display = XDisplay(name)
        screen = self.display.screen()
        self.window = screen.root.create_window(
            0, 0, 320, 480, 0, screen.root_depth,
            background_pixel=0x204060, override_redirect=1,
        )  # fmt: skip
        self.ink = self.window.create_gc(foreground=0xFFFFFF)
        self.window.map()
        self.display.sync()

    def dot(self, x: int, y: int) -> None:
        self.window.fill_rectangle(self.ink, x, y, 1, 1)
        self.display.sync()

    def write(self, text: str) -> None:
        self.window.draw_text(self.ink, 20, 40, text.encode())
        self.display.sync()

    def point_at(self, x: int, y: int) -> None:
        self.display.screen().root.warp_pointer(x, y)
        self.display.sync()


@pytest.fixture
def pen(display: str) -> Iterator[Pen]:
    pen = Pen(display)
    yield pen
    pen.display.close()


@pytest.fixture
def screen(display: str) -> Iterator[ScreenSource]:
    source = ScreenSource(Display(None), FPS, Timeline(0, now_ns()), keep_alive_s=3600.0)
    source.open()
    yield source
    source.close()


def settle(source: ScreenSource) -> Frame:
    """Read until half a second brings nothing new; the last picture."""
    frame, quiet = None, 0
    while quiet < 2:
        item = source.read()
        assert not isinstance(item, Lost), item
        frame, quiet = (item, 0) if isinstance(item, Frame) else (frame, quiet + 1)
    assert frame is not None
    return frame


def test_shows_what_is_on_the_display(pen: Pen, screen: ScreenSource) -> None:
    frame = settle(screen)
    assert frame.image.shape == (480, 640, 3)
    assert frame.image[300, 100].tolist() == [0x20, 0x40, 0x60]
    assert screen.name == "all monitors, 640 × 480"


def test_one_dot_and_one_letter_are_changes(pen: Pen, screen: ScreenSource) -> None:
    before = settle(screen)
    pen.dot(200, 333)
    dotted = settle(screen)
    assert (dotted.image != before.image).any(axis=2).sum() == 1
    assert dotted.image[333, 200].tolist() == [255, 255, 255]
    pen.write("x")
    assert dotted.seq < settle(screen).seq


def test_the_pointer_is_drawn_and_its_moves_are_changes(pen: Pen, screen: ScreenSource) -> None:
    pen.point_at(100, 100)
    one = settle(screen)
    pen.point_at(200, 300)
    two = settle(screen)
    changed = np.argwhere((one.image != two.image).any(axis=2))
    near = [np.abs(changed - place).sum(axis=1).min() for place in ((100, 100), (300, 200))]
    assert max(near) < 20


def test_a_monitor_can_be_chosen(display: str) -> None:
    assert displays({**os.environ, "DISPLAY": display}) == [
        Choice("display:all", "all monitors, 640 × 480"),
        Choice("display:0", "screen, 640 × 480"),
    ]
    grabber = Grabber(0)
    assert (grabber.area.width, grabber.area.height) == (640, 480)
    assert not grabber.moved()
    grabber.close()
    with pytest.raises(EnvironmentFault, match="no monitor 1") as caught:
        Grabber(1)
    assert "display:all" in caught.value.advice


def test_a_display_that_dies_is_lost_and_a_new_one_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = ScreenSource(Display(None), FPS, Timeline(0, now_ns()))
    with virtual_display("320x240x24") as name:
        monkeypatch.setenv("DISPLAY", name)
        source.open()
        first = settle_one(source)
    until(lambda: isinstance(source.read(), Lost), "the loss")
    source.close()
    with pytest.raises(EnvironmentFault, match="cannot be opened"):
        source.open()
    with virtual_display("640x480x24") as name:
        monkeypatch.setenv("DISPLAY", name)
        source.open()
        again = settle_one(source)
        source.close()
    assert again.image.shape == first.image.shape == (240, 320, 3)
    assert again.pts > first.pts


def settle_one(source: ScreenSource) -> Frame:
    item = source.read()
    assert isinstance(item, Frame)
    return item


def test_a_wrong_display_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    source = ScreenSource(Display(None), FPS, Timeline(0, 0))
    with pytest.raises(EnvironmentFault, match=":4711"):
        source.open()
