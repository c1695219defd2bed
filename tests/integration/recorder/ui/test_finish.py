"""After the exam: closing, delivering, offline, delivered, failed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from recorder.status import Delivery, Light, Notice, Stage
from recorder.ui.pages.exam import ExamPage
from recorder.ui.pages.finish import FinishPage
from recorder.ui.window import MainWindow

Finish = tuple[MainWindow, FinishPage, Any]


@pytest.fixture
def finish(in_exam: Callable[[], tuple[MainWindow, Any]]) -> Finish:
    """A window whose exam is over, its page, and the recording behind it."""
    window, recording = in_exam()
    cast("ExamPage", window.page).finishing.emit("finished")
    page = window.page
    assert isinstance(page, FinishPage)
    return window, page, recording


def said(page: FinishPage) -> str:
    return f"{page._banner.title.plain} {page._banner.text.plain}".strip()


def test_at_first_the_last_seconds_are_saved(finish: Finish) -> None:
    _, page, recording = finish
    assert recording.reasons == ["finished"]
    assert page.title.plain == "Saving the recording…"
    assert "last seconds" in said(page)


def test_the_bar_moves_until_all_is_delivered(qtbot: Any, finish: Finish) -> None:
    window, page, recording = finish
    recording.become(
        stage=Stage.DELIVERING,
        delivery=Delivery(100, 100, 50, 25, 5_000_000, 2_448_800, online=True),
    )
    qtbot.waitUntil(lambda: page.title.plain == "Delivering the recording")
    half = page._bar.value() / page._bar.maximum()
    assert 0.45 < half < 0.55
    assert page._progress.plain == "125 of 150 pieces delivered (2.4 MB of 5.0 MB)"
    assert "safe on this computer" in said(page)
    recording.become(
        stage=Stage.DELIVERED,
        delivery=Delivery(100, 100, 50, 50, 5_000_000, 5_000_000, online=True),
    )
    qtbot.waitUntil(lambda: page.title.plain == "Delivered")
    assert page._bar.value() == page._bar.maximum()
    assert "You may close your computer now." in said(page)
    assert page._recorded.plain == "13 minutes"
    assert page._size.plain == "150 pieces, 5.0 MB, encrypted"
    looks = recording.looks
    qtbot.wait(400)
    assert recording.looks == looks  # nothing changes any more: nobody looks
    page._close.click()
    assert not window.isVisible()


def test_offline_says_that_all_is_safe_and_goes_on_by_itself(
    qtbot: Any, finish: Finish
) -> None:
    window, page, recording = finish
    delivery = Delivery(10, 5, 10, 5, 1_000_000, 500_000, online=False)
    recording.become(stage=Stage.DELIVERING, delivery=delivery)
    qtbot.waitUntil(lambda: said(page).startswith("There is no connection"))
    assert "safe on this computer" in said(page)
    assert "goes on by itself" in said(page)
    recording.become(delivery=Delivery(10, 6, 10, 6, 1_000_000, 600_000, online=True))
    qtbot.waitUntil(lambda: "on its way" in said(page))
    window.close()
    assert not window.isVisible()


def test_who_was_ended_reads_why_and_what_to_do(qtbot: Any, in_exam: Any) -> None:
    window, recording = in_exam()
    recording.waiting_notices = [Notice("A telephone was seen.", "proctor", "warning")]
    recording.become(stage=Stage.DELIVERING, ended="terminated")
    qtbot.waitUntil(lambda: isinstance(window.page, FinishPage))
    page = window.page
    assert page._why.title.plain == "University of Example has ended your exam."
    assert "recorded until then is delivered" in page._why.text.plain
    assert "ask: exams@example.edu" in page._why.text.plain
    assert [notice.text for notice in page.notices.unread] == ["A telephone was seen."]
    assert page._why.y() < page.notices.y() < page._banner.y()


def test_who_was_ended_sees_that_first_however_large_text_is(
    qtbot: Any, settings: Any, in_exam: Any
) -> None:
    settings.setValue("text-scale", 2.0)
    window, recording = in_exam()
    recording.become(stage=Stage.DELIVERING, ended="terminated")
    qtbot.waitUntil(lambda: isinstance(window.page, FinishPage))
    page = window.page
    qtbot.waitUntil(lambda: page._banner.isVisible() and page._why.isVisible())
    title = page._why.title  # it is scrolled to
    qtbot.waitUntil(lambda: title.visibleRegion().boundingRect() == title.rect())


def test_who_let_the_time_run_out_reads_that(qtbot: Any, in_exam: Any) -> None:
    window, recording = in_exam()
    recording.become(stage=Stage.DELIVERING, ended="time_over")
    qtbot.waitUntil(lambda: isinstance(window.page, FinishPage))
    assert window.page._why.title.plain == "The exam's time is over."


def test_who_handed_in_is_not_told_why(qtbot: Any, finish: Finish) -> None:
    _, page, recording = finish
    recording.become(stage=Stage.DELIVERING, ended="finished")
    qtbot.waitUntil(lambda: page.title.plain == "Delivering the recording")
    assert page._why.isHidden()


def test_a_server_that_takes_nothing_is_said_with_what_to_do(
    qtbot: Any, finish: Finish
) -> None:
    _, page, recording = finish
    why = "The server does not take the evidence: the session is over"
    recording.become(
        stage=Stage.DELIVERING,
        delivery=Delivery(
            10, 5, 10, 5, 1_000_000, 500_000, online=True, note=why, refused=True
        ),
    )
    qtbot.waitUntil(lambda: said(page).startswith("The server does not take the recording."))
    assert f"{why}. Everything is safe on this computer" in said(page)
    assert "University of Example where to bring it: exams@example.edu" in said(page)
    assert page._save.isVisible()


def test_what_waits_for_room_is_not_called_safe_and_goes_on_by_itself(
    qtbot: Any, finish: Finish
) -> None:
    _, page, recording = finish
    all_of_it = Delivery(10, 10, 10, 10, 1_000_000, 1_000_000, online=True)
    recording.become(
        stage=Stage.DELIVERING,
        light=Light.PROBLEM,
        words="Evidence cannot be saved: The disk is full, so evidence cannot be saved. "
        "Free some space on the disk that holds /home/ada.",
        delivery=all_of_it,
        unsaved=True,
    )
    qtbot.waitUntil(lambda: said(page).startswith("The last part of the recording waits"))
    assert page.title.plain == "Saving the recording…"
    assert "Free some space on the disk that holds /home/ada. Leave Invigil open" in said(page)
    assert "goes on by itself" in said(page)
    assert "University of Example: exams@example.edu" in said(page)
    assert "safe" not in said(page)
    recording.become(
        unsaved=False, delivery=Delivery(12, 10, 10, 10, 1_000_000, 1_000_000, online=True)
    )
    qtbot.waitUntil(lambda: page.title.plain == "Delivering the recording")
    assert "safe on this computer" in said(page)


def test_what_waits_for_the_disk_without_a_word_of_it(qtbot: Any, finish: Finish) -> None:
    _, page, recording = finish
    recording.become(stage=Stage.DELIVERING, words="Delivering the recording", unsaved=True)
    qtbot.waitUntil(lambda: said(page).startswith("The last part of the recording waits"))
    assert "disk. Delivering the recording. Leave Invigil open" in said(page)


def test_a_failure_says_what_is_left_and_whom_to_ask(qtbot: Any, finish: Finish) -> None:
    window, page, recording = finish
    recording.become(
        stage=Stage.FAILED,
        light=Light.PROBLEM,
        words="The disk is full.",
        delivery=Delivery(10, 10, 10, 7, 1_000_000, 700_000, online=True),
    )
    qtbot.waitUntil(lambda: page.title.plain == "The recording ended with a problem")
    assert said(page).startswith("The disk is full. 3 pieces (0.3 MB) could not be delivered")
    assert "exams@example.edu" in said(page)
    window.close()
    assert not window.isVisible()


def test_after_a_failure_the_rest_is_still_seen_to_arrive(qtbot: Any, finish: Finish) -> None:
    _, page, recording = finish
    left = Delivery(10, 10, 10, 7, 1_000_000, 700_000, online=True)
    recording.become(stage=Stage.FAILED, words="The camera failed.", delivery=left)
    qtbot.waitUntil(lambda: "3 pieces" in said(page))
    recording.become(delivery=Delivery(10, 10, 10, 10, 1_000_000, 1_000_000, online=True))
    qtbot.waitUntil(lambda: "has been delivered" in said(page))


def test_a_failure_after_everything_was_delivered(qtbot: Any, finish: Finish) -> None:
    _, page, recording = finish
    recording.become(
        stage=Stage.FAILED,
        words="The camera's driver failed.",
        delivery=Delivery(10, 10, 10, 10, 1_000, 1_000, online=True),
    )
    qtbot.waitUntil(lambda: "has been delivered" in said(page))


def test_a_status_from_before_the_finish_does_not_go_back(qtbot: Any, finish: Finish) -> None:
    window, page, recording = finish
    recording.become(stage=Stage.RECORDING)
    looks = recording.looks
    qtbot.waitUntil(lambda: recording.looks > looks + 1)
    assert window.page is page
    assert page.title.plain == "Saving the recording…"


def test_where_no_network_comes_back_it_can_be_saved_as_a_file(
    qtbot: Any, finish: Finish, program: Any, tmp_path: Path
) -> None:
    _, page, recording = finish
    assert not page._save.isVisible()
    recording.become(
        stage=Stage.DELIVERING,
        delivery=Delivery(10, 5, 10, 5, 1_000_000, 500_000, online=False),
    )
    qtbot.waitUntil(page._save.isVisible)
    assert "save the recording as a file" in said(page)
    gate = program.gates["save"] = threading.Event()
    page._save.click()
    qtbot.waitUntil(lambda: page.panel._words.plain == "Saving: 40.0 MB of 100.0 MB")
    assert not page._save.isEnabled()
    gate.set()
    qtbot.waitUntil(lambda: page.panel.banner.title.plain == "The file is saved.")
    assert f"{recording.id}.invigil" in page.panel.banner.text.plain
    assert page._save.isEnabled()
    assert program.calls[-1] == ("save", (recording.id, tmp_path / f"{recording.id}.invigil"))
    recording.become(delivery=Delivery(10, 5, 10, 6, 1_000_000, 600_000, online=True))
    qtbot.waitUntil(lambda: not page._save.isVisible())


def test_a_failed_session_can_be_saved_as_a_file(qtbot: Any, finish: Finish) -> None:
    _, page, recording = finish
    recording.become(
        stage=Stage.FAILED,
        delivery=Delivery(10, 5, 10, 5, 1_000_000, 500_000, online=True),
    )
    qtbot.waitUntil(page._save.isVisible)
    recording.become(delivery=Delivery(10, 10, 10, 10, 1_000_000, 1_000_000, online=True))
    qtbot.waitUntil(lambda: not page._save.isVisible())
