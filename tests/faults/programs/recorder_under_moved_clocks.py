"""The recorder's evidence under clocks that a test moves: run with libfaketime preloaded.

One process records session after session with the product's own parts: enrolment, writer,
encoders, watch and courier, each with its real clocks. Orders come as JSON lines on standard
input, and each is answered by a line on standard output.

The wall clock is moved by libfaketime, through its time stamp file. It can move the monotonic
clocks only all together, and not one against the other; so a sleep and hours that pass are
put in at the lowest place there is, the pair of clocks in ``recorder.clock``.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
from collections.abc import Callable
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from recorder import clock
from recorder.capture.frames import AudioBlock, Frame, StreamName
from recorder.capture.timeline import BLOCK_SAMPLES, NS_PER_S, SOUND_RATE, Timeline
from recorder.clock_watch import ClockWatch
from recorder.evidence.clocks import Clock, Reading, system_clock
from recorder.evidence.streams import start_encoders
from recorder.evidence.writer import EvidenceWriter
from recorder.lockdown.boot import boot_id
from recorder.logs import log_to_stderr
from recorder.losses import LossRecorder
from recorder.reporter import Reporter
from recorder.sleeps import Sleeps
from recorder.sync.client import ServerClient
from recorder.sync.courier import Courier
from recorder.sync.enrolment import enrol
from recorder.sync.outbox import Outbox
from recorder.sync.pacing import Pacing
from shared.records import Heartbeat

STREAMS: tuple[StreamName, ...] = ("camera", "microphone", "screen")
BOUND_S = 30.0
MAX_STEPS = 10_000
# libfaketime shows the true time, now and then, where several threads ask at once. So near to
# it (s) a wall clock is the true one.
TRUE_S = 0.5

# No two clocks are read while one of them is moved: in life they move together.
moving = threading.RLock()


class Moved:
    """What is added to the clocks."""

    def __init__(self) -> None:
        self.wall_s = 0.0
        self.passed_ns = 0
        self.slept_ns = 0
        self._file = Path(os.environ["FAKETIME_TIMESTAMP_FILE"])
        self._real = clock.THIS_COMPUTER
        self._true_offset = system_clock().offset

    def set_wall(self, to_s: float) -> None:
        """Let libfaketime show a wall clock that is off by so much."""
        self.wall_s = to_s
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{to_s:+.6f}\n", "ascii")
        fresh.replace(self._file)  # it is read at every look at the clock

    def read(self) -> Reading:
        """The product's own reading of both clocks, but never of a wall clock let through."""
        with moving:
            while self._let_through(reading := system_clock()):
                pass
            return reading

    def _let_through(self, reading: Reading) -> bool:
        monotonic = (self.passed_ns + self.slept_ns) // 1000
        off_s = (reading.offset + monotonic - self._true_offset) / 1e6
        return abs(off_s) < TRUE_S <= abs(self.wall_s) / 2

    def move(self, passed_s: float, slept_s: float, wall_s: float) -> None:
        """Let time pass awake and asleep, and the wall clock with it."""
        with moving:
            self.passed_ns += round(passed_s * NS_PER_S)
            self.slept_ns += round(slept_s * NS_PER_S)
            awake = self._real.awake
            assert awake is not None
            clock.THIS_COMPUTER = clock.Pair(
                lambda: self._real.total() + self.passed_ns + self.slept_ns,
                lambda: awake() + self.passed_ns,
            )
            self.set_wall(self.wall_s + wall_s)


