"""A line of buttons that becomes a column where the line does not fit."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

# Pixels between two buttons; at the edge, what the focus ring needs.
GAP, EDGE = 12, 4


class Actions(QWidget):
    """Some buttons at the left, others at the right; large text stacks them."""

    def __init__(self, left: tuple[QWidget, ...], right: tuple[QWidget, ...]) -> None:
        super().__init__()
        self._left, self._right = left, right
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setSpacing(GAP)
        self._box.setContentsMargins(EDGE, EDGE, EDGE, EDGE)
        for widget in left:
            self._box.addWidget(widget)
        self._box.addStretch(1)
        for widget in right:
            self._box.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def put(self, *widgets: QWidget) -> None:
        """Add some at the left, after those that are there."""
        for widget in widgets:
            self._box.insertWidget(len(self._left), widget)
            self._left = (*self._left, widget)

    def sizeHint(self) -> QSize:  # noqa: N802
        """A line, if it may be: who is asked when stacked would else stay so."""
        return QSize(self._line_width() + 2 * EDGE, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As narrow as the widest button."""
        widths = [widget.minimumSizeHint().width() for widget in self._shown()]
        return QSize(max(widths, default=0) + 2 * EDGE, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Another width may fit another arrangement."""
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """So may another text, or a button shown or hidden."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return done

    def _shown(self) -> list[QWidget]:
        return [widget for widget in (*self._left, *self._right) if not widget.isHidden()]

    def _line_width(self) -> int:
        shown = self._shown()
        return sum(widget.sizeHint().width() for widget in shown) + GAP * len(shown)

    def _arrange(self) -> None:
        fits = self._line_width() <= self.width() - 2 * EDGE or len(self._shown()) < 2
        direction = QBoxLayout.Direction
        wanted = direction.LeftToRight if fits else direction.TopToBottom
        if self._box.direction() != wanted:
            self._box.setDirection(wanted)
            self.updateGeometry()
