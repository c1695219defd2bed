"""Supervision with a scripted detector process: what it says, and when it dies."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
import pytest
from support.policies import default_policy
from support.waiting import until

from recorder.capture.frames import AudioBlock, Frame
from recorder.clock import Pair
from recorder.detect.incidents.core import DetectionCore
from recorder.detect.observations import (
    Blindness,
    FaceObservation,
    Incident,
    Unobserved,
    VoiceObservation,
)
from recorder.detect.process.detector import DetectorProcess
from recorder.detect.process.frame_memory import FrameMemory
from recorder.detect.process.given_up import NoLonger
from recorder.detect.process.load import Conditions
from recorder.detect.process.supervisor import LOADING_NS, NS, STALLED_NS, Result
from recorder.detect.process.worker_messages import (
    Answer,
    Failed,
    Heard,
    Listen,
    Look,
    Prepare,
    Ready,
    Request,
    Seen,
)
from recorder.detect.setup import DetectorSetup, ObjectSetup, VoiceSetup
from recorder.sleeps import WAKING_NS, Sleeps
from shared.flags import Kind
from shared.policy import OFF, CameraStream, Rule, Streams

QUICK = {
    Kind.FACE_MISSING: Rule(onset_s=0.5, merge_s=0.2),
    Kind.SPEECH: Rule(threshold=0.5, release=0.3, onset_s=0.2, merge_s=0.2),
    Kind.DETECTOR_DOWN: Rule(merge_s=0.0),
}


ONE_FACE = FaceObservation(0, 1, 40.0)


@dataclass
class Clock:
    """Time that a test moves on."""

    now_ns: int = 1_000 * NS
    asleep_ns: int = 0

    def __call__(self) -> int:
        return self.now_ns

    def awake(self) -> int:
        return self.now_ns - self.asleep_ns


@dataclass
class Scripted:
    """One detector process: answers at once unless told to be silent."""

    script: Script
    say: Callable[[Answer | None], None]
    gone: bool = False
    asked: list[Request] = field(default_factory=list)

    def send(self, request: Request) -> None:
        self.asked.append(request)
        if self.script.silent or self.gone:
            return
        match request:
            case Look():
                face = replace(self.script.face, monotonic_ns=request.monotonic_ns)
                self.say(Seen(face))
            case Listen(blocks):
                heard = (VoiceObservation(b.monotonic_ns, self.script.speech) for b in blocks)
                self.say(Heard(tuple(heard)))

    def end(self) -> None:
        self.gone = True

    def kill(self) -> None:
        self.gone = True

    def die(self) -> None:
        self.gone = True
        self.say(None)


@dataclass
class Script:
    """What every detector process of a test does."""

    face: FaceObservation = ONE_FACE
    speech: float = 0.0
    silent: bool = False
    loads: bool = True
    starts: bool = True
    lives: list[Scripted] = field(default_factory=list)

    def spawn(self, memory: FrameMemory, say: Callable[[Answer | None], None]) -> Scripted:
        if not self.starts:
            raise OSError("no more processes")
        life = Scripted(self, say)
        self.lives.append(life)
        if self.loads:
            say(Ready())
        return life


@dataclass
class Bench:
    """A detector under test, its clock, its script and what it reported."""

    clock: Clock
    script: Script
    detector: DetectorProcess
    results: list[Result]
    threads: set[str]
    boundaries: list[int] = field(default_factory=list)

    def of(self, kind: type) -> list:
        return [each for each in list(self.results) if isinstance(each, kind)]

    def incidents(self, kind: Kind) -> list[Incident]:
        return [each for each in self.of(Incident) if each.kind is kind]

    def pass_ms(self, milliseconds: int) -> None:
        self.clock.now_ns += milliseconds * 1_000_000

    def sleep_s(self, seconds: int) -> None:
        """The computer sleeps: no thread sees the time between."""
        self.clock.asleep_ns += seconds * NS
        self.clock.now_ns += seconds * NS

    def show(self, count: int = 1, every_ms: int = 100) -> None:
        """Offer pictures and wait until each was seen, or was asked about and not answered."""
        for _ in range(count):
            if self.script.silent:
                self.hand_over()
            else:
                before = self.detector.counters().seen
                self.detector.offer_frame(self.frame())
                until(lambda: self.detector.counters().seen > before, "the picture")  # noqa: B023
            self.pass_ms(every_ms)

    def hand_over(self) -> None:
        """Offer a picture and wait until the detector process has it."""
        asked = self.script.lives[-1].asked
        before = len(asked)
        self.detector.offer_frame(self.frame())
        until(lambda: len(asked) > before, "the request")

    def frame(self) -> Frame:
        image = np.zeros((48, 64, 3), np.uint8)
        return Frame("camera", 0, 0, 0, Fraction(1, 30), self.clock.now_ns, image)

    def block(self) -> AudioBlock:
        samples = np.zeros(1600, np.int16)
        at = self.clock.now_ns
        return AudioBlock("microphone", 0, 0, 0, Fraction(1, 16_000), at, 16_000, samples)


Make = Callable[..., Bench]


@pytest.fixture
def make() -> Iterator[Make]:
    benches: list[Bench] = []

    def bench(
        script: Script | None = None,
        *,
        streams=("camera",),
        kinds=None,
        conditions: Callable[[], Conditions] = Conditions,
        fps: int = 30,
    ) -> Bench:
        clock, script = Clock(), script or Script()
        results: list[Result] = []
        threads: set[str] = set()
        boundaries: list[int] = []

        def on_result(result: Result) -> None:
            threads.add(threading.current_thread().name)
            results.append(result)

        detector = DetectorProcess(
            default_policy(
                kinds=QUICK if kinds is None else kinds,
                streams=Streams(camera=CameraStream(fps=fps)),
            ),
            on_result,
            clock,
            streams=streams,
            spawn=script.spawn,
            sleeps=Sleeps(Pair(clock, clock.awake)),
            boundaries=lambda: tuple(boundaries),
            conditions=conditions,
        )
        benches.append(Bench(clock, script, detector, results, threads, boundaries))
        detector.start()
        return benches[-1]

    yield bench
    for each in benches:
        each.detector.stop()


def test_observations_come_back_on_one_thread(make: Make) -> None:
    bench = make()
    bench.show(3)
    assert len(bench.of(FaceObservation)) == 3
    assert bench.threads == {"detector"}
    assert bench.detector.counters().seen == 3


def test_incidents_are_reported_at_their_onset(make: Make) -> None:
    bench = make(Script(face=FaceObservation(0, 0, 40.0)))
    bench.show(5)
    assert bench.incidents(Kind.FACE_MISSING) == []
    bench.show(1)
    (incident,) = bench.incidents(Kind.FACE_MISSING)
    assert incident.end_ns is None


def test_stopping_ends_what_is_open(make: Make) -> None:
    bench = make(Script(face=FaceObservation(0, 0, 40.0)))
    bench.show(8)
    bench.detector.stop()
    bench.detector.stop()
    assert [each.end_ns is None for each in bench.incidents(Kind.FACE_MISSING)] == [True, False]


def test_where_the_exam_stops_what_is_open_ends_with_its_own_seconds(make: Make) -> None:
    bench = make(Script(face=FaceObservation(0, 0, 40.0)))
    bench.show(20)
    bench.boundaries.append(bench.clock())
    until(lambda: len(bench.incidents(Kind.FACE_MISSING)) == 2, "the end")
    bench.show(10)
    bench.pass_ms(400)
    bench.boundaries.append(bench.clock())
    bench.detector.stop()
    begun, ended, anew, last = bench.incidents(Kind.FACE_MISSING)
    assert begun.id == ended.id
    assert ended.end_ns == bench.boundaries[0] == begun.start_ns + 2 * NS
    assert ended.detail["seconds"] == 2.0
    assert anew.id == last.id != ended.id
    assert anew.start_ns == ended.end_ns
    assert last.end_ns == bench.boundaries[1]


def test_looks_that_become_rarer_speak_for_as_long_as_they_are_apart(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    rarer: list[int] = []
    monkeypatch.setattr(
        DetectionCore, "look_rarer", lambda _core, objects: rarer.append(objects)
    )
    bench = make(conditions=lambda: Conditions(evidence_late=True))
    until(lambda: bench.pass_ms(100) or len(rarer) == 5, "the lowest level")
    assert rarer == [1, 1, 2, 4, 8]


def test_a_busy_detector_is_given_the_newest_picture(make: Make) -> None:
    bench = make()
    bench.show(1)
    bench.script.silent = True
    (life,) = bench.script.lives
    bench.hand_over()
    for _ in range(4):
        bench.pass_ms(100)  # nothing moves in it
        bench.detector.offer_frame(bench.frame())
    assert bench.detector.counters().skipped == 3
    bench.script.silent = False
    life.say(Seen(replace(bench.script.face, monotonic_ns=bench.clock.now_ns)))
    until(lambda: bench.detector.counters().seen == 3, "the newest picture")
    assert isinstance(life.asked[-1], Look)
    assert life.asked[-1].monotonic_ns == bench.clock.now_ns


def test_a_dead_detector_is_replaced_and_the_gap_is_told(make: Make) -> None:
    bench = make()
    bench.show(3)
    bench.script.lives[0].die()
    until(lambda: len(bench.script.lives) == 2, "a restart")
    bench.pass_ms(1000)
    bench.show(3)
    until(lambda: len(bench.incidents(Kind.DETECTOR_DOWN)) == 2, "the end of the incident")
    assert bench.detector.counters().restarts == 1
    gaps = [each for each in bench.of(Unobserved) if each.reason is Blindness.DETECTOR_DOWN]
    assert len(gaps) <= 1


def test_an_incident_outlives_the_detector_that_saw_it(make: Make) -> None:
    bench = make(Script(face=FaceObservation(0, 0, 40.0)))
    bench.show(8)
    bench.script.lives[0].die()
    until(lambda: len(bench.script.lives) == 2, "a restart")
    bench.show(8)
    bench.detector.stop()
    confirmed, over = bench.incidents(Kind.FACE_MISSING)
    assert confirmed.id == over.id


def test_a_detector_that_stalls_is_replaced_and_its_picture_was_skipped(make: Make) -> None:
    bench = make()
    bench.show(2)
    bench.script.silent = True
    bench.show(1)
    bench.pass_ms(STALLED_NS // 1_000_000 + 1)
    until(lambda: len(bench.script.lives) == 2, "a restart")
    assert bench.script.lives[0].gone
    bench.script.silent = False
    bench.show(1)
    counters = bench.detector.counters()
    assert (counters.seen, counters.skipped) == (3, 1)
    (gap,) = [each for each in bench.of(Unobserved) if each.reason is Blindness.DETECTOR_DOWN]
    assert gap.end_ns - gap.start_ns >= STALLED_NS
    assert counters.unobserved_ns >= STALLED_NS


def test_a_late_answer_of_a_replaced_detector_is_not_heard(make: Make) -> None:
    bench = make()
    bench.show(1)
    bench.script.lives[0].die()
    until(lambda: len(bench.script.lives) == 2, "a restart")
    bench.script.lives[0].say(Seen(replace(bench.script.face, faces=7)))
    bench.show(1)
    assert {each.faces for each in bench.of(FaceObservation)} == {1}


def test_a_detector_that_never_loads_is_replaced(make: Make) -> None:
    bench = make(Script(loads=False))
    bench.pass_ms(LOADING_NS // 1_000_000 + 1)
    until(lambda: len(bench.script.lives) >= 2, "a restart")


def test_a_detector_that_keeps_dying_is_started_less_and_less_often(make: Make) -> None:
    bench = make(Script(starts=False))
    until(lambda: bench.detector.counters().restarts == 1, "the first restart")
    bench.pass_ms(900)
    bench.detector.offer_frame(bench.frame())
    assert bench.detector.counters().restarts == 1
    bench.pass_ms(200)
    until(lambda: bench.detector.counters().restarts == 2, "the second restart")
    bench.pass_ms(1900)
    bench.detector.offer_frame(bench.frame())
    bench.pass_ms(200)
    until(lambda: bench.detector.counters().restarts == 3, "the third restart")
    assert bench.incidents(Kind.DETECTOR_DOWN)


def _told(life: Scripted) -> list[Prepare]:
    return [request for request in life.asked if isinstance(request, Prepare)]


def test_a_detector_that_keeps_dying_with_an_object_model_goes_on_without(make: Make) -> None:
    bench = make()
    objects = ObjectSetup("m.onnx", ("a",), ("a",), 0.4, 0.5, "desk", "a" * 64)
    bench.detector.prepare(DetectorSetup(objects=objects))
    for lives in (1, 2):
        bench.show(1)
        assert bench.detector.counters().unwatched == ()
        bench.script.lives[-1].die()
        until(lambda: bench.pass_ms(100) or len(bench.script.lives) > lives, "a restart")  # noqa: B023
        until(lambda: _told(bench.script.lives[-1]), "being told")
    told = [_told(life)[-1].setup.objects for life in bench.script.lives]
    assert told == [objects, objects, None]
    (given_up,) = bench.detector.counters().unwatched
    assert "object model desk" in given_up.what
    assert given_up.at_ns <= bench.clock()
    bench.show(1)


def _said_no_more(bench: Bench, what: str) -> None:
    """Wait until it is told, since now."""
    said = (NoLonger(bench.clock(), what),)
    until(lambda: bench.detector.counters().unwatched == said, "the words")


def test_what_a_detector_cannot_watch_is_told_since_when(make: Make) -> None:
    bench = make()
    bench.show(1)
    bench.script.silent = True
    bench.hand_over()
    seen = Seen(replace(ONE_FACE, monotonic_ns=bench.clock()), unwatched=("object_seen: no",))
    bench.script.lives[-1].say(seen)
    _said_no_more(bench, "object_seen: no")


def test_what_cannot_be_heard_any_more_is_told_and_not_asked_of_the_next(make: Make) -> None:
    bench = make()
    bench.detector.prepare(DetectorSetup(voice=VoiceSetup()))
    bench.show(1)
    bench.script.lives[-1].say(Heard((), unwatched=("second_voice: no",)))
    _said_no_more(bench, "second_voice: no")
    bench.script.lives[-1].die()
    until(lambda: bench.pass_ms(100) or len(bench.script.lives) > 1, "a restart")
    until(lambda: _told(bench.script.lives[-1]), "being told")
    assert _told(bench.script.lives[0])[-1].setup.voice == VoiceSetup()
    assert _told(bench.script.lives[-1])[-1].setup.voice is None


def test_why_a_detector_failed_is_logged(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    bench = make()
    bench.show(1)
    bench.script.lives[0].say(Failed("ValueError: no"))
    bench.script.lives[0].die()
    until(lambda: len(bench.script.lives) == 2, "a restart")
    assert "ValueError: no" in caplog.text


def test_a_camera_that_stops_is_unobserved_but_the_detector_is_up(make: Make) -> None:
    bench = make()
    bench.show(2)
    before_ns = bench.detector.counters().unobserved_ns
    bench.pass_ms(3000)
    until(lambda: bench.detector.counters().unobserved_ns > before_ns, "unobserved time")
    bench.show(1)
    gaps = [each for each in bench.of(Unobserved) if each.end_ns - each.start_ns > NS]
    assert [each.reason for each in gaps] == [Blindness.NO_INPUT]
    assert bench.incidents(Kind.DETECTOR_DOWN) == []


def test_a_camera_of_a_picture_a_second_is_observed_all_the_time(make: Make) -> None:
    bench = make(fps=1)
    bench.show(1)
    before_ns = bench.detector.counters().unobserved_ns
    for _ in range(10):
        bench.pass_ms(1_400)  # a late one
        bench.show(1)
    assert bench.detector.counters().unobserved_ns == before_ns
    bench.pass_ms(3_000)
    until(lambda: bench.detector.counters().unobserved_ns > before_ns, "unobserved time")


def blind(bench: Bench, reason: Blindness) -> list[int]:
    """How long a stream was not observed for a reason, piece by piece, in seconds."""
    pieces = [each for each in bench.of(Unobserved) if each.reason is reason]
    return [(each.end_ns - each.start_ns) // NS for each in pieces]


def test_a_sleep_is_unobserved_and_the_detector_goes_on(make: Make) -> None:
    bench = make()
    bench.show(3)
    bench.script.silent = True
    bench.hand_over()  # the computer falls asleep while the detector looks
    bench.sleep_s(300)
    bench.pass_ms(100)
    until(lambda: bench.detector.counters().unobserved_ns > 300 * NS, "unobserved time")
    bench.script.silent = False
    bench.script.lives[0].say(Seen(ONE_FACE))
    bench.show(3)
    bench.detector.stop()
    assert len(bench.script.lives) == 1
    assert bench.incidents(Kind.DETECTOR_DOWN) == []
    assert sum(blind(bench, Blindness.ASLEEP)) == 300
    assert blind(bench, Blindness.DETECTOR_DOWN) == []


def test_a_picture_that_is_seen_before_anyone_looked_at_the_clock(make: Make) -> None:
    bench = make(Script(face=FaceObservation(0, 0, 40.0)))
    bench.show(8)
    bench.sleep_s(300)
    bench.show(8)
    bench.detector.stop()
    assert sum(blind(bench, Blindness.ASLEEP)) == 300
    begin, end, *again = bench.incidents(Kind.FACE_MISSING)
    assert begin.id == end.id
    assert end.end_ns is not None
    assert end.end_ns - begin.start_ns < 2 * NS  # not across the sleep, as if observed
    assert all(each.id != begin.id for each in again)


def test_a_camera_that_does_not_come_back_is_missing_and_no_longer_asleep(make: Make) -> None:
    bench = make()
    bench.show(3)
    bench.sleep_s(60)
    bench.pass_ms(1_000)
    until(lambda: bench.detector.counters().unobserved_ns > 60 * NS, "unobserved time")
    bench.pass_ms(WAKING_NS // 1_000_000 + 1_000)
    until(lambda: sum(blind(bench, Blindness.ASLEEP)) >= 60, "the sleep")
    bench.pass_ms(20_000)
    bench.show(1)
    bench.detector.stop()
    assert sum(blind(bench, Blindness.ASLEEP)) < 60 + 2 * WAKING_NS // NS
    assert sum(blind(bench, Blindness.NO_INPUT)) >= 20


def test_sound_becomes_speech(make: Make) -> None:
    bench = make(Script(speech=0.9), streams=("microphone",))
    for _ in range(5):
        heard = len(bench.of(VoiceObservation))
        bench.detector.offer_audio(bench.block())
        until(lambda: len(bench.of(VoiceObservation)) > heard, "the block")  # noqa: B023
        bench.pass_ms(100)
    assert bench.incidents(Kind.SPEECH)


def test_sound_waits_for_a_detector_that_restarts(make: Make) -> None:
    bench = make(Script(loads=False), streams=("microphone",))
    for _ in range(10):
        bench.detector.offer_audio(bench.block())
        bench.pass_ms(100)
    bench.script.lives[0].say(Ready())
    until(lambda: len(bench.of(VoiceObservation)) == 10, "all ten blocks")


def test_sound_that_waits_at_the_end_is_heard_all_the_same(make: Make) -> None:
    bench = make(streams=("microphone",))
    bench.detector.offer_audio(bench.block())
    until(lambda: len(bench.of(VoiceObservation)) == 1, "the block")
    bench.pass_ms(100)
    bench.script.silent = True
    bench.detector.offer_audio(bench.block())
    until(lambda: len(bench.script.lives[0].asked) == 3, "the request")
    for _ in range(30):
        bench.pass_ms(100)
        bench.detector.offer_audio(bench.block())
    bench.script.silent = False
    bench.detector.stop()
    assert len(bench.of(VoiceObservation)) == 31  # all but the one that it was busy with
    assert bench.of(Unobserved)[1:] == []


def test_sound_that_nobody_heard_before_the_end_is_unobserved(make: Make) -> None:
    bench = make(streams=("microphone",))
    bench.detector.offer_audio(bench.block())
    until(lambda: len(bench.of(VoiceObservation)) == 1, "the block")
    bench.script.silent = True
    for _ in range(25):
        bench.pass_ms(100)
        bench.detector.offer_audio(bench.block())
    bench.detector.stop()
    assert blind(bench, Blindness.DETECTOR_DOWN) == [2]


def test_the_voice_that_a_detector_learnt_is_told_to_the_next_one(make: Make) -> None:
    bench = make(streams=("microphone",))
    bench.detector.prepare(DetectorSetup(voice=VoiceSetup()))
    bench.script.lives[0].say(Heard((), learnt=(0.5, 0.25)))
    bench.script.lives[0].die()
    until(lambda: bench.pass_ms(100) or len(bench.script.lives) > 1, "a restart")
    known = VoiceSetup((0.5, 0.25), learnt=True)
    until(lambda: _told(bench.script.lives[1]), "being told")
    assert _told(bench.script.lives[1])[0].setup.voice == known
    for asked, told in (
        (VoiceSetup(), known),
        (None, None),
        (VoiceSetup((0.1,)), VoiceSetup((0.1,))),
    ):
        before = len(_told(bench.script.lives[1]))
        bench.detector.prepare(DetectorSetup(voice=asked))
        until(lambda: len(_told(bench.script.lives[1])) > before, "being told")  # noqa: B023
        assert _told(bench.script.lives[1])[-1].setup.voice == told


def test_streams_that_nobody_asks_about_are_left_alone(make: Make) -> None:
    bench = make(streams=())
    bench.detector.offer_frame(bench.frame())
    bench.detector.offer_audio(bench.block())
    assert bench.detector.counters().seen == 0
    assert bench.results == []


def test_the_policy_decides_what_is_watched() -> None:
    policy = default_policy(kinds={Kind.SPEECH: Rule(threshold=0.5), Kind.GAZE_AWAY: OFF})
    script = Script()
    detector = DetectorProcess(policy, lambda _result: None, Clock(), spawn=script.spawn)
    assert detector._watched == {"microphone"}
    detector.stop()


def test_with_the_kind_off_a_dead_detector_is_replaced_without_an_incident(make: Make) -> None:
    bench = make(kinds={Kind.FACE_MISSING: Rule()})
    bench.show(1)
    bench.script.lives[0].die()
    until(lambda: len(bench.script.lives) == 2, "a restart")
    bench.show(2)
    assert bench.of(Incident) == []
