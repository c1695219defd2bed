"""One display as a stream of macOS' ScreenCaptureKit (12.3 and later), through pyobjc.

Written by Apple's documentation of each class and by pyobjc's description of it; tried on no
Mac yet (see README). The frameworks are handed in, so that the module imports everywhere.
"""

from __future__ import annotations

import functools
import importlib
import platform
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import structlog

from recorder.capture.grabbing import Monitor, Shot, gone
from recorder.faults import EnvironmentFault

_log = structlog.get_logger(__name__)

# The first macOS with ScreenCaptureKit.
_SINCE = (12, 3)

# CVPixelBuffer.h: pictures as B, G, R, A; read and not written.
_BGRA = 0x42475241
_READ_ONLY = 1

# Pictures that macOS may hold ready: each is copied at once, so its least is enough.
_QUEUE_DEPTH = 3

# Twice as often as it is looked: what is handed on is at most half a look old.
_PICTURES_A_LOOK = 2

# A time of Core Media in thousandths, for rates that are no whole number.
_THOUSANDTHS = 1000

# A stream that was told to stop does so within milliseconds (s).
_STOP_S = 1.0

# SCError.h.
_DECLINED, _NO_DISPLAYS, _NO_SOURCE, _USER_STOPPED, _SYSTEM_STOPPED = (
    -3801, -3814, -3815, -3817, -3821,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frameworks:
    """pyobjc's modules: ScreenCaptureKit, CoreMedia, Quartz, libdispatch and Foundation."""

    kit: Any
    media: Any
    quartz: Any
    dispatch: Any
    foundation: Any


def frameworks(
    release: str | None = None, load: Callable[[str], Any] = importlib.import_module
) -> Frameworks | None:
    """The frameworks of this macOS; ``None`` where it or this installation has none.

    Args:
        release: the version of macOS, by default this one's.
        load: imports a module by its name.
    """
    said = platform.mac_ver()[0] if release is None else release
    version = tuple(int(part) for part in said.split(".")[:2] if part.isdigit())
    if version < _SINCE:
        return None
    names = ("ScreenCaptureKit", "CoreMedia", "Quartz", "libdispatch", "Foundation")
    try:
        return Frameworks(*(load(name) for name in names))
    except ImportError:
        return None


class Answers:
    """Waits for what macOS answers on threads of its own, all within one bound."""

    def __init__(self, bound_s: float, clock: Callable[[], int]) -> None:
        """Wait ``bound_s`` from now on, by ``clock`` in nanoseconds."""
        self._clock = clock
        self._until_ns = clock() + int(bound_s * 1_000_000_000)

    def left_s(self) -> float:
        """How long there is left, 0 or more."""
        return max(0.0, (self._until_ns - self._clock()) / 1_000_000_000)


def displays(system: Frameworks, answers: Answers) -> list[Any]:
    """The SCDisplays there are.

    Raises:
        EnvironmentFault: the screen may not be seen, or macOS does not answer.
    """
    came = threading.Event()
    answer: list[Any] = []

    def completed(content: Any, error: Any) -> None:
        answer.extend((content, error))
        came.set()

    system.kit.SCShareableContent.getShareableContentExcludingDesktopWindows_onScreenWindowsOnly_completionHandler_(
        False, True, completed
    )
    if not came.wait(answers.left_s()):
        raise _silent()
    content, error = answer
    if error is not None or content is None:
        raise _refused(error)
    return list(content.displays())


class DisplayStream:
    """A display whose pictures come when it changes; the newest is kept, the rest let go."""

    def __init__(self, system: Frameworks, display: Any, area: Monitor, fps: float) -> None:
        """Start the stream; `wait` says whether pictures come.

        Args:
            system: pyobjc's modules.
            display: an SCDisplay.
            area: its place and size in points, which are the pictures' pixels.
            fps: how often a second `latest` is asked.

        Raises:
            EnvironmentFault: macOS refuses it.
        """
        self._system = system
        self._changed = threading.Condition()
        self._shot: Shot | None = None
        self._fault: EnvironmentFault | None = None
        self._closed = False
        kit = system.kit
        everything = kit.SCContentFilter.alloc().initWithDisplay_excludingWindows_(display, [])
        self._output: Any = _output_class(system.foundation.NSObject).alloc().init()
        self._output.owner = self
        self._stream: Any = kit.SCStream.alloc().initWithFilter_configuration_delegate_(
            everything, self._configuration(area, fps), self._output
        )
        # A queue of its own: without one it is nowhere said which thread the pictures come on.
        queue = system.dispatch.dispatch_queue_create(b"invigil.screen", None)
        added, error = self._stream.addStreamOutput_type_sampleHandlerQueue_error_(
            self._output, kit.SCStreamOutputTypeScreen, queue, None
        )
        if not added:
            self._let_go()
            raise _refused(error)
        started = functools.partial(self._on_started, self._stream)
        self._stream.startCaptureWithCompletionHandler_(started)

    def _configuration(self, area: Monitor, fps: float) -> Any:
        wanted = self._system.kit.SCStreamConfiguration.alloc().init()
        wanted.setWidth_(area.width)
        wanted.setHeight_(area.height)
        rate = max(1, round(fps * _PICTURES_A_LOOK * _THOUSANDTHS))
        wanted.setMinimumFrameInterval_(self._system.media.CMTimeMake(_THOUSANDTHS, rate))
        wanted.setPixelFormat_(_BGRA)
        wanted.setShowsCursor_(True)
        wanted.setQueueDepth_(_QUEUE_DEPTH)
        return wanted

    def wait(self, answers: Answers) -> None:
        """Wait for the first picture; raises EnvironmentFault if none comes in time."""
        with self._changed:
            known = self._changed.wait_for(
                lambda: self._shot is not None or self._fault is not None, answers.left_s()
            )
            if self._fault is not None:
                raise self._fault
            if not known:
                raise _silent()

    def latest(self) -> Shot:
        """The newest picture, the same object until it changes; never waits.

        Raises:
            EnvironmentFault: the stream was stopped, or shows nothing just now.
        """
        with self._changed:
            if self._fault is not None:
                raise self._fault
            if self._shot is None:
                raise _silent()
            return self._shot

    def close(self) -> None:
        """Stop the stream; twice is allowed."""
        with self._changed:
            self._closed = True
            self._shot = None
        stream = self._stream
        if stream is None:
            return
        stopped = threading.Event()
        stream.stopCaptureWithCompletionHandler_(lambda _error: stopped.set())
        stopped.wait(_STOP_S)
        kind = self._system.kit.SCStreamOutputTypeScreen
        stream.removeStreamOutput_type_error_(self._output, kind, None)
        self._let_go()

    def _let_go(self) -> None:
        """Break the ring of objects of two languages, which neither collects alone."""
        self._output.owner = None
        self._output = self._stream = None

    def _on_started(self, stream: Any, error: Any) -> None:
        if error is not None:
            self._stop_with(_refused(error))
        elif self._closed:  # nobody waited so long: it must not go on unseen
            stream.stopCaptureWithCompletionHandler_(_ignored)

    def on_sample(self, sample: Any, kind: int) -> None:
        """A sample has come, on the stream's queue. Nothing may be raised into macOS."""
        if kind != self._system.kit.SCStreamOutputTypeScreen or self._closed:
            return
        try:
            self._take(sample)
        except Exception:  # noqa: BLE001  (it would end the program there)
            _log.exception("screen_sample_failed")
            self._stop_with(
                EnvironmentFault(
                    "The picture of the screen cannot be read.",
                    "Tell the proctor if this stays so.",
                )
            )

    def on_stopped(self, error: Any) -> None:
        """The stream was stopped by someone else, on a thread of macOS'."""
        if not self._closed:
            self._stop_with(_refused(error))

    def _stop_with(self, fault: EnvironmentFault) -> None:
        with self._changed:
            self._fault = fault
            self._changed.notify_all()

    def _take(self, sample: Any) -> None:
        kit, media = self._system.kit, self._system.media
        about = media.CMSampleBufferGetSampleAttachmentsArray(sample, False)
        status = about[0].get(kit.SCStreamFrameInfoStatus) if about else None
        if status == kit.SCFrameStatusComplete:
            picture = media.CMSampleBufferGetImageBuffer(sample)
            if picture is not None:
                self._keep(_copied(self._system.quartz, picture))
        elif status in (
            kit.SCFrameStatusBlank,
            kit.SCFrameStatusSuspended,
            kit.SCFrameStatusStopped,
        ):
            # Nothing is shown: the last picture is no longer what there is to see.
            self._keep(None)

    def _keep(self, shot: Shot | None) -> None:
        with self._changed:
            self._shot = None if self._closed else shot
            self._changed.notify_all()


def _copied(quartz: Any, picture: Any) -> Shot:
    """A CVPixelBuffer's pixels without what fills up its rows; the buffer goes back at once."""
    if quartz.CVPixelBufferGetPixelFormatType(picture) != _BGRA:
        raise ValueError("the picture is not BGRA")
    if quartz.CVPixelBufferLockBaseAddress(picture, _READ_ONLY):
        raise ValueError("the picture cannot be locked")
    try:
        width = quartz.CVPixelBufferGetWidth(picture)
        height = quartz.CVPixelBufferGetHeight(picture)
        stride = quartz.CVPixelBufferGetBytesPerRow(picture)
        held = quartz.CVPixelBufferGetBaseAddress(picture).as_buffer(stride * height)
        rows = np.frombuffer(held, np.uint8).reshape(height, stride)
        return Shot(width, height, bytearray(rows[:, : 4 * width].tobytes()))
    finally:
        quartz.CVPixelBufferUnlockBaseAddress(picture, _READ_ONLY)


@functools.cache
def _output_class(base: Any) -> Any:
    """What streams hand their samples to; Objective-C takes a class of one name only once."""

    class InvigilScreenOutput(base):
        """SCStreamOutput and SCStreamDelegate; it holds a `DisplayStream` until that closes."""

        owner: DisplayStream | None = None

        def stream_didOutputSampleBuffer_ofType_(  # noqa: N802  (Objective-C's name)
            self, _stream: Any, sample: Any, kind: int
        ) -> None:
            owner = self.owner
            if owner is not None:
                owner.on_sample(sample, kind)

        def stream_didStopWithError_(self, _stream: Any, error: Any) -> None:  # noqa: N802
            owner = self.owner
            if owner is not None:
                owner.on_stopped(error)

    return InvigilScreenOutput


def _ignored(_error: Any) -> None:
    """Who stops a stream that nobody has any more needs no answer."""


def _silent() -> EnvironmentFault:
    return EnvironmentFault(
        "The display gives no picture.", "Wake the display, and unlock the screen."
    )


def _refused(error: Any) -> EnvironmentFault:
    """What an NSError of ScreenCaptureKit's means."""
    match int(error.code()) if error is not None else 0:
        case code if code == _DECLINED:
            return EnvironmentFault(
                "Invigil may not see the screen.",
                "Allow Invigil under System Settings, Privacy & Security, in the list for "
                "screen recording, and open Invigil again.",
            )
        case code if code in (_NO_DISPLAYS, _NO_SOURCE):
            return gone()
        case code if code == _USER_STOPPED:
            return EnvironmentFault(
                "The recording of the screen was stopped in the menu bar.",
                "Leave it on until the exam has ended.",
            )
        case code if code == _SYSTEM_STOPPED:
            return EnvironmentFault(
                "The recording of the screen was stopped by macOS.",
                "Wake the display, and unlock the screen.",
            )
        case code:
            return EnvironmentFault(
                f"The recording of the screen is refused by macOS (error {code}).",
                "Close other programs that record the screen, and try again.",
            )
