"""Detection beside the recording: a process that may die, watched and started again.

Three parties: the *capturing threads* offer pictures and sound and are never held up; the
*detector process* measures them; the *supervisor*, a thread of the recorder, hands over the
newest picture, turns measurements into incidents and keeps the detector alive.
"""

from __future__ import annotations

import queue
import threading
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass

from recorder.capture.frames import AudioBlock, Frame
from recorder.clock import Pair, now_ns
from recorder.detect.face.screen import Screen
from recorder.detect.incidents.boundaries import AllBoundaries, no_boundaries
from recorder.detect.incidents.camera_incidents import CAMERA_KINDS
from recorder.detect.incidents.core import DetectionCore
from recorder.detect.incidents.machine import IncidentMachine
from recorder.detect.incidents.microphone_incidents import MICROPHONE_KINDS
from recorder.detect.incidents.wording import DESCRIBE
from recorder.detect.observations import WatchedStream
from recorder.detect.process.child import ChildProcess, Spawn
from recorder.detect.process.events import Calibrate, Change, Inbox, Stop, Wake
from recorder.detect.process.given_up import NoLonger
from recorder.detect.process.load import Conditions, LoadWatch
from recorder.detect.process.offers import Offers
from recorder.detect.process.pace import STEPS, PaceChange, left_off
from recorder.detect.process.supervisor import Result, Supervisor
from recorder.detect.setup import NOTHING_MORE, DetectorSetup
from recorder.sleeps import Sleeps
from shared.flags import Kind
from shared.policy import Policy


@dataclass(frozen=True, slots=True)
class DetectorCounters:
    """For the heartbeat. Every picture offered is ``seen``, ``skipped`` (a newer one overtook
    it), ``left_out`` (not due, or nothing moved) or on its way.

    ``unobserved_ns`` is the camera's unobserved time so far, ``deaf_ns`` the microphone's;
    ``answer_ms`` the newest 95th percentile of the time to an answer about faces.
    ``unwatched`` says what could be watched at first and cannot any more.
    """

    seen: int
    skipped: int
    left_out: int
    restarts: int
    unobserved_ns: int
    deaf_ns: int
    answer_ms: float
    unwatched: tuple[NoLonger, ...] = ()


@dataclass(frozen=True, slots=True)
class PaceState:
    """Where the pace is: ``level`` (0 is everything), pictures a second at most, the kinds
    that are not looked for because of it, and the changes since the last time of asking, each
    with the kinds that were not looked for from then on.
    """

    level: int
    fps: int
    off: tuple[Kind, ...]
    changes: tuple[tuple[PaceChange, tuple[Kind, ...]], ...]


