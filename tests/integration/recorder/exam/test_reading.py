"""What the exam's window says to who does not see it, and asks however large the text is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.exam_remote import ExamApp, exam_app
from support.exam_site import Site

from shared.policy import Surface

# What a screen reader is told to say, as it is handed to Qt.
HEARING = """
from PySide6.QtGui import QAccessible
import recorder.announcing as announcing
QAccessible.setActive(True)
said = []
made = announcing.QAccessibleAnnouncementEvent
def heard(widget, text):
    said.append((widget.objectName(), text))
    return made(widget, text)
announcing.QAccessibleAnnouncementEvent = heard

def described(widget):
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Description)
"""


def test_what_happens_in_the_window_is_said(app: ExamApp, site: Site, elsewhere: Site) -> None:
    app(HEARING)
    app.go(f"{site.url}/")
    app.js(f"location.href='{elsewhere.url}/else';0")
    app.until("notice() != ''")
    assert app("said[-1]") == ["notice", app("notice()")]
    assert "was not opened" in app("said[-1][1]")
    app("browser._print()")
    assert app("said[-1][1]") == "Pages cannot be printed in this exam."
    app.attempts(1)


def test_a_question_is_read_with_the_button_that_has_the_keyboard(app: ExamApp) -> None:
    app(HEARING)
    app("window.ask_to_leave()")
    app.until("window._stays.hasFocus()")
    assert "The recording ends and is delivered" in app("described(window._stays)")
    app("window._stay()")
    app.js("setTimeout(()=>{window.said=confirm('Are you sure?')},300);0")
    app.until("browser._dialogue.asking")
    for button in ("_yes", "_no"):
        assert "Are you sure?" in app(f"described(browser._dialogue.{button})")
    app.press("Escape")
    app.until("js('said') == False")


@pytest.fixture
def low(site: Site, tmp_path: Path) -> Iterator[ExamApp]:
    """A laptop's whole display, with text of 200 %."""
    dots = {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    screens = [{"name": "one", "x": 0, "y": 0, "width": 1366, "height": 768, **dots}]
    file = tmp_path / "screens.json"
    file.write_text(json.dumps({"synchronousWindowSystemEvents": False, "screens": screens}))
    surface = Surface(kind="browser", start=f"{site.url}/")
    platform = f"offscreen:configfile={file}"
    with exam_app(surface, tmp_path, "", platform, scale=2.0) as app:
        app("window.resize(1366, 768)\nwindow.show()\nbrowser.open_start()")
        app.until("js('document.title') == 'Linear Algebra I'")
        app.until("not browser.page.isLoading()")
        yield app


@pytest.mark.parametrize(("ask", "line"), [("confirm", False), ("prompt", True)])
def test_what_a_page_asks_at_length_leaves_the_buttons_in_sight(
    low: ExamApp, ask: str, line: bool
) -> None:
    low.js(f"setTimeout(()=>{{window.said={ask}('Read all of this. '.repeat(200))}},300);0")
    low.until("browser._dialogue.asking")
    low("asked, buttons = browser._dialogue, (browser._dialogue._yes, browser._dialogue._no)")
    inside = "browser._pages.rect().contains(asked.geometry())"
    low.until(inside)
    seen = "[one.visibleRegion().boundingRect() == one.rect() for one in buttons]"
    assert low(seen) == [True, True]
    assert low("asked._line.isVisible()") is line
    low("words = asked._read.verticalScrollBar()")
    assert low("(words.value(), words.maximum() > 0)") == [0, True]
    low("from PySide6.QtTest import QTest\nQTest.keyClick(asked._yes, Qt.Key.Key_PageDown)")
    low.until("words.value() > 0")
    low("QTest.keyClick(asked._yes, Qt.Key.Key_PageUp)")
    low.until("words.value() == 0")
    for height in (560, 768):
        low(f"window.resize(1366, {height})")
        low.until(f"window.height() == {height} and {inside}")
        assert low(seen) == [True, True]
    low("asked.dismiss()")


def test_a_short_question_takes_no_more_room_than_it_needs(low: ExamApp) -> None:
    low.js("setTimeout(()=>{window.said=confirm('Are you sure?')},300);0")
    low.until("browser._dialogue.asking")
    assert low("browser._dialogue._read.verticalScrollBar().maximum()") == 0
    assert low("browser._dialogue.height() < 250")
    low("browser._dialogue.dismiss()")
