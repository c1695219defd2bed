"""Quit works on every page: within two seconds, asked once, recorded, however slow all is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QTimer

from recorder.status import Delivery, Interrupted, Stage
from recorder.ui.pages.page import Page
from recorder.ui.window import MainWindow

# Milliseconds from the answer to no window. It is measured by Qt's own clock: a timer of this
# length that is started after the answer fires after all that is due sooner, however busy the
# machine is.
QUIT_MS = 2_000

# Seconds that a call may hold the window up on a busy machine: less than what is under way
# does for whoever waits for it (ten seconds, in a scripted program).
HELD_UP_S = 8.0

Way = Callable[[Any], MainWindow]


def at_enter(walker: Any) -> MainWindow:
    return walker.open_window("invigil://exam.example.edu/ABCDEFGH")


def at_enter_asking(walker: Any) -> MainWindow:
    window = at_enter(walker)
    walker.program.gates["inspect"] = threading.Event()
    window.page.submit()
    return window


def at_practice(walker: Any) -> MainWindow:
    window = walker.open_window()
    window.page.practise.click()
    walker.qtbot.waitUntil(lambda: bool(walker.program.practices))
    return window


def at_leftover_saving(walker: Any, left: Interrupted) -> MainWindow:
    """What an earlier run has left is written to a slow disk."""
    walker.program.left = [left]
    window = at_enter(walker)
    walker.qtbot.waitUntil(lambda: bool(window.page.leftovers.cards))
    saving(walker, next(iter(window.page.leftovers.cards.values())).save)
    return window


def saving(walker: Any, button: Any) -> None:
    walker.program.gates["save"] = threading.Event()
    button.click()
    walker.qtbot.waitUntil(lambda: walker.program.calls[-1][0] == "save")


def at_overview(walker: Any) -> MainWindow:
    return walker.enter()


def at_declined(walker: Any) -> MainWindow:
    window = at_consent(walker)
    window.page.declined.emit()
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


def at_terms_withdrawing(walker: Any) -> MainWindow:
    window = at_terms(walker)
    window.page._withdraw.click()
    return window


def at_break(walker: Any) -> MainWindow:
    window = at_exam(walker)
    walker.program.recordings[0].become(phase="break")
    return window


def at_paused(walker: Any) -> MainWindow:
    window = at_exam(walker)
    walker.program.recordings[0].become(phase="paused")
    return window


def at_finishing(walker: Any) -> MainWindow:
    window = at_exam(walker)
    window.page.finish.click()
    return window


def over(walker: Any, stage: Stage) -> MainWindow:
    window = at_exam(walker)
    window.page.finishing.emit("finished")
    delivery = Delivery(10, 5, 10, 5, 1_000_000, 500_000, online=False)
    walker.program.recordings[0].become(stage=stage, delivery=delivery)
    walker.qtbot.waitUntil(lambda: window._way.stage is stage)
    return window


def at_delivering(walker: Any) -> MainWindow:
    return over(walker, Stage.DELIVERING)


def at_delivering_saving(walker: Any) -> MainWindow:
    window = at_delivering(walker)
    walker.qtbot.waitUntil(window.page._save.isVisible)
    saving(walker, window.page._save)
    return window


def at_delivered(walker: Any) -> MainWindow:
    return over(walker, Stage.DELIVERED)


def at_receipt_saving(walker: Any) -> MainWindow:
    window = at_delivered(walker)
    walker.program.gates["receipt"] = threading.Event()
    window.page.keeping_receipt.emit()
    walker.qtbot.waitUntil(lambda: walker.program.calls[-1][0] == "receipt")
    return window


def at_failed(walker: Any) -> MainWindow:
    return over(walker, Stage.FAILED)


BEFORE = [
    at_enter,
    at_enter_asking,
    at_practice,
    at_overview,
    at_consent,
    at_declined,
    at_check,
    at_check_starting,
]
AFTER = [
    at_identity,
    at_identity_running,
    at_calibration,
    at_calibration_running,
    at_waiting,
    at_exam,
    at_exam_folded,
    at_break,
    at_paused,
    at_finishing,
    at_terms,
    at_terms_withdrawing,
]
OVER = [at_delivering, at_delivering_saving, at_delivered, at_receipt_saving, at_failed]


def closes_at_once(window: MainWindow) -> None:
    begun = time.monotonic()
    assert window.close()
    assert not window.isVisible()
    assert time.monotonic() - begun < HELD_UP_S


@pytest.mark.parametrize("way", BEFORE, ids=lambda way: way.__name__)
def test_before_the_recording_nothing_is_asked(way: Way, walker: Any) -> None:
    closes_at_once(way(walker))


@pytest.mark.parametrize("way", OVER, ids=lambda way: way.__name__)
def test_afterwards_nothing_is_asked_either(way: Way, walker: Any) -> None:
    """What is not delivered yet goes on its way at the next start."""
    closes_at_once(way(walker))
    assert walker.program.recordings[0].reasons == ["finished"]


def test_nothing_is_asked_while_what_was_left_is_saved(walker: Any, left_behind: Any) -> None:
    closes_at_once(at_leftover_saving(walker, left_behind[1]))


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
    assert time.monotonic() - begun < HELD_UP_S
    assert recording.reasons == ["quit"]
    shown: list[bool] = []
    QTimer.singleShot(QUIT_MS, lambda: shown.append(window.isVisible()))
    walker.qtbot.waitUntil(lambda: bool(shown))
    assert shown == [False]


def test_a_session_that_starts_too_late_is_ended(walker: Any) -> None:
    window = at_check_starting(walker)
    window.close()
    walker.program.gates["start"].set()
    assert window.settle()
    assert [recording.reasons for recording in walker.program.recordings] == [["quit"]]
