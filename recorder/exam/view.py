"""Where a page is seen: what is dropped on it, what a right click offers, what keys do."""

from __future__ import annotations

from PySide6.QtCore import QChildEvent, QEvent, QObject, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QWheelEvent,
)
from PySide6.QtWebEngineCore import QWebEnginePage
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QMenu, QWidget

from recorder.exam.page import ExamPage
from shared.policy import Surface

Action = QWebEnginePage.WebAction

_EDITING = (Action.Undo, Action.Redo, None, Action.SelectAll)
_CLIPBOARD = (Action.Cut, Action.Copy, Action.Paste)
_CLIPBOARD_KEYS = (
    QKeySequence.StandardKey.Cut,
    QKeySequence.StandardKey.Copy,
    QKeySequence.StandardKey.Paste,
)
_DEEDS = (QEvent.Type.MouseButtonRelease, QEvent.Type.KeyPress, QEvent.Type.TouchEnd)


class ExamView(QWebEngineView):
    """A page on the screen. ``zoomed`` asks for larger (1) or smaller (-1)."""

    zoomed = Signal(int)

    def __init__(self, page: ExamPage, surface: Surface, parent: QWidget) -> None:
        super().__init__(parent)
        self.setPage(page)
        self._page, self._surface = page, surface
        self.setAccessibleName(self.tr("The exam"))
        if not surface.context_menu:
            self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        for action in () if surface.clipboard else _CLIPBOARD:
            page.action(action).setEnabled(False)

    # Only what begins in a page may be dropped on one: an order to be made, not a file.

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take nothing from elsewhere."""
        event.ignore() if event.source() is None else super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: N802
        """Take nothing from elsewhere."""
        event.ignore() if event.source() is None else super().dragMoveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Take nothing from elsewhere."""
        event.ignore() if event.source() is None else super().dropEvent(event)

    def childEvent(self, event: QChildEvent) -> None:  # noqa: N802
        """What takes keys and clicks is a child that comes with each renderer."""
        if event.type() is QEvent.Type.ChildAdded:
            event.child().installEventFilter(self)
        super().childEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Note that the candidate does something; turn the wheel with Ctrl into zoom."""
        if event.type() in _DEEDS:
            self._page.note_deed()
        if isinstance(event, QKeyEvent) and self._is_withheld(event):
            return True
        if isinstance(event, QWheelEvent) and event.modifiers() & _CTRL:
            steps = event.angleDelta().y()
            self.zoomed.emit(1 if steps > 0 else -1)
            return True
        return super().eventFilter(watched, event)

    def _is_withheld(self, event: QKeyEvent) -> bool:
        """The viewer of PDFs copies by itself, where no script of ours hears of it."""
        return not self._surface.clipboard and any(map(event.matches, _CLIPBOARD_KEYS))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """Editing and spelling; never saving, sources or another window."""
        menu = QMenu(self)
        self._offer_spelling(menu)
        for action in _EDITING:
            menu.addSeparator() if action is None else menu.addAction(self._page.action(action))
        if self._surface.clipboard:
            menu.addSeparator()
            menu.addActions([self._page.action(action) for action in _CLIPBOARD])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def _offer_spelling(self, menu: QMenu) -> None:
        request = self.lastContextMenuRequest()
        suggestions = request.spellCheckerSuggestions() if self._surface.spell_check else []
        for word in suggestions:
            menu.addAction(word).triggered.connect(
                lambda _=False, word=word: self._page.replaceMisspelledWord(word)
            )
        if suggestions:
            menu.addSeparator()


_CTRL = Qt.KeyboardModifier.ControlModifier
