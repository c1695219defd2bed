"""One device that the exam needs: which one it is, whether it works, what to do if not."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy

from recorder.announcing import announce
from recorder.doctor.finding import Finding, State
from recorder.ui.checks import icon, spoken, tone
from recorder.ui.viewfinder import NOTHING
from recorder.ui.widgets.card import PADDING, Card, column, row
from recorder.ui.widgets.dress import dress
from recorder.ui.widgets.glyph import Glyph
from recorder.ui.widgets.mending import Mending
from recorder.ui.widgets.text import Text, field_label


class CheckItem(Card):
    """A device's chooser and what was found of it.

    Args:
        icon_name: the stream's drawing.
        name: the stream's name, with a mnemonic that leads to the chooser.
        waiting: what is said while nothing is known.
    """

    chosen = Signal()
    wished = Signal(object)
    """A ``mending.Wish``."""

    def __init__(self, icon_name: str, name: str, waiting: str) -> None:
        super().__init__()
        self._name, self._waiting = name.replace("&", ""), waiting
        self.choice = QComboBox()
        self.choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choice.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.choice.setMinimumContentsLength(12)
        self.choice.setEnabled(False)
        self.choice.view().setAccessibleName(self._name)
        self.choice.activated.connect(lambda _index: self.chosen.emit())
        self._mark = Glyph(icon(None), size=1.35)
        self.words = Text()
        self.advice = Text(role="muted")
        self.mending = Mending(self._name)
        self.mending.wished.connect(self.wished)
        head = row(Glyph(icon_name, "accent", size=1.5), field_label(name, self.choice), gap=10)
        head.setStretch(1, 1)
        said = column(self.words, self.advice, self.mending, gap=4)
        verdict = row(self._mark, said, gap=10)
        verdict.setAlignment(self._mark, Qt.AlignmentFlag.AlignTop)
        verdict.setStretch(1, 1)
        self.setLayout(column(head, self.choice, verdict, gap=10, edge=PADDING))

    @property
    def source(self) -> str:
        """The SRC that is chosen; ``none`` while there is nothing to choose."""
        return str(self.choice.currentData() or NOTHING)

    def offer(self, devices: list[tuple[str, str]]) -> None:
        """List the choices as (SRC, name); the chosen one stays chosen if it is there."""
        before = self.choice.currentData()
        self.choice.clear()
        for source, name in devices:
            self.choice.addItem(name, source)
        self.choice.setCurrentIndex(max(0, self.choice.findData(before)) if devices else -1)
        self.choice.setEnabled(len(devices) > 0)
        self.choice.setPlaceholderText("" if devices else self.tr("None found"))

    def judge(self, finding: Finding | None) -> None:
        """Show what was found; screen readers hear it when it is another thing."""
        words = self._waiting if finding is None else spoken(finding.found)
        advice = "" if finding is None else spoken(finding.remedy)
        problem = finding is not None and finding.state is State.PROBLEM
        if words != self.words.plain:
            announce(self, f"{self._name}: {words} {advice}".strip(), urgent=problem)
        self._mark.draw(icon(finding), tone(finding))
        self.words.say(words)
        dress(self.words, tone=tone(finding))
        self.advice.say(advice)
        self.advice.setVisible(bool(advice))
        self.mending.offer(finding, again=False)
        self.set_tone("problem" if problem else "")
