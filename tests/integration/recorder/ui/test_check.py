"""The system check against devices that work, are missing, fail, and vanish."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest
from PySide6.QtGui import QPaintEvent

from recorder.doctor import judging
from recorder.faults import EnvironmentFault
from recorder.ui.pages.check import CheckPage
from recorder.ui.pages.consent import ConsentPage
from recorder.ui.pages.enter import EnterPage
from recorder.ui.pages.identity import IdentityPage
from recorder.ui.pages.overview import OverviewPage
from recorder.ui.widgets.mirror import Mirror
from recorder.ui.window import MainWindow

LINK = "invigil://exam.example.edu/ABCDEFGH"

Check = Callable[[], CheckPage]


@pytest.fixture
def window(open_window: Callable[..., MainWindow]) -> MainWindow:
    return open_window(LINK)


@pytest.fixture
def check(qtbot: Any, window: MainWindow) -> Check:
    """Walks to the check's page."""

    def walk() -> CheckPage:
        cast("EnterPage", window.page).submit()
        qtbot.waitUntil(lambda: isinstance(window.page, OverviewPage))
        cast("OverviewPage", window.page).going_on.emit()
        cast("ConsentPage", window.page).agreed.emit()
        page = window.page
        assert isinstance(page, CheckPage)
        return page

    return walk


def verdict(page: CheckPage, name: str) -> str:
    item = page._items[name]
    return f"{item.words.plain} {item.advice.plain}".strip()


def opened(program: Any) -> list[Any]:
    return [preview for preview in program.previews if not preview.closed.is_set()]


def test_when_all_works_the_exam_can_start(
    qtbot: Any, check: Check, window: MainWindow, program: Any
) -> None:
    page = check()
    assert not page._start.isEnabled()
    qtbot.waitUntil(page._start.isEnabled)
    assert verdict(page, "camera").startswith("The camera works.")
    assert verdict(page, "microphone") == "The microphone hears you."
    assert verdict(page, "screen") == "The screen can be recorded."
    assert page._items["camera"].choice.hasFocus()
    page.start()
    qtbot.waitUntil(lambda: isinstance(window.page, IdentityPage))
    assert program.calls[-1] == ("start", ("device:0", "device:0", "display:0"))
    assert len(program.previews) == 1
    assert not program.previews[0].closed.is_set()  # the recording took it over