class Recording:
    """One session, from its code to its last receipt."""

    def __init__(self, url: str, root: Path, read: Clock) -> None:
        self._client = ServerClient(url)
        inspection = self._client.inspect("GOOD-CODE")
        store, key = enrol(self._client, inspection, root, read().wall)
        policy = inspection.policy
        self._writer = EvidenceWriter(store, key, boot=boot_id(), clock=read)
        self._courier = Courier(
            Outbox(self._writer.ask, lambda: self._writer.tally),
            self._client.session(store.founding),
            Pacing(linger_s=0),
            random.Random(1),
            monotonic=count().__next__,
        )
        self._writer.start()
        reporter = Reporter(self._writer)
        self._sleeps = Sleeps(clock.Pair(lambda: pair("total"), lambda: pair("awake")))
        self._timeline = Timeline(0, clock.now_ns())
        self._encoders = start_encoders(
            policy.streams,
            STREAMS,
            self._timeline,
            reporter.submit,
            clock.now_ns,
            self._sleeps.slept,
        )
        losses = LossRecorder(policy, reporter.submit, new_id, sleeps=self._sleeps)
        self.watch = ClockWatch(
            policy,
            self._sleeps,
            on_incident=reporter.submit,
            new_id=new_id,
            look_at_clock=self._writer.look_at_clock,
            look_at_losses=losses.look,
            tell=lambda _: None,
        )
        self._items = 0
        self._writer.open(
            build={}, models=(), devices=dict.fromkeys(STREAMS, "scripted"), consent={}
        )
        self._settle()

    def look(self) -> None:
        """Look at the clocks, as the watch does twice a second."""
        self.watch.look()
        self._settle()

    def beat(self) -> None:
        """Write a record."""
        machine = dict(self.watch.describe())
        self._writer.submit(Heartbeat(streams={}, unobserved=(), queue={}, machine=machine))
        self._settle()

    def show(self) -> None:
        """Give each stream something to record, as its device would now."""
        now_ns, self._items = clock.now_ns(), self._items + 1
        image = np.full((48, 64, 3), self._items % 256, np.uint8)
        base = Fraction(1, 90_000)
        for stream in ("camera", "screen"):
            pts = self._timeline.pts(now_ns, base)
            frame = Frame(stream, 0, self._items, pts, base, now_ns, image)
            self._encoders[stream].offer(frame)
        sound = Fraction(1, SOUND_RATE)
        pts = self._timeline.pts(now_ns, sound)
        samples = np.zeros(BLOCK_SAMPLES, np.int16)
        block = AudioBlock(
            "microphone", 0, self._items, pts, sound, now_ns, SOUND_RATE, samples
        )
        self._encoders["microphone"].offer(block)

    def deliver(self) -> None:
        """Have the server sign for all there is."""
        for _ in range(MAX_STEPS):
            if self._writer.tally.delivered:
                return
            self._courier.step(urgent=True)
        raise AssertionError(f"not delivered: {self._courier.note}")

    def close(self) -> None:
        """End as a session does, and deliver the rest."""
        for encoder in self._encoders.values():
            encoder.finish()
        self.look()
        self.watch.stop()
        self.beat()
        self._writer.close("finished")
        self._settle()
        self.deliver()
        assert self._writer.stop(BOUND_S) == 0
        self._client.close()

    def _settle(self) -> None:
        assert self._writer.flush(BOUND_S), self._writer.state
        self._writer.ask(lambda _store: None)  # errands before this one are done


def pair(which: str) -> int:
    """This computer's clocks as they are by now."""
    with moving:
        now = clock.THIS_COMPUTER
        assert now.awake is not None
        return now.total() if which == "total" else now.awake()


def new_id() -> str:
    return uuid4().hex


def main() -> None:
    log_to_stderr()
    moved = Moved()
    recording: Recording | None = None
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        match order:
            case {"do": "begin", "url": url, "root": root}:
                recording = Recording(url, Path(root), moved.read)
            case {"do": "set", "by": by}:
                moved.set_wall(moved.wall_s + by)
            case {"do": "move", "passed": passed, "slept": slept, "wall": wall}:
                moved.move(passed, slept, wall)
            case {"do": "watch"}:
                assert recording is not None
                recording.watch.start()
            case {"do": name}:
                act: Callable[[], None] = getattr(recording, name)
                act()
        sys.stdout.write(json.dumps({"wall_off": moved.wall_s}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
