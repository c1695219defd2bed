"""Everything that was looked at, row by row, with how far it is and details on request."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal

from recorder.announcing import announce
from recorder.doctor.finding import Finding, Topic
from recorder.ui.checks import summary
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import PADDING, Card, column, row
from recorder.ui.widgets.findingrow import FindingRow
from recorder.ui.widgets.text import Text


class Findings(Card):
    """A card of rows; hidden until it is known what is looked at."""

    wished = Signal(str, object)
    """A topic's id, and a ``mending.Wish``."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.rows: dict[str, FindingRow] = {}
        self._detailed = False
        self.summary = Text(role="muted")
        self.details = Button(self.tr("&Details"), self._turn, "quiet")
        head = row(column(Text(title, role="heading"), self.summary, gap=2), gap=10)
        head.addWidget(self.details)
        head.setStretch(0, 1)
        self._list = column(gap=12)
        self.setLayout(column(head, self._list, gap=14, edge=PADDING))
        self.hide()

    def show_topics(self, topics: Sequence[Topic]) -> None:
        """Make a row for each, in order; those of earlier looks go."""
        for old in self.rows.values():
            self._list.removeWidget(old)
            old.deleteLater()
        self.rows = {topic.id: FindingRow(topic) for topic in topics}
        for one in self.rows.values():
            one.wished.connect(self.wished)
            one.detail(detailed=self._detailed)
            self._list.addWidget(one)
        self.show()
        self._summarise()

    def look(self, name: str) -> None:
        """One is being looked at."""
        self.rows[name].look()
        self._summarise()

    def show_finding(self, name: str, finding: Finding) -> None:
        """One was looked at."""
        self.rows[name].show_finding(finding)
        self._summarise()

    def _summarise(self) -> None:
        found = [one.finding for one in self.rows.values()]
        self.summary.say(summary(found))
        if None not in found:
            announce(self, self.summary.plain)

    def _turn(self) -> None:
        self._detailed = not self._detailed
        self.details.rename(
            self.tr("Fewer &details") if self._detailed else self.tr("&Details")
        )
        for one in self.rows.values():
            one.detail(detailed=self._detailed)
