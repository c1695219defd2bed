"""The screen: looked at a few times a second, handed on where it changed."""

from __future__ import annotations

import time
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from recorder.capture.frames import Frame, StreamName
from recorder.capture.grabbing import Grabs, Monitor, Shot, open_grabber
from recorder.capture.reading import (
    READ_BOUND_S,
    Clock,
    Ended,
    FrameSource,
    Idle,
    Lost,
    Sleep,
)
from recorder.capture.source import Device, Display, MediaFile, Nothing, SourceSpec
from recorder.capture.timeline import NS_PER_S, FrameStamper, Timeline
from recorder.capture.video_playback import VideoPlayback
from recorder.clock import now_ns
from recorder.faults import EnvironmentFault
from shared.policy import ScreenStream

# A still screen is handed on this often all the same: twice in a default segment (4 s), so
# that each segment holds a picture of its own.
KEEP_ALIVE_S = 2.0

# How often the monitors' layout is compared: 0.7 ms each, and a monitor plugged in is seen
# before anyone has read from it.
LAYOUT_EVERY_S = 2.0


class ScreenSource:
    """A display. The picture keeps the size of the first one, whatever monitors come."""

    stream: StreamName = "screen"

    def __init__(
        self,
        display: Display,
        fps: float,
        timeline: Timeline,
        *,
        keep_alive_s: float = KEEP_ALIVE_S,
        open_grabber: Callable[[int | None, float], Grabs] = open_grabber,
        clock: Clock = now_ns,
        sleep: Sleep = time.sleep,
    ) -> None:
        """Look at ``display``.

        Args:
            display: one monitor, or all as one picture.
            fps: looks a second; a look that finds nothing new gives nothing.
            timeline: the epoch to stamp in.
            keep_alive_s: a still screen is handed on after this long.
            open_grabber: opens monitor n, or all, to be looked at so many times a second.
            clock: the evidence clock, nanoseconds.
            sleep: waits for seconds.
        """
        self.name = str(display)
        self.note = ""
        self.skipped = 0
        self._display = display
        self._fps = fps
        self._interval_ns = int(NS_PER_S / fps)
        self._keep_alive_ns = int(keep_alive_s * NS_PER_S)
        self._open_grabber = open_grabber
        self._clock = clock
        self._sleep = sleep
        self._stamper = FrameStamper("screen", timeline)
        self._grabber: Grabs | None = None
        self._canvas: tuple[int, int] | None = None
        self._shot: Shot | None = None
        self._image = np.zeros((2, 2, 3), np.uint8)
        self._shown_ns = 0
        self._look_ns = 0
        self._layout_ns = 0

    def rebase(self, timeline: Timeline) -> None:
        """Stamp in another epoch, which begins with a picture, changed or not."""
        self._stamper.rebase(timeline)
        self._shot = None

    def open(self) -> None:
        """Open the display; raises EnvironmentFault."""
        self.close()
        self._grabber = grabber = self._open_grabber(self._display.index, self._fps)
        self._begin(grabber.area)
        self._look_ns = self._clock()

    def _begin(self, area: Monitor) -> None:
        if self._canvas is None:
            self._canvas = (area.width + area.width % 2, area.height + area.height % 2)
        self.name = f"{area.name}, {area.width} × {area.height}"
        changed = (area.width + area.width % 2, area.height + area.height % 2) != self._canvas
        self.note = f"shown in {self._canvas[0]} × {self._canvas[1]}" if changed else ""
        self._shot = None
        self._layout_ns = self._clock()

    def read(self) -> Frame | Idle | Lost | Ended:
        """The next picture that differs from the last, or the same after a while."""
        if self._grabber is None:
            return Lost(f"{self.name} is closed.")
        bound_ns = self._clock() + int(READ_BOUND_S * NS_PER_S)
        try:
            while self._wait_for_look(bound_ns):
                frame = self._look()
                if frame is not None:
                    return frame
        except EnvironmentFault as fault:
            return Lost(fault.what)
        return Idle()

    def _wait_for_look(self, bound_ns: int) -> bool:
        """Wait for the next look; false when it comes after the read's bound."""
        now = self._clock()
        until = min(self._look_ns, bound_ns)
        if until > now:
            self._sleep((until - now) / NS_PER_S)
        return self._look_ns <= bound_ns

    def _look(self) -> Frame | None:
        now = self._clock()
        late = max(0, now - self._look_ns) // self._interval_ns
        self.skipped += late
        self._look_ns += (late + 1) * self._interval_ns
        shot = self._take()
        now = self._clock()
        still = self._shot is not None and shot == self._shot
        if still and now - self._shown_ns < self._keep_alive_ns:
            return None
        if not still:
            self._image = self._painted(shot)
            self._shot = shot
        self._shown_ns = now
        return self._stamper.stamp(self._image, now)

    def _take(self) -> Shot:
        """Grab, by a new layout where the monitors have changed."""
        assert self._grabber is not None
        if self._clock() - self._layout_ns > LAYOUT_EVERY_S * NS_PER_S:
            self._layout_ns = self._clock()
            if self._grabber.moved():
                self._grabber.close()
                self._grabber = self._open_grabber(self._display.index, self._fps)
                self._begin(self._grabber.area)
        return self._grabber.grab()

    def _painted(self, shot: Shot) -> NDArray[np.uint8]:
        """The picture as RGB on the canvas of this source."""
        assert self._canvas is not None
        bgrx = np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)
        rgb = np.asarray(cv2.cvtColor(bgrx, cv2.COLOR_BGRA2RGB), np.uint8)
        return rgb if (shot.width, shot.height) == self._canvas else _onto(self._canvas, rgb)

    def close(self) -> None:
        """Let the display go."""
        if self._grabber is not None:
            self._grabber.close()
        self._grabber = None


def _onto(canvas: tuple[int, int], rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture in the canvas' corner, shrunk where it is larger; black beside it."""
    width, height = canvas
    scale = min(1.0, width / rgb.shape[1], height / rgb.shape[0])
    if scale < 1.0:
        size = (max(1, int(rgb.shape[1] * scale)), max(1, int(rgb.shape[0] * scale)))
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    image = np.zeros((height, width, 3), np.uint8)
    image[: rgb.shape[0], : rgb.shape[1]] = rgb
    return image


def screen_source(
    spec: SourceSpec,
    want: ScreenStream,
    timeline: Timeline,
    *,
    keep_alive_s: float = KEEP_ALIVE_S,
) -> FrameSource | None:
    """The screen that ``spec`` names; ``None`` for ``none``. Nothing is opened yet."""
    match spec:
        case Display():
            return ScreenSource(spec, want.fps, timeline, keep_alive_s=keep_alive_s)
        case MediaFile(path):
            return VideoPlayback(path, "screen", None, want.fps, timeline)
        case Nothing():
            return None
        case Device():
            raise EnvironmentFault(
                f"{spec} is no display.", "Use display:all, display:0, file:PATH or none."
            )
