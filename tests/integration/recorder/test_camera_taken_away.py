"""A camera pulled out in the middle of a session: recorded as lost, and back by itself."""

from __future__ import annotations

import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from support.evidence_server import EvidenceServer

from recorder.app import Recorder
from recorder.capture import camera as camera_module
from recorder.capture.camera import DeviceCamera
from recorder.capture.devices import CameraNode
from recorder.capture.pump import Missing
from recorder.faults import EnvironmentFault
from recorder.settings import Settings
from recorder.status import Light
from shared.flags import Kind
from shared.records import Close, Gap, Incident, Segment, decode_record

PATIENCE_S = 60.0

# A picture of ten a second, and a tick of the video's clock (1/90,000 s), in microseconds.
PICTURE_US, TICK_US = 100_000, 12


class Plug:
    """A webcam's cable; while it is out, reads fail and no camera opens."""

    def __init__(self) -> None:
        self.inside = threading.Event()
        self.inside.set()
        self.pictures = 0

    def open(self, _index: int) -> Plug:
        return self

    def isOpened(self) -> bool:  # noqa: N802  (OpenCV's name)
        return self.inside.is_set()

    def set(self, _prop: int, _value: float, /) -> bool:
        return True

    def read(self) -> tuple[bool, np.ndarray | None]:
        time.sleep(1 / 30)  # as a camera does: the next picture is not there sooner
        if not self.inside.is_set():
            return False, None
        self.pictures += 1
        shade = np.linspace(0, 255, 320, dtype=np.uint8)
        return True, np.dstack([np.tile(shade + self.pictures, (240, 1))] * 3)

    def release(self) -> None:
        pass


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Plug:
    """A camera whose cable the test holds."""
    plug = Plug()

    def node(index: int, _name: str) -> CameraNode:
        if not plug.inside.is_set():
            raise EnvironmentFault("Camera 0 is not there.", "Plug it in.")
        return CameraNode(index, "Test camera")

    scripted = partial(DeviceCamera, open_capture=plug.open, node=node)
    monkeypatch.setattr(camera_module, "DeviceCamera", scripted)
    return plug


def until(condition, why: str) -> None:
    """Look until something holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, why
        time.sleep(0.02)


def test_a_camera_taken_away_is_a_gap_and_comes_back_by_itself(
    plug: Plug, tmp_path: Path
) -> None:
    server = EvidenceServer()
    with server.listening() as address:
        recorder = Recorder(Settings(store=tmp_path))
        offer = recorder.inspect(address, server.code)
        preview = recorder.open_preview(offer, "device:0", "none")
        session = recorder.start(offer, "device:0", "none", "none", preview)
        until(lambda: session.status().streams[0].frames > 30, "no pictures")

        plug.inside.clear()
        until(lambda: not session.status().streams[0].working, "the loss was not noticed")
        assert session.status().light is Light.PROBLEM
        assert "camera" in session.status().words
        plug.inside.set()
        until(lambda: session.status().streams[0].working, "the camera did not come back")
        seen = session.status().streams[0].frames
        until(lambda: session.status().streams[0].frames > seen + 30, "no pictures after")

        session.finish("finished")
        until(lambda: session.status().delivery.done and session.wait(0), "not delivered")
        recorder.leave()

    assert server.held is not None
    bodies = [decode_record(signed.payload).body for signed in server.held.records]
    reports = [b for b in bodies if isinstance(b, Incident) and b.kind is Kind.DEVICE_LOST]
    (gap,) = [b for b in bodies if isinstance(b, Gap)]
    pieces = [b for b in bodies if isinstance(b, Segment) and b.part == "fragment"]
    assert [report.end is None for report in reports] == [True, False]
    assert reports[0].id == reports[1].id
    assert (gap.stream, gap.start, gap.end) == ("camera", reports[1].start, reports[1].end)
    # The last picture before the loss is shown for as long as any other.
    before = [p for p in pieces if p.start + p.duration - PICTURE_US <= gap.start]
    after = [p for p in pieces if p.start >= gap.end - TICK_US]
    assert (len(before) + len(after), bool(before), bool(after)) == (len(pieces), True, True)
    assert isinstance(bodies[-1], Close)


def test_a_camera_lost_before_the_recording_is_missing_from_its_beginning(
    plug: Plug, tmp_path: Path
) -> None:
    server = EvidenceServer()
    with server.listening() as address:
        recorder = Recorder(Settings(store=tmp_path))
        offer = recorder.inspect(address, server.code)
        preview = recorder.open_preview(offer, "device:0", "none")
        plug.inside.clear()
        camera = preview.camera
        assert camera is not None
        until(lambda: isinstance(camera.state, Missing), "the loss was not noticed")

        session = recorder.start(offer, "device:0", "none", "none", preview)
        plug.inside.set()
        until(lambda: session.status().streams[0].working, "the camera did not come back")
        seen = session.status().streams[0].frames
        until(lambda: session.status().streams[0].frames > seen + 30, "no pictures after")

        session.finish("finished")
        until(lambda: session.status().delivery.done and session.wait(0), "not delivered")
        recorder.leave()

    assert server.held is not None
    records = [decode_record(signed.payload) for signed in server.held.records]
    bodies = [record.body for record in records]
    reports = [b for b in bodies if isinstance(b, Incident) and b.kind is Kind.DEVICE_LOST]
    (gap,) = [b for b in bodies if isinstance(b, Gap)]
    (first, *_) = [b for b in bodies if isinstance(b, Segment) and b.part == "fragment"]
    assert [report.end is None for report in reports] == [True, False]
    assert (gap.stream, gap.start, gap.end) == ("camera", reports[1].start, reports[1].end)
    # Not before the recording: the first record is written within its first moment.
    assert abs(gap.start - records[0].mono) < 1_000_000 * PATIENCE_S
    assert first.start >= gap.end - TICK_US


def test_without_a_camera_nothing_begins_and_the_code_stays_good(
    plug: Plug, tmp_path: Path
) -> None:
    server = EvidenceServer()
    plug.inside.clear()
    with server.listening() as address:
        recorder = Recorder(Settings(store=tmp_path))
        offer = recorder.inspect(address, server.code)
        with pytest.raises(EnvironmentFault, match="camera does not work"):
            recorder.open_preview(offer, "device:0", "none")
        recorder.decline(offer)

    assert server.held is None
    assert server.redeemed_key is None
