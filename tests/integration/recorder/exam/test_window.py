"""The exam's window in a real window manager: held to its display, and left at any time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.exam_remote import ExamApp, exam_app, unhurried
from support.exam_site import Site

from shared.policy import Surface

# What leaving may take at most on a busy machine, in seconds. A page that does not let go
# never does.
LEAVES_WITHIN_S = 10.0


@pytest.fixture
def open_app(other_screen: str, site: Site, tmp_path: Path) -> Iterator[ExamApp]:
    """A window that may be left: one of its own for each test."""
    surface = Surface(kind="browser", start=f"{site.url}/", new_windows=True, clipboard=True)
    with exam_app(surface, tmp_path, other_screen, full_screen="watch") as app:
        app("full.perform()")
        app("browser.open_start()")
        app.come_to(surface.start)
        app.until("window.isActiveWindow()")
        yield app


def test_it_is_put_back_where_it_is_held(app: ExamApp) -> None:
    app("full.check()")
    for leave in (app.minimise, app.leave_full_screen):
        leave()
        app.until("len(full._told) > 0")
        [evasion] = app("evasions(full)")
        assert evasion["kind"] == "fullscreen_exit"
        assert evasion["detail"]["how"] in ("minimised", "not full screen", "made smaller")
        app.until("window.astray() == '' and full._how == ''")
    assert app("evasions(full)") == []


def test_it_comes_back_above_what_covers_it(app: ExamApp) -> None:
    app("from PySide6.QtCore import QProcess\nbeside, lost = QProcess(), []")
    # It may be back before anybody looks.
    app("changed = QApplication.instance().focusWindowChanged")
    app("changed.connect(lambda to: lost.append(to is None))")
    app("beside.start('xterm', ['-title', 'beside', '-e', 'cat'])")
    app.until("beside.state().value == 2")
    app.until("True in lost")
    app.until("window.isActiveWindow()")
    app("beside.kill()\nbeside.waitForFinished(3000)")


def test_where_it_is_only_watched_it_may_leave(open_app: ExamApp) -> None:
    open_app.minimise()
    open_app.until("window.isMinimized() and full._how != ''")
    for _ in range(2):  # for as long as it lasts
        assert open_app("[one.lasts for one in full.check()]") == [True]
    assert open_app("window.isMinimized()")


def test_leaving_is_asked_once_and_obeyed(open_app: ExamApp, site: Site) -> None:
    open_app.click_on("answer")
    open_app.press("ctrl+q")
    open_app.until("window.asking")
    open_app.press("Return")  # going on is what Enter chooses
    open_app.until("not window.asking")
    open_app("x, y = button(window, 'Leave the exam')")
    open_app.click(*open_app("(x, y)"))
    open_app.until("window.asking")
    begun = time.monotonic()
    open_app.press("ctrl+q")
    open_app.until("len(left) == 1 and not window.isVisible()")
    assert time.monotonic() - begun < LEAVES_WITHIN_S
    open_app("full.revert()")
    assert not open_app("window.isVisible()")


def test_a_page_that_asks_without_end_does_not_keep_anybody(open_app: ExamApp) -> None:
    open_app.js(
        "onbeforeunload=e=>e.preventDefault();setTimeout(()=>{for(;;)alert('no')},300);0"
    )
    open_app.until("browser._dialogue.asking")
    open_app.press("ctrl+q")
    open_app.until("window.asking")
    open_app.press("ctrl+q")
    open_app.until("len(left) == 1 and not window.isVisible()", LEAVES_WITHIN_S)


def test_a_page_over_a_page(open_app: ExamApp, site: Site) -> None:
    open_app.click_on("inside")
    open_app.until("len(browser._sheets) == 2 and browser.page.url().path() == '/inside'")
    assert (
        open_app("[w for w in QApplication.topLevelWidgets() if w.isVisible()].__len__()") == 1
    )
    open_app.until("not browser.page.isLoading()")
    with unhurried(open_app):
        open_app.click_on("link")
        assert open_app.attempts(1)[0]["how"] == "link"
    open_app.press("alt+Left")
    open_app.until("len(browser._sheets) == 1 and browser.page.url().path() == '/'")


@pytest.fixture
def two_displays(site: Site, tmp_path: Path) -> Iterator[ExamApp]:
    """A window on the first of two displays."""
    dots = {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    screens = [
        {"name": "one", "x": 0, "y": 0, "width": 1000, "height": 700, **dots},
        {"name": "two", "x": 1000, "y": 0, "width": 800, "height": 600, **dots},
    ]
    file = tmp_path / "screens.json"
    file.write_text(json.dumps({"synchronousWindowSystemEvents": False, "screens": screens}))
    surface = Surface(kind="browser", start=f"{site.url}/")
    with exam_app(surface, tmp_path, "", f"offscreen:configfile={file}") as app:
        yield app


def test_other_displays_are_covered(two_displays: ExamApp) -> None:
    app = two_displays
    app("full.perform()")
    app.until("window.astray() == ''")
    assert app("[w.geometry().getRect() for w in window.covers.all]") == [[1000, 0, 800, 600]]
    assert app("window.geometry().getRect()") == [0, 0, 1000, 700]
    words = app("' '.join(x.text() for x in window.covers.all[0].findChildren(QLabel))")
    assert "University of Example" in words
    assert "The exam runs on the other display." in words
    assert "Ctrl+Q" in words
    app("window.covers.all[0].close()")  # closing it is asking to leave
    assert app("(window.asking, window.covers.all[0].isVisible())") == [True, True]
    app("window.covers.all[0].hide()")
    app.until("window.covers.missing() == () and len(full._told) > 0")
    assert app("evasions(full)")[0]["detail"]["how"] == "a cover was moved"
    app("full.revert()")
    assert app("(len(window.covers.all), window.isFullScreen())") == [0, False]
    app("full.revert()")


def test_it_stands_where_the_candidate_looks_when_the_exam_begins(
    two_displays: ExamApp,
) -> None:
    """The window that they wait in may have been moved since this step was made."""
    app = two_displays
    app("screens = QGuiApplication.screens()")
    app("waiting = QWidget()\nwaiting.setGeometry(1100, 100, 300, 200)\nwaiting.show()")
    app("waiting.activateWindow()")
    app.until("waiting.isActiveWindow() and waiting.screen() is screens[1]")
    app("full.perform()")
    app.until("window.astray() == ''")
    assert app("window.geometry().getRect()") == [1000, 0, 800, 600]
    assert app("[w.geometry().getRect() for w in window.covers.all]") == [[0, 0, 1000, 700]]


def test_displays_are_covered_while_the_window_is_free(two_displays: ExamApp) -> None:
    app = two_displays
    app("window.show()\ncovered.perform()")
    app.until("len(window.covers.all) == 1")
    assert app("window.isFullScreen()") is False
    app("window.covers.all[0].hide()")
    app.until("window.covers.missing() == ()")
    app("covered.revert()")
    assert app("(len(window.covers.all), window.isVisible())") == [0, True]
    app("covered.revert()")
