"""An exam in a window of its own: the page docked there, put away in breaks, and ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from support.scripted_program import FakeProgram, FakeRecording

from recorder.faults import EnvironmentFault
from recorder.status import Notice
from recorder.ui.pages.exam import ExamPage
from recorder.ui.pages.finish import FinishPage
from recorder.ui.pages.waiting import WaitingPage
from recorder.ui.watch import LOOK_MS
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.tick import Tick
from recorder.ui.window import MainWindow


class Room:
    """Holds what is docked, in a window of its own; keeps what it was told."""

    def __init__(self) -> None:
        self.window = QWidget()
        self.window.setObjectName("exam")
        self.column = QVBoxLayout(self.window)
        self.told: list[object] = []
        self.window.resize(1000, 800)
        self.leave: Callable[[], object] = lambda: None

    def open(self, bar: QWidget, on_left: Callable[[], object], scale: float) -> None:
        self.scale = scale
        self.column.addWidget(bar)
        self.leave = on_left
        self.told.append("opened")
        self.window.show()

    def veil(self, veiled: bool) -> None:
        self.told.append(veiled)

    def close(self) -> None:
        self.told.append("closed")
        self.window.hide()

    @property
    def page(self) -> ExamPage:
        item = self.column.itemAt(0)
        assert item is not None
        page = item.widget()
        assert isinstance(page, ExamPage)
        return page


@pytest.fixture
def docked(
    qtbot: Any, walker: Any, program: FakeProgram, ask_nothing: None
) -> tuple[MainWindow, FakeRecording, Room]:
    room = Room()
    program.exam_room = lambda offer, recording: room  # type: ignore[method-assign]
    window = walker.enter()
    walker.check(window).start()
    walker.at(window, WaitingPage)
    walker.press(window)
    qtbot.waitUntil(lambda: room.told == ["opened"])
    return window, program.recordings[-1], room


def test_the_page_is_a_line_and_the_window_is_away(
    docked: tuple[MainWindow, FakeRecording, Room],
) -> None:
    window, _, room = docked
    assert room.page.is_folded
    assert not window.isVisible()


@pytest.fixture
def unopened(
    qtbot: Any, walker: Any, program: FakeProgram, ask_nothing: None
) -> tuple[MainWindow, FakeRecording, Room]:
    """An exam that has begun, whose browser cannot be made before it is tried a third time."""
    room, fault = Room(), EnvironmentFault("The exam's browser cannot be started.", "Restart.")
    rooms: list[Any] = [fault, fault, room]

    def make(_offer: object, _recording: object) -> Any:
        made = rooms.pop(0)
        if made is fault:
            raise made
        return made

    program.exam_room = make  # type: ignore[method-assign]
    window = walker.enter()
    walker.check(window).start()
    walker.at(window, WaitingPage)
    return window, program.recordings[-1], room


def test_a_browser_that_cannot_be_made_is_said_and_can_be_tried_again(
    qtbot: Any, unopened: tuple[MainWindow, FakeRecording, Room], walker: Any
) -> None:
    window, recording, room = unopened
    waiting = trouble_of(window)
    assert waiting.title.plain == "The exam's browser cannot be started."
    assert "exams@example.edu" in waiting.text.plain
    walker.press(window)
    walker.at(window, ExamPage)
    try_again(window)
    assert room.told == []
    assert trouble_of(window).isVisible()
    recording.waiting_notices = [Notice("Please wait.", "proctor")]
    qtbot.waitUntil(lambda: bool(window.page.notices.unread))
    try_again(window)
    qtbot.waitUntil(lambda: room.told == ["opened"])
    assert not window.isVisible()
    assert [notice.text for notice in room.page.notices.unread] == ["Please wait."]


def test_one_that_comes_before_the_exam_is_said_no_more(
    qtbot: Any, unopened: tuple[MainWindow, FakeRecording, Room], walker: Any
) -> None:
    window, _, room = unopened
    try_again(window)
    banner = trouble_of(window)
    try_again(window)
    assert banner.isHidden()
    walker.press(window)
    qtbot.waitUntil(lambda: room.told == ["opened"])


def trouble_of(window: MainWindow) -> Banner:
    """What the page says of the exam's browser."""
    (banner,) = (
        one
        for one in window.page.findChildren(Banner)
        if [button.text() for button in one.findChildren(Button)] == ["Try again"]
    )
    return banner


