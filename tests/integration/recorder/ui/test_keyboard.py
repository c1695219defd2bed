"""The whole way from the code to *Delivered* with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from recorder.status import Stage
from recorder.ui.pages.calibration import CalibrationPage
from recorder.ui.pages.check import CheckPage
from recorder.ui.pages.consent import ConsentPage
from recorder.ui.pages.enter import EnterPage
from recorder.ui.pages.exam import ExamPage
from recorder.ui.pages.finish import FinishPage
from recorder.ui.pages.identity import IdentityPage
from recorder.ui.pages.overview import OverviewPage
from recorder.ui.pages.waiting import WaitingPage
from recorder.ui.window import MainWindow

Key = Qt.Key


class Keyboard:
    """Types into whatever has the focus, as a person does."""

    def __init__(self, qtbot: Any, window: MainWindow) -> None:
        self._qtbot, self._window = qtbot, window

    @property
    def focus(self) -> QWidget:
        widget = QApplication.focusWidget()
        assert widget is not None, "the focus is nowhere"
        return widget

    def press(self, key: Key, modifier: Qt.KeyboardModifier | None = None) -> None:
        self._qtbot.keyClick(self.focus, key, modifier or Qt.KeyboardModifier.NoModifier)

    def write(self, text: str) -> None:
        self._qtbot.keyClicks(self.focus, text)

    def tab_to(self, wanted: QWidget) -> None:
        for _ in range(30):
            if self.focus is wanted:
                return
            self.press(Key.Key_Tab)
        raise AssertionError(f"{wanted} cannot be reached by Tab")


def test_the_whole_way(
    qtbot: Any, open_window: Callable[..., MainWindow], program: Any
) -> None:
    window = open_window()
    keyboard = Keyboard(qtbot, window)

    keyboard.write("abcdefgh")
    keyboard.press(Key.Key_Tab)
    keyboard.write("exam.example.edu")
    keyboard.press(Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(window.page, OverviewPage))
    keyboard.press(Key.Key_Return)
    assert isinstance(window.page, ConsentPage)
    keyboard.press(Key.Key_Space)
    keyboard.press(Key.Key_Return)
    page = window.page
    assert isinstance(page, CheckPage)
    qtbot.waitUntil(page._start.isEnabled)
    keyboard.tab_to(page._start)
    keyboard.press(Key.Key_Return)

    qtbot.waitUntil(lambda: isinstance(window.page, IdentityPage))
    page = window.page
    assert isinstance(page, IdentityPage)
    keyboard.press(Key.Key_Return)
    qtbot.waitUntil(page.go_on.hasFocus)
    keyboard.press(Key.Key_Return)
    page = window.page
    assert isinstance(page, CalibrationPage)
    keyboard.press(Key.Key_Return)
    assert page.target.hasFocus()
    keyboard.press(Key.Key_Escape)
    assert page.begin.hasFocus()
    keyboard.press(Key.Key_Return)
    qtbot.waitUntil(page.go_on.hasFocus)
    keyboard.press(Key.Key_Return)
    assert isinstance(window.page, WaitingPage)
    keyboard.press(Key.Key_Return)

    qtbot.waitUntil(lambda: isinstance(window.page, ExamPage))
    write_the_exam(keyboard, window, program.recordings[0])

    page = window.page
    assert isinstance(page, FinishPage)
    program.recordings[0].become(stage=Stage.DELIVERED)
    qtbot.waitUntil(lambda: page.title.plain == "Delivered")
    keyboard.tab_to(page._keep)
    keyboard.press(Key.Key_Return)
    qtbot.waitUntil(lambda: "It proves that everything" in page._receipt.text.plain)
    keyboard.tab_to(page._close)
    keyboard.press(Key.Key_Return)
    assert not window.isVisible()


def write_the_exam(keyboard: Keyboard, window: MainWindow, recording: Any) -> None:
    """Ask, see oneself, take a break, make the page small and large again, and finish."""
    page = window.page
    assert isinstance(page, ExamPage)
    keyboard.write("May I go out?")
    keyboard.press(Key.Key_Return)
    keyboard.tab_to(page.conversation.help)
    keyboard.press(Key.Key_Space)
    assert recording.asked[-2:] == [("say", "May I go out?"), ("help", "")]
    keyboard.tab_to(page._show_picture)
    keyboard.press(Key.Key_Space)
    assert page._mirror.isVisible()
    keyboard.tab_to(page.smaller)
    keyboard.press(Key.Key_Return)
    assert page.bar.show_more.hasFocus()
    keyboard.press(Key.Key_Return)
    assert page.smaller.hasFocus()
    keyboard.tab_to(page.finish)
    keyboard.press(Key.Key_Return)
    keyboard.tab_to(page.question.yes)
    keyboard.press(Key.Key_Return)
    assert recording.reasons == ["finished"]


def test_declining_and_coming_back(qtbot: Any, open_window: Callable[..., MainWindow]) -> None:
    window = open_window("invigil://exam.example.edu/ABCDEFGH")
    keyboard = Keyboard(qtbot, window)
    keyboard.press(Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(window.page, OverviewPage))
    keyboard.press(Key.Key_Return)
    keyboard.press(Key.Key_Tab)
    assert isinstance(keyboard.focus, QAbstractButton)
    assert keyboard.focus.text() == "&Decline"
    keyboard.press(Key.Key_Space)
    keyboard.press(Key.Key_Escape)
    assert isinstance(window.page, EnterPage)


def test_esc_goes_back_from_the_check(
    qtbot: Any, open_window: Callable[..., MainWindow]
) -> None:
    window = open_window("invigil://exam.example.edu/ABCDEFGH")
    keyboard = Keyboard(qtbot, window)
    keyboard.press(Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(window.page, OverviewPage))
    keyboard.press(Key.Key_Return)
    keyboard.press(Key.Key_Space)
    keyboard.press(Key.Key_Return)
    assert isinstance(window.page, CheckPage)
    keyboard.press(Key.Key_Escape)
    assert isinstance(window.page, ConsentPage)


def test_the_size_of_text_follows_the_keys_and_is_remembered(
    qtbot: Any, open_window: Callable[..., MainWindow], settings: Any
) -> None:
    window = open_window()
    keyboard = Keyboard(qtbot, window)
    page = window.page
    assert isinstance(page, EnterPage)
    before = page.lead.fontMetrics().height()
    for _ in range(12):
        keyboard.press(Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert page.lead.fontMetrics().height() >= 1.9 * before
    assert float(settings.value("text-scale")) == 2.0
    keyboard.press(Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert float(settings.value("text-scale")) == 1.9
    keyboard.press(Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert page.lead.fontMetrics().height() == before


def mnemonics(page: QWidget) -> list[str]:
    shown = [
        widget
        for widget in page.findChildren(QWidget)
        if isinstance(widget, QAbstractButton | QLabel) and widget.isVisible()
    ]
    texts = [w.text() for w in shown if isinstance(w, QAbstractButton)] + [
        w.text() for w in shown if isinstance(w, QLabel) and w.buddy() is not None
    ]
    return [text[text.index("&") + 1].lower() for text in texts if "&" in text]


def test_no_mnemonic_is_given_twice(
    qtbot: Any, in_exam: Callable[..., tuple[MainWindow, Any]]
) -> None:
    seen: list[tuple[str, list[str]]] = []

    def note(window: MainWindow) -> None:
        page = window.page
        assert page is not None
        seen.append((type(page).__name__, mnemonics(page)))

    window, _ = in_exam(note)
    note(window)
    page = window.page
    assert isinstance(page, ExamPage)
    page.finish.click()
    note(window)
    page.finishing.emit("finished")
    note(window)
    for name, keys in seen:
        assert keys, name
        assert len(keys) == len(set(keys)), (name, keys)
    assert len(seen) == 12
