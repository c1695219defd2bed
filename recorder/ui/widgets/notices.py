"""Messages to the candidate, the newest on top; none is taken away unread."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from recorder.status import Notice
from recorder.ui import words
from recorder.ui.told import told
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.button import Button

# Whom a notice names as its source where a person wrote it.
PROCTOR = "proctor"

_LOOKS = {
    "message": ("accent", "message"),
    "answer": ("accent", "message"),
    "info": ("accent", "info"),
    "warning": ("attention", "attention"),
}


class Notices(QWidget):
    """A column of messages; each stays until the candidate has put it away."""

    def __init__(self) -> None:
        super().__init__()
        self.unread: list[Notice] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)
        self.hide()

    def add(self, notice: Notice) -> None:
        """Show a message above the others."""
        self.unread.append(notice)
        banner = Banner()
        got_it = Button(self.tr("Got it"), lambda: self._put_away(notice, banner), "quiet")
        banner.offer(got_it)
        self._column.insertWidget(0, banner)
        text = notice.text if notice.source == PROCTOR else told(notice.text)
        tone, icon = _LOOKS[notice.kind]
        banner.say(tone, self._title(notice), self._advised(notice, text), icon)
        self.show()

    def _title(self, notice: Notice) -> str:
        source = self.tr("the proctor") if notice.source == PROCTOR else told(notice.source)
        match notice.kind:
            case "warning":
                return self.tr("Warning from {0}").format(source)
            case "answer":
                return self.tr("Answer from {0}").format(source)
            case "info":
                return self.tr("Please note")
            case _:
                return self.tr("Message from {0}").format(source)

    def _advised(self, notice: Notice, text: str) -> str:
        """A warning that counts says so, and what to do."""
        if notice.kind != "warning" or not notice.count:
            return text
        counted = words.warnings(notice.count, notice.limit)
        advice = self.tr("If you think it is a mistake, write to the proctor: both are kept.")
        return f"{text}\n{counted} {advice}"

    def _put_away(self, notice: Notice, banner: Banner) -> None:
        self.unread.remove(notice)
        self._column.removeWidget(banner)
        banner.hide()
        banner.deleteLater()
        self.setVisible(self._column.count() > 0)