def try_again(window: MainWindow) -> None:
    (button,) = trouble_of(window).findChildren(Button)
    button.click()


@pytest.fixture
def large_text(settings: QSettings) -> None:
    """The candidate had text made larger before."""
    settings.setValue("text-scale", 2.0)


def test_its_pages_begin_as_large_as_text_is(
    large_text: None, docked: tuple[MainWindow, FakeRecording, Room]
) -> None:
    assert docked[2].scale == 2.0


def test_its_clock_ticks_as_evenly_as_the_windows(
    qtbot: Any, docked: tuple[MainWindow, FakeRecording, Room]
) -> None:
    window, recording, room = docked
    assert window._way is not None
    timer, looks = window._way._watch._beat._timer, recording.looks
    qtbot.waitUntil(lambda: recording.looks > looks + 3)
    assert timer.interval() == LOOK_MS
    room.window.showMinimized()
    qtbot.waitUntil(lambda: timer.interval() > LOOK_MS)
    room.page.finishing.emit("finished")
    qtbot.waitUntil(lambda: timer.interval() == LOOK_MS)


@pytest.mark.parametrize("phase", ["break", "paused"])
def test_nobody_works_on_it_in_a_break_or_a_pause(
    phase: str, qtbot: Any, docked: tuple[MainWindow, FakeRecording, Room]
) -> None:
    _, recording, room = docked
    recording.become(phase=phase)
    qtbot.waitUntil(lambda: room.told[1:] == [True])
    assert not room.page.is_folded
    assert room.page.smaller.isHidden()
    recording.become(phase="exam")
    qtbot.waitUntil(lambda: room.told[1:] == [True, False])
    assert room.page.is_folded
    assert not room.page.smaller.isHidden()


def test_a_signal_quits_it_and_no_window_is_left(
    docked: tuple[MainWindow, FakeRecording, Room],
) -> None:
    window, recording, room = docked
    window.quit_now()
    assert recording.reasons == ["quit"]
    assert "closed" in room.told
    assert not window.isVisible()


def test_a_second_start_is_answered_where_the_exam_is_seen(
    qtbot: Any, docked: tuple[MainWindow, FakeRecording, Room]
) -> None:
    window, _, room = docked
    window.come_forward("")
    qtbot.waitUntil(room.window.isActiveWindow)
    assert room.page.is_folded
    window.come_forward("invigil://exam.example.edu/IJKLMNOP")
    assert not room.page.is_folded
    assert [notice.text for notice in room.page.notices.unread] == [
        "An exam is being recorded already. Hand it in first; then open the other link again."
    ]
    assert not window.isVisible()


def test_its_text_grows_by_keyboard_and_by_buttons(
    qtbot: Any, docked: tuple[MainWindow, FakeRecording, Room]
) -> None:
    window, _, room = docked
    room.window.activateWindow()
    qtbot.waitUntil(room.window.isActiveWindow)
    room.page.bar.show_more.setFocus()
    before = window.memory.scale
    QTest.keyClick(
        room.page.bar.show_more, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier
    )
    assert window.memory.scale > before
    QTest.keyClick(room.page.bar.show_more, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert window.memory.scale == before
    room.page.unfold()
    buttons = room.page.findChildren(Button)
    (larger,) = (button for button in buttons if button.accessibleName() == "Larger text")
    larger.click()
    assert window.memory.scale > before
    room.window.resize(640, 480)
    assert larger.isVisible()


def test_leaving_it_quits(qtbot: Any, docked: tuple[MainWindow, FakeRecording, Room]) -> None:
    window, recording, room = docked
    room.leave()
    assert recording.reasons == ["quit"]
    assert isinstance(window.page, FinishPage)
    qtbot.waitUntil(lambda: not window.isVisible())
    assert "closed" in room.told


def test_enter_leaves_a_tick_to_the_page(qtbot: Any) -> None:
    page, tick = QWidget(), Tick("I agree")
    QVBoxLayout(page).addWidget(tick)
    qtbot.addWidget(page)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        QTest.keyClick(tick, key)
        assert not tick.isChecked()
    QTest.keyClick(tick, Qt.Key.Key_Space)
    assert tick.isChecked()
