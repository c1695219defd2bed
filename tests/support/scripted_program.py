"""A scripted program for the window: answers as told, goes its way as a real one does."""

from __future__ import annotations

import dataclasses
import threading
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray
from support.scripted_checks import FakeChecking, FakePractice

from recorder.detect.observations import Box
from recorder.doctor.finding import Finding, Running
from recorder.doctor.judging import Levels, judge_levels
from recorder.faults import EnvironmentFault
from recorder.status import (
    CalibrationView,
    Delivery,
    EnrolmentView,
    Interrupted,
    Light,
    Notice,
    Offer,
    SavedFile,
    SavedReceipt,
    Stage,
    Status,
    StreamHealth,
    Survey,
    Unreadable,
)
from shared.flags import Kind
from shared.policy import (
    DEFAULT_RULES,
    CameraStream,
    EvidenceKey,
    Exam,
    Identity,
    Institution,
    MicrophoneStream,
    Policy,
    Rule,
    ScreenStream,
    Streams,
)

FINGERPRINT = "ab" * 32
TODAY = date(2026, 3, 14)
FAULT = EnvironmentFault("The device is in use.", "Close the other program, then try again.")

HEALTHY = tuple(
    StreamHealth(stream, f"The {stream}", working=True, frames=100)
    for stream in ("camera", "microphone", "screen")
)


def make_offer(
    camera: bool = True, microphone: bool = True, screen: bool = True, **policy: Any
) -> Offer:
    """An offer of an exam that records these streams."""
    values: dict[str, Any] = {
        "institution": Institution(name="University of Example", contact="exams@example.edu"),
        "exam": Exam(id="algebra-1", title="Linear Algebra I", duration_s=5400.0),
        "purpose": "So that the exam is fair to everyone who takes it away from campus.",
        "retention_days": 90,
        "evidence_keys": (EvidenceKey(kid="k1", public_key="AAAA"),),
        "streams": Streams(
            camera=CameraStream(enabled=camera),
            microphone=MicrophoneStream(enabled=microphone),
            screen=ScreenStream(enabled=screen),
        ),
        "kinds": DEFAULT_RULES | {Kind.OBJECT_SEEN: Rule(enabled=False)},
    }
    return Offer(
        server="https://exam.example.edu",
        code="ABCDEFGH",
        policy=Policy(**(values | policy)),
        key_fingerprint=FINGERPRINT,
    )


def make_status(**changes: Any) -> Status:
    """A session in which all is well, with these changes."""
    well = Status(
        stage=Stage.RECORDING,
        light=Light.GOOD,
        words="Recording. All is well.",
        elapsed_s=754.0,
        streams=HEALTHY,
        delivery=Delivery(60, 58, 45, 40, 2_400_000, 2_000_000, online=True),
        sound_level=0.4,
        phase="exam",
        left_s=4646.0,
    )
    return dataclasses.replace(well, **changes)


class FakePreview:
    """A camera and a microphone that do as a test says."""

    def __init__(self, picture: NDArray[np.uint8] | None, level: float) -> None:
        self.still, self.level = picture, level
        self.frozen = False
        self.looks = 0
        self.closed = threading.Event()
        self.bug: Exception | None = None

    def picture(self) -> NDArray[np.uint8] | None:
        """A new array each time, unless the camera is frozen."""
        if self.bug is not None:
            raise self.bug
        self.looks += 1
        if self.still is not None and not self.frozen:
            self.still = self.still.copy()
        return self.still

    def sound_level(self) -> float:
        """The level that is set."""
        return self.level

    def close(self) -> None:
        """Note it."""
        self.closed.set()


def save_as_told(program: FakeProgram, session: str, target: Path, show: Any) -> SavedFile:
    """Saves a file in two steps, the second once the test lets it."""
    show(40_000_000, 100_000_000)
    program._enter("save", session, target)
    show(100_000_000, 100_000_000)
    return SavedFile(target, session, 120, 50, 100_200_000, program.damaged)


FACE = Box(0.35, 0.2, 0.3, 0.5)
ENROLMENT = (
    EnrolmentView("face", "Look into the camera.", 0.4, box=FACE),
    EnrolmentView("turn", "Turn your head a little to the left.", 0.6, box=FACE),
    EnrolmentView("voice", "Read the sentence aloud.", 0.5, sentence="The sun is up."),
    EnrolmentView("done", "All is taken.", 1.0, "done"),
)
CALIBRATION = (
    CalibrationView((0.1, 0.1), 0.0, "running", "Look at the point."),
    CalibrationView((0.5, 0.5), 0.5, "running", "Look at the point."),
    CalibrationView((0.9, 0.9), 0.9, "running", "Look at the point."),
    CalibrationView(None, 1.0, "done", "All points are done.", quality=0.9),
)


