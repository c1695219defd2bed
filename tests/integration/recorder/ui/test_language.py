"""The window in another language, changed on the first page; reading from right to left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QApplication

from recorder.faults import EnvironmentFault
from recorder.ui.operation import trouble_from
from recorder.ui.pages.enter import EnterPage
from recorder.ui.told import told
from recorder.ui.window import MainWindow

Open = Callable[..., MainWindow]


@pytest.fixture(autouse=True)
def _as_before(qapp: QApplication) -> Iterator[None]:
    """Language and direction belong to the application: the next test wants its own."""
    windows: list[MainWindow] = []
    yield
    for window in qapp.topLevelWidgets():
        if isinstance(window, MainWindow):
            windows.append(window)
            window.speech.hush()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def choose(window: MainWindow, code: str) -> EnterPage:
    choice = cast("EnterPage", window.page).language
    choice.setCurrentIndex(choice.findData(code))
    choice.activated.emit(choice.currentIndex())
    return cast("EnterPage", window.page)


def test_the_first_page_changes_its_language_and_keeps_what_was_typed(
    qtbot: Any, open_window: Open, settings: Any
) -> None:
    window = open_window()
    page = cast("EnterPage", window.page)
    qtbot.keyClicks(page.code, "abcdefgh")
    page.server.setText("exam.example.edu")
    german = choose(window, "de")
    assert german.title.plain == "Geben Sie Ihren Prüfungscode ein"
    assert (german.code.text(), german.server.text()) == ("ABCD-EFGH", "exam.example.edu")
    assert german.language.hasFocus()
    assert [text.text() for _, text in window._rail._rows.values()][-1] == "Abgabe"
    assert settings.value("language") == "de"
    english = choose(window, "en")
    assert english.title.plain == "Enter your exam code"


def test_the_language_is_remembered_and_goes_all_the_way(walker: Any, settings: Any) -> None:
    settings.setValue("language", "de")
    window = walker.enter()
    assert "Die Prüfung" in window.page._when.title.plain or "Sie beginnen" in (
        window.page._when.title.plain
    )
    walker.press(window)
    assert window.page.primary.accessibleName() == "Zustimmen und weiter"
    assert "90 Tage lang" in "\n".join(
        text.plain for text in window.page.findChildren(type(window.page.title))
    )


def test_other_rooms_sentences_are_said_in_the_windows_language(
    open_window: Open, settings: Any
) -> None:
    settings.setValue("language", "de")
    open_window()
    said = trouble_from(
        EnvironmentFault(
            "The server https://x.example cannot be reached: no route.",
            "Check the address and your internet connection, then try again.",
        )
    )
    assert said.what == "Der Server https://x.example ist nicht erreichbar: no route."
    assert said.advice.startswith("Prüfen Sie die Adresse")
    assert told("Nobody knows this sentence.") == "Nobody knows this sentence."
    assert told("") == ""


def test_reading_from_right_to_left_mirrors_the_window(qtbot: Any, walker: Any) -> None:
    window = walker.open_window("invigil://exam.example.edu/ABCDEFGH")
    window.resize(1000, 700)
    QApplication.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    qtbot.waitUntil(lambda: window._rail.x() > window._stack.x())
    page = cast("EnterPage", window.page)
    assert page._continue.x() < page.language.x()
    page.submit()
    qtbot.waitUntil(lambda: window.page is not page)
    assert window.page.layoutDirection() == Qt.LayoutDirection.RightToLeft
    overview = cast("Any", window.page)
    assert overview.primary.x() < overview.secondary.x()
