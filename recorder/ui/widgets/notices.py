"""Messages to the candidate, the newest on top; none is taken away unread."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from recorder.status import Notice
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.button import Button


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
        title = (
            self.tr("Warning from {0}") if notice.warning else self.tr("Message from {0}")
        ).format(notice.source)
        if notice.warning:
            banner.say("attention", title, notice.text)
        else:
            banner.say("accent", title, notice.text, icon="message")
        self.show()

    def _put_away(self, notice: Notice, banner: Banner) -> None:
        self.unread.remove(notice)
        self._column.removeWidget(banner)
        banner.hide()
        banner.deleteLater()
        self.setVisible(self._column.count() > 0)