class FakeRecording:
    """A session that goes its way as a real one does, unless the test sets its status.

    The enrolment and the calibration come to their next view at each look.
    """

    def __init__(self, preview: FakePreview, program: FakeProgram) -> None:
        self.id = "5e55" * 8
        self.preview = preview
        self._program = program
        self.now = make_status(phase="preparing", left_s=None)
        self.views: list[EnrolmentView] | None = None
        self.marks: list[CalibrationView] | None = None
        self.enrolling, self.calibrating = list(ENROLMENT), list(CALIBRATION)
        self.holds_start = False
        self.asked: list[tuple[str, ...]] = []
        self.display: tuple[float | None, float | None] | None = None
        self.waiting_notices: list[Notice] = []
        self.reasons: list[str] = []
        self.after_finish: Stage | None = Stage.CLOSING
        self.bug: Exception | None = None
        self.finish_bug: Exception | None = None
        self.looks = 0

    def status(self) -> Status:
        """What the test set."""
        self.looks += 1
        if self.bug is not None:
            raise self.bug
        return self.now

    def finish(self, reason: str) -> None:
        """Note it, and move on."""
        self.reasons.append(reason)
        if self.finish_bug is not None:
            raise self.finish_bug
        if self.after_finish is not None:
            self.become(stage=self.after_finish)

    def withdraw(self) -> None:
        self.finish("withdrawn")

    def begin_enrolment(self) -> None:
        self.views = list(self.enrolling)

    def enrolment(self) -> EnrolmentView | None:
        """The next view; the last one stays."""
        return _next(self.views)

    def retake(self) -> None:
        self.asked.append(("retake",))
        self.begin_enrolment()

    def leave_out(self, what: str) -> None:
        self.asked.append(("leave_out", what))
        done = EnrolmentView("done", "A part is missing.", 1.0, "left_out")
        self.views = [done] if what != "calibration" else self.views

    def ask_proctor(self, what: str) -> None:
        self.asked.append(("ask_proctor", what))
        self.views = [EnrolmentView("face", "A proctor looks at it.", 0.0, "awaiting")]
        self.become(awaits="identity")

    def begin_calibration(self, width_mm: float | None, height_mm: float | None) -> None:
        self.display = (width_mm, height_mm)
        self.marks = list(self.calibrating)

    def stop_calibration(self) -> None:
        self.asked.append(("stop_calibration",))

    def calibration(self) -> CalibrationView | None:
        """The next mark; the last view stays."""
        return _next(self.marks)

    def ready(self) -> None:
        self.asked.append(("ready",))
        if self.holds_start or self._program.offer.policy.exam.starts_us is not None:
            self.become(phase="waiting", starts_in_s=754.0)
        else:
            self.become(phase="exam", left_s=4646.0)

    def take_break(self) -> None:
        self.become(phase="break", breaks_left=self.now.breaks_left - 1, break_left_s=300.0)

    def end_break(self) -> None:
        self.become(phase="exam", break_left_s=None)

    def say(self, text: str) -> None:
        self.asked.append(("say", text))

    def ask_for_help(self, text: str) -> None:
        self.asked.append(("help", text))

    def receipt(self, target: Path) -> SavedReceipt:
        self._program._enter("receipt", target)
        return SavedReceipt(target, self.id, 120, 50, delivered=self.now.stage == "delivered")

    def notices(self) -> list[Notice]:
        """Each once."""
        notices, self.waiting_notices = self.waiting_notices, []
        return notices

    def save(self, target: Path, show: Any) -> SavedFile:
        return save_as_told(self._program, self.id, target, show)

    def become(self, **changes: Any) -> None:
        """Change the status."""
        self.now = dataclasses.replace(self.now, **changes)


T = TypeVar("T")


def _next(views: list[T] | None) -> T | None:
    if not views:
        return None
    return views.pop(0) if len(views) > 1 else views[0]


def bright_picture() -> NDArray[np.uint8]:
    """Left half red, right half blue, 480 by 640."""
    picture = np.zeros((480, 640, 3), np.uint8)
    picture[:, :320, 0] = 200
    picture[:, 320:, 2] = 200
    return picture


