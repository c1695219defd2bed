"""Something shown whole where there is room for it, and to be scrolled where there is not."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from recorder.ui.widgets.dress import em

# Multiples of the text's size: of what scrolls at least some lines are seen.
LEAST = 8


class Bounded(QScrollArea):
    """As high as what it holds, at most as the window leaves; gone while that is hidden."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self._content = content
        hidden = content.isHidden()
        self.setWidget(content)  # which shows it
        content.setHidden(hidden)
        self.setHidden(hidden)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    @property
    def scrolls(self) -> bool:
        """Whether not all of it is seen."""
        return not self._content.isHidden() and self.verticalScrollBar().maximum() > 0

    def sizeHint(self) -> QSize:  # noqa: N802
        """What it holds needs at the width that there is."""
        content = self._content
        wanted = content.sizeHint()
        flows = content.hasHeightForWidth() and self.width() > 0
        height = content.heightForWidth(self.width()) if flows else wanted.height()
        return QSize(wanted.width(), height)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Some lines of it."""
        least = min(self.sizeHint().height(), LEAST * em(self))
        return QSize(self._content.minimumSizeHint().width(), least)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Another width needs another height."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """So do other words; and it comes and goes with what it holds, once it has a place."""
        match event.type():
            case QEvent.Type.LayoutRequest:
                self.updateGeometry()
            case QEvent.Type.ShowToParent | QEvent.Type.HideToParent if self.parentWidget():
                self.setHidden(self._content.isHidden())
            case _:
                pass
        return super().eventFilter(watched, event)
