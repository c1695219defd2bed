"""ScreenCaptureKit and its neighbours as pyobjc names them, over a desk that a test draws on.

What a completion handler is told comes at once, on the calling thread, unless `held` is set;
pictures come when a test says so (`Mac.show`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recorder.capture.grabbing import Monitor
from recorder.capture.screen_kit import Frameworks

BGRA = 0x42475241
COMPLETE, IDLE, BLANK, SUSPENDED, STARTED, STOPPED = range(6)
STATUS = "SCStreamUpdateFrameStatus"


class NSObject:
    """The beginning of every class of Objective-C."""

    @classmethod
    def alloc(cls) -> Any:
        return cls.__new__(cls)

    def init(self) -> Any:
        return self


@dataclass
class NSError:
    number: int

    def code(self) -> int:
        return self.number


@dataclass
class PixelBuffer:
    """Rows of ``stride`` bytes: the pixels, and what fills the row up."""

    pixels: NDArray[np.uint8]
    stride: int
    form: int = BGRA
    refuses: bool = False
    locked: int = 0

    def as_buffer(self, size: int) -> memoryview:
        assert self.locked == 1, "read without a lock"
        height, width = self.pixels.shape[:2]
        rows = np.full((height, self.stride), 0xEE, np.uint8)
        rows[:, : 4 * width] = self.pixels.reshape(height, 4 * width)
        return memoryview(rows.tobytes())[:size]


@dataclass
class Sample:
    picture: PixelBuffer | None
    about: list[dict[str, int]] | None


@dataclass
class SCDisplay:
    monitor: Monitor

    def frame(self) -> Any:
        at = SimpleNamespace(x=float(self.monitor.left), y=float(self.monitor.top))
        return SimpleNamespace(origin=at)


class Configuration(NSObject):
    """Keeps what it was told, by the setters' names."""

    def __getattr__(self, name: str) -> Callable[[Any], None]:
        if not name.startswith("set"):
            raise AttributeError(name)
        return lambda value: self.__dict__.__setitem__(name, value)


class Filter(NSObject):
    def initWithDisplay_excludingWindows_(  # noqa: N802
        self, display: SCDisplay, windows: list[Any]
    ) -> Filter:
        self.display, self.without = display, windows
        return self


