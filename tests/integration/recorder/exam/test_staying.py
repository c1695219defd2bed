"""Every way out of the exam, tried in a real browser: none leads out, each is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.exam_remote import PRINTS, SAVES, ExamApp, unhurried
from support.exam_site import Site
from support.waiting import until

from recorder.exam.attempts import How


@pytest.fixture(autouse=True)
def _at_the_exam(app: ExamApp, site: Site, elsewhere: Site) -> Iterator[None]:
    """Begin on the exam's page; nothing but pictures ever comes from elsewhere."""
    app.go(f"{site.url}/")
    app("attempts.clear()")
    yield
    assert set(elsewhere.paths()) <= {"/picture.png"}
    assert app("browser.page.url().host()") == "127.0.0.1"


def made(element: str, source: str) -> str:
    """A script that puts an element into the page."""
    return f"let e=document.createElement('{element}');{source};document.body.append(e)"


def clicked(element: str) -> str:
    return f"document.getElementById('{element}').click()"


SCRIPTED: list[tuple[str, How, str]] = [
    ("location='{0}/script?secret=1'", "script", "/script"),
    ("window.open('{0}/open?secret=1#x')", "new_window", "/open"),
    (clicked("blank"), "new_window", "/blank"),
    ("document.getElementById('form').submit()", "form", "/form"),
    (clicked("moved"), "redirect", "/elsewhere"),
    (clicked("paper"), "script", "/paper"),
    (made("iframe", "e.src='{0}/frame'"), "frame", "/frame"),
    (made("object", "e.data='{0}/object'"), "frame", "/object"),
    (made("iframe", "e.src='data:text/html,secret'"), "frame", "data:"),
    (clicked("mail"), "script", "mailto:"),
    (clicked("program"), "script", "zoommtg:"),
]


def test_what_a_page_tries(app: ExamApp, site: Site) -> None:
    for script, how, where in SCRIPTED:
        app.js(f"{{{{ {script} }}}}".format(site.other) + ";0")
        [attempt] = app.attempts(1)
        told = where if where.endswith(":") else f"{site.other}{where}"
        assert (attempt["how"], attempt["address"]) == (how, told), script
        assert app("notice()").startswith(told)
    app.go(f"{site.url}/meta")
    [attempt] = app.attempts(1)
    assert (attempt["how"], attempt["address"]) == ("redirect", f"{site.other}/meta")
    assert app("trouble()") is None


def test_what_the_engine_itself_never_opens(app: ExamApp) -> None:
    for address in ("file:///etc/passwd", "data:text/html,x", "chrome://version"):
        app.js(f"location={address!r};0")
    app.js("location='javascript:document.title=1;void 0';0")
    app.until("js('document.title') == '1'")
    assert app("browser.page.url().scheme()") == "http"


def test_what_a_candidate_tries(app: ExamApp, site: Site) -> None:
    with unhurried(app):
        app.click_on("link")
        [attempt] = app.attempts(1)
    assert attempt["how"] == "link"
    assert attempt["address"] == f"{site.other}/link"
    for held in ("ctrl", "shift"):
        app.click_on("link", "1", held)
        [attempt] = app.attempts(1)
        assert attempt["how"] == "new_window"
    app.click_on("link", "2")
    assert app.attempts(1)[0]["how"] == "new_window"
    windows = "sum(w.isVisible() for w in QApplication.topLevelWidgets())"
    shown = app(windows)
    app.press("ctrl+n", "ctrl+t", "ctrl+o", "ctrl+u", "ctrl+s", "ctrl+j", "ctrl+l", "F12")
    app.press("ctrl+shift+i", "F11", "ctrl+p")
    app.until("'printed' in notice()")
    app.click_on("answer", "3")
    assert (
        app("[w for w in QApplication.topLevelWidgets() if w.isVisible()].__len__()") == shown
    )
    assert app("browser.page.devToolsPage() is None")
    assert app("attempts") == []


def test_what_belongs_to_the_exam_goes_on(app: ExamApp, site: Site) -> None:
    app.click_on("within")
    app.until("browser.page.url().path() == '/second'")
    app.press("alt+Left")
    app.until("browser.page.url().path() == '/'")
    app.until("not browser.page.isLoading()")
    app.click_on("inside")  # a new window is not allowed: it opens here
    app.until("browser.page.url().path() == '/inside'")
    before = site.paths().count("/inside")
    app.press("F5")
    until(lambda: site.paths().count("/inside") > before, "the page again")
    assert app("len(browser._sheets)") == 1
    assert app("attempts") == []


def test_a_download_is_refused_without_blame(app: ExamApp) -> None:
    app.click_on("file")
    app.until("'downloaded' in notice()")
    assert app("attempts") == []


def test_the_clipboard_stays_out(app: ExamApp) -> None:
    app("QGuiApplication.clipboard().setText('from outside')")
    app.click_on("answer")
    app.press("ctrl+a", "ctrl+c", "ctrl+x", "ctrl+v", "shift+Insert", "End")
    app.click_on("answer", "2")  # X11 pastes what was selected
    app.press("End")
    app.xdotool("type", "--delay", "20", " typed")
    app.until("js(\"document.getElementById('answer').value\") == 'my answer typed'")
    assert app("QGuiApplication.clipboard().text()") == "from outside"


