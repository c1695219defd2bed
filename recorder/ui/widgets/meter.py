"""Shows how loud it is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QProgressBar, QSizePolicy

from recorder.ui.widgets.dress import em

SEGMENTS = 32
# Share of full scale from which sound is about to clip; drawn in the attention tone.
LOUD = 0.92
# Share of full scale the bar falls a tick at most, so that the eye can follow.
FALL = 0.07


class Meter(QProgressBar):
    """A row of segments, lit up to the level; screen readers get it as a percentage."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setRange(0, 100)
        self.setValue(0)
        self.setTextVisible(False)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._shown = 0.0

    @property
    def level(self) -> float:
        """What is shown, 0 to 1."""
        return self._shown

    def set_level(self, level: float) -> None:
        """Rise at once, fall gently; repaint only when a segment changes."""
        before = self._lit()
        self._shown = max(min(level, 1.0), self._shown - FALL, 0.0)
        if self._lit() != before:
            self.setValue(round(100 * self._lit() / SEGMENTS))
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """A little lower than a line of text."""
        return QSize(8 * em(self), round(0.8 * em(self)))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Half as wide still shows something."""
        return QSize(4 * em(self), round(0.8 * em(self)))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Lit segments in the bar's colour, the others in its ground."""
        colours = self.palette()
        lit, dark = (
            colours.color(QPalette.ColorRole.WindowText),
            colours.color(QPalette.ColorRole.Window),
        )
        loud = colours.color(QPalette.ColorRole.HighlightedText)
        pitch = self.width() / SEGMENTS
        backwards = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            for index in range(SEGMENTS):
                on = index < self._lit()
                painter.setBrush((loud if index / SEGMENTS >= LOUD else lit) if on else dark)
                place = SEGMENTS - 1 - index if backwards else index
                painter.drawRoundedRect(
                    QRectF(place * pitch, 0, pitch * 0.66, self.height()), 1.5, 1.5
                )

    def _lit(self) -> int:
        return round(self._shown * SEGMENTS)
