from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from structlog.testing import capture_logs

from recorder.capture.frames import Frame, StreamName
from recorder.capture.pump import CapturePump, Missing, Stopped, Working
from recorder.capture.reading import Ended, Idle, Lost
from recorder.capture.timeline import FrameStamper, Timeline
from recorder.faults import EnvironmentFault

FRAME = "frame"
PIXEL = np.zeros((2, 2, 3), np.uint8)


class ScriptedSource:
    """A source that follows a script; at its end it idles until it is closed.

    Steps of the script: FRAME, ``Lost``, ``Ended`` or an exception to raise at a read;
    ``opens`` says for each opening whether it works (``None``) or what is raised.
    """

    stream: StreamName = "camera"
    name = "scripted"
    note = "a note"
    skipped = 7

    def __init__(
        self,
        script: list[str | Lost | Ended | Exception],
        opens: list[Exception | None] | None = None,
    ) -> None:
        self.script = list(script)
        self.opens = list(opens or [])
        self.opened = self.closed = 0
        self.now = 0
        self.stamper = FrameStamper("camera", Timeline(0, 0))

    def open(self) -> None:
        self.opened += 1
        problem = self.opens.pop(0) if self.opens else None
        if problem is not None:
            raise problem

    def read(self) -> Frame | Idle | Lost | Ended:
        step = self.script.pop(0) if self.script else "idle"
        self.now += 1000
        if step == FRAME:
            return self.stamper.stamp(PIXEL, self.now)
        if isinstance(step, str):
            time.sleep(0.001)
            return Idle()
        if isinstance(step, Exception):
            raise step
        return step

    def close(self) -> None:
        self.closed += 1

    def rebase(self, timeline: Timeline) -> None:
        self.stamper.rebase(timeline)