class DetectorProcess:
    """The detectors of one session.

    Args:
        policy: what is watched for, and by which rules.
        on_result: is given every observation, incident and unobserved stretch, on the
            supervisor's thread; it must return soon and not raise.
        clock: the evidence clock, which frames are stamped with.
        new_id: gives each incident its id.
        calibration: where the screen is, if the candidate was asked to look at it.
        streams: what will be offered; by default what the policy records and watches.
        spawn: starts a detector process.
        sleeps: knows when the computer slept; without it nothing is explained so.
        setup: what else is watched for than face, gaze and speech.
        conditions: how busy the computer is; asked every two seconds.
        boundaries: where the exam begins, stops and goes on: incidents end there.
    """

    def __init__(
        self,
        policy: Policy,
        on_result: Callable[[Result], None],
        clock: Callable[[], int] = now_ns,
        *,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
        calibration: Screen | None = None,
        streams: Collection[WatchedStream] | None = None,
        spawn: Spawn = ChildProcess,
        sleeps: Sleeps | None = None,
        setup: DetectorSetup = NOTHING_MORE,
        conditions: Callable[[], Conditions] = Conditions,
        boundaries: AllBoundaries = no_boundaries,
    ) -> None:
        self._clock = clock
        self._watched = frozenset(_watched(policy) if streams is None else streams)
        self._inbox: Inbox = queue.SimpleQueue()
        self._offers = Offers()
        self._load = LoadWatch(self._offers.counts, conditions)
        self._supervisor = Supervisor(
            inbox=self._inbox,
            offers=self._offers,
            core=DetectionCore(policy.rule, new_id, calibration),
            down=_down_machine(policy, new_id),
            watched=self._watched,
            on_result=on_result,
            clock=clock,
            spawn=spawn,
            sleeps=sleeps or Sleeps(Pair(clock, None)),
            load=self._load,
            setup=setup,
            boundaries=boundaries,
            fps=policy.streams.camera.fps,
        )
        self._thread = threading.Thread(
            target=self._supervisor.run, name="detector", daemon=True
        )
        self._stopped = False

    def start(self) -> None:
        """Begin; returns at once, the models load in the detector process."""
        self._thread.start()

    def prepare(self, setup: DetectorSetup) -> None:
        """Watch for this from now on, besides face, gaze and speech."""
        self._inbox.put(Change(setup))

    def calibrate(self, screen: Screen) -> None:
        """The candidate's screen was found here: measure from it from now on."""
        self._inbox.put(Calibrate(screen))

    def offer_frame(self, frame: Frame) -> None:
        """Offer a picture. The newest one wins; never blocks for longer than a copy."""
        if "camera" in self._watched and not self._stopped:
            self._wake(if_told=self._offers.frame(frame))

    def offer_audio(self, block: AudioBlock) -> None:
        """Offer a block of sound. Never blocks; the oldest waiting sound gives way."""
        if "microphone" in self._watched and not self._stopped:
            self._wake(if_told=self._offers.sound(block))

    def counters(self) -> DetectorCounters:
        """Counts so far; from any thread."""
        now_ns = self._clock()
        counts, load = self._offers.counts(), self._load.newest
        return DetectorCounters(
            seen=counts.seen,
            skipped=counts.skipped,
            left_out=counts.left_out,
            restarts=self._supervisor.restarts,
            unobserved_ns=self._supervisor.unobserved_ns("camera", now_ns),
            deaf_ns=self._supervisor.unobserved_ns("microphone", now_ns),
            answer_ms=round(load.answer_ms, 1) if load else 0.0,
            unwatched=self._supervisor.unwatched,
        )

    def pace(self) -> PaceState:
        """Where the pace is; from any thread. Each change is told once."""
        setup, level = self._supervisor.setup, self._load.pace.level
        changes = tuple(
            (change, left_off(setup, change.level)) for change in self._load.take_changes()
        )
        return PaceState(level, STEPS[level].fps, left_off(setup, level), changes)

    def stop(self) -> None:
        """End the detector and every open incident; returns when all results were given.

        Stopping twice, or without having started, is allowed.
        """
        if self._stopped:
            return
        self._stopped = True
        self._inbox.put(Stop())
        if self._thread.ident is not None:
            self._thread.join()
        self._offers.close()

    def _wake(self, *, if_told: bool) -> None:
        if if_told:
            self._inbox.put(Wake())


def _down_machine(policy: Policy, new_id: Callable[[], str]) -> IncidentMachine | None:
    kind = Kind.DETECTOR_DOWN
    rule = policy.rule(kind)
    return IncidentMachine(kind, rule, new_id, DESCRIBE[kind]) if rule.enabled else None


def _watched(policy: Policy) -> set[WatchedStream]:
    """The streams that are recorded and that a rule asks about."""
    watched: set[WatchedStream] = set()
    if policy.streams.camera.enabled and any(policy.rule(k).enabled for k in CAMERA_KINDS):
        watched.add("camera")
    if policy.streams.microphone.enabled and any(
        policy.rule(k).enabled for k in MICROPHONE_KINDS
    ):
        watched.add("microphone")
    return watched
