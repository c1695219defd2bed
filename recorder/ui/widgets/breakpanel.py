"""Breaks: how many are left, the one that is taken, and the way back."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from recorder.status import Status
from recorder.ui import words
from recorder.ui.widgets.actions import EDGE
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import column


class BreakPanel(QWidget):
    """Shows itself where there is something about a break to say or to do."""

    taking = Signal()
    coming_back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._banner = Banner()
        self.take = Button("", self.taking.emit)
        self.come_back = Button(
            self.tr("Come &back to the exam"), self.coming_back.emit, "primary"
        )
        self._phase, self._late = "", False
        self.setLayout(column(self._banner, self.come_back, self.take, gap=8, edge=EDGE))

    def show_status(self, status: Status) -> None:
        """Show one look at the session."""
        if status.phase == "break":
            self._show_break(status)
        elif status.phase == "paused":
            self._banner.say(
                "attention",
                self.tr("A proctor has paused the exam."),
                self.tr("Your time stands still. Please stay where you are."),
                icon="pause",
            )
        else:
            self._banner.hide()
        self._show_buttons(status)

    def _show_break(self, status: Status) -> None:
        left = status.break_left_s
        title = self.tr("You are on a break.")
        if left is None:
            text = self.tr("The recording goes on.")
        elif left < 0:
            title = self.tr("Your break is over by {0}.").format(words.clock(-left))
            text = self.tr("Please come back: a break that is too long is noted.")
        else:
            text = self.tr("Time left: {0}. The recording goes on.").format(words.clock(left))
        late = left is not None and left < 0
        tone = "attention" if late else "accent"
        news = self._phase != "break" or late is not self._late
        self._late = late
        self._banner.say(tone, title, text, icon="pause", aloud=news)

    def _show_buttons(self, status: Status) -> None:
        on_break = status.phase == "break"
        came = on_break and self._phase != "break"
        self.come_back.setVisible(on_break)
        self.take.setVisible(status.phase == "exam" and status.breaks_left > 0)
        self.take.rename(self.tr("Take a &break ({0} left)").format(status.breaks_left))
        self._phase = status.phase
        if came:
            self.come_back.setFocus()
