"""Says in the page, never in a box on top of it, what happened and what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QScrollArea

from recorder.announcing import announce
from recorder.ui.operation import Trouble
from recorder.ui.widgets.actions import EDGE, Actions
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import PADDING, Card, column, row
from recorder.ui.widgets.glyph import Glyph
from recorder.ui.widgets.text import Text

_ICONS = {
    "accent": "info",
    "good": "good",
    "attention": "attention",
    "problem": "problem",
}
_URGENT = ("attention", "problem")


class Banner(Card):
    """A toned card with a title, what to do, and perhaps buttons; hidden until it speaks."""

    def __init__(self) -> None:
        super().__init__()
        self.glyph = Glyph("info", size=1.6)
        self.title = Text(role="label")
        self.text = Text(role="body")
        self._words = column(self.title, self.text, gap=6)
        self._layout = row(self.glyph, self._words, gap=12, edge=PADDING)
        self._layout.setAlignment(self.glyph, Qt.AlignmentFlag.AlignTop)
        self._layout.setStretch(1, 1)
        self.setLayout(self._layout)
        self.hide()

    def say(
        self, tone: str, title: str, text: str = "", icon: str = "", *, aloud: bool = True
    ) -> None:
        """Show a message; the same again changes nothing.

        Screen readers say it, unless it is not ``aloud``: a clock that runs, for one. Only
        what is said aloud is scrolled to.
        """
        same = (title, text) == (self.title.plain, self.text.plain)
        if same and not self.isHidden():
            return
        self.set_tone(tone)
        self.glyph.draw(icon or _ICONS[tone], tone)
        self.title.say(title)
        self.text.say(text)
        self.text.setVisible(bool(text))
        self.show()
        if not aloud:
            return
        # Its place is known once the layout has been made anew.
        QTimer.singleShot(0, self, self._reveal)
        announce(self, f"{title} {text}".strip(), urgent=tone in _URGENT)

    def _reveal(self) -> None:
        """Scroll to where it can be read."""
        parent = self.parentWidget()
        while parent is not None and not isinstance(parent, QScrollArea):
            parent = parent.parentWidget()
        if parent is not None and self.isVisible():
            parent.ensureWidgetVisible(self)

    def trouble(self, trouble: Trouble) -> None:
        """Show a problem and what to do about it."""
        self.say("problem", trouble.what, trouble.advice)

    def offer(self, *buttons: Button) -> None:
        """Put buttons under the text, at the right, the safe one first."""
        self._words.addWidget(Actions((), buttons))
        self._layout.setContentsMargins(PADDING, PADDING, PADDING - EDGE, PADDING - EDGE)
