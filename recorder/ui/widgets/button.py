"""Buttons that the keyboard works as people expect."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton


class Button(QPushButton):
    """A button of a kind: primary (one a page), danger, quiet, rail, or plain.

    Enter presses it as Space does; Qt does that in dialogs only.
    """

    def __init__(self, text: str, on_click: Callable[[], object], kind: str = "plain") -> None:
        super().__init__(text)
        self.setProperty("kind", kind)
        self.setAccessibleName(text.replace("&", ""))
        self._on_click = on_click
        self.clicked.connect(self._clicked)

    def rename(self, text: str) -> None:
        """Give it another text."""
        self.setText(text)
        self.setAccessibleName(text.replace("&", ""))

    def _clicked(self) -> None:
        self._on_click()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter and Return press the button."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)
