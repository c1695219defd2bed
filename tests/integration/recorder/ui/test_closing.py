"""Closing the window and quitting, wherever the candidate is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt

from recorder.status import Stage
from recorder.ui.pages.exam import ExamPage
from recorder.ui.pages.finish import FinishPage
from recorder.ui.window import MainWindow

Exam = tuple[MainWindow, Any]


@pytest.fixture
def exam(in_exam: Callable[[], Exam]) -> Exam:
    """A window that records, and the recording behind it."""
    return in_exam()


def question(window: MainWindow) -> Any:
    assert isinstance(window.page, ExamPage)
    return window.page.question


def said_above(window: MainWindow) -> str:
    banner = window._banner
    return "" if banner.isHidden() else banner.title.plain


def test_before_the_exam_the_window_closes(open_window: Callable[..., MainWindow]) -> None:
    window = open_window()
    assert window.close()
    assert not window.isVisible()


def test_during_the_exam_it_asks_and_keeps_going_on_no(qtbot: Any, exam: Exam) -> None:
    window, recording = exam
    assert not window.close()
    assert window.isVisible()
    assert question(window).title.plain == "Finish the exam and close Invigil?"
    assert question(window).no.hasFocus()
    qtbot.keyClick(question(window).no, Qt.Key.Key_Space)
    assert question(window).isHidden()
    assert recording.reasons == []


def test_the_keyboard_asks_to_quit_too(qtbot: Any, exam: Exam) -> None:
    window, _ = exam
    qtbot.keyClick(window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert question(window).open


def test_yes_finishes_and_closes_once_all_is_on_disk(qtbot: Any, exam: Exam) -> None:
    window, recording = exam
    window.close()
    question(window).yes.click()
    assert recording.reasons == ["quit"]
    assert window.isVisible()
    page = window.page
    assert isinstance(page, FinishPage)
    assert "closes by itself" in page._banner.text.plain
    qtbot.wait(300)
    assert "closes by itself" in page._banner.text.plain
    recording.become(stage=Stage.DELIVERING)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_a_second_close_obeys_and_a_third_does_not_even_wait(exam: Exam) -> None:
    window, recording = exam
    window.close()
    assert not window.close()
    assert recording.reasons == ["quit"]
    assert window.close()
    assert not window.isVisible()


def test_the_question_about_finishing_is_not_the_one_about_quitting(exam: Exam) -> None:
    window, recording = exam
    page = window.page
    assert isinstance(page, ExamPage)
    page.finish.click()
    assert not window.close()
    assert recording.reasons == []
    assert question(window).title.plain == "Finish the exam and close Invigil?"


def test_closing_while_the_last_seconds_are_saved_waits_for_them(
    qtbot: Any, exam: Exam
) -> None:
    window, recording = exam
    page = window.page
    assert isinstance(page, ExamPage)
    page.finishing.emit("finished")
    assert not window.close()
    recording.become(stage=Stage.DELIVERED)
    qtbot.waitUntil(lambda: not window.isVisible())
    assert recording.reasons == ["finished"]


def test_a_failure_while_quitting_is_shown_not_closed_away(qtbot: Any, exam: Exam) -> None:
    window, recording = exam
    window.close()
    question(window).yes.click()
    recording.become(stage=Stage.FAILED, words="The disk is full.")
    page = window.page
    assert isinstance(page, FinishPage)
    qtbot.waitUntil(lambda: page._banner.title.plain == "The disk is full.")
    assert window.isVisible()
    assert window.close()


@pytest.mark.parametrize("twice", [False, True])
def test_quitting_works_even_when_finishing_fails(exam: Exam, twice: bool) -> None:
    window, recording = exam
    recording.finish_bug = RuntimeError("boom")
    window.close()
    if twice:
        window.close()
    else:
        question(window).yes.click()
    assert recording.reasons == ["quit"]
    assert not window.isVisible()


def test_a_shut_down_is_not_held_up_and_ends_the_recording(exam: Exam) -> None:
    window, recording = exam
    window.quit_now()
    assert recording.reasons == ["quit"]
    assert not window.isVisible()


def test_a_minimised_window_comes_up_to_ask(qtbot: Any, exam: Exam) -> None:
    window, _ = exam
    window.showMinimized()
    window.close()
    assert not window.isMinimized()
    assert question(window).open


def test_a_link_opened_during_the_exam_changes_nothing(exam: Exam) -> None:
    window, recording = exam
    window.open_link("invigil://other.example/WXYZ2345")
    assert isinstance(window.page, ExamPage)
    assert recording.reasons == []
    assert said_above(window) == "An exam is being recorded already."


def test_a_second_start_in_the_exam_only_brings_the_window_forward(exam: Exam) -> None:
    window, recording = exam
    window.showMinimized()
    window.come_forward("")
    assert not window.isMinimized()
    assert isinstance(window.page, ExamPage)
    assert recording.reasons == []
    assert said_above(window) == ""
