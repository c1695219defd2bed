"""Nine looks at the screen: on the whole display, stopped at any time, left out, repeated."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from support.scripted_program import CALIBRATION, CalibrationView

from recorder.ui.pages.calibration import CalibrationPage
from recorder.ui.pages.waiting import WaitingPage
from recorder.ui.window import MainWindow

Calibration = tuple[MainWindow, CalibrationPage, Any]


@pytest.fixture
def calibration(walker: Any) -> Calibration:
    """A window at this page, and the recording behind it."""
    window = walker.enter()
    recording = walker.record(window)
    walker.calibrate(window)
    page = window.page
    assert isinstance(page, CalibrationPage)
    return window, page, recording


def test_the_marks_fill_the_display_and_stand_where_they_are_said_to(
    qtbot: Any, calibration: Calibration
) -> None:
    window, page, recording = calibration
    recording.calibrating = [CALIBRATION[1]]
    page.begin.click()
    qtbot.waitUntil(lambda: page.target.at == (0.5, 0.5))
    assert window.isFullScreen()
    assert not window._rail.isVisible()
    assert page.target.hasFocus()
    screen = window.screen().geometry()
    place = page.target.place()
    assert place is not None
    shown = page.target.mapToGlobal(place)
    assert abs(shown.x() - screen.center().x()) <= 1
    assert abs(shown.y() - screen.center().y()) <= 1
    size = window.screen().physicalSize()
    assert recording.display == (size.width(), size.height())


def test_a_mark_at_the_edge_is_whole(qtbot: Any, calibration: Calibration) -> None:
    _, page, recording = calibration
    recording.calibrating = [CalibrationView((0.0, 1.0), 0.0, "running", "Look.")]
    page.begin.click()
    qtbot.waitUntil(lambda: page.target.at == (0.0, 1.0))
    place = page.target.place()
    assert place is not None
    assert page.target.rect().adjusted(10, 10, -10, -10).contains(place.toPoint())


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_a_key_stops_them_and_another_start_is_offered(
    qtbot: Any, calibration: Calibration, key: Qt.Key
) -> None:
    window, page, recording = calibration
    recording.calibrating = [CALIBRATION[0]]
    page.begin.click()
    qtbot.keyClick(page.target, key)
    assert not page.target.isVisible()
    assert not window.isFullScreen()
    assert page.begin.hasFocus()
    assert page._banner.title.plain == "The points were stopped."
    assert page._banner.text.plain == "Start again, or leave them out."
    assert recording.asked[-1] == ("stop_calibration",)


def test_who_stops_or_spoils_another_try_may_go_on_with_the_one_before(
    qtbot: Any, calibration: Calibration
) -> None:
    _, page, recording = calibration
    recording.calibrating = list(CALIBRATION)
    page.begin.click()
    qtbot.waitUntil(page.go_on.hasFocus)
    assert ("stop_calibration",) not in recording.asked
    recording.calibrating = [CALIBRATION[0]]
    page.begin.click()
    qtbot.keyClick(page.target, Qt.Key.Key_Escape)
    assert recording.asked[-1] == ("stop_calibration",)
    kept = "The points that were done before count. Do them again, or go on."
    assert page._banner.text.plain == kept
    assert page.go_on.hasFocus()
    recording.calibrating = [CalibrationView(None, 1.0, "poor", "The eyes hardly moved.")]
    page.begin.click()
    qtbot.waitUntil(lambda: page._banner.text.plain == f"The eyes hardly moved. {kept}")


def test_a_poor_one_is_offered_again(qtbot: Any, calibration: Calibration) -> None:
    _, page, recording = calibration
    poor = CalibrationView(None, 1.0, "poor", "The points were hardly looked at.")
    recording.calibrating = [CALIBRATION[0], poor]
    page.begin.click()
    qtbot.waitUntil(lambda: page.begin.accessibleName() == "Try again")
    assert page._banner.text.plain == "The points were hardly looked at."
    recording.calibrating = list(CALIBRATION)
    page.begin.click()
    qtbot.waitUntil(page.go_on.hasFocus)


def test_it_can_be_left_out(calibration: Calibration) -> None:
    window, page, recording = calibration
    page.skip.click()
    assert recording.asked[-1] == ("leave_out", "calibration")
    assert isinstance(window.page, WaitingPage)


def test_a_question_about_leaving_stops_the_marks(calibration: Calibration) -> None:
    window, page, recording = calibration
    recording.calibrating = [CALIBRATION[0]]
    page.begin.click()
    window.close()
    assert not page.target.isVisible()
    assert page.question.open
    assert page.question.no.hasFocus()