@dataclass
class FakeProgram:
    """Answers as scripted: ``faults`` are raised once each, ``gates`` hold a call up."""

    offer: Offer = field(default_factory=make_offer)
    choices: dict[str, list[tuple[str, str]]] = field(
        default_factory=lambda: {
            "camera": [("device:0", "Built-in camera"), ("device:1", "USB camera")],
            "microphone": [("device:0", "Built-in microphone")],
            "screen": [("display:0", "All displays")],
        }
    )
    faults: dict[str, list[Exception]] = field(default_factory=dict)
    broken: dict[str, EnvironmentFault] = field(default_factory=dict)
    gates: dict[str, threading.Event] = field(default_factory=dict)
    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    on_main_thread: list[str] = field(default_factory=list)
    previews: list[FakePreview] = field(default_factory=list)
    recordings: list[FakeRecording] = field(default_factory=list)
    started_with: Offer | None = None
    still: NDArray[np.uint8] | None = field(default_factory=bright_picture)
    level: float = 0.5
    left: list[Interrupted] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    news: Any = None
    installed: Any = None
    progress: dict[str, Delivery] = field(default_factory=dict)
    damaged: int = 0
    findings: dict[str, Finding] = field(default_factory=dict)
    played: Finding = field(default_factory=lambda: judge_levels(Levels(0.8, 0.0), spoken=True))
    outcomes: list[str] = field(default_factory=list)
    practices: list[FakePractice] = field(default_factory=list)
    checked: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    def check(self, offer: Offer | None, scales: tuple[float, ...]) -> FakeChecking:
        self.noted("check", offer, scales)
        return FakeChecking(self)

    def close_program(self, running: Running, *, force: bool) -> str:
        self.noted("close_program", running.name, force)
        return self.outcomes.pop(0)

    def practice(self, offer: Offer | None, camera: str, microphone: str) -> FakePractice:
        self._enter("practice", offer, camera, microphone)
        preview = FakePreview(self.still, self.level)
        self.previews.append(preview)
        self.practices.append(FakePractice(preview))
        return self.practices[-1]

    def noted(self, name: str, *arguments: Any) -> None:
        """A call of the system check, beside the others: it may come at any time."""
        self.checked.append((name, arguments))
        if threading.current_thread() is threading.main_thread():
            self.on_main_thread.append(name)
        if name in self.gates:
            self.gates[name].wait(10)
        if self.faults.get(name):
            raise self.faults[name].pop(0)

    def survey(self) -> Survey:
        """Looked at at every start; not noted, but never on the main thread."""
        if threading.current_thread() is threading.main_thread():
            self.on_main_thread.append("survey")
        if self.faults.get("survey"):
            raise self.faults["survey"].pop(0)
        return Survey(tuple(self.left), tuple(self.unreadable))

    def update(self) -> Any:
        """Looked for at every start; not noted, but never on the main thread."""
        if threading.current_thread() is threading.main_thread():
            self.on_main_thread.append("update")
        if "update" in self.gates:
            self.gates["update"].wait(10)
        if self.faults.get("update"):
            raise self.faults["update"].pop(0)
        return self.news

    def install(self, fetched: Any) -> Any:
        self._enter("install", fetched)
        return self.installed

    def stop_updates(self) -> None:
        if "update" in self.gates:
            self.gates["update"].set()

    def go_on(self, interrupted: Interrupted) -> Offer:
        self._enter("go_on", interrupted)
        return dataclasses.replace(self.offer, resumes=interrupted)

    def hand_in(self, interrupted: Interrupted) -> None:
        self._enter("hand_in", interrupted)

    def save(self, interrupted: Interrupted, target: Path, show: Any) -> SavedFile:
        return save_as_told(self, interrupted.session, target, show)

    def delivering(self) -> dict[str, Delivery]:
        return dict(self.progress)

    def inspect(self, server: str, code: str) -> Offer:
        self._enter("inspect", server, code)
        return dataclasses.replace(self.offer, server=server, code=code)

    def decline(self, offer: Offer) -> None:
        self._enter("decline", offer)

    def exam_room(self, offer: Offer, recording: object) -> None:
        return None

    def devices(self) -> dict[str, list[tuple[str, str]]]:
        self._enter("devices")
        return self.choices

    def open_preview(self, offer: Offer, camera: str, microphone: str) -> FakePreview:
        """A device in ``broken`` cannot be opened."""
        self._enter("open_preview", camera, microphone)
        for device in (f"camera={camera}", f"microphone={microphone}"):
            if device in self.broken:
                raise self.broken[device]
        preview = FakePreview(None if camera == "none" else self.still, self.level)
        self.previews.append(preview)
        return preview

    def start(
        self, offer: Offer, camera: str, microphone: str, screen: str, preview: Any
    ) -> FakeRecording:
        self._enter("start", camera, microphone, screen)
        self.started_with = offer
        recording = FakeRecording(preview, self)
        self.recordings.append(recording)
        return recording

    def _enter(self, name: str, *arguments: Any) -> None:
        self.calls.append((name, arguments))
        if threading.current_thread() is threading.main_thread():
            self.on_main_thread.append(name)
        if name in self.gates:
            self.gates[name].wait(10)
        if self.faults.get(name):
            raise self.faults[name].pop(0)


def ask_for_nothing(program: FakeProgram) -> None:
    """An exam that wants no photograph, voice or calibration before it."""
    bare = Identity(photo=False, document=False, calibration=False, voice=False)
    policy = msgspec.structs.replace(program.offer.policy, identity=bare)
    program.offer = dataclasses.replace(program.offer, policy=policy)
