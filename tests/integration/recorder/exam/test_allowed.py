"""What a policy lets an exam's browser do, done by keyboard and pointer in a real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.exam_remote import PRINTS, SAVES, ExamApp, exam_app
from support.exam_site import Site
from support.waiting import until

from shared.policy import Surface

# How a page shows a paper in itself.
EMBEDDED = {
    "iframe": "<iframe src=/paper.pdf width=600 height=400></iframe>",
    "object": "<object data=/paper.pdf width=600 height=400></object>",
    "embed": "<embed src=/paper.pdf width=600 height=400>",
}
RED = "seen('#ff0000')"

# Where no window of the program's has the focus, none is active.
PRINTING = (
    "getattr(QApplication.activeWindow(), 'metaObject', window.metaObject)().className()"
    " == 'QPrintDialog'"
)

WINDOWS = "[w.windowTitle() for w in QApplication.topLevelWidgets() if w.isVisible()]"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def free(other_screen: str, site: Site, home: Path) -> Iterator[ExamApp]:
    """A window in which everything is allowed; what is kept is in ``home``."""
    surface = Surface(
        kind="browser",
        start=f"{site.url}/",
        new_windows=True,
        downloads=True,
        printing=True,
        clipboard=True,
        context_menu=True,
        developer_tools=True,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.delenv("XDG_CONFIG_HOME", raising=False)
        with exam_app(surface, home, other_screen, full_screen="watch") as app:
            app("window.show()\nbrowser.open_start()")
            app.come_to(surface.start)
            app.until("window.isActiveWindow()")
            yield app


def test_a_download_is_kept_and_said(free: ExamApp, home: Path) -> None:
    free.click_on("file")
    free.until("notice().startswith('Saved as ')")
    kept = Path(free("notice()").removeprefix("Saved as ").removesuffix("."))
    assert kept.is_relative_to(home)
    assert kept.read_text() == "x"
    assert free("attempts") == []


@pytest.mark.parametrize("how", ["link", *EMBEDDED])
def test_a_pdf_of_the_exam_is_shown(free: ExamApp, site: Site, how: str) -> None:
    free.go(f"{site.url}/papers")
    free.until(f"not {RED}")
    if how == "link":
        free.click_on("paper")
    else:
        free.js(f"document.getElementById('place').innerHTML={EMBEDDED[how]!r};0")
    free.until(RED)
    assert free("attempts") == []


def test_the_viewer_of_pdfs_saves_and_prints(free: ExamApp, home: Path, site: Site) -> None:
    free.go(f"{site.url}/papers")
    free.until(f"not {RED}")
    free.click_on("paper")
    free.until(RED)
    free.click_in_viewer(*SAVES)
    free.until("'paper.pdf' in notice()")
    kept = Path(free("notice()").removeprefix("Saved as ").removesuffix("."))
    assert kept.is_relative_to(home)
    assert kept.read_bytes().startswith(b"%PDF")
    free.click_in_viewer(*PRINTS)
    free.until(PRINTING)
    free("QApplication.activeWindow().reject()")
    free.until("window.isActiveWindow()")
    assert free("attempts") == []
    free.go(f"{site.url}/")


def test_what_is_copied_goes_in_and_out(free: ExamApp) -> None:
    free("QGuiApplication.clipboard().setText('from outside')")
    free.click_on("answer")
    free.press("ctrl+a", "ctrl+v")
    free.until("js(\"document.getElementById('answer').value\") == 'from outside'")
    free.press("ctrl+a", "ctrl+x")
    free.until("js(\"document.getElementById('answer').value\") == ''")


def test_the_menu_and_the_tools_open_and_the_exam_stays_usable(free: ExamApp) -> None:
    free.click_on("answer", "3")
    free.until("QApplication.activePopupWidget() is not None")
    free.press("Escape")
    free.until("QApplication.activePopupWidget() is None")
    free.press("F12")
    free.until("browser.page.devToolsPage() is not None")
    free.until("not window.isActiveWindow()")
    free("window.activateWindow()")
    free.until("window.isActiveWindow()")
    free("QWebEngineView = type(browser.view).__mro__[1]")
    free("QWebEngineView.forPage(browser.page.devToolsPage()).window().close()")
    free.until("browser.page.devToolsPage() is None")


def test_a_page_is_printed(free: ExamApp, home: Path) -> None:
    """Into a file, which is what the system's dialog offers where there is no printer."""
    free.press("ctrl+p")
    free.until(PRINTING)
    free("import gc\ngc.collect()\ndialog = QApplication.activeWindow()")
    assert free("dialog.isModal()") is False
    free("dialog.accept()")
    free.until("notice() == 'The page was printed.'")
    paper = home / "print.pdf"
    until(lambda: paper.is_file() and paper.stat().st_size > 1_000, "the paper")
    assert paper.read_bytes().startswith(b"%PDF")


def test_quitting_works_beside_the_dialog_of_the_printer(free: ExamApp) -> None:
    free.press("ctrl+p")
    free.until(PRINTING)
    free("window.activateWindow()")
    free.until("window.isActiveWindow()")
    free.press("ctrl+q")
    free.until("window.asking")
    free.press("ctrl+q")
    free.until("len(left) == 1 and not window.isVisible()")
