"""The page shown while the exam is recorded, fed with scripted statuses."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from recorder.status import Delivery, Light, Notice, Stage, StreamHealth
from recorder.ui.pages.exam import ExamPage
from recorder.ui.pages.finish import FinishPage
from recorder.ui.widgets.banner import Banner
from recorder.ui.window import MainWindow

Exam = tuple[MainWindow, ExamPage, Any]


@pytest.fixture
def exam(in_exam: Callable[[], tuple[MainWindow, Any]]) -> Exam:
    """A window that records, its page, and the recording behind it."""
    window, recording = in_exam()
    page = window.page
    assert isinstance(page, ExamPage)
    return window, page, recording


def shown_notices(page: Any) -> list[str]:
    banners = page.notices.findChildren(Banner)
    column = page.notices._column
    ordered = sorted((b for b in banners if column.indexOf(b) >= 0), key=column.indexOf)
    return [f"{banner.title.plain}: {banner.text.plain}" for banner in ordered]


def test_all_is_well_is_said_in_words(exam: Exam) -> None:
    _, page, _ = exam
    assert page.light.words.plain == "Recording. All is well."
    assert page.light.mark.name == "recording"
    assert page._elapsed.plain == "12:34"
    assert page._left.plain == "1:17:26"
    assert page._streams.queue.plain == "7 pieces, 0.4 MB waiting; all safe on this computer."
    assert [row.words.plain for row in page._streams.rows.values()] == ["Recording"] * 3


def test_the_page_follows_the_session(qtbot: Any, exam: Exam) -> None:
    _, page, recording = exam
    recording.become(
        elapsed_s=5401.0, left_s=0.0, light=Light.ATTENTION, words="The camera is away."
    )
    qtbot.waitUntil(lambda: page._elapsed.plain == "1:30:01")
    assert page._left.plain == "0:00"
    assert page._left_name.plain == "The time is over: please finish."
    assert page.light.words.plain == "The camera is away."
    assert page.light.mark.name == "attention"


def test_a_lost_device_is_named_until_it_is_back(qtbot: Any, exam: Exam) -> None:
    _, page, recording = exam
    healthy = recording.now.streams
    lost = dataclasses.replace(healthy[0], working=False)
    recording.become(streams=(lost, *healthy[1:]))
    qtbot.waitUntil(lambda: "Not connected" in page._streams.rows["camera"].words.plain)
    assert page._streams.rows["camera"]._mark.name == "problem"
    noted = dataclasses.replace(lost, note="Reconnecting, third try.")
    recording.become(streams=(noted, *healthy[1:]))
    qtbot.waitUntil(
        lambda: page._streams.rows["camera"].words.plain == "Reconnecting, third try."
    )
    recording.become(streams=healthy)
    qtbot.waitUntil(lambda: page._streams.rows["camera"].words.plain == "Recording")


def test_a_stream_of_a_later_version_gets_a_row(qtbot: Any, exam: Exam) -> None:
    _, page, recording = exam
    second = StreamHealth("second-camera", "x", working=True, frames=1)
    recording.become(streams=(*recording.now.streams, second))
    qtbot.waitUntil(lambda: "second-camera" in page._streams.rows)


def test_offline_is_no_alarm(qtbot: Any, exam: Exam) -> None:
    _, page, recording = exam
    recording.become(delivery=Delivery(60, 50, 45, 40, 2_400_000, 2_000_000, online=False))
    qtbot.waitUntil(lambda: page._streams.queue.plain.startswith("No connection to the server"))
    assert page._streams.queue.plain.endswith(
        "15 pieces, 0.4 MB waiting; all safe on this computer."
    )
    assert page._streams.queue_mark.name == "offline"


def test_messages_stay_until_they_are_put_away(qtbot: Any, exam: Exam) -> None:
    _, page, recording = exam
    recording.waiting_notices = [
        Notice("Please sit closer.", "proctor"),
        Notice("Put the phone away.", "proctor", "warning"),
    ]
    qtbot.waitUntil(lambda: len(shown_notices(page)) == 2)
    assert shown_notices(page) == [
        "Warning from the proctor: Put the phone away.",
        "Message from the proctor: Please sit closer.",
    ]
    assert page.notices.isVisible()
    banner = page.notices.findChildren(Banner)[0]
    page.notices._put_away(page.notices.unread[0], banner)
    assert shown_notices(page) == ["Warning from the proctor: Put the phone away."]


def test_an_unread_message_outlives_the_exam(qtbot: Any, exam: Exam) -> None:
    window, _, recording = exam
    recording.waiting_notices = [Notice("Your time is up.", "proctor")]
    recording.become(stage=Stage.CLOSING)
    qtbot.waitUntil(lambda: isinstance(window.page, FinishPage))
    assert shown_notices(window.page) == ["Message from the proctor: Your time is up."]


def test_the_picture_is_shown_on_request_and_else_costs_nothing(qtbot: Any, exam: Exam) -> None:
    _, page, recording = exam
    preview = recording.preview
    assert not page._mirror.isVisible()
    looks = preview.looks
    qtbot.wait(300)
    assert preview.looks == looks
    page._show_picture.click()
    qtbot.waitUntil(lambda: preview.looks > looks)
    page._show_picture.click()
    assert not page._mirror.isVisible()


def test_minimised_takes_no_picture_but_keeps_an_eye_on_the_session(
    qtbot: Any, exam: Exam
) -> None:
    window, page, recording = exam
    page._show_picture.click()
    window.showMinimized()
    qtbot.wait(200)
    looks, pictures = recording.looks, recording.preview.looks
    recording.waiting_notices = [Notice("Come back.", "proctor")]
    qtbot.waitUntil(lambda: len(shown_notices(page)) == 1)
    assert recording.preview.looks == pictures
    assert recording.looks - looks <= 4
    window.showNormal()
    qtbot.waitUntil(lambda: recording.preview.looks > pictures)


def test_finishing_is_asked_first_and_the_safe_answer_has_the_focus(
    qtbot: Any, exam: Exam
) -> None:
    window, page, recording = exam
    page.finish.click()
    assert page.question.no.hasFocus()
    qtbot.keyClick(page.question.no, Qt.Key.Key_Escape)
    assert page.question.isHidden()
    assert page.finish.isVisible()
    page.finish.click()
    qtbot.keyClick(page.question.no, Qt.Key.Key_Return)
    assert page.question.isHidden()
    assert recording.reasons == []
    page.finish.click()
    page.question.yes.click()
    assert recording.reasons == ["finished"]
    assert isinstance(window.page, FinishPage)


def test_enter_on_the_page_never_finishes(qtbot: Any, exam: Exam) -> None:
    _, page, recording = exam
    qtbot.keyClick(page, Qt.Key.Key_Return)
    assert page.question.isHidden()
    assert recording.reasons == []


def test_a_finish_that_fails_keeps_the_exam_going(qtbot: Any, exam: Exam) -> None:
    window, page, recording = exam
    recording.finish_bug = RuntimeError("boom")
    page.finish.click()
    page.question.yes.click()
    assert window.page is page
    assert "reference" in page._problem.text.plain
    recording.finish_bug = None
    page.finish.click()
    page.question.yes.click()
    assert isinstance(window.page, FinishPage)


def test_when_the_session_ends_by_itself_the_page_follows(qtbot: Any, exam: Exam) -> None:
    window, _, recording = exam
    recording.become(stage=Stage.CLOSING, words="The proctor ended the exam.")
    qtbot.waitUntil(lambda: isinstance(window.page, FinishPage))
    assert recording.reasons == []


def test_a_status_that_fails_is_told_once_and_looked_past(qtbot: Any, exam: Exam) -> None:
    _, page, recording = exam
    recording.bug = RuntimeError("boom")
    qtbot.waitUntil(lambda: not page._problem.isHidden())
    told = page._problem.text.plain
    qtbot.wait(600)
    assert page._problem.text.plain == told
    recording.bug = None
    recording.become(words="Recording again.")
    qtbot.waitUntil(lambda: page.light.words.plain == "Recording again.")


def test_the_window_is_small_during_the_exam_and_large_after(exam: Exam) -> None:
    window, page, _ = exam
    small = window.size()
    page.finishing.emit("finished")
    assert window.width() > small.width()
    assert small.width() < QApplication.primaryScreen().availableGeometry().width()


def test_an_exam_without_camera_and_sound_shows_neither(
    in_exam: Callable[[], tuple[MainWindow, Any]], program: Any, make_offer: Any
) -> None:
    program.offer = make_offer(camera=False, microphone=False)
    window, recording = in_exam()
    page = window.page
    assert isinstance(page, ExamPage)
    assert not page._mirror.isVisible()
    assert not page._meter.isVisible()
    assert not page._show_picture.isVisible()
    assert recording.preview.looks == 0
