"""What is shown where there is no page: what happened, what to do, and *try again*."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from recorder.exam.buttons import Button
from recorder.exam.drawings import Drawing
from recorder.exam.troubles import PageTrouble

# A line that is read without turning one's head, in widths of an average letter.
LINE_CHARS = 66
ICON_EM = 3.4
HEADING_SHARE = 1.5


class TroubleView(QScrollArea):
    """Words instead of a page. ``again`` and ``patient`` are what a candidate may choose."""

    again = Signal()
    patient = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("trouble")
        self.setWidgetResizable(True)
        self._heading, self._happened, self._todo, self._detail = (
            _words(name) for name in ("heading", "happened", "todo", "detail")
        )
        self._again = Button(self.tr("Try &again"))
        self._again.setObjectName("again")
        self._again.setDefault(True)
        self._wait = Button(self.tr("Keep &waiting"))
        self._again.clicked.connect(self.again)
        self._wait.clicked.connect(self.patient)
        self.setWidget(self._laid_out())

    def _laid_out(self) -> QWidget:
        column = QVBoxLayout()
        column.addStretch(2)
        column.addWidget(Drawing("trouble", ICON_EM), 0, Qt.AlignmentFlag.AlignLeft)
        for words in (self._heading, self._happened, self._todo, self._detail):
            column.addWidget(words)
        buttons = QHBoxLayout()
        buttons.addWidget(self._again)
        buttons.addWidget(self._wait)
        buttons.addStretch()
        column.addSpacing(self.fontMetrics().height() // 2)
        column.addLayout(buttons)
        column.addStretch(3)
        body = QWidget()
        row = QHBoxLayout(body)
        row.addStretch()
        row.addLayout(column)
        row.addStretch()
        return body

    def say(self, trouble: PageTrouble) -> None:
        """Show what is wrong, and lead the keyboard to what helps."""
        self._heading.setText(trouble.heading)
        self._happened.setText(trouble.happened)
        self._todo.setText(trouble.todo)
        self._detail.setText(trouble.detail)
        self._detail.setVisible(bool(trouble.detail))
        self._wait.setVisible(trouble.can_wait)
        font = self.font()
        font.setBold(True)
        font.setPixelSize(round(self.fontInfo().pixelSize() * HEADING_SHARE))
        self._heading.setFont(font)
        self._fit()
        spoken = f"{trouble.heading}. {trouble.happened} {trouble.todo}"
        self.setAccessibleName(spoken)
        # A screen reader reads what it comes to: the button says why it is there.
        self._again.setAccessibleDescription(spoken)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Lines as long as there is room, which is known only once it is shown."""
        self._fit()
        super().resizeEvent(event)

    def _fit(self) -> None:
        width = LINE_CHARS * self.fontMetrics().averageCharWidth()
        for words in (self._heading, self._happened, self._todo, self._detail):
            words.setMaximumWidth(width)
            words.setMinimumWidth(min(width, self.width() * 3 // 4))

    def take_focus(self) -> None:
        """Lead the keyboard to *try again*."""
        self._again.setFocus(Qt.FocusReason.OtherFocusReason)


def _words(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
    return label
