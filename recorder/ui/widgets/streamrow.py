"""One recorded stream: its device, and in words whether it works."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QGridLayout

from recorder.status import StreamHealth
from recorder.ui import words
from recorder.ui.told import told
from recorder.ui.widgets.glyph import Glyph
from recorder.ui.widgets.text import Text

_ICONS = ("camera", "microphone", "screen")


class StreamRow:
    """A line of a grid: icon, name, mark and words."""

    def __init__(self, stream: str, grid: QGridLayout) -> None:
        self._name = Text(words.stream(stream), role="label", wrap=False)
        self._mark = Glyph("waiting", size=1.3)
        self.words = Text()
        icon = Glyph(stream if stream in _ICONS else "recording", "accent", size=1.3)
        line = grid.rowCount()
        for column, widget in enumerate((icon, self._name, self._mark, self.words)):
            grid.addWidget(widget, line, column, alignment=Qt.AlignmentFlag(0))
        for widget in (icon, self._name, self._mark):
            grid.setAlignment(widget, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(3, 1)

    def show_health(self, health: StreamHealth) -> None:
        """Whether it works, and the recorder's own note."""
        self._name.setToolTip(health.device)
        state = "good" if health.working else "problem"
        self._mark.draw(state, state)
        self.words.set_tone("" if health.working else "problem")
        self.words.say(_in_words(health))


def _in_words(health: StreamHealth) -> str:
    if health.note:
        return told(health.note)
    if health.working:
        return QCoreApplication.translate("StreamRow", "Recording")
    return QCoreApplication.translate("StreamRow", "Not connected. It goes on when it is back.")
