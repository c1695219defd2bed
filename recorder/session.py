"""One session while it records: its parts started, watched over and ended in order.

Ending is a sequence: nothing new is taken, devices stop, encoders are flushed, all is
sealed and committed, the chain is closed, and what is left is delivered for as long as the
program runs; the rest stays in the outbox.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import structlog

from recorder.capture.timeline import Timeline
from recorder.course import By
from recorder.enrolling import LEFT_OUT
from recorder.evidence.clocks import system_clock
from recorder.evidence.exam_headers import ExamHeaders
from recorder.evidence.exporting import export
from recorder.evidence.streams import economise
from recorder.evidence.writer import Broken
from recorder.heartbeat import Pulse
from recorder.light import judge
from recorder.lockdown.operation import Operation
from recorder.lockdown.vitals import read_vitals
from recorder.obeying import obey
from recorder.parts import Opening, Parts
from recorder.phases import SITTING
from recorder.receipt_file import save_receipt
from recorder.status import (
    CalibrationView,
    Delivery,
    EnrolmentView,
    Notice,
    SavedFile,
    SavedReceipt,
    Stage,
    Status,
)
from shared.progress import Progress
from shared.records import Detail, Heartbeat
from shared.wire import Command, LiveState

_log = structlog.get_logger(__name__)

# How long the end of a session waits for the disk before it goes on without.
FLUSH_BOUND_S = 20.0

# How long it waits for the close of a chain whose evidence was given up for want of room.
LAST_FLUSH_BOUND_S = 5.0

# How long a command is called done no sooner than it is on disk. A disk that stands still for
# longer is told of, and the proctor's board goes on.
OBEYED_BOUND_S = 2.0


class Session:
    """A recording from its first record to its last receipt."""

    def __init__(
        self, parts: Parts, opening: Opening, timeline: Timeline, clock: Callable[[], int]
    ) -> None:
        """Record with ``parts``; ``clock`` is the evidence clock in nanoseconds."""
        self._parts = parts
        self._opening = opening
        self._timeline = timeline
        self._clock = clock
        self._stage = Stage.CHECKING
        self._ended_ns: int | None = None
        self._ending = threading.Lock()
        self._handed_in = False
        self._over = threading.Event()
        self._ended = ""
        self._obeyed: set[str] = set()
        self._pulse = Pulse(
            parts.policy.heartbeat_s, self._heartbeat, parts.reporter.beat, parts.unobserved
        )
        self.id = opening.session
        self.preview = parts.preview

    # Beginning

    def start(self) -> None:
        """Write the first record, if it is not there yet, and let everything run."""
        parts, opening = self._parts, self._opening
        parts.writer.on_commit = parts.delivering.wake
        parts.writer.on_step = lambda step: economise(parts.encoders, step)
        parts.writer.start()
        if not opening.resumed:
            parts.writer.open(
                build=opening.build,
                models=opening.models,
                devices=opening.devices,
                consent=opening.consent,
                unwatched=opening.unwatched,
            )
        # Not before the first record; what is missing by now is missing from the beginning.
        self.preview.relay.listen(parts.losses, self._timeline.origin_ns)
        parts.delivering.start()
        parts.surroundings.start()
        parts.detection.start()
        for stream, pump in parts.pumps.items():
            pump.add_sink(parts.encoders[stream].offer)
        parts.clocks.start()
        parts.course.begin()
        if parts.course.view().phase in SITTING:
            # Who it was is not kept over an interruption, and the exam goes on already.
            parts.enrolling.begin(unattended=True)
        self._pulse.start()
        self._stage = Stage.RECORDING

    def break_off(self) -> None:
        """It did not come to begin: nothing of it runs on, and the store, which is not closed,
        is free for another attempt.
        """
        parts = self._parts
        for step in (
            *self._halting(),
            parts.surroundings.finish,
            parts.delivering.stop,
            lambda: parts.writer.stop(FLUSH_BOUND_S),
        ):
            _attempt(step)

    # While it runs

    def status(self) -> Status:
        """A snapshot, cheap enough for several a second."""
        streams = tuple(pump.health() for pump in self._parts.pumps.values())
        # In this order: what was counted after the last record was saved is all there is.
        closed = self._parts.writer.tally.closed
        delivery = self._parts.delivering.delivery()
        stage = self._look_at_stage(closed, delivery)
        course, talk = self._parts.course.view(), self._parts.talk
        light, words = judge(stage, self._parts, streams, delivery, course)
        return Status(
            stage=stage,
            light=light,
            words=words,
            elapsed_s=self._elapsed_s(),
            streams=streams,
            delivery=delivery,
            sound_level=self.preview.sound_level(),
            incidents=self._parts.reporter.incidents,
            phase=course.phase,
            left_s=course.left_s,
            starts_in_s=course.starts_in_s,
            awaits=course.awaits,
            refused=course.refused,
            breaks_left=course.breaks_left,
            break_left_s=course.break_left_s,
            warnings=talk.warnings,
            warnings_limit=talk.warnings_limit,
            unheard=talk.unheard,
            ended=self._ended,
            unsaved=stage is Stage.DELIVERING and not closed,
        )

    def _look_at_stage(self, closed: bool, delivery: Delivery) -> Stage:
        """Where it is now. What is delivered is the whole only once the chain is closed; a
        writer that is broken, or was never told to, will not close it any more.
        """
        if self._stage is Stage.DELIVERING:
            broken = isinstance(self._parts.writer.state, Broken) or not self._handed_in
            if closed and delivery.done:
                self._stage = Stage.DELIVERED
            elif broken and not closed:
                self._stage = Stage.FAILED
        return self._stage

    # What the candidate asks for

    def begin_enrolment(self, *, unattended: bool = False) -> None:
        """Take the photograph, and what else the policy asks for; from the first good picture
        where nobody is led through it.
        """
        self._parts.enrolling.begin(unattended=unattended)

    @property
    def enrolled(self) -> bool:
        """Whether nothing is left to be taken."""
        return self._parts.enrolling.over

    def enrolment(self) -> EnrolmentView | None:
        """Where the enrolment stands."""
        return self._parts.enrolling.view()

    def retake(self) -> None:
        """Take the present step again; at the end, all of it."""
        self._parts.enrolling.retake()

    def leave_out(self, what: str, why: str = LEFT_OUT) -> None:
        """Go on without a part of the enrolment, or the calibration; ``why`` is recorded."""
        if what == "calibration":
            self._parts.calibrating.leave_out()
        else:
            self._parts.enrolling.leave_out(what, why)

    def ask_proctor(self, what: str) -> None:
        """Put the identity to a proctor, where the policy lets one decide."""
        view = self._parts.enrolling.view()
        if what != "identity" or not self._parts.policy.identity.override:
            return
        if view is not None and view.step != "done":
            self._parts.course.ask("identity")
            self._parts.enrolling.wait_for_proctor()

    def begin_calibration(self, width_mm: float | None, height_mm: float | None) -> None:
        """Show marks from now on."""
        self._parts.calibrating.begin(width_mm, height_mm)

    def stop_calibration(self) -> None:
        """Show no more marks."""
        self._parts.calibrating.stop()

    def calibration(self) -> CalibrationView | None:
        """Where the calibration stands."""
        return self._parts.calibrating.view()

    def ready(self) -> None:
        """To the waiting room."""
        self._parts.course.ready()

    def take_break(self) -> None:
        """Begin a break, where one is left."""
        self._parts.course.take_break()

    def end_break(self) -> None:
        """Go on with the exam."""
        self._parts.course.end_break()

    def say(self, text: str) -> None:
        """A message to the proctor."""
        self._parts.talk.say(text)

    def ask_for_help(self, text: str) -> None:
        """Ask a proctor for help."""
        self._parts.talk.ask_for_help(text)

    def hold(self, operations: Sequence[Operation]) -> bool:
        """Hold the exam's window to the policy as well, from the exam's beginning on; whether
        that is still to come.
        """
        return self._parts.locking.add(operations)

    def exam_headers(self) -> ExamHeaders:
        """What signs the headers of the exam's browser."""
        build = self._opening.build
        named = [str(build[which]) for which in ("version", "build") if which in build]
        return self._parts.writer.exam_headers(" ".join(named))

    def withdraw(self) -> None:
        """The candidate takes the consent back."""
        self.finish("withdrawn")

    def notices(self) -> list[Notice]:
        """Messages since the last call."""
        return self._parts.talk.notices()

    # What the server asks for

    def live(self) -> LiveState:
        """What proctors are shown."""
        status = self.status()
        delivery = status.delivery
        return LiveState(
            stage=status.stage,
            light=status.light,
            words=status.words,
            elapsed_s=status.elapsed_s,
            queued_records=delivery.records_made - delivery.records_sent,
            queued_bytes=delivery.bytes_made - delivery.bytes_sent,
            phase=status.phase,
            awaits=status.awaits,
            said=self._parts.talk.next_said,
        )

    def obey(self, command: Command) -> None:
        """Do what the server asks, each command once; called on the live channel's thread,
        which says afterwards that it is done.
        """
        if command.id in self._obeyed:
            return
        self._obeyed.add(command.id)
        obey(command, self._parts, self.finish)
        # Else a crash might take with it what the server would never send again.
        self._parts.writer.flush_records(OBEYED_BOUND_S)

    def _elapsed_s(self) -> float:
        return (self._last_ns() - self._timeline.origin_ns) / 1e9

    def _last_ns(self) -> int:
        """The end of the recording; now, before it."""
        return self._clock() if self._ended_ns is None else self._ended_ns

    def _heartbeat(self) -> Heartbeat:
        parts = self._parts
        delivery = parts.delivering.delivery()
        waiting = parts.writer.waiting
        return Heartbeat(
            streams={
                stream: {
                    **asdict(pump.counts),
                    "device": pump.source.name,
                    "working": pump.health().working,
                    "refused": parts.encoders[stream].refused,
                    "backlog": parts.encoders[stream].backlog,
                }
                for stream, pump in parts.pumps.items()
            },
            unobserved=(),  # the pulse's, which sees whether it is taken
            queue={
                "unsaved": waiting.items,
                "step": parts.writer.room.step.label,
                "ballast": parts.writer.room.ballast,
                "records": delivery.records_made - delivery.records_sent,
                "pieces": delivery.blobs_made - delivery.blobs_sent,
                "bytes": delivery.bytes_made - delivery.bytes_sent,
                "online": delivery.online,
            },
            machine={
                **asdict(read_vitals(parts.folder)),
                **parts.clocks.describe(),
                **parts.locking.describe(),
            },
            detection={**parts.detection.describe(), **self._looked_for()},
        )

    def _looked_for(self) -> Detail:
        """Whether incidents are looked for now, and what the enrolment leaves unwatched."""
        course, enrolling = self._parts.course, self._parts.enrolling
        return {**course.describe(), "enrolment_unwatched": list(enrolling.unwatched)}

    def receipt(self, target: Path) -> SavedReceipt:
        """Save what proves the delivery as a file; blocks.

        Raises:
            EnvironmentFault: there is no receipt yet, or the file cannot be written.
        """
        return save_receipt(self._parts.writer.ask, target, system_clock().wall)

    def save(self, target: Path, show: Progress) -> SavedFile:
        """Save all there is as a file to carry away; blocks, delivery goes on meanwhile.

        Raises:
            EnvironmentFault: the file cannot be written, or the store not be read.
        """
        return export(self._parts.writer.ask, target, system_clock().wall, show)

    # Ending

    def finish(self, reason: str) -> None:
        """End the recording on a thread of its own; the first reason given counts."""
        if self._ending.acquire(blocking=False):
            self._ended, self._stage = reason, Stage.CLOSING
            threading.Thread(target=self._end, args=(reason,), name="closing").start()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the chain is closed and on disk; delivery may still go on."""
        return self._over.wait(timeout_s)

    def leave(self) -> None:
        """Stop delivering and let the store go; what is left is delivered another time."""
        self._parts.delivering.stop()
        self._parts.writer.stop(FLUSH_BOUND_S)

    def _end(self, reason: str) -> None:
        try:
            for step in self._ending_steps(reason):
                _attempt(step)
        finally:
            self._stage = Stage.DELIVERING
            self._over.set()

    def _ending_steps(self, reason: str) -> list[Callable[[], object]]:
        """What an end consists of, in order; none is left out because another fails."""
        parts = self._parts
        return [
            lambda: parts.course.stop(_BY.get(reason, "recorder"), reason),
            *self._halting(),
            parts.course.finish,
            lambda: parts.losses.finish(self._last_ns()),
            parts.surroundings.finish,
            parts.delivering.last_words,
            self._last_beats,
            lambda: self._close(reason),
            self._flush,
            parts.delivering.hasten,
        ]

    def _halting(self) -> list[Callable[[], object]]:
        """What gives the machine and the devices back and ends what is made of them."""
        parts = self._parts
        return [
            self._pulse.stop,
            parts.locking.stop,
            *(pump.stop for pump in parts.pumps.values()),
            self._note_end,
            *(encoder.finish for encoder in parts.encoders.values()),
            parts.clocks.stop,
            parts.detection.stop,
        ]

    def _note_end(self) -> None:
        self._ended_ns = self._clock()

    def _close(self, reason: str) -> None:
        self._parts.writer.close(reason)
        self._handed_in = True

    def _flush(self) -> None:
        writer = self._parts.writer
        if not writer.flush(FLUSH_BOUND_S):
            writer.give_up_bulk()
        if not writer.flush(LAST_FLUSH_BOUND_S):
            _log.warning("evidence_waits_for_the_disk", items=writer.waiting.items)

    def _last_beats(self) -> None:
        while self._pulse.beat() and self._parts.unobserved.waiting:
            pass


def _attempt(step: Callable[[], object]) -> None:
    try:
        step()
    except Exception:  # noqa: BLE001  (the others are to be done whatever fails in one)
        _log.exception("ending_failed")


# On whose word a recording ends, by its reason.
_BY: dict[str, By] = {
    "finished": "candidate",
    "quit": "candidate",
    "withdrawn": "candidate",
    "terminated": "proctor",
}