def test_a_pdf_is_read_and_no_more(app: ExamApp, site: Site) -> None:
    """The viewer's own buttons, keys and links: what the policy says holds for them, too."""
    app("QGuiApplication.clipboard().setText('from outside')")
    app.go(f"{site.url}/paper.pdf")
    app.until("seen('#ff0000')")
    for button, refused in ((SAVES, "downloaded"), (PRINTS, "printed")):
        app("browser._notice.hide()")
        app.click_in_viewer(*button)
        app.until(f"{refused!r} in notice()")
    assert app("attempts") == []
    app.click_in_viewer(60, 90)  # beside the words
    app.press("ctrl+a", "ctrl+c", "ctrl+Insert")
    with unhurried(app):
        app.click_in_viewer(300, 500)  # the link in it
        [attempt] = app.attempts(1)
    assert (attempt["how"], attempt["address"]) == ("link", f"{site.other}/from-paper")
    assert app("QGuiApplication.clipboard().text()") == "from outside"


def test_nothing_is_dropped_from_elsewhere(app: ExamApp) -> None:
    app("""
from PySide6.QtCore import QMimeData, QPointF
from PySide6.QtGui import QDragEnterEvent, QDropEvent
mime = QMimeData()
mime.setUrls([QUrl('file:///etc/passwd')])
how = Qt.CopyAction, mime, Qt.LeftButton, Qt.NoModifier
drag = QDragEnterEvent(browser.view.rect().center(), *how)
drop = QDropEvent(QPointF(50, 50), *how)
drag.accept()
drop.accept()
browser.view.dragEnterEvent(drag)
browser.view.dropEvent(drop)
""")
    assert app("(drag.isAccepted(), drop.isAccepted())") == [False, False]


def test_a_page_gets_no_camera_and_no_place(app: ExamApp) -> None:
    app.js(
        "window.said='';navigator.geolocation.getCurrentPosition(()=>said='yes',e=>said='no');0"
    )
    app.until("js('said') == 'no'")
    app.js(
        "said='';(navigator.mediaDevices?.getUserMedia({video:true}) ?? Promise.reject())"
        ".then(()=>said='yes',()=>said='no');0"
    )
    app.until("js('said') == 'no'")


def test_pages_can_be_made_larger(app: ExamApp) -> None:
    app.click_on("answer")
    app.press(*["ctrl+plus"] * 5)
    app.until("browser.zoom_factor == 2.0 and browser.page.zoomFactor() == 2.0")
    app.click_on("within")
    app.until("browser.page.url().path() == '/second' and browser.page.zoomFactor() == 2.0")
    app.press(*["ctrl+plus"] * 20)
    app.until("browser.zoom_factor == 5.0")
    app.press("ctrl+0")
    app.until("browser.page.zoomFactor() == 1.0")
    app.press("ctrl+minus")
    app.until("browser.zoom_factor == 0.9")
    app.press("ctrl+0")
    app.until("browser.zoom_factor == 1.0")
    app("browser.zoom_to(1.9)")
    app.until("browser.zoom_factor == 2.0 and browser.page.zoomFactor() == 2.0")
    app.press("ctrl+0")


def test_the_header_goes_to_the_exam_alone(app: ExamApp, site: Site, elsewhere: Site) -> None:
    site.asked.clear()
    elsewhere.asked.clear()
    app.go(f"{site.url}/hop")
    app.come_to(f"{site.url}/landed")
    app.js("window.done=0;fetch('/api').finally(()=>done=1);0")
    app.until("js('done') == 1")
    assert site.header("/hop") == f"signed {site.url}/hop"
    # The address that it was redirected to has a header of its own.
    assert site.header("/landed") == f"signed {site.url}/landed"
    assert site.header("/picture") is None
    assert site.header("/api") == f"signed {site.url}/api"
    assert {"/api", "/picture.png"} <= set(elsewhere.paths())
    assert [header for _, header in elsewhere.asked if header] == []
    elsewhere.asked.clear()


# Role and name of everything in a window that a screen reader comes to as a control.
NAMES = """
from PySide6.QtGui import QAccessible
CONTROLS = {QAccessible.Role.Button, QAccessible.Role.EditableText, QAccessible.Role.CheckBox}

def controls(widget):
    found, left = [], [QAccessible.queryAccessibleInterface(widget)]
    while left:
        one = left.pop()
        left += [one.child(at) for at in range(one.childCount()) if one.child(at)]
        if one.role() in CONTROLS:
            found.append((str(one.role()), one.text(QAccessible.Text.Name)))
    return found
"""


def test_every_control_of_the_window_has_a_name(app: ExamApp) -> None:
    app("window.ask_to_leave()")
    app(NAMES)
    # What is in a page is the page's own to name.
    app("bars = [w for w in window.findChildren(QWidget) if w.objectName() == 'addressBar']")
    found = app("controls(bars[0]) + controls(window._asking)")
    app("window._stay()")
    assert len(found) >= 7
    assert [role for role, name in found if not name] == []
    assert {"Back", "Reload", "Smaller", "Larger", "Go on", "Leave the exam"} <= {
        name for _, name in found
    }
