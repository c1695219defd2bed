"""The room's few drawings, in the colour of the text beside them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

ICONS = Path(__file__).parent / "icons"


def drawing(name: str, palette: QPalette) -> QSvgRenderer:
    """A drawing in the palette's colour of text."""
    colour = palette.color(QPalette.ColorRole.WindowText).name()
    source = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))


def icon(name: str, widget: QWidget) -> QIcon:
    """A drawing for a button, as large as its text and sharp on its screen."""
    side, ratio = widget.fontMetrics().height(), widget.devicePixelRatioF()
    picture = QPixmap(QSize(side, side) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        drawing(name, widget.palette()).render(painter, QRectF(0, 0, side, side))
    return QIcon(picture)


class Drawing(QWidget):
    """A drawing that stands beside words, and means nothing without them."""

    def __init__(self, name: str, size: float) -> None:
        """Show ``name``, ``size`` times as large as the text."""
        super().__init__()
        self._name, self._size = name, size

    def show_drawing(self, name: str) -> None:
        """Show another."""
        if name != self._name:
            self._name = name
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Square."""
        side = round(self.fontMetrics().height() * self._size)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """The same."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """At the screen's own resolution."""
        side = min(self.width(), self.height())
        left, top = (self.width() - side) / 2, (self.height() - side) / 2
        with QPainter(self) as painter:
            drawing(self._name, self.palette()).render(painter, QRectF(left, top, side, side))
