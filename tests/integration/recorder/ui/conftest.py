"""A scripted program behind a real window, without a display."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before any QApplication

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtWidgets import QApplication, QWidget

from recorder.detect.observations import Box
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
)
from recorder.ui.operation import THREAD_NAME
from recorder.ui.pages.calibration import CalibrationPage
from recorder.ui.pages.check import CheckPage
from recorder.ui.pages.consent import ConsentPage
from recorder.ui.pages.enter import EnterPage
from recorder.ui.pages.exam import ExamPage
from recorder.ui.pages.identity import IdentityPage
from recorder.ui.pages.overview import OverviewPage
from recorder.ui.pages.page import Page
from recorder.ui.pages.waiting import WaitingPage
from recorder.ui.window import MainWindow
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

# What the plugin without a display says of what it lacks, whatever the program does.
PLUGIN_SAYS = "This plugin does not support "
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

    def calibration(self) -> CalibrationView | None:
        """The next mark; the last view stays."""
        return _next(self.marks)

    def ready(self) -> None:
        self.asked.append(("ready",))
        if self.holds_start:
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
    still: NDArray[np.uint8] | None = field(default_factory=bright_picture)
    level: float = 0.5
    left: list[Interrupted] = field(default_factory=list)
    progress: dict[str, Delivery] = field(default_factory=dict)
    damaged: int = 0

    def interrupted(self) -> list[Interrupted]:
        """Looked at at every start; not noted, but never on the main thread."""
        if threading.current_thread() is threading.main_thread():
            self.on_main_thread.append("interrupted")
        if self.faults.get("interrupted"):
            raise self.faults["interrupted"].pop(0)
        return self.left

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


def ui_threads() -> list[threading.Thread]:
    """The window's threads that still run."""
    return [thread for thread in threading.enumerate() if thread.name == THREAD_NAME]


@pytest.fixture(autouse=True)
def _no_qt_messages(qtlog: Any) -> Iterator[None]:
    """Anything Qt complains about fails the test."""
    yield
    said = [r.message for r in qtlog.records if not r.message.startswith(PLUGIN_SAYS)]
    assert not said, f"Qt said: {said}"


@pytest.fixture(autouse=True)
def _no_threads_left() -> Iterator[None]:
    """Every thread that a window started has ended."""
    yield
    deadline = time.monotonic() + 5
    while ui_threads() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not ui_threads()


def is_stray(widget: QObject) -> bool:
    """Whether it is a window, but not the main one."""
    main = isinstance(widget, MainWindow)
    return isinstance(widget, QWidget) and widget.isWindow() and not main