class Losses:
    """Remembers what the pump said."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int, str]] = []

    def on_lost(self, stream: StreamName, start_ns: int, reason: str) -> None:
        self.heard.append(("lost", start_ns, reason))

    def on_back(self, stream: StreamName, end_ns: int) -> None:
        self.heard.append(("back", end_ns, ""))


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in 10 s"
        time.sleep(0.002)


@pytest.fixture
def losses() -> Losses:
    return Losses()


@pytest.fixture
def run(losses: Losses) -> Iterator[Callable[[ScriptedSource], CapturePump[Frame]]]:
    pumps: list[CapturePump[Frame]] = []

    def make(source: ScriptedSource) -> CapturePump[Frame]:
        pump: CapturePump[Frame] = CapturePump(
            source, losses, clock=lambda: 500, first_retry_s=0.001
        )
        pumps.append(pump)
        return pump

    yield make
    assert all(pump.stop() for pump in pumps)


Run = Callable[[ScriptedSource], CapturePump[Frame]]


def test_hands_every_item_to_every_sink_in_order(run: Run, losses: Losses) -> None:
    first: list[int] = []
    second: list[int] = []
    pump = run(ScriptedSource([FRAME] * 50))
    pump.add_sink(lambda frame: first.append(frame.seq))
    pump.add_sink(lambda frame: second.append(frame.seq))
    pump.start()
    until(lambda: pump.counts.read == 50)
    assert pump.stop()
    assert first == second == list(range(50))
    assert losses.heard == []
    assert pump.state == Stopped()


def test_keeps_the_latest_for_the_preview(run: Run) -> None:
    pump = run(ScriptedSource([FRAME] * 3))
    assert pump.latest() is None
    pump.start()
    until(lambda: pump.counts.read == 3)
    latest = pump.latest()
    assert latest is not None
    assert latest.seq == 2
    assert isinstance(pump.wait_ready(1), Working)
    health = pump.health()
    assert (health.working, health.frames, health.device) == (True, 3, "scripted")
    assert health.note == "a note"
    assert pump.counts.skipped == 7


def test_a_loss_has_a_start_and_an_end(run: Run, losses: Losses) -> None:
    source = ScriptedSource([FRAME, FRAME, Lost("pulled out"), FRAME])
    pump = run(source)
    pump.start()
    until(lambda: pump.counts.read == 3)
    assert losses.heard == [("lost", 2000, "pulled out"), ("back", 4000, "")]
    assert (source.opened, pump.counts.lost_intervals) == (2, 1)


def test_a_lost_device_is_tried_until_it_is_back(run: Run, losses: Losses) -> None:
    gone = EnvironmentFault("There is no camera 0.", "Plug it in.")
    source = ScriptedSource([FRAME, Lost("pulled out"), FRAME], [None, gone, gone, gone])
    pump = run(source)
    pump.start()
    until(lambda: pump.counts.read == 2)
    assert source.opened == 5
    assert [what for what, _, _ in losses.heard] == ["lost", "back"]


def test_a_device_that_never_opened_is_missing_from_the_start(run: Run, losses: Losses) -> None:
    gone = EnvironmentFault("There is no camera 0.", "Plug it in.")
    source = ScriptedSource([FRAME], [gone] * 10_000)
    pump = run(source)
    pump.start()
    state = pump.wait_ready(10)
    assert state == Missing(500, "There is no camera 0. Plug it in.")
    source.opens.clear()
    until(lambda: pump.counts.read == 1)
    assert losses.heard[0] == ("lost", 500, "There is no camera 0. Plug it in.")
    assert losses.heard[1][0] == "back"
    assert pump.health().working


def test_nothing_stale_is_shown_while_the_device_is_lost(run: Run) -> None:
    gone = EnvironmentFault("Gone.", "Wait.")
    pump = run(ScriptedSource([FRAME, Lost("pulled out")], [None, *[gone] * 10_000]))
    pump.start()
    until(lambda: isinstance(pump.state, Missing))
    assert pump.latest() is None
    assert not pump.health().working
    assert pump.health().note


def test_a_bug_is_reported_logged_and_survived(run: Run, losses: Losses) -> None:
    source = ScriptedSource([FRAME, ZeroDivisionError("a bug"), FRAME])
    pump = run(source)
    with capture_logs() as logs:
        pump.start()
        until(lambda: pump.counts.read == 2)
    assert "a bug" in losses.heard[0][2]
    assert [log["event"] for log in logs] == ["source_failed"]


def test_a_sink_that_fails_is_counted_and_the_others_go_on(run: Run) -> None:
    def broken(_frame: Frame) -> None:
        raise ValueError("a sink's bug")

    seen: list[int] = []
    pump = run(ScriptedSource([FRAME] * 20))
    pump.add_sink(broken)
    pump.add_sink(lambda frame: seen.append(frame.seq))
    with capture_logs() as logs:
        pump.start()
        until(lambda: pump.counts.read == 20)
        until(lambda: len(seen) == 20)
    assert pump.counts.sink_failures == 20
    assert len(logs) == 1


def test_a_removed_sink_hears_no_more(run: Run) -> None:
    seen: list[int] = []
    pump = run(ScriptedSource([FRAME] * 5))
    pump.add_sink(seen.append)  # type: ignore[arg-type]
    pump.remove_sink(seen.append)  # type: ignore[arg-type]
    pump.start()
    until(lambda: pump.counts.read == 5)
    assert seen == []


def test_goes_on_in_the_next_epoch(run: Run) -> None:
    epochs: list[int] = []
    pump = run(ScriptedSource([FRAME] * 3))
    pump.add_sink(lambda frame: epochs.append(frame.epoch))
    pump.rebase(Timeline(4, 0))
    pump.start()
    until(lambda: len(epochs) == 3)
    assert epochs == [4, 4, 4]


def test_a_source_that_ends_stops_the_pump_without_a_loss(run: Run, losses: Losses) -> None:
    pump = run(ScriptedSource([FRAME, Ended()]))
    pump.start()
    until(lambda: pump.state == Stopped())
    assert losses.heard == []


def test_a_stop_lets_the_device_go_and_a_second_is_harmless(run: Run) -> None:
    source = ScriptedSource([FRAME])
    pump = run(source)
    pump.start()
    until(lambda: pump.counts.read == 1)
    assert pump.stop()
    assert pump.stop()
    assert source.closed >= 1
    assert pump.wait_ready(0) == Stopped()


def test_a_pump_that_never_started_stops(run: Run) -> None:
    assert run(ScriptedSource([])).stop()


def test_a_device_that_hangs_does_not_hold_up_the_stop(losses: Losses) -> None:
    hold = threading.Event()

    class Hanging(ScriptedSource):
        def read(self) -> Frame | Idle | Lost | Ended:
            hold.wait(30)
            return Idle()

    pump: CapturePump[Frame] = CapturePump(Hanging([]), losses)
    pump.start()
    with capture_logs() as logs:
        assert not pump.stop(timeout_s=0.05)
    assert [log["event"] for log in logs] == ["device_hangs"]
    hold.set()
    assert pump.stop()
