"""The status light: an icon, words, and a colour that only repeats them."""

from __future__ import annotations

from PySide6.QtCore import Qt

from recorder.announcing import announce
from recorder.status import Light, Status
from recorder.ui.told import told
from recorder.ui.widgets.card import PADDING, Card, row
from recorder.ui.widgets.glyph import Glyph
from recorder.ui.widgets.text import Text


class LightSign(Card):
    """How the session stands; screen readers hear each change."""

    def __init__(self, edge: int = PADDING, *, quiet: bool = False) -> None:
        """Leave ``edge`` pixels around; a ``quiet`` one repeats another that speaks."""
        super().__init__("good")
        self._quiet = quiet
        self._light: Light | None = None
        self.mark, self.words = Glyph("waiting", size=2.0), Text(role="heading")
        line = row(self.mark, self.words, gap=12, edge=edge)
        line.setAlignment(self.words, Qt.AlignmentFlag.AlignVCenter)
        line.setStretch(1, 1)
        self.setLayout(line)

    def show_light(self, status: Status) -> None:
        """Show one look at the session."""
        tone, words = status.light.value, told(status.words)
        self.mark.draw("recording" if status.light is Light.GOOD else tone, tone)
        self.set_tone(tone)
        changed = status.light is not self._light or words != self.words.plain
        if changed and not self._quiet:
            announce(self, words, urgent=status.light is Light.PROBLEM)
        self._light = status.light
        self.words.say(words)
