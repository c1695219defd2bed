"""What is being recorded now, stream by stream, and what waits to be delivered."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from recorder.status import Status, StreamHealth
from recorder.ui import words
from recorder.ui.widgets.card import PADDING, Card, Rule, column, row
from recorder.ui.widgets.glyph import Glyph
from recorder.ui.widgets.streamrow import StreamRow
from recorder.ui.widgets.text import Text


class RecordedPanel(Card):
    """A line for each stream, whatever streams there are, and one for the delivery."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, StreamRow] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(8)
        self.queue_mark, self.queue = Glyph("upload", size=1.3), Text(role="body")
        line = row(self.queue_mark, self.queue, gap=10)
        line.setAlignment(self.queue_mark, Qt.AlignmentFlag.AlignTop)
        line.setStretch(1, 1)
        self.setLayout(column(self._grid, Rule(), line, gap=12, edge=PADDING))

    def show_status(self, status: Status) -> None:
        """Show one look at the session."""
        for health in status.streams:
            self._row(health).show_health(health)
        waiting = words.waiting(status.delivery)
        if status.delivery.online:
            self.queue_mark.draw("upload", "accent")
            self.queue.say(waiting)
        else:
            self.queue_mark.draw("offline", "attention")
            self.queue.say(
                self.tr("No connection to the server; that is all right. {0}").format(waiting)
            )

    def _row(self, health: StreamHealth) -> StreamRow:
        if health.stream not in self.rows:
            self.rows[health.stream] = StreamRow(health.stream, self._grid)
        return self.rows[health.stream]
