"""A box to tick, as wide as its words: the ring of the focus stands close around them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy


class Tick(QCheckBox):
    """A check box named after its words, without the mnemonic's mark. Space ticks it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text.replace("&", ""))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter is the page's: on GNOME Qt would have it take the tick away again."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        else:
            super().keyPressEvent(event)
