"""An icon that grows with the text and takes its colour from the style sheet."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from recorder.ui.style.glyphs import renderer
from recorder.ui.widgets.dress import dress, em


class Glyph(QWidget):
    """One icon. It decorates: whatever it means stands beside it in words.

    Args:
        name: a drawing under ``style/icons``.
        tone: a colour of the style sheet.
        size: side, in multiples of the text's size.
    """

    def __init__(self, name: str, tone: str = "", size: float = 1.5) -> None:
        super().__init__()
        self._name, self._size = name, size
        self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def name(self) -> str:
        """Which drawing is shown."""
        return self._name

    def draw(self, name: str, tone: str = "") -> None:
        """Show another drawing."""
        if name != self._name:
            self._name = name
            self.update()
        dress(self, tone=tone)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Square, a multiple of the text's size."""
        side = round(em(self) * self._size)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Render the drawing at the screen's own resolution."""
        colour = self.palette().color(QPalette.ColorRole.WindowText).name()
        with QPainter(self) as painter:
            renderer(self._name, colour).render(painter, QRectF(self.rect()))
