"""One thing the exam needs: which device it is, whether it works, what to do if not."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy

from recorder.ui.checks import State, Verdict
from recorder.ui.viewfinder import NOTHING
from recorder.ui.widgets.card import PADDING, Card, column, row
from recorder.ui.widgets.dress import announce, dress
from recorder.ui.widgets.glyph import Glyph
from recorder.ui.widgets.text import Text, field_label

_TONES = {
    State.WAITING: "",
    State.GOOD: "good",
    State.ATTENTION: "attention",
    State.PROBLEM: "problem",
}


class CheckItem(Card):
    """A device's chooser and its verdict.

    Args:
        icon: the stream's drawing.
        name: the stream's name, with a mnemonic that leads to the chooser.
    """

    chosen = Signal()

    def __init__(self, icon: str, name: str) -> None:
        super().__init__()
        self._name = name.replace("&", "")
        self.choice = QComboBox()
        self.choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choice.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.choice.setMinimumContentsLength(12)
        self.choice.setEnabled(False)
        self.choice.view().setAccessibleName(self._name)
        self.choice.activated.connect(lambda _index: self.chosen.emit())
        self._mark = Glyph(State.WAITING.value, size=1.35)
        self.words = Text()
        self.advice = Text(role="muted")
        head = row(Glyph(icon, "accent", size=1.5), field_label(name, self.choice), gap=10)
        head.setStretch(1, 1)
        verdict = row(self._mark, column(self.words, self.advice, gap=2), gap=10)
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

    def judge(self, verdict: Verdict) -> None:
        """Show a verdict; screen readers hear it when it is another one."""
        if verdict.words != self.words.plain:
            announce(self, f"{self._name}: {verdict.words} {verdict.advice}".strip())
        tone = _TONES[verdict.state]
        self._mark.draw(verdict.state.value, tone)
        self.words.say(verdict.words)
        dress(self.words, tone=tone)
        self.advice.say(verdict.advice)
        self.advice.setVisible(bool(verdict.advice))
        self.set_tone(tone if verdict.state is State.PROBLEM else "")
