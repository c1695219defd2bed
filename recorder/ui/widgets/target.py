"""The mark to look at while the screen is calibrated. It stands still; nothing flies about."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from recorder.ui.widgets.dress import em

# Radius of the mark in multiples of the text's size; of its middle, as a share of that.
RADIUS, MIDDLE = 1.3, 0.22
# Where the words stand: shares of the height, away from the marks of a 3 by 3 grid.
LOW, HIGH = 0.68, 0.32


class Target(QWidget):
    """A ring with a dot, on the whole of its parent; Esc stops."""

    stopped = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAutoFillBackground(True)
        self.setAccessibleName(self.tr("The point to look at. Press Escape to stop."))
        self.at: tuple[float, float] | None = None
        self._words, self._stop = "", self.tr("Press Esc to stop.")
        self.hide()

    def show_at(self, at: tuple[float, float] | None, words: str) -> None:
        """Show the mark somewhere: shares of the display's width and height."""
        if (at, words) != (self.at, self._words):
            self.at, self._words = at, words
            self.setAccessibleDescription(words)
            self.update()

    def place(self) -> QPointF | None:
        """The middle of the mark, in this widget's pixels."""
        if self.at is None:
            return None
        screen = self.screen().geometry()
        wanted = QPointF(
            screen.x() + self.at[0] * screen.width(), screen.y() + self.at[1] * screen.height()
        )
        here = self.mapFromGlobal(wanted)
        room = RADIUS * em(self) + 2
        return QPointF(
            min(max(here.x(), room), self.width() - room),
            min(max(here.y(), room), self.height() - room),
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc, Space and Enter stop; everything else is nobody's."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Space, Qt.Key.Key_Return):
            self.stopped.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The ring in the text's colour, so that it stands out as text does."""
        ink = self.palette().color(QPalette.ColorRole.WindowText)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(ink)
            self._paint_words(painter)
            if (middle := self.place()) is None:
                return
            radius = RADIUS * em(self)
            pen = painter.pen()
            pen.setWidthF(max(2.0, radius / 6))
            painter.setPen(pen)
            painter.drawEllipse(middle, radius, radius)
            painter.setBrush(ink)
            painter.drawEllipse(middle, MIDDLE * radius, MIDDLE * radius)

    def _paint_words(self, painter: QPainter) -> None:
        """Below the middle row of marks, or above it where the mark is there."""
        font = QFont(self.font())
        painter.setFont(font)
        share = HIGH if self.at is not None and self.at[1] > 0.6 else LOW
        box = QRectF(0, share * self.height() - 2 * em(self), self.width(), 4 * em(self))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(box, flags, f"{self._words}\n{self._stop}")
