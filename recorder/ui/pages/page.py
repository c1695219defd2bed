"""What every page has: a title, content that scrolls, actions at the foot, the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from recorder.ui.widgets.actions import EDGE, Actions
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import column
from recorder.ui.widgets.dress import em
from recorder.ui.widgets.text import Text

# Multiples of the text's size: a line of some 80 characters, and room around the content.
CONTENT_WIDTH = 46
MARGIN = 2.4
# Share of the window's width that margins take at most, so that large text keeps its room.
MARGIN_SHARE = 0.065
# Share of the visible height that Page Up and Page Down scroll.
PAGE_SHARE = 0.85


class Page(QWidget):
    """Enter presses ``primary`` and Esc ``secondary``, wherever the focus is on the page."""

    def __init__(self, title: str, lead: str = "") -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        self.primary: Button | None = None
        self.secondary: Button | None = None
        self.title = Text(title, role="title")
        self.lead = Text(lead, role="muted")
        if not lead:  # never shown here: without a parent it would be a window of its own
            self.lead.hide()
        self.body = column(self.title, self.lead, gap=16)
        self._content = QWidget()
        self._content.setObjectName("content")
        self._content.setLayout(self.body)
        footer = QFrame()
        footer.setObjectName("footer")
        self._actions = QWidget()
        self.foot = QVBoxLayout(self._actions)
        self.foot.setSpacing(10)
        _beside_nothing(footer, self._actions)
        self._scroll = _scroll_area(self._content)
        self.setLayout(column(self._scroll, footer, gap=0))
        self._measure()

    def first_focus(self) -> QWidget | None:
        """Where the keyboard begins when the page is shown."""
        return self.primary

    def add(self, *items: QWidget | QLayout) -> None:
        """Put something below what is there."""
        for item in items:
            if isinstance(item, QWidget):
                self.body.addWidget(item)
            else:
                self.body.addLayout(item)

    def act(self, *left: QWidget, right: tuple[QWidget, ...] = ()) -> None:
        """Fill a line of the foot with buttons."""
        self.foot.addWidget(Actions(left, right))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter, Esc and the keys that scroll, unless the focused control took them."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not event.isAutoRepeat():
                self._press(self.primary)
            case Qt.Key.Key_Escape:
                self._press(self.secondary)
            case Qt.Key.Key_PageDown | Qt.Key.Key_PageUp | Qt.Key.Key_Down | Qt.Key.Key_Up:
                self._scroll_by(Qt.Key(event.key()))
            case _:
                super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Margins shrink with the window."""
        self._measure()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Measures are multiples of the text's size."""
        if event.type() == QEvent.Type.FontChange:
            self._measure()
        super().changeEvent(event)

    def _press(self, button: Button | None) -> None:
        if button is not None and button.isVisible() and button.isEnabled():
            button.click()

    def _scroll_by(self, key: Qt.Key) -> None:
        bar = self._scroll.verticalScrollBar()
        step = {
            Qt.Key.Key_PageDown: round(bar.pageStep() * PAGE_SHARE),
            Qt.Key.Key_PageUp: -round(bar.pageStep() * PAGE_SHARE),
            Qt.Key.Key_Down: 2 * em(self),
            Qt.Key.Key_Up: -2 * em(self),
        }[key]
        bar.setValue(bar.value() + step)

    def _measure(self) -> None:
        margin = round(min(MARGIN * em(self), MARGIN_SHARE * self.width()))
        for column_of_page in (self._content, self._actions):
            column_of_page.setMaximumWidth(CONTENT_WIDTH * em(self) + 2 * margin)
        self.body.setContentsMargins(margin, margin, margin, margin)
        self.foot.setContentsMargins(margin - EDGE, 10, margin - EDGE, 10)


def _scroll_area(content: QWidget) -> QScrollArea:
    frame = QWidget()
    frame.setObjectName("content")
    _beside_nothing(frame, content)
    area = QScrollArea()
    area.setWidget(frame)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def _beside_nothing(frame: QWidget, content: QWidget) -> None:
    """Let content grow to its maximum, and leave the rest of the width empty."""
    line = QHBoxLayout(frame)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(content, 1)
    line.addStretch(0)
