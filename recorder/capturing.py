"""The streams of one session: which sources there are, opened before anything is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2

from recorder.capture.camera import camera_source
from recorder.capture.frames import AudioBlock, Frame, StreamName
from recorder.capture.microphone import microphone_source
from recorder.capture.pump import CapturePump, Missing
from recorder.capture.screen import screen_source
from recorder.capture.source import parse_source
from recorder.capture.timeline import Timeline
from recorder.clock import now_ns
from recorder.faults import EnvironmentFault
from recorder.losses import Relay
from recorder.preview import LivePreview
from shared.policy import Streams

# What is read before the recording begins belongs to no epoch and is never kept.
PREVIEW_EPOCH = -1

# Slow webcams take some 5 s to their first picture.
READY_BOUND_S = 10.0


@dataclass(frozen=True, slots=True)
class Choices:
    """The SRC of each stream, as chosen."""

    camera: str = "device:0"
    microphone: str = "device:0"
    screen: str = "display:all"


def open_preview(streams: Streams, camera: str, microphone: str) -> LivePreview:
    """Open camera and microphone as the policy wants them, and wait until they work.

    Raises:
        EnvironmentFault: one of them does not work; none is left open.
    """
    timeline = Timeline(PREVIEW_EPOCH, now_ns())
    relay = Relay()
    seen = heard = None
    if streams.camera.enabled:
        source = camera_source(parse_source(camera, "camera"), streams.camera, timeline)
        seen = CapturePump[Frame](source, relay) if source else None
    if streams.microphone.enabled:
        source = microphone_source(parse_source(microphone, "microphone"), timeline)
        heard = CapturePump[AudioBlock](source, relay) if source else None
    start_pumps([pump for pump in (seen, heard) if pump is not None])
    return LivePreview(seen, heard, relay)


def open_screen(streams: Streams, screen: str, relay: Relay) -> CapturePump[Frame] | None:
    """Open the screen as the policy wants it; ``None`` where it is not recorded.

    Raises:
        EnvironmentFault: it cannot be seen.
    """
    if not streams.screen.enabled:
        return None
    timeline = Timeline(PREVIEW_EPOCH, now_ns())
    source = screen_source(
        parse_source(screen, "screen"),
        streams.screen,
        timeline,
        keep_alive_s=min(1.0, streams.segment_s),
    )
    if source is None:
        return None
    pump = CapturePump[Frame](source, relay)
    start_pumps([pump])
    return pump


def start_pumps(pumps: list[CapturePump[Any]]) -> None:
    """Start pumps and wait until each has given something.

    Raises:
        EnvironmentFault: one has not; all are stopped.
    """
    # Each stream has a thread of its own; OpenCV's would wake one another for every picture.
    cv2.setNumThreads(1)
    for pump in pumps:
        pump.start()
    for pump in pumps:
        state = pump.wait_ready(READY_BOUND_S)
        if isinstance(state, Missing) or pump.latest() is None:
            for other in pumps:
                other.stop()
            raise _not_working(pump, state)


def _not_working(pump: CapturePump[Any], state: object) -> EnvironmentFault:
    stream = pump.source.stream
    if isinstance(state, Missing):
        return EnvironmentFault(f"The {stream} does not work: {state.reason}", _ADVICE[stream])
    return EnvironmentFault(
        f"The {stream} ({pump.source.name}) is open but gives nothing.", _ADVICE[stream]
    )


_ADVICE: Mapping[StreamName, str] = {
    "camera": "Plug it in, close other programs that use it, or choose another one.",
    "microphone": "Plug it in, check that it is not muted, or choose another one.",
    "screen": "Choose another display, and allow Invigil to see the screen.",
}
