"""The developer tools of a page, for exams in which they are a tool of the trade."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QWidget

SIZE = (900, 560)


def show_devtools(page: QWebEnginePage, window: QWidget) -> None:
    """Open them in a window that belongs to the exam's; once is enough for a page."""
    if (open_already := page.devToolsPage()) is not None:
        if view := QWebEngineView.forPage(open_already):
            view.window().activateWindow()
        return
    view = QWebEngineView(window)
    view.setWindowFlag(Qt.WindowType.Window)
    view.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    # A profile of its own: theirs are no addresses of the exam.
    profile = QWebEngineProfile(view)
    tools = QWebEnginePage(profile, view)
    view.setPage(tools)
    page.setDevToolsPage(tools)
    view.resize(*SIZE)
    view.show()
