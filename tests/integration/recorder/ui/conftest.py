"""A scripted program behind a real window, without a display."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before any QApplication

import dataclasses
import functools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from support.scripted_program import (
    TODAY,
    FakeProgram,
    FakeRecording,
    ask_for_nothing,
    make_offer,
    make_status,
)

from recorder.status import Interrupted, Offer, Status
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

# What the plugin without a display says of what it lacks, whatever the program does.
PLUGIN_SAYS = "This plugin does not support "

# How long a window on a busy machine may take to come to what a test waits for, in seconds;
# usually it is there within a tenth.
PATIENCE_S = 30


def ui_threads() -> list[threading.Thread]:
    """The window's threads that still run."""
    return [thread for thread in threading.enumerate() if thread.name == THREAD_NAME]


@pytest.fixture(autouse=True)
def _no_qt_messages(qtlog: Any) -> Iterator[None]:
    """Anything Qt complains about fails the test."""
    yield
    said = [r.message for r in qtlog.records if not r.message.startswith(PLUGIN_SAYS)]
    assert not said, f"Qt said: {said}"


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """The plugin's own, with more patience: its five seconds are short beside two browsers."""
    bot = QtBot(request)
    bot.waitUntil = functools.partial(bot.waitUntil, timeout=PATIENCE_S * 1000)
    return bot


@pytest.fixture(autouse=True)
def _no_threads_left() -> Iterator[None]:
    """Every thread that a window started has ended."""
    yield
    deadline = time.monotonic() + PATIENCE_S
    while ui_threads() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not ui_threads()


def is_stray(widget: QObject) -> bool:
    """Whether it is a window, but neither the main one nor the exam's."""
    meant = isinstance(widget, MainWindow) or widget.objectName() == "exam"
    return isinstance(widget, QWidget) and widget.isWindow() and not meant


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


@pytest.fixture
def walker(qtbot: Any, open_window: Callable[..., MainWindow], program: FakeProgram) -> Walker:
    """Walks as far as a test needs."""
    return Walker(qtbot, program, open_window)


@pytest.fixture(name="ask_nothing")
def _ask_nothing(program: FakeProgram) -> None:
    """The exam wants no photograph, voice or calibration before it."""
    ask_for_nothing(program)


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
