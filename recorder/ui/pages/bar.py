"""The exam in one line: how it stands, the time left, help, and the way to everything else."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QSizePolicy, QWidget

from recorder.status import Status
from recorder.ui import words
from recorder.ui.widgets.actions import Actions
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import column, row
from recorder.ui.widgets.dress import em
from recorder.ui.widgets.lightsign import LightSign
from recorder.ui.widgets.meter import Meter
from recorder.ui.widgets.text import Text

# Multiples of the text's size from which the words and the buttons share one line.
ONE_LINE = 62


class ExamBar(QFrame):
    """As low as it can be; what it cannot show is one button away."""

    more = Signal()
    helping = Signal()
    finishing = Signal()

    def __init__(self, *, hears: bool) -> None:
        """Show a level of sound where the exam ``hears``."""
        super().__init__()
        self.setObjectName("exambar")
        self.light = LightSign(6, quiet=True)
        self._left = Text(role="heading", wrap=False)
        self._left.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._meter = Meter(self.tr("Sound level"))
        if not hears:
            self._meter.hide()
        self._hears = hears
        self.show_more = Button(self.tr("Show &more"), self.more.emit)
        self.help = Button(self.tr("Ask for &help"), self.helping.emit)
        self.finish = Button(self.tr("&Finish…"), self.finishing.emit)
        state = row(self.light, column(self._left, self._meter, gap=2), gap=10)
        state.setStretch(0, 1)
        buttons = Actions((), (self.show_more, self.help, self.finish))
        buttons.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(8, 6, 8, 6)
        self._line.addLayout(state, 1)
        self._line.addWidget(buttons)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def first_focus(self) -> QWidget:
        """The way to everything else."""
        return self.show_more

    def show_status(self, status: Status) -> None:
        """Show one look at the session."""
        self.light.show_light(status)
        self._left.setVisible(status.left_s is not None)
        if status.left_s is not None:
            self._left.say(words.clock(status.left_s))
            self._left.setAccessibleName(
                self.tr("Time left: {0}").format(words.duration(status.left_s))
            )
        if self._hears:
            self._meter.set_level(status.sound_level)

    def fit(self) -> None:
        """One line where there is room, else two."""
        wide = self.width() >= ONE_LINE * em(self)
        direction = QBoxLayout.Direction
        self._line.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
