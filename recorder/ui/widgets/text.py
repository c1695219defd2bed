"""Words on a page, in one of a few roles that the style sheet knows."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from recorder.ui.widgets.dress import dress

# Per cent of the font's own line height; running text is easier to read with air in it.
LINE_HEIGHT = 128
# Characters of the longest word that a narrow column must still hold.
MIN_CHARACTERS = 10

_RUNNING = ("body", "muted", "small")


class Text(QLabel):
    """Plain text, wrapped. Running text (body, muted, small) gets more generous lines."""

    def __init__(
        self, text: str = "", role: str = "body", tone: str = "", *, wrap: bool = True
    ) -> None:
        super().__init__()
        self._plain, self._running = "", role in _RUNNING and wrap
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(wrap)
        self.setSizePolicy(policy)
        self.setProperty("role", role)
        self.setProperty("tone", tone)
        self._trim()
        self.say(text)

    @property
    def plain(self) -> str:
        """What is said, without markup."""
        return self._plain

    def say(self, text: str) -> None:
        """Show another text; the same again costs nothing."""
        if text == self._plain:
            return
        self._plain = text
        self.setAccessibleName(text)
        if self._running:
            self.setTextFormat(Qt.TextFormat.RichText)
            escaped = html.escape(text).replace("\n", "<br>")
            self.setText(f'<p style="line-height:{LINE_HEIGHT}%; margin:0">{escaped}</p>')
        else:
            self.setText(text)

    def set_tone(self, tone: str) -> None:
        """Colour it good, attention or problem; the words must say the same."""
        dress(self, tone=tone)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """One line: how many there are follows from the width, and a label overestimates."""
        if not self.wordWrap():
            return super().minimumSizeHint()
        metrics = self.fontMetrics()
        return QSize(MIN_CHARACTERS * metrics.averageCharWidth(), metrics.height())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """The air below the last line grows with the font."""
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._trim()
        super().changeEvent(event)

    def _trim(self) -> None:
        # Qt puts a line's extra height below it; without this, text sits high in its box.
        if self._running:
            air = round(self.fontMetrics().height() * (LINE_HEIGHT - 100) / 100)
            if self.contentsMargins().bottom() != -air:
                self.setContentsMargins(0, 0, 0, -air)


def field_label(text: str, buddy: QWidget) -> QLabel:
    """A field's label, whose mnemonic (&) leads to the field."""
    label = Text(role="label")
    label.setTextFormat(Qt.TextFormat.AutoText)
    label.setText(text)
    label.setBuddy(buddy)
    buddy.setAccessibleName(text.replace("&", ""))
    label.setAccessibleName(text.replace("&", ""))
    return label
