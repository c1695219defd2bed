"""Quit works on every page: within two seconds, asked once, recorded, however slow all is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from recorder.ui.pages.page import Page
from recorder.ui.window import MainWindow

# Seconds from the answer, or from the request where nothing is asked, to no window: less than
# what is under way holds anybody up who waits for it (ten seconds, in a scripted program).
BOUND_S = 8.0

Way = Callable[[Any], MainWindow]


def at_enter(walker: Any) -> MainWindow:
    return walker.open_window("invigil://exam.example.edu/ABCDEFGH")


def at_enter_asking(walker: Any) -> MainWindow:
    window = at_enter(walker)
    walker.program.gates["inspect"] = threading.Event()
    window.page.submit()
    return window


def at_consent(walker: Any) -> MainWindow:
    window = walker.enter()
    walker.press(window)
    return window


def at_check(walker: Any) -> MainWindow:
    window = walker.enter()
    walker.check(window)
    return window


def at_check_starting(walker: Any) -> MainWindow:
    window = walker.enter()
    check = walker.check(window)
    walker.program.gates["start"] = threading.Event()
    check.start()
    return window


def at_identity(walker: Any) -> MainWindow:
    window = walker.enter()
    walker.record(window)
    return window


def at_identity_running(walker: Any) -> MainWindow:
    window = at_identity(walker)
    walker.program.recordings[0].enrolling = walker.program.recordings[0].enrolling[:1]
    window.page.begin.click()
    return window


def at_calibration(walker: Any) -> MainWindow:
    window = at_identity(walker)
    walker.calibrate(window)
    return window


def at_calibration_running(walker: Any) -> MainWindow:
    window = at_calibration(walker)
    walker.program.recordings[0].calibrating = walker.program.recordings[0].calibrating[:1]
    window.page.begin.click()
    return window


def at_waiting(walker: Any) -> MainWindow:
    window = at_calibration(walker)
    walker.wait(window)
    return window


def at_exam(walker: Any) -> MainWindow:
    window = at_waiting(walker)
    walker.press(window)
    walker.qtbot.waitUntil(lambda: type(window.page).__name__ == "ExamPage")
    return window


def at_exam_folded(walker: Any) -> MainWindow:
    window = at_exam(walker)
    window.page.fold()
    return window


def at_terms(walker: Any) -> MainWindow:
    window = at_identity(walker)
    window.read_terms()
    return window


BEFORE = [at_enter, at_enter_asking, at_consent, at_check, at_check_starting]
AFTER = [
    at_identity,
    at_identity_running,
    at_calibration,
    at_calibration_running,
    at_waiting,
    at_exam,
    at_exam_folded,
    at_terms,
]


@pytest.mark.parametrize("way", BEFORE, ids=lambda way: way.__name__)
def test_before_the_recording_nothing_is_asked(way: Way, walker: Any) -> None:
    window = way(walker)
    begun = time.monotonic()
    assert window.close()
    assert not window.isVisible()
    assert time.monotonic() - begun < BOUND_S


@pytest.mark.parametrize("way", AFTER, ids=lambda way: way.__name__)
def test_a_recording_is_asked_about_once_and_ended(way: Way, walker: Any) -> None:
    window = way(walker)
    recording = walker.program.recordings[0]  # whose disk is so slow that it never closes
    assert not window.close()
    page = window.page
    assert isinstance(page, Page)
    assert page.question.no.isVisible()
    assert recording.reasons == []
    begun = time.monotonic()
    page.question.yes.click()
    assert recording.reasons == ["quit"]
    walker.qtbot.waitUntil(lambda: not window.isVisible())
    assert time.monotonic() - begun < BOUND_S


def test_a_session_that_starts_too_late_is_ended(walker: Any) -> None:
    window = at_check_starting(walker)
    window.close()
    walker.program.gates["start"].set()
    assert window.settle()
    assert [recording.reasons for recording in walker.program.recordings] == [["quit"]]
