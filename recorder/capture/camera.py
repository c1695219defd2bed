"""The camera: a device through OpenCV, or a file that stands in for one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from recorder.capture.cadence import Cadence
from recorder.capture.devices import CameraNode, camera_node
from recorder.capture.frames import Frame, StreamName
from recorder.capture.media_file import fit
from recorder.capture.permissions import admit
from recorder.capture.reading import Clock, Ended, FrameSource, Idle, Lost
from recorder.capture.source import Device, Display, MediaFile, Nothing, SourceSpec
from recorder.capture.timeline import FrameStamper, Timeline
from recorder.capture.video_playback import VideoPlayback
from recorder.clock import now_ns
from recorder.faults import EnvironmentFault
from shared.policy import CameraStream

# A webcam drops one picture on a bad cable; three in a row have not been seen from one
# that is still there.
FAILED_READS_LOST = 3

# How long V4L2 may wait for a picture before the read fails; OpenCV's own 10 s would hold
# up the end of a session. Slow cameras in the dark give 5 pictures a second.
READ_TIMEOUT_S = 2

# Above this many pixels a camera on USB 2 reaches 30 fps only as motion JPEG; up to it
# raw pictures cost less to receive than JPEGs cost to decode.
_RAW_PIXELS = 640 * 480


class Capture(Protocol):
    """The part of ``cv2.VideoCapture`` that is used; pictures are BGR."""

    def isOpened(self) -> bool: ...  # noqa: N802, D102
    def set(self, propId: int, value: float, /) -> bool: ...  # noqa: N803, D102
    def read(self) -> tuple[bool, NDArray[np.uint8] | None]: ...  # noqa: D102
    def release(self) -> None: ...  # noqa: D102


def open_device(index: int) -> Capture:
    """Open camera ``index`` with the platform's own interface."""
    os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", str(READ_TIMEOUT_S))
    # macOS is asked for the camera by us: OpenCV can do it on a main thread only.
    os.environ.setdefault("OPENCV_AVFOUNDATION_SKIP_AUTH", "1")
    cv2.setLogLevel(0)  # we say it ourselves
    return cv2.VideoCapture(index, _INTERFACES.get(sys.platform, cv2.CAP_ANY))  # type: ignore[return-value]


_INTERFACES = {
    "linux": cv2.CAP_V4L2,
    "win32": cv2.CAP_MSMF,
    "darwin": cv2.CAP_AVFOUNDATION,
}


class DeviceCamera:
    """A camera by its number. After a loss it is found again, also under another number."""

    stream: StreamName = "camera"
    note = ""

    def __init__(
        self,
        index: int,
        want: CameraStream,
        timeline: Timeline,
        *,
        open_capture: Callable[[int], Capture] = open_device,
        node: Callable[[int, str], CameraNode] = camera_node,
        admitted: Callable[[str], None] = admit,
        clock: Clock = now_ns,
    ) -> None:
        """Use camera ``index`` at the size and rate that the policy wants.

        Args:
            index: as in ``device:N``.
            want: size and frames a second asked of the camera; a larger or faster one is
                scaled down and thinned out here.
            timeline: the epoch to stamp in.
            open_capture: opens a camera by number.
            node: looks a camera up without opening it, by number and the name that it had
                when it was opened first.
            admitted: raises EnvironmentFault where the system denies the camera.
            clock: the evidence clock, nanoseconds.
        """
        self.name = f"camera {index}"
        self.skipped = 0
        self._index = index
        self._want = want
        self._open_capture = open_capture
        self._node = node
        self._admitted = admitted
        self._clock = clock
        self._stamper = FrameStamper("camera", timeline)
        self._cadence = Cadence(want.fps)
        self._capture: Capture | None = None
        self._known_name = ""
        self._failed = 0

    def rebase(self, timeline: Timeline) -> None:
        """Stamp in another epoch."""
        self._stamper.rebase(timeline)

    def open(self) -> None:
        """Take the camera and see that it gives a picture; raises EnvironmentFault."""
        self.close()
        node = self._node(self._index, self._known_name)
        self._admitted("camera")
        capture = self._open_capture(node.index)
        if not capture.isOpened():
            capture.release()
            raise _busy(self._index)
        self._configure(capture)
        ok, _ = capture.read()
        if not ok:
            capture.release()
            raise _busy(self._index)
        self.name = node.name
        if node.named and not self._known_name:
            self._known_name = node.name
        self._capture, self._failed = capture, 0
        self._cadence = Cadence(self._want.fps)

    def _configure(self, capture: Capture) -> None:
        """Ask for the policy's size and rate; a camera that cannot gives its nearest."""
        want = self._want
        if want.width * want.height > _RAW_PIXELS:
            capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, want.width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, want.height)
        capture.set(cv2.CAP_PROP_FPS, want.fps)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 2)  # one to fill, one to read: no old pictures

    def read(self) -> Frame | Idle | Lost | Ended:
        """The next picture; the stamp is taken when it has arrived."""
        if self._capture is None:
            return Lost(f"{self.name} is closed.")
        ok, bgr = self._capture.read()
        now = self._clock()
        if not ok or bgr is None:
            self._failed += 1
            if self._failed < FAILED_READS_LOST:
                return Idle()
            return Lost(f"{self.name} gives no picture any more.")
        self._failed = 0
        if not self._cadence.wants(now):
            return Idle()
        self._cadence.took(now)
        return self._stamper.stamp(self._upright(bgr), now)

    def _upright(self, bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
        height, width = bgr.shape[:2]
        size = fit((width, height), (self._want.width, self._want.height))
        if size != (width, height):
            bgr = cv2.resize(bgr, size, interpolation=cv2.INTER_LINEAR)  # type: ignore[assignment]
        return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)  # type: ignore[return-value]

    def close(self) -> None:
        """Let the camera go."""
        if self._capture is not None:
            self._capture.release()
        self._capture = None


def _busy(index: int) -> EnvironmentFault:
    return EnvironmentFault(
        f"Camera {index} is there but gives no picture.",
        "Close other programs that use the camera, or plug it out and in again.",
    )


def camera_source(
    spec: SourceSpec, want: CameraStream, timeline: Timeline
) -> FrameSource | None:
    """The camera that ``spec`` names; ``None`` for ``none``. Nothing is opened yet."""
    match spec:
        case Device(index):
            return DeviceCamera(index, want, timeline)
        case MediaFile(path):
            box = (want.width, want.height)
            return VideoPlayback(path, "camera", box, want.fps, timeline)
        case Nothing():
            return None
        case Display():
            raise EnvironmentFault(f"{spec} is no camera.", "Use device:0, file:PATH or none.")