def test_the_picture_is_a_mirror(qtbot: Any, check: Check) -> None:
    page = check()
    qtbot.waitUntil(page._start.isEnabled)
    image = page._mirror.grab().toImage()
    left = image.pixelColor(image.width() // 4, image.height() // 2)
    right = image.pixelColor(3 * image.width() // 4, image.height() // 2)
    assert left.blue() > 150 > left.red()  # the camera sees red on its left
    assert right.red() > 150 > right.blue()


def test_the_picture_keeps_its_shape_while_the_page_becomes_longer(
    qtbot: Any, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: set[tuple[int, int]] = set()
    paint = Mirror.paintEvent

    def watched(self: Mirror, event: QPaintEvent) -> None:
        sizes.add((self.width(), self.height()))
        paint(self, event)

    monkeypatch.setattr(Mirror, "paintEvent", watched)
    page = check()
    qtbot.waitUntil(page._start.isEnabled)
    qtbot.waitUntil(lambda: page.looks.done)
    assert sizes
    assert {height for _, height in sizes} == {
        page._mirror.heightForWidth(width) for width, _ in sizes
    }


def test_the_sound_level_moves_the_meter(qtbot: Any, check: Check, program: Any) -> None:
    page = check()
    qtbot.waitUntil(lambda: page._meter.level == pytest.approx(0.5))
    program.previews[0].level = 0.0
    qtbot.waitUntil(lambda: page._meter.value() == 0)


def test_choosing_another_device_opens_it_instead(
    qtbot: Any, check: Check, program: Any
) -> None:
    page = check()
    qtbot.waitUntil(page._start.isEnabled)
    choice = page._items["camera"].choice
    choice.setCurrentIndex(1)
    choice.activated.emit(1)
    assert not page._start.isEnabled()
    qtbot.waitUntil(page._start.isEnabled)
    assert program.calls[-1] == ("open_preview", ("device:1", "device:0"))
    assert opened(program) == [program.previews[-1]]


def test_a_missing_camera_says_what_to_do_until_it_is_there(
    qtbot: Any, check: Check, program: Any
) -> None:
    program.choices["camera"] = []
    page = check()
    qtbot.waitUntil(lambda: verdict(page, "microphone") == "The microphone hears you.")
    assert verdict(page, "camera").startswith("No camera was found. Connect a camera")
    assert not page._start.isEnabled()
    program.choices["camera"] = [("device:0", "New camera")]
    page._again.click()
    qtbot.waitUntil(page._start.isEnabled)
    assert page._items["camera"].choice.currentText() == "New camera"


def test_a_missing_microphone_and_screen_hold_the_start_up(
    qtbot: Any, check: Check, program: Any
) -> None:
    program.choices |= {"microphone": [], "screen": []}
    page = check()
    qtbot.waitUntil(lambda: verdict(page, "camera").startswith("The camera works."))
    assert verdict(page, "microphone").startswith("No microphone was found.")
    assert verdict(page, "screen").startswith("The screen cannot be recorded.")
    assert not page._start.isEnabled()


def test_a_camera_in_use_is_named_while_the_microphone_is_heard(
    qtbot: Any, check: Check, program: Any
) -> None:
    program.broken["camera=device:0"] = EnvironmentFault("It is in use.", "Close the other.")
    page = check()
    qtbot.waitUntil(lambda: verdict(page, "camera") == "It is in use. Close the other.")
    qtbot.waitUntil(lambda: verdict(page, "microphone") == "The microphone hears you.")
    assert not page._start.isEnabled()
    program.broken.clear()
    page._again.click()
    qtbot.waitUntil(page._start.isEnabled)


def test_silence_is_pointed_out_but_does_not_stop_the_exam(
    qtbot: Any, check: Check, program: Any
) -> None:
    program.level = 0.0
    page = check()
    qtbot.waitUntil(page._start.isEnabled)
    assert verdict(page, "microphone").startswith("Nothing is heard yet.")


def test_a_covered_camera_is_pointed_out(qtbot: Any, check: Check, program: Any) -> None:
    program.still = np.full((480, 640, 3), 3, np.uint8)
    page = check()
    qtbot.waitUntil(lambda: verdict(page, "camera").startswith("The picture is very dark."))


def test_a_camera_that_stops_is_noticed_and_can_be_tried_again(
    qtbot: Any, check: Check, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "CAMERA_STALE_S", 0.2)
    page = check()
    qtbot.waitUntil(page._start.isEnabled)
    program.previews[-1].frozen = True
    qtbot.waitUntil(lambda: not page._start.isEnabled())
    assert verdict(page, "camera").startswith("No picture comes from the camera.")
    page._again.click()
    qtbot.waitUntil(page._start.isEnabled)


def test_a_camera_that_never_delivers_is_a_problem(
    qtbot: Any, check: Check, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "CAMERA_WARM_UP_S", 0.3)
    program.still = None
    page = check()
    qtbot.waitUntil(lambda: verdict(page, "camera").startswith("No picture comes"))
    assert not page._start.isEnabled()


def test_only_what_the_exam_records_is_checked(
    qtbot: Any, check: Check, program: Any, make_offer: Any
) -> None:
    program.offer = make_offer(camera=False, microphone=False)
    page = check()
    qtbot.waitUntil(page._start.isEnabled)
    assert page._items["camera"].isHidden()
    assert page._items["microphone"].isHidden()
    assert page._mirror.isHidden()
    assert ("open_preview", ("none", "none")) in program.calls


def test_devices_that_cannot_be_listed_are_said(qtbot: Any, check: Check, program: Any) -> None:
    program.faults["devices"] = [EnvironmentFault("No access.", "Allow it.")]
    page = check()
    qtbot.waitUntil(lambda: not page._problem.isHidden())
    assert page._problem.title.plain == "No access."
    assert verdict(page, "camera") == "This could not be checked."
    page._again.click()
    qtbot.waitUntil(page._start.isEnabled)
    assert page._problem.isHidden()


def test_a_start_that_fails_is_said_and_can_be_repeated(
    qtbot: Any, check: Check, window: MainWindow, program: Any
) -> None:
    page = check()
    qtbot.waitUntil(page._start.isEnabled)
    program.faults["start"] = [EnvironmentFault("The code was used.", "Ask for another.")]
    page.start()
    qtbot.waitUntil(lambda: not page._problem.isHidden())
    assert page._problem.text.plain == "Ask for another."
    qtbot.waitUntil(page._start.isEnabled)
    assert len(opened(program)) == 1
    page.start()
    qtbot.waitUntil(lambda: isinstance(window.page, IdentityPage))


def test_start_cannot_be_pressed_twice(qtbot: Any, check: Check, program: Any) -> None:
    gate = program.gates["start"] = threading.Event()
    page = check()
    qtbot.waitUntil(page._start.isEnabled)
    page._start.click()
    page._start.click()
    assert page._start.text() == "Starting…"
    gate.set()
    qtbot.waitUntil(lambda: bool(program.recordings))
    assert [name for name, _ in program.calls].count("start") == 1


def test_going_back_lets_the_devices_go(
    qtbot: Any, check: Check, window: MainWindow, program: Any
) -> None:
    page = check()
    qtbot.waitUntil(page._start.isEnabled)
    page.left.emit()
    assert isinstance(window.page, ConsentPage)
    qtbot.waitUntil(lambda: not opened(program))


def test_going_back_while_devices_open_slowly_leaks_none(
    qtbot: Any, check: Check, window: MainWindow, program: Any
) -> None:
    gate = program.gates["open_preview"] = threading.Event()
    page = check()
    qtbot.waitUntil(lambda: any(name == "open_preview" for name, _ in program.calls))
    page.left.emit()
    gate.set()
    assert window.settle()
    assert not opened(program)


def test_closing_while_starting_ends_the_session_that_comes_late(
    qtbot: Any, check: Check, window: MainWindow, program: Any
) -> None:
    gate = program.gates["start"] = threading.Event()
    page = check()
    qtbot.waitUntil(page._start.isEnabled)
    page.start()
    qtbot.waitUntil(lambda: any(name == "start" for name, _ in program.calls))
    window.close()
    assert not window.isVisible()
    gate.set()
    assert window.settle()
    assert program.recordings[0].reasons == ["quit"]


def test_a_bug_in_the_preview_is_said_once(qtbot: Any, check: Check, program: Any) -> None:
    page = check()
    qtbot.waitUntil(page._start.isEnabled)
    program.previews[-1].bug = RuntimeError("boom")
    qtbot.waitUntil(lambda: "reference" in page._problem.text.plain)
    reference = page._problem.text.plain
    qtbot.wait(300)
    assert page._problem.text.plain == reference
