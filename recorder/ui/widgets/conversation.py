"""What the candidate and the proctor say to each other, and the button that asks for help."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from recorder.status import Notice
from recorder.ui.widgets.actions import EDGE, Actions
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import column
from recorder.ui.widgets.text import Text, field_label

# Characters that one message may have, as ``shared.wire.Said`` says.
LONGEST = 2_000
# Lines that stay: enough to read again what was agreed, few enough to stay quick.
KEPT = 50


class Conversation(QWidget):
    """A field to write in and what was said so far, the newest last."""

    said = Signal(str)
    helped = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        self.field = QLineEdit()
        self.field.setMaxLength(LONGEST)
        self.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.field.returnPressed.connect(self._say)
        self.send = Button(self.tr("&Send"), self._say)
        self.help = Button(self.tr("Ask for &help"), self._help)
        self._waiting = Text(role="muted")
        self._waiting.hide()
        label = field_label(self.tr("&Message to the proctor"), self.field)
        buttons = Actions((self.help,), (self.send,))
        parts = (self._lines, label, self.field, buttons, self._waiting)
        self.setLayout(column(*parts, gap=8, edge=EDGE))

    def hear(self, notice: Notice) -> None:
        """Note down what a proctor said."""
        self._add(self.tr("Proctor: {0}").format(notice.text))

    def show_unheard(self, count: int) -> None:
        """Say how much of what was said no server has yet."""
        self._waiting.setVisible(count > 0)
        self._waiting.say(
            self.tr("On its way: {0}. It is sent as soon as there is a connection.").format(
                count
            )
        )

    def ask_for_help(self) -> None:
        """Ask, with what is written in the field."""
        self._help()

    def _say(self) -> None:
        if text := self.field.text().strip():
            self.field.clear()
            self._add(self.tr("You: {0}").format(text))
            self.said.emit(text)

    def _help(self) -> None:
        text = self.field.text().strip()
        self.field.clear()
        asked = self.tr("You asked for help.")
        self._add(f"{asked} {text}".strip())
        self.helped.emit(text)

    def _add(self, text: str) -> None:
        self._lines.addWidget(Text(text))
        if self._lines.count() > KEPT:
            oldest = self._lines.takeAt(0)
            widget = oldest.widget() if oldest is not None else None
            if widget is not None:
                widget.deleteLater()
