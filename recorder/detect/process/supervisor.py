"""The thread that keeps a detector process alive and makes incidents of its observations."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from recorder.detect.enrolled import FaceLook, VoiceLook
from recorder.detect.incidents.blind_time import ABSENT_AFTER_NS, absent_after_ns
from recorder.detect.incidents.boundaries import AllBoundaries, Boundaries, no_boundaries
from recorder.detect.incidents.core import DetectionCore
from recorder.detect.incidents.machine import IncidentMachine, Reading
from recorder.detect.observations import (
    Blindness,
    Finding,
    Incident,
    Observation,
    VoiceObservation,
    WatchedStream,
)
from recorder.detect.process.at_work import take_noted
from recorder.detect.process.child import Child, Spawn
from recorder.detect.process.events import Calibrate, Change, Event, Inbox, Stop, Word
from recorder.detect.process.given_up import GivenUp, NoLonger
from recorder.detect.process.load import LoadWatch
from recorder.detect.process.offers import Offers
from recorder.detect.process.pace import STEPS, economised
from recorder.detect.process.worker_messages import (
    Answer,
    Failed,
    Heard,
    Listen,
    Prepare,
    Ready,
    Seen,
    Sound,
    observations_of,
)
from recorder.detect.setup import NOTHING_MORE, DetectorSetup, with_learnt_voice
from recorder.sleeps import Sleeps

NS = 1_000_000_000

# The supervisor looks after everything at least this often.
TICK_S = 0.25

# A picture takes 3 ms, on a machine under full load ten times as long: after this the
# detector has stalled. Loading the models takes 0.5 s, after a cold start several.
STALLED_NS = 3 * NS
LOADING_NS = 30 * NS

# The first restart is immediate; a detector that dies at once is started ever less often,
# and one that has lived for this long has proved itself.
FIRST_WAIT_NS = NS
LONGEST_WAIT_NS = 30 * NS
PROVEN_NS = 60 * NS

_log = logging.getLogger(__name__)

Result = Observation | Finding | FaceLook | VoiceLook


class Supervisor:
    """Owns the detector process and every incident machine. One thread calls ``run``.

    Args:
        inbox: what wakes it.
        offers: where pictures and sound are taken from.
        core: turns observations into findings.
        down: the machine for ``detector_down``; ``None`` where the policy has it off.
        watched: the streams that are expected.
        on_result: is given every observation and finding.
        clock: the evidence clock, nanoseconds.
        spawn: starts a detector process.
        sleeps: knows when the computer slept. The detector sleeps with it, so patience with
            the detector counts time awake only.
        load: measures what detection costs and sets its pace.
        setup: what else is watched for than face, gaze and speech.
        boundaries: where the exam begins, stops and goes on.
        fps: pictures a second that the camera is to give.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        offers: Offers,
        core: DetectionCore,
        down: IncidentMachine | None,
        watched: frozenset[WatchedStream],
        on_result: Callable[[Result], None],
        clock: Callable[[], int],
        spawn: Spawn,
        sleeps: Sleeps,
        load: LoadWatch,
        setup: DetectorSetup = NOTHING_MORE,
        boundaries: AllBoundaries = no_boundaries,
        fps: float = STEPS[0].fps,
    ) -> None:
        self.restarts = 0
        self._given_up = GivenUp()
        self._load = load
        self._setup = setup
        self._voice: tuple[float, ...] | None = None
        self._inbox = inbox
        self._offers = offers
        self._core = core
        self._down = down
        self._watched = watched
        self._on_result = on_result
        self._clock = clock
        self._spawn = spawn
        self._sleeps = sleeps
        self._boundaries = Boundaries(boundaries)
        self._patience_ns: dict[WatchedStream, int] = {
            "camera": absent_after_ns(fps),
            "microphone": ABSENT_AFTER_NS,
        }
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._life = 0
        self._born_ns = 0
        self._next_start_ns = 0
        self._wait_ns = 0
        self._ready = False
        self._looking_since_ns: int | None = None
        self._listening_since_ns: int | None = None
        self._lent_sound_ns = 0
        self._observed_ns: dict[WatchedStream, int] = {}

    def run(self) -> None:
        """Serve until told to stop."""
        now_ns = self._clock()
        for stream in self._watched:
            self._observed_ns[stream] = now_ns
            self._findings(self._absent(stream, now_ns, Blindness.NO_INPUT))
        try:
            self._start_child()
            while not isinstance(event := self._next_event(), Stop):
                self._cut()
                if isinstance(event, Word) and event.life == self._life:
                    self._answer(event.answer)
                if isinstance(event, Change):
                    self._prepare(with_learnt_voice(event.setup, self._voice))
                if isinstance(event, Calibrate):
                    self._core.calibrate(event.screen)
                self._hand_over()
                self._look_after(self._clock())
        finally:
            self._end()

    def unobserved_ns(self, stream: WatchedStream, now_ns: int) -> int:
        """For the counters; from any thread."""
        with self._lock:
            return self._core.unobserved_ns(stream, now_ns)

    @property
    def setup(self) -> DetectorSetup:
        """What is watched for, where the pace leaves nothing out; from any thread."""
        return self._given_up.without(self._setup)

    @property
    def unwatched(self) -> tuple[NoLonger, ...]:
        """What cannot be watched any more, since when and why; from any thread."""
        return self._given_up.unwatched

    def _cut(self) -> None:
        """Where the exam began or stopped meanwhile, what was open has ended."""
        for at_ns in self._boundaries.passed():
            with self._lock:
                findings = self._core.cut(at_ns)
            self._findings(findings)

    def _prepare(self, setup: DetectorSetup) -> None:
        self._setup = setup
        if self._child is not None:
            told = economised(self._given_up.without(setup), self._load.pace.level)
            self._child.send(Prepare(told))

    def _next_event(self) -> Event | None:
        try:
            return self._inbox.get(timeout=TICK_S)
        except queue.Empty:
            return None

    def _answer(self, answer: Answer | None) -> None:
        match answer:
            case None:
                self._lost("it ended")
            case Failed(reason):
                _log.error("the detector failed: %s", reason)
            case Ready():
                self._ready = True
            case Seen():
                if self._looking_since_ns is not None:
                    took_ns = self._sleeps.awake_ns() - self._looking_since_ns
                    self._load.answered(took_ns, faces_only=len(observations_of(answer)) == 1)
                self._looking_since_ns = None
                self._offers.give_back(seen=True)
                self._note(answer.unwatched)
                self._observed("camera", answer.face.monotonic_ns)
                for seen in observations_of(answer):
                    self._on_result(seen)
                    with self._lock:
                        findings = self._core.camera(seen)
                    self._findings(findings)
                if answer.enrolling is not None:
                    self._on_result(answer.enrolling)
            case Heard(voices, speakers, learnt, enrolling, unwatched):
                self._keep_voice(learnt)
                self._note(unwatched)
                self._listening_since_ns, self._lent_sound_ns = None, 0
                for heard in (*voices, *speakers):
                    if isinstance(heard, VoiceObservation):
                        self._observed("microphone", heard.monotonic_ns)
                    self._on_result(heard)
                    with self._lock:
                        findings = self._core.microphone(heard)
                    self._findings(findings)
                if enrolling is not None:
                    self._on_result(enrolling)

    def _note(self, unwatched: tuple[str, ...]) -> None:
        if unwatched:
            _log.warning("not watched any more: %s", "; ".join(unwatched))
            self._given_up.note(unwatched, self._setup, self._clock())

    def _keep_voice(self, learnt: tuple[float, ...] | None) -> None:
        """What a detector learnt is told to the next one."""
        self._voice = learnt or self._voice
        self._setup = with_learnt_voice(self._setup, self._voice)

    def _observed(self, stream: WatchedStream, monotonic_ns: int) -> None:
        """Note an observation; what lies between it and the last one was not observed.

        A look at the clock would have said so, but after a sleep it may come later.
        """
        last_ns = self._observed_ns[stream]
        if monotonic_ns - last_ns > self._patience_ns[stream]:
            reason = self._missing(last_ns, monotonic_ns)
            self._findings(self._absent(stream, monotonic_ns, reason))
        self._observed_ns[stream] = max(last_ns, monotonic_ns)

    def _missing(self, since_ns: int, now_ns: int) -> Blindness:
        asleep = self._sleeps.waking(since_ns, now_ns)
        return Blindness.ASLEEP if asleep else Blindness.NO_INPUT

    def _hand_over(self) -> None:
        """Give the detector what it is free for."""
        self._offers.hear()
        if self._child is None or not self._ready:
            return
        if self._looking_since_ns is None and (look := self._offers.lend_frame()):
            self._looking_since_ns = self._sleeps.awake_ns()
            self._child.send(look)
        if self._listening_since_ns is None:
            self._hand_over_sound(self._child)

    def _hand_over_sound(self, child: Child) -> None:
        if blocks := self._offers.lend_sound():
            self._listening_since_ns = self._sleeps.awake_ns()
            self._lent_sound_ns = blocks[-1].monotonic_ns - blocks[0].monotonic_ns
            sounds = (
                Sound(block.monotonic_ns, block.rate, block.samples.tobytes())
                for block in blocks
            )
            child.send(Listen(tuple(sounds)))

    def _look_after(self, now_ns: int) -> None:
        """Everything that time alone brings about."""
        if self._child is None and self._sleeps.awake_ns() >= self._next_start_ns:
            self.restarts += 1
            self._start_child()
        if self._stalled():
            self._lost("it stalled")
        self._keep_pace(now_ns)
        if self._down is not None:
            reading = Reading(float(self._is_down))
            self._findings(list(self._down.step(now_ns, reading)))
        for stream in self._watched:
            if reason := self._blindness(stream, now_ns):
                self._findings(self._absent(stream, now_ns, reason))

    def _keep_pace(self, now_ns: int) -> None:
        """Look at fewer pictures and do less, or more again, as the computer bears it."""
        if not self._ready or "camera" not in self._watched:
            return
        change = self._load.look(self._sleeps.awake_ns(), now_ns)
        if change is not None:
            _log.info("detection is at level %d: %s", change.level, change.why)
            step = STEPS[change.level]
            self._offers.pace(step.fps)
            with self._lock:
                self._core.look_rarer(step.objects_rarer)
            self._prepare(self._setup)

    @property
    def _is_down(self) -> bool:
        """Whether a detector is missing that was there before (not: is loading at first)."""
        return self._child is None or (not self._ready and self.restarts > 0)

    def _blindness(self, stream: WatchedStream, now_ns: int) -> Blindness | None:
        """Why a stream is not being observed now; sound that waits or is lent will be."""
        if self._is_down and stream == "camera":
            return Blindness.DETECTOR_DOWN
        patience_ns = self._patience_ns[stream]
        if stream == "microphone":
            patience_ns += self._offers.waiting_sound_ns() + self._lent_sound_ns
        if now_ns - self._observed_ns[stream] <= patience_ns:
            return None
        return self._why_not_observed(stream, now_ns)

    def _why_not_observed(self, stream: WatchedStream, now_ns: int) -> Blindness:
        missing = self._missing(self._observed_ns[stream], now_ns)
        working = self._ready and not self._busy(stream)
        return missing if working or missing is Blindness.ASLEEP else Blindness.DETECTOR_DOWN

    def _busy(self, stream: WatchedStream) -> bool:
        since_ns = self._looking_since_ns if stream == "camera" else self._listening_since_ns
        return since_ns is not None

    def _absent(self, stream: WatchedStream, now_ns: int, reason: Blindness) -> list[Finding]:
        with self._lock:
            return self._core.absent(stream, now_ns, reason)

    def _stalled(self) -> bool:
        if self._child is None:
            return False
        now_ns = self._sleeps.awake_ns()
        if not self._ready:
            return now_ns - self._born_ns > LOADING_NS
        waits = (self._looking_since_ns, self._listening_since_ns)
        return any(since is not None and now_ns - since > STALLED_NS for since in waits)

    def _start_child(self) -> None:
        self._life += 1
        life = self._life
        self._born_ns = self._sleeps.awake_ns()
        self._ready = False
        try:
            self._child = self._spawn(
                self._offers.memory, lambda answer: self._inbox.put(Word(life, answer))
            )
            self._prepare(self._setup)
        except OSError as error:
            self._lost(f"it could not be started ({error})")

    def _lost(self, why: str) -> None:
        """The detector is no more: take back what it held, and plan the next one."""
        now_ns = self._sleeps.awake_ns()
        was_ready = self._ready
        _log.warning("the detector is down: %s", why)
        if self._child is not None:
            self._child.kill()
            self._child = None
        self._life += 1
        self._ready = False
        self._looking_since_ns = self._listening_since_ns = None
        self._lent_sound_ns = 0
        self._load.restart()
        self._offers.give_back(seen=False)
        proven = now_ns - self._born_ns >= PROVEN_NS
        during = take_noted(self._offers.memory)
        if was_ready:
            self._given_up.died(self._setup, self._clock(), proven=proven, during=during)
        self._wait_ns = 0 if proven else self._wait_ns
        self._next_start_ns = now_ns + self._wait_ns
        self._wait_ns = min(max(FIRST_WAIT_NS, 2 * self._wait_ns), LONGEST_WAIT_NS)

    def _end(self) -> None:
        now_ns = self._clock()
        if self._child is not None:
            if self._ready:
                self._hand_over_sound(self._child)  # it is heard before the process ends
            self._child.end()
            self._child = None
        self._cut()
        self._take_last_answers()
        self._offers.give_back(seen=False)
        for stream in self._watched:
            if now_ns - self._observed_ns[stream] > self._patience_ns[stream]:
                reason = self._why_not_observed(stream, now_ns)
                self._findings(self._absent(stream, now_ns, reason))
            with self._lock:
                findings = self._core.finish(stream, now_ns)
            self._findings(findings)
        if self._down is not None:
            self._findings(list(self._down.finish(now_ns)))

    def _take_last_answers(self) -> None:
        """What the detector still said before it ended counts."""
        while True:
            try:
                event = self._inbox.get_nowait()
            except queue.Empty:
                return
            if isinstance(event, Word) and event.life == self._life and event.answer:
                self._answer(event.answer)

    def _findings(self, findings: list[Finding]) -> None:
        for finding in findings:
            if isinstance(finding, Incident):
                _log.debug("incident %s %s", finding.kind, finding.id)
            self._on_result(finding)
