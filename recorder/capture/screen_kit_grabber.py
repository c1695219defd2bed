"""Monitors of a Mac as pictures: a stream each, put side by side where all are one picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from recorder.capture.grabbing import Monitor, Shot, chosen, gone, monitors
from recorder.capture.screen_kit import Answers, DisplayStream, Frameworks, displays
from recorder.clock import now_ns

# How long opening may take in all (s), as a camera's: a stop waits for it. macOS starts a
# program of its own for the first stream; what takes longer is tried again.
OPENING_S = 2.0


class KitGrabber:
    """An open display, or all of them (`grabbing.Grabs`)."""

    def __init__(
        self,
        index: int | None,
        fps: float,
        system: Frameworks,
        *,
        layout: Callable[[], list[Monitor]] = monitors,
        clock: Callable[[], int] = now_ns,
    ) -> None:
        """Start the streams and wait for their first pictures.

        Args:
            index: the monitor, counted from 0; ``None`` is all of them as one picture.
            fps: how often a second pictures are asked for.
            system: pyobjc's modules.
            layout: all monitors as one, then each.
            clock: the evidence clock, nanoseconds.

        Raises:
            EnvironmentFault: no such monitor, or macOS gives no picture of it.
        """
        self._index = index
        self._layout = layout
        self._streams: list[DisplayStream] = []
        self._shots: list[Shot] = []
        self._whole: Shot | None = None
        found = layout()
        self.area = chosen(found, index)
        self._shown = self._of(found)
        # SCContentFilter ends a program that has not yet asked Core Graphics for a display.
        system.quartz.CGMainDisplayID()
        answers = Answers(OPENING_S, clock)
        try:
            offered = displays(system, answers)
            for monitor in self._shown:
                display = _display_at(offered, monitor)
                self._streams.append(DisplayStream(system, display, monitor, fps))
            for stream in self._streams:
                stream.wait(answers)
        except BaseException:
            self.close()
            raise

    def _of(self, layout: list[Monitor]) -> list[Monitor]:
        return layout[1:] if self._index is None else [chosen(layout, self._index)]

    def moved(self) -> bool:
        """Whether monitors were added, removed or resized since this was opened."""
        return self._of(self._layout()) != self._shown

    def grab(self) -> Shot:
        """The newest picture, the same object while nothing changes; never waits.

        Raises:
            EnvironmentFault: a display went away, or macOS stopped showing it.
        """
        shots = [stream.latest() for stream in self._streams]
        same = len(shots) == len(self._shots) and all(map(_is_same, shots, self._shots))
        if self._whole is None or not same:
            self._shots, self._whole = shots, self._beside(shots)
        return self._whole

    def _beside(self, shots: list[Shot]) -> Shot:
        """The pictures on one canvas, each where its monitor stands."""
        area = self.area
        if len(shots) == 1 and (shots[0].width, shots[0].height) == (area.width, area.height):
            return shots[0]
        canvas = np.zeros((area.height, area.width, 4), np.uint8)
        for monitor, shot in zip(self._shown, shots, strict=True):
            place = canvas[monitor.top - area.top :, monitor.left - area.left :]
            pixels = np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)
            height, width = min(len(place), shot.height), min(place.shape[1], shot.width)
            place[:height, :width] = pixels[:height, :width]
        return Shot(area.width, area.height, bytearray(canvas.tobytes()))

    def close(self) -> None:
        """Stop every stream; twice is allowed."""
        streams, self._streams = self._streams, []
        for stream in streams:
            stream.close()


def _display_at(offered: list[Any], monitor: Monitor) -> Any:
    """The SCDisplay at a monitor's corner; both count in points from the main one's."""
    for display in offered:
        corner = display.frame().origin
        if (round(corner.x), round(corner.y)) == (monitor.left, monitor.top):
            return display
    raise gone()


def _is_same(one: Shot, other: Shot) -> bool:
    return one is other