@dataclass
class Mac:
    """The desk: monitors, what is drawn on them, and how ScreenCaptureKit behaves."""

    monitors: list[Monitor]
    padding: int = 0
    declined: int = 0
    refuses_output: bool = False
    refuses_start: int = 0
    held: bool = False
    asked_core_graphics: bool = False
    running: list[Any] = field(default_factory=list)
    made: list[Any] = field(default_factory=list)
    waiting: list[Callable[[], None]] = field(default_factory=list)
    buffers: list[PixelBuffer] = field(default_factory=list)
    queues: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.drawn = {
            one: np.full((one.height, one.width, 4), 30, np.uint8) for one in self.monitors
        }

    def layout(self) -> list[Monitor]:
        right = max((one.left + one.width for one in self.monitors), default=0)
        bottom = max((one.top + one.height for one in self.monitors), default=0)
        return [Monitor(0, 0, right, bottom, "all monitors"), *self.monitors]

    def answer(self, handler: Callable[..., None], *told: Any) -> None:
        if self.held:
            self.waiting.append(lambda: handler(*told))
        else:
            handler(*told)

    def sample(self, monitor: Monitor, status: int | None = COMPLETE) -> Sample:
        pixels = self.drawn[monitor].copy()
        picture = PixelBuffer(pixels, 4 * monitor.width + self.padding)
        self.buffers.append(picture)
        return Sample(picture, None if status is None else [{STATUS: status}])

    def show(self, monitor: Monitor, status: int | None = COMPLETE) -> None:
        """Hand a picture of a monitor to every stream of it."""
        for stream in self.running:
            if stream.display.monitor == monitor:
                stream.give(self.sample(monitor, status))

    def stop(self, code: int) -> None:
        """Every stream is stopped by the system."""
        stopped, self.running[:] = list(self.running), []
        for stream in stopped:
            stream.delegate.stream_didStopWithError_(stream, NSError(code))

    def frameworks(self) -> Frameworks:
        kit = SimpleNamespace(
            SCShareableContent=self._content(),
            SCContentFilter=Filter,
            SCStreamConfiguration=Configuration,
            SCStream=type("SCStream", (Stream,), {"mac": self}),
            SCStreamOutputTypeScreen=0,
            SCStreamFrameInfoStatus=STATUS,
            SCFrameStatusComplete=COMPLETE,
            SCFrameStatusBlank=BLANK,
            SCFrameStatusSuspended=SUSPENDED,
            SCFrameStatusStopped=STOPPED,
        )
        media = SimpleNamespace(
            CMTimeMake=lambda value, scale: (value, scale),
            CMSampleBufferGetSampleAttachmentsArray=lambda sample, _create: sample.about,
            CMSampleBufferGetImageBuffer=lambda sample: sample.picture,
        )
        dispatch = SimpleNamespace(dispatch_queue_create=self._queue)
        foundation = SimpleNamespace(NSObject=NSObject)
        return Frameworks(kit, media, self._quartz(), dispatch, foundation)

    def _content(self) -> Any:
        mac = self

        class Content:
            @staticmethod
            def getShareableContentExcludingDesktopWindows_onScreenWindowsOnly_completionHandler_(  # noqa: N802, E501
                _desktop: bool, _on_screen: bool, handler: Callable[..., None]
            ) -> None:
                assert mac.asked_core_graphics, "CGS_REQUIRE_INIT"
                shown = [SCDisplay(one) for one in mac.monitors]
                content = SimpleNamespace(displays=lambda: shown)
                if mac.declined:
                    mac.answer(handler, None, NSError(mac.declined))
                else:
                    mac.answer(handler, content, None)

        return Content

    def _queue(self, name: bytes, _kind: None) -> object:
        self.queues.append(name)
        return object()

    def _quartz(self) -> Any:
        def main_display() -> int:
            self.asked_core_graphics = True
            return 1

        def lock(picture: PixelBuffer, flags: int) -> int:
            assert flags == 1
            if picture.refuses:
                return -6660
            picture.locked += 1
            return 0

        def unlock(picture: PixelBuffer, flags: int) -> int:
            assert flags == 1
            picture.locked -= 1
            return 0

        return SimpleNamespace(
            CGMainDisplayID=main_display,
            CVPixelBufferGetPixelFormatType=lambda picture: picture.form,
            CVPixelBufferLockBaseAddress=lock,
            CVPixelBufferUnlockBaseAddress=unlock,
            CVPixelBufferGetWidth=lambda picture: picture.pixels.shape[1],
            CVPixelBufferGetHeight=lambda picture: picture.pixels.shape[0],
            CVPixelBufferGetBytesPerRow=lambda picture: picture.stride,
            CVPixelBufferGetBaseAddress=lambda picture: picture,
        )


class Stream(NSObject):
    mac: Mac

    def initWithFilter_configuration_delegate_(  # noqa: N802
        self, chosen: Filter, configuration: Configuration, delegate: Any
    ) -> Stream:
        assert chosen.without == []
        self.display, self.configuration = chosen.display, configuration
        self.delegate, self.outputs = delegate, []
        self.mac.made.append(self)
        return self

    def addStreamOutput_type_sampleHandlerQueue_error_(  # noqa: N802
        self, output: Any, kind: int, queue: Any, _error: None
    ) -> tuple[bool, NSError | None]:
        assert queue is not None
        if self.mac.refuses_output:
            return False, NSError(-3812)
        self.outputs.append((output, kind))
        return True, None

    def removeStreamOutput_type_error_(  # noqa: N802
        self, output: Any, kind: int, _error: None
    ) -> tuple[bool, None]:
        self.outputs.remove((output, kind))
        return True, None

    def startCaptureWithCompletionHandler_(  # noqa: N802
        self, handler: Callable[[NSError | None], None]
    ) -> None:
        if self.mac.refuses_start:
            self.mac.answer(handler, NSError(self.mac.refuses_start))
            return

        def started(_error: None) -> None:
            self.mac.running.append(self)
            handler(None)
            if self.outputs:
                self.give(self.mac.sample(self.display.monitor))

        self.mac.answer(started, None)

    def stopCaptureWithCompletionHandler_(  # noqa: N802
        self, handler: Callable[[NSError | None], None]
    ) -> None:
        if self in self.mac.running:
            self.mac.running.remove(self)
            handler(None)
        else:
            handler(NSError(-3808))

    def give(self, sample: Sample) -> None:
        for output, kind in list(self.outputs):
            output.stream_didOutputSampleBuffer_ofType_(self, sample, kind)
