"""A button that Enter presses, as Space does: Qt does that in dialogs only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton


class Button(QPushButton):
    """A button of the exam's window."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter and Return press it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)
