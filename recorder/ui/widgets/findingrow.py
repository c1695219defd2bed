"""One thing that was looked at: its state, its words, what to do; details where asked for."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from recorder.announcing import announce
from recorder.doctor.finding import Finding, State, Topic
from recorder.ui.checks import icon, spoken, state_word, tone
from recorder.ui.widgets.card import column, row
from recorder.ui.widgets.dress import dress
from recorder.ui.widgets.glyph import Glyph
from recorder.ui.widgets.mending import Mending
from recorder.ui.widgets.text import Text


class FindingRow(QWidget):
    """A row that is short while all is well, and says more where something is to be done."""

    wished = Signal(str, object)
    """The topic's id, and a ``mending.Wish``."""

    def __init__(self, topic: Topic) -> None:
        super().__init__()
        self.topic = topic
        self.finding: Finding | None = None
        self._detailed, self._again = False, True
        self._mark = Glyph(icon(None), size=1.3)
        self.title = Text(spoken(topic.title), role="label")
        self.found = Text(self.tr("Waiting…"), role="muted")
        self.why = Text(spoken(topic.why), role="small")
        self.remedy = Text()
        self.mending = Mending(self.title.plain)
        self.mending.wished.connect(lambda wish: self.wished.emit(topic.id, wish))
        words = column(self.title, self.found, self.why, self.remedy, self.mending, gap=3)
        line = row(self._mark, words, gap=10)
        line.setAlignment(self._mark, Qt.AlignmentFlag.AlignTop)
        line.setStretch(1, 1)
        self.setLayout(line)
        self._arrange()

    def look(self) -> None:
        """It is being looked at."""
        self.finding = None
        self.found.say(self.tr("Looking…"))
        self._arrange()

    def show_finding(self, finding: Finding, *, again: bool = True) -> None:
        """Show what was found; what is not as it should be is said aloud.

        ``again`` offers to look once more.
        """
        self.finding, self._again = finding, again
        self.found.say(spoken(finding.found))
        self.remedy.say(spoken(finding.remedy))
        self._arrange()
        if finding.state not in (State.OK, State.SKIPPED):
            words = (state_word(finding), self.title.plain, self.found.plain, self.remedy.plain)
            announce(self, " ".join(words), urgent=finding.state is State.PROBLEM)

    def detail(self, *, detailed: bool) -> None:
        """Show why it matters and how to look again, though all is well."""
        self._detailed = detailed
        self._arrange()

    def _arrange(self) -> None:
        finding = self.finding
        open_ = finding is not None and finding.state not in (State.OK, State.SKIPPED)
        self._mark.draw(icon(finding), tone(finding))
        dress(self.found, tone=tone(finding) if open_ else "")
        self.why.setVisible(open_ or self._detailed)
        told = open_ or self._detailed
        self.remedy.setVisible(bool(finding and finding.remedy) and told)
        self.mending.offer(finding if told else None, again=self._again)
        state = "" if finding is None else state_word(finding)
        self.title.setAccessibleName(f"{self.title.plain}: {state}" if state else "")
        if not state:
            self.title.setAccessibleName(self.title.plain)
