"""Every page of the candidate's window and of the exam's, with a scripted program behind it.

``python -m screenshots.pages FOLDER [--language de] [--scale 2] [--dark] [--rtl] [--worries]``;
no display is needed. ``make screenshots`` keeps those in English and light, at 100 % and at
200 % of text. ``--worries`` takes those of what may go wrong alone, with numbers of their own.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before any QApplication

import argparse
import dataclasses
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication
from screenshots.exam_window import COVER_SIZE, Browsing, ExamTour, browsed
from screenshots.walk import Walk
from screenshots.worries import WorryTour, in_use_and_full, without_browser
from support.scripted_program import (
    TODAY,
    FakeProgram,
    FakeRecording,
    ask_for_nothing,
    make_offer,
)

from recorder.evidence.opening import damaged
from recorder.exam.covers import Cover
from recorder.status import CalibrationView, Delivery, Interrupted, Notice, Stage, Unreadable
from recorder.ui.style.colours import DARK
from recorder.ui.style.theme import Theme
from recorder.ui.window import MainWindow
from shared.policy import Breaks, Identity, Level, Lockdown

# Pixels: a laptop's window at 100 %, and one of its whole screen at 200 %.
SIZES = {1.0: (980, 720), 2.0: (1366, 768)}
EXAM_SIZES = {1.0: (430, 860), 2.0: (860, 768)}
# 14 March 2026, 9:00 UTC, in microseconds since 1970.
STARTS_US = 1_773_478_800_000_000


def drawn_person() -> NDArray[np.uint8]:
    """Somebody before a wall, 480 by 640: enough to see what the outline is for."""
    picture = np.full((480, 640, 3), (196, 190, 180), np.uint8)
    cv2.rectangle(picture, (0, 330), (640, 480), (150, 140, 128), -1)
    cv2.ellipse(picture, (320, 520), (210, 190), 0, 180, 360, (58, 82, 104), -1)
    cv2.ellipse(picture, (320, 210), (96, 130), 0, 0, 360, (206, 160, 130), -1)
    cv2.ellipse(picture, (320, 140), (104, 84), 0, 180, 360, (62, 44, 34), -1)
    for x in (284, 356):
        cv2.circle(picture, (x, 200), 8, (40, 36, 34), -1)
    cv2.ellipse(picture, (320, 272), (34, 14), 0, 10, 170, (150, 84, 80), 4)
    return cv2.GaussianBlur(picture, (5, 5), 0).astype(np.uint8)


def scripted() -> FakeProgram:
    """An exam that asks for everything, and begins for all at once."""
    offer = make_offer(
        identity=Identity(document=True),
        lockdown=Lockdown(full_screen=Level.ENFORCE, keys=Level.ENFORCE),
        breaks=Breaks(count=2, longest_s=600.0),
        warnings=3,
    )
    exam = msgspec.structs.replace(offer.policy.exam, starts_us=STARTS_US)
    policy = msgspec.structs.replace(offer.policy, exam=exam)
    return FakeProgram(offer=dataclasses.replace(offer, policy=policy), still=drawn_person())


class Tour:
    """Walks through the pages and keeps a picture of each."""

    def __init__(self, walk: Walk, window: MainWindow, scale: float, sort: str = "") -> None:
        """``sort`` stands before the numbers of pictures of another sort."""
        self._walk, self._window, self._scale, self._sort = walk, window, scale, sort
        self._number = 0

    def go_on_with(self, window: MainWindow, walk: Walk) -> None:
        """Another window; the numbers go on."""
        self._window, self._walk = window, walk

    @property
    def _page(self) -> Any:
        """The page that is shown: each kind has its own buttons."""
        return self._window.page

    def shoot(self, name: str) -> None:
        """Keep the page as it looks now, numbered."""
        self._number += 1
        self._walk.picture(f"{self._sort}{self._number:02}-{name}", 500)

    def before(self) -> None:
        """From the code to the check."""
        page = self._page
        self.shoot("code")
        self._window.open_link("invigil://exam.example.edu/ABCDEFGH")
        page.submit()
        self._walk.until(lambda: self._window.page is not page)
        self.shoot("overview")
        self._page.primary.click()
        self.shoot("consent")
        self._page.tick.click()
        self._page.primary.click()
        self._walk.rest(1200)
        self.shoot("check")

    def prepare(self, program: FakeProgram) -> FakeRecording:
        """From the check to the waiting room."""
        self._page.start()
        self._walk.until(lambda: bool(program.recordings))
        recording = program.recordings[0]
        self._walk.until(lambda: type(self._window.page).__name__ == "IdentityPage")
        page = self._page
        self.shoot("identity-before")
        recording.enrolling = [recording.enrolling[0]]
        page.begin.click()
        self.shoot("identity-face")
        failed = dataclasses.replace(
            recording.enrolling[0],
            words="Your face is not seen: sit before the camera.",
            outcome="failed",
        )
        recording.views = [failed]
        self.shoot("identity-failed")
        recording.leave_out("voice")
        self.shoot("identity-left-out")
        page.go_on.click()
        self.shoot("calibration")
        recording.calibrating = [
            CalibrationView((0.5, 0.1), 0.2, "running", "Look at the mark with open eyes.")
        ]
        self._page.begin.click()
        self.shoot("calibration-point")
        self._page.stop()
        self._page.done.emit()
        self._restore()
        self.shoot("waiting-room")
        return recording

    def write(self, recording: FakeRecording) -> None:
        """The exam, its bar, its break and its question."""
        recording.become(phase="exam", starts_in_s=None, left_s=4646.0, breaks_left=2)
        self._walk.until(lambda: type(self._window.page).__name__ == "ExamPage")
        self._window.resize(*EXAM_SIZES[self._scale])
        page = self._page
        self.shoot("exam")
        recording.waiting_notices = [
            Notice("Put the phone away, please.", "proctor", "warning", 1, 3)
        ]
        recording.become(warnings=1, warnings_limit=3)
        self.shoot("exam-warning")
        page.fold()
        self.shoot("exam-bar")
        page.unfold()
        recording.take_break()
        self.shoot("exam-break")
        recording.end_break()
        self._window.close()
        self.shoot("exam-quit")
        page.question.no.click()
        page.finishing.emit("finished")

    def deliver(self, recording: FakeRecording) -> None:
        """The end."""
        self._restore()
        half = Delivery(100, 100, 50, 25, 5_000_000, 2_448_800, online=True)
        recording.become(
            stage=Stage.DELIVERING, delivery=half, words="Delivering the recording"
        )
        self.shoot("delivering")
        full = dataclasses.replace(half, blobs_sent=47, bytes_sent=4_700_000)
        recording.become(stage=Stage.FAILED, words="The disk is full.", delivery=full)
        self.shoot("failed")
        recording.become(
            stage=Stage.DELIVERED,
            delivery=dataclasses.replace(half, blobs_sent=50, bytes_sent=5_000_000),
        )
        self.shoot("delivered")

    def beside(self) -> None:
        """What was left, a practice run, what was agreed to, and declining."""
        self.shoot("left-behind")
        self._page.practising.emit()
        self.shoot("practice")
        self._page.left.emit()
        page = self._page
        self._window.open_link("invigil://exam.example.edu/ABCDEFGH")
        page.submit()
        self._walk.until(lambda: self._window.page is not page)
        self._page.primary.click()
        consent = self._page
        consent.tick.click()
        consent.primary.click()
        self._walk.rest(1200)
        self._window.read_terms()
        self.shoot("what-was-agreed-to")
        self._page.ask_to_withdraw(make_offer().policy.institution, lambda: None)
        self.shoot("withdrawing")
        self._page.question.no.click()
        self._page.back.emit()
        self._page.left.emit()
        consent.declined.emit()
        self.shoot("declined")

    def browse(self, browsing: Browsing) -> None:
        """The exam in its own browser, and what stands on another display meanwhile."""
        page, rooms = self._page, browsing.rooms
        self._window.open_link("invigil://exam.example.edu/ABCDEFGH")
        page.submit()
        self._walk.until(lambda: self._window.page is not page)
        self._page.primary.click()
        self._page.agreed.emit()
        self._walk.until(lambda: self._page._start.isEnabled())
        self._page.start()
        self._walk.until(lambda: bool(browsing.program.recordings))
        recording = browsing.program.recordings[0]
        recording.become(phase="exam", starts_in_s=None, left_s=4646.0, breaks_left=2)
        self._walk.until(lambda: bool(rooms) and rooms[0]._window.isVisible())
        self._walk = self._walk.beside(rooms[0]._window)
        ExamTour(browsing, self._walk, self.shoot).take(recording)
        cover = Cover("University of Example", lambda: None)
        cover.resize(*COVER_SIZE)
        cover.show()
        self._walk = self._walk.beside(cover)
        self.shoot("exam-other-display")
        cover.let_go()

    def _restore(self) -> None:
        self._window.showNormal()
        self._window.resize(*SIZES[self._scale])


def main() -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", default="en")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--rtl", action="store_true")
    parser.add_argument("--worries", action="store_true")
    told = parser.parse_args()
    told.folder.mkdir(parents=True, exist_ok=True)
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)  # its browser's
    application = QApplication(sys.argv[:1])
    if told.dark:
        Theme.colours = property(lambda _: DARK)  # the offscreen plugin knows no scheme
    if told.rtl:
        application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    with TemporaryDirectory() as place:
        settings = QSettings(f"{place}/settings.ini", QSettings.Format.IniFormat)
        settings.setValue("text-scale", told.scale)
        settings.setValue("language", told.language)
        _worry(settings, told.scale, told.folder)
        if told.worries:
            return 0
        program = scripted()
        with shown(program, settings, told.scale) as window:
            tour = Tour(Walk(window, told.folder), window, told.scale)
            tour.before()
            recording = tour.prepare(program)
            tour.write(recording)
            tour.deliver(recording)
        with shown(with_leftovers(), settings, told.scale) as window:
            tour.go_on_with(window, Walk(window, told.folder))
            tour.beside()
        with (
            browsed(asking_nothing()) as browsing,
            shown(browsing.program, settings, told.scale) as window,
        ):
            tour.go_on_with(window, Walk(window, told.folder))
            tour.browse(browsing)
    return 0


def _worry(settings: QSettings, scale: float, folder: Path) -> None:
    """What may go wrong, in pictures of its own."""
    program, unseen = in_use_and_full(asking_nothing()), without_browser(asking_nothing())
    with shown(program, settings, scale) as window:
        walk = Walk(window, folder)
        tour = Tour(walk, window, scale, "worry-")
        WorryTour(window, program, walk, tour.shoot).take()
    with shown(unseen, settings, scale) as window:
        walk = Walk(window, folder)
        tour.go_on_with(window, walk)
        WorryTour(window, unseen, walk, tour.shoot).take_without_browser()


@contextmanager
def shown(program: FakeProgram, settings: QSettings, scale: float) -> Iterator[MainWindow]:
    """A window on a scripted program."""
    window = MainWindow(program, today=lambda: TODAY, settings=settings)
    window.resize(*SIZES[scale])
    window.show()
    yield window
    window.quit_now()
    window.settle()


def asking_nothing() -> FakeProgram:
    """One whose exam wants no photograph, voice or calibration before it."""
    program = scripted()
    ask_for_nothing(program)
    return program


def with_leftovers() -> FakeProgram:
    """One that finds a recording that can go on, and one that cannot be read."""
    program = scripted()
    left = Interrupted(
        folder=Path("/home/ada/.local/share/invigil/5e55"),
        session="5e55" * 8,
        server="https://exam.example.edu",
        title="Linear Algebra I",
        institution="University of Example",
        begun_us=STARTS_US,
        last_us=STARTS_US + 2_700_000_000,
        planned_end_us=STARTS_US + 5_400_000_000,
        closed=False,
        waiting_records=120,
        waiting_bytes=4_200_000,
        records=900,
    )
    program.left = [left]
    folder = Path("/home/ada/.local/share/invigil/77aa")
    fault = damaged(folder, "database disk image is malformed")
    program.unreadable = [Unreadable(folder, fault.what, fault.advice)]
    return program


if __name__ == "__main__":
    sys.exit(main())
