"""One ring around whatever has the keyboard's focus, alike for every control."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QApplication,
    QFocusFrame,
    QProxyStyle,
    QStyle,
    QStyleOption,
    QWidget,
)

# Pixels: the ring is thick enough to be found at a glance (WCAG 2.2, 2.4.13), and stands
# off the control so that it shows beside a filled one.
THICKNESS = 2
GAP = 2
RADIUS = 10


class _RingStyle(QProxyStyle):
    """Used by the ring alone: how far it reaches beyond the control."""

    def pixelMetric(  # noqa: N802
        self,
        metric: QStyle.PixelMetric,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
    ) -> int:
        if metric in (
            QStyle.PixelMetric.PM_FocusFrameHMargin,
            QStyle.PixelMetric.PM_FocusFrameVMargin,
        ):
            return GAP + THICKNESS
        return super().pixelMetric(metric, option, widget)


class FocusRing(QFocusFrame):
    """Follows the focus inside one window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._style = _RingStyle("Fusion")
        self.setStyle(self._style)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._follow)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """A rounded outline in the colour that the theme keeps for it."""
        inset = THICKNESS / 2
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            colour = QApplication.palette().color(QPalette.ColorRole.BrightText)
            painter.setPen(QPen(colour, THICKNESS))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, RADIUS, RADIUS)

    @Slot(QWidget, QWidget)
    def _follow(self, _old: QWidget | None, now: QWidget | None) -> None:
        inside = now is not None and now.window() is self._window and now is not self._window
        ringed = inside and not _is_a_page(now)
        self.setWidget(now if ringed else None)  # pyright: ignore[reportArgumentType]


def _is_a_page(widget: QWidget | None) -> bool:
    """Whether it shows a web page, which marks what has the focus in it by itself."""
    while widget is not None and not widget.inherits("QWebEngineView"):
        widget = widget.parentWidget()
    return widget is not None