class StrayWindows(QObject):
    """Notes every window but the one that is meant to be."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """A widget without a parent that is shown flashes up as a window of its own."""
        if event.type() == QEvent.Type.Show and is_stray(watched):
            self.seen.append(type(watched).__name__)
        return False


@pytest.fixture(autouse=True)
def _no_stray_windows(qapp: QApplication) -> Iterator[None]:
    """Nothing but the main window is ever on the screen."""
    stray = StrayWindows()
    qapp.installEventFilter(stray)
    yield
    qapp.removeEventFilter(stray)
    assert stray.seen == []


@pytest.fixture
def left_behind() -> tuple[Interrupted, Interrupted]:
    """An unfinished recording, and one that is finished and not delivered."""
    left = Interrupted(
        folder=Path("/nowhere"),
        session="5e55" * 8,
        server="https://exam.example.edu",
        title="Linear Algebra I",
        institution="University of Example",
        begun_us=1_790_000_000_000_000,
        last_us=1_790_000_000_000_000 + 45 * 60 * 1_000_000,
        planned_end_us=1_790_000_000_000_000 + 5_400 * 1_000_000,
        closed=False,
        waiting_records=120,
        waiting_bytes=4_200_000,
        records=300,
    )
    done = dataclasses.replace(left, session="d0d0" * 8, closed=True, title="Calculus")
    return left, done


@pytest.fixture(name="make_offer")
def _make_offer() -> Callable[..., Offer]:
    """Makes offers of an exam that records these streams."""
    return make_offer


@pytest.fixture(name="make_status")
def _make_status() -> Callable[..., Status]:
    """Makes statuses of a session."""
    return make_status


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    """Settings of this test alone."""
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def program() -> Iterator[FakeProgram]:
    """A program in which everything works; it never blocks the main thread."""
    program = FakeProgram()
    yield program
    for gate in program.gates.values():
        gate.set()
    assert program.on_main_thread == []


@pytest.fixture
def open_window(
    qtbot: Any, settings: QSettings, program: FakeProgram, tmp_path: Path
) -> Iterator[Callable[..., MainWindow]]:
    """Opens windows on the program, and closes them whatever they are doing.

    Whoever is asked for a file names one in the test's own folder at once.
    """
    windows: list[MainWindow] = []

    def open_one(link: str | None = None, **options: Any) -> MainWindow:
        options.setdefault("choose", lambda _window, name, chosen: chosen(tmp_path / name))
        window = MainWindow(program, link, settings=settings, today=lambda: TODAY, **options)
        qtbot.addWidget(window)
        windows.append(window)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
        return window

    yield open_one
    for gate in program.gates.values():
        gate.set()
    for window in windows:
        window.quit_now()
        assert window.settle()


Look = Callable[[MainWindow], None]
InExam = Callable[..., tuple[MainWindow, FakeRecording]]


@dataclass
class Walker:
    """Walks through the exam by what the pages offer, and looks at each of them."""

    qtbot: Any
    program: FakeProgram
    open_window: Callable[..., MainWindow]
    look: Look = lambda _: None

    def enter(self) -> MainWindow:
        """To the page that says what will happen."""
        window = self.open_window("invigil://exam.example.edu/ABCDEFGH")
        enter = cast("EnterPage", window.page)
        self.qtbot.waitUntil(lambda: len(enter.leftovers.cards) == len(self.program.left))
        self.look(window)
        enter.submit()
        self.at(window, OverviewPage)
        return window

    def check(self, window: MainWindow) -> CheckPage:
        """To the system check, and until it is content."""
        self.press(window)
        self.at(window, ConsentPage)
        cast("ConsentPage", window.page).agreed.emit()
        check = cast("CheckPage", window.page)
        self.qtbot.waitUntil(check._start.isEnabled)
        self.look(window)
        return check

    def record(self, window: MainWindow) -> FakeRecording:
        """To the first page of the recording."""
        self.check(window).start()
        self.at(window, IdentityPage)
        return self.program.recordings[-1]

    def calibrate(self, window: MainWindow) -> None:
        """From the identity to the calibration."""
        identity = cast("IdentityPage", window.page)
        identity.begin.click()
        self.qtbot.waitUntil(identity.go_on.isVisible)
        self.look(window)
        identity.go_on.click()
        self.at(window, CalibrationPage)

    def wait(self, window: MainWindow) -> None:
        """From the calibration to the waiting room."""
        calibration = cast("CalibrationPage", window.page)
        calibration.begin.click()
        self.qtbot.waitUntil(calibration.go_on.isVisible)
        self.look(window)
        calibration.go_on.click()
        self.at(window, WaitingPage)

    def press(self, window: MainWindow) -> None:
        """The page's first button."""
        primary = cast("Page", window.page).primary
        assert primary is not None
        primary.click()

    def at(self, window: MainWindow, kind: type[Page]) -> None:
        """Wait for a page, and look at it."""
        self.qtbot.waitUntil(lambda: isinstance(window.page, kind))
        self.look(window)


def ask_for_nothing(program: FakeProgram) -> None:
    """An exam that wants no photograph, voice or calibration before it."""
    bare = Identity(photo=False, document=False, calibration=False, voice=False)
    policy = msgspec.structs.replace(program.offer.policy, identity=bare)
    program.offer = dataclasses.replace(program.offer, policy=policy)


@pytest.fixture
def walker(qtbot: Any, open_window: Callable[..., MainWindow], program: FakeProgram) -> Walker:
    """Walks as far as a test needs."""
    return Walker(qtbot, program, open_window)


@pytest.fixture
def in_exam(walker: Walker) -> InExam:
    """Walks to the exam's page; with ``look`` by way of every page, calling it on each."""

    def walk(look: Look | None = None) -> tuple[MainWindow, FakeRecording]:
        if look is None:
            ask_for_nothing(walker.program)
            window = walker.enter()
            walker.check(window).start()
            walker.at(window, WaitingPage)
        else:
            walker.look = look
            window = walker.enter()
            walker.record(window)
            walker.calibrate(window)
            walker.wait(window)
        recording = walker.program.recordings[-1]
        walker.press(window)
        walker.qtbot.waitUntil(lambda: isinstance(window.page, ExamPage))
        return window, recording

    return walk
