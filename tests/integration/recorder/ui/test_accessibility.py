"""Names for screen readers, words beside every colour, room at every size of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLineEdit,
    QProgressBar,
    QWidget,
)

from recorder.status import Delivery, Interrupted, SavedFile, Stage
from recorder.ui.chrome import Chrome
from recorder.ui.pages.declined import DeclinedPage
from recorder.ui.pages.enter import EnterPage
from recorder.ui.pages.exam import ExamPage
from recorder.ui.pages.page import Page
from recorder.ui.pages.practice import PracticePage
from recorder.ui.pages.terms import TermsPage
from recorder.ui.style.colours import DARK, LIGHT
from recorder.ui.style.theme import Theme
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.mirror import Mirror
from recorder.ui.widgets.steps import Rail, Strip
from recorder.ui.widgets.text import Text
from recorder.ui.window import MainWindow

InExam = Callable[..., tuple[MainWindow, Any]]
CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QProgressBar, Mirror)


@pytest.fixture(autouse=True)
def _something_was_left(program: Any, left_behind: tuple[Interrupted, Interrupted]) -> None:
    """The first page is at its fullest."""
    program.left = list(left_behind)


def name_of(widget: QWidget) -> str:
    """What a screen reader calls it."""
    if isinstance(widget, QComboBox):  # Qt gives its choice here, its label as a relation
        return widget.accessibleName()
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name)


Look = Callable[[MainWindow], None]
EveryPage = Callable[[Look], None]


@pytest.fixture
def every_page(qtbot: Any, in_exam: InExam, walker: Any) -> EveryPage:
    """Looks at each page on the way, and at those beside it."""

    def go(look: Look) -> None:
        window, recording = in_exam(look)
        look(window)
        page = cast("ExamPage", window.page)
        page.finish.click()
        look(window)
        page.finishing.emit("finished")
        look(window)
        failed = Delivery(10, 10, 10, 7, 1_000_000, 700_000, online=True)
        recording.become(stage=Stage.FAILED, words="The disk is full.", delivery=failed)
        title = window.page.title  # type: ignore[union-attr]
        qtbot.waitUntil(lambda: "problem" in title.plain)
        look(window)
        pages_beside(walker)

    return go


def pages_beside(walker: Any) -> None:
    """A practice run, what was agreed to, and what declining leads to."""
    window = walker.enter()
    walker.press(window)
    walker.press(window)
    window.page.declined.emit()
    walker.at(window, DeclinedPage)
    window.page.again.emit()
    window.page.practising.emit()
    walker.at(window, PracticePage)
    window.page.left.emit()
    window = walker.enter()
    walker.check(window)
    window.read_terms()
    walker.at(window, TermsPage)
    window.page._withdraw.click()
    walker.look(window)


def test_every_control_has_a_name(every_page: EveryPage) -> None:
    checked: list[str] = []

    def look(window: MainWindow) -> None:
        for text in window.findChildren(Text):
            assert "<p" not in name_of(text), "its markup would be read"
        for widget in window.findChildren(QWidget):
            reachable = widget.focusPolicy() != Qt.FocusPolicy.NoFocus
            inner = isinstance(widget.parent(), QComboBox)  # its pop-up and its line
            shown = widget.isVisible() and not inner
            if shown and (reachable or isinstance(widget, CONTROLS)):
                name = name_of(widget)
                assert name.strip(), (widget, widget.parent())
                assert "&" not in name, widget
                checked.append(name)

    every_page(look)
    assert {"Code or link", "Server's address", "Camera", "Sound level"} <= set(checked)


# What a screen reader stops at; a name is what it then says.
NAMED_ROLES = {
    QAccessible.Role.Button,
    QAccessible.Role.CheckBox,
    QAccessible.Role.ComboBox,
    QAccessible.Role.EditableText,
    QAccessible.Role.ProgressBar,
    QAccessible.Role.StaticText,
}


def tree(interface: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """An interface and all that is below it, as a screen reader walks."""
    yield interface
    for index in range(interface.childCount()):
        child = interface.child(index)
        if child is not None and child.isValid() and not child.state().invisible:
            yield from tree(child)


def test_the_accessible_tree_of_every_page_has_roles_and_names(every_page: EveryPage) -> None:
    seen: dict[str, set[QAccessible.Role]] = {}

    def look(window: MainWindow) -> None:
        page = window.page
        assert page is not None
        roles = seen.setdefault(type(page).__name__, set())
        for node in tree(QAccessible.queryAccessibleInterface(page)):
            role, name = node.role(), node.text(QAccessible.Text.Name)
            roles.add(role)
            if role in NAMED_ROLES and not isinstance(node.object(), QComboBox):
                shown = node.object()
                empty = isinstance(shown, Text) and not shown.plain
                assert name.strip() or empty, (type(page).__name__, shown)
        assert page.accessibleName(), type(page).__name__

    every_page(look)
    assert len(seen) == 12
    for name, roles in seen.items():
        assert QAccessible.Role.Button in roles, name


def test_steps_tell_where_one_is(open_window: Callable[..., MainWindow]) -> None:
    window = open_window()
    rail = window.findChild(Rail)
    strip = window.findChild(Strip)
    assert isinstance(rail, Rail)
    assert isinstance(strip, Strip)
    names = [name_of(text) for _, text in rail._rows.values()]
    assert names[0] == "Step 1 of 8: Code (you are here)"
    assert names[1] == "Step 2 of 8: Consent"
    assert name_of(strip._text) == "Step 1 of 8: Code (you are here)"


def test_a_wide_window_has_the_steps_at_the_side_a_narrow_one_on_top(
    qtbot: Any, open_window: Callable[..., MainWindow]
) -> None:
    window = open_window()
    rail, strip = window._rail, window._strip
    for width, at_the_side in ((1000, True), (500, False)):
        window.resize(width, 600)
        qtbot.waitUntil(lambda side=at_the_side: rail.isVisible() is side)
        assert strip.isVisible() is not at_the_side


def cut_off(window: MainWindow) -> list[str]:
    """What is shown with less room than it needs."""
    cut: list[str] = []
    for text in window.findChildren(Text):
        if text.isVisible() and text.plain:
            needed = text.heightForWidth(text.width()) if text.wordWrap() else 0
            narrow = not text.wordWrap() and text.width() < text.sizeHint().width()
            if narrow or text.height() < needed:
                cut.append(f"{text.plain} {text.size()} {needed}")
    for button in window.findChildren(Button):
        needed = button.sizeHint()
        if button.isVisible() and button.size().expandedTo(needed) != button.size():
            cut.append(f"{button.text()} {button.size()} {needed}")
    return cut


@pytest.mark.parametrize(("scale", "width"), [(1.0, 1), (1.0, 1000), (2.0, 1), (2.0, 1000)])
def test_nothing_is_cut_off_at_any_size_of_text(
    qtbot: Any, every_page: EveryPage, settings: Any, scale: float, width: int
) -> None:
    settings.setValue("text-scale", scale)

    def look(window: MainWindow) -> None:
        window.resize(width, 640)

        def nothing_is_cut() -> None:
            assert cut_off(window) == []

        qtbot.waitUntil(nothing_is_cut)

    every_page(look)


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_what_was_left_is_told_in_full_at_any_size_of_text(
    qtbot: Any, open_window: Callable[..., MainWindow], settings: Any, scale: float
) -> None:
    settings.setValue("text-scale", scale)
    window = open_window()
    window.resize(1, 640)
    page = cast("EnterPage", window.page)
    qtbot.waitUntil(lambda: len(page.leftovers.cards) == 2)
    unfinished, finished = page.leftovers.cards.values()
    unfinished.hand_in.click()
    finished.show_delivery(Delivery(0, 0, 100, 34, 10_000_000, 3_400_000, online=True))
    path = Path("/media/candidate/usb-stick-of-the-invigilator/5e55.invigil")
    saved = SavedFile(path, "5e55", 1, 1, 9_000_000, 1)
    finished.panel.begin()
    qtbot.waitUntil(lambda: cut_off(window) == [])
    finished.panel.saved(saved, "University of Example")
    qtbot.waitUntil(lambda: cut_off(window) == [])
    names = [name_of(bar) for bar in window.findChildren(QProgressBar)]
    assert "Delivery of Calculus" in names
    assert "" not in names


def test_the_window_fits_a_small_screen_at_the_largest_text(
    every_page: EveryPage, settings: Any
) -> None:
    settings.setValue("text-scale", 2.0)

    def look(window: MainWindow) -> None:
        assert window.minimumSizeHint().width() <= 1024
        assert window.minimumSizeHint().height() <= 700

    every_page(look)


def test_the_system_may_change_its_colours_at_any_time(
    open_window: Callable[..., MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window()
    assert isinstance(window, Chrome)
    title = cast("Page", window.page).title
    assert title.palette().windowText().color().name() == LIGHT.text
    monkeypatch.setattr(Theme, "colours", DARK)
    window._theme._apply()
    assert title.palette().windowText().color().name() == DARK.text
