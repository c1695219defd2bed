"""Shows where one is between the code and the end: at the side, or in a strip on top."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from recorder.ui.style.glyphs import renderer
from recorder.ui.widgets.card import column, row
from recorder.ui.widgets.dress import dress, em
from recorder.ui.widgets.glyph import Glyph
from recorder.ui.widgets.text import Text

translate = QCoreApplication.translate


class Step(IntEnum):
    """The steps, in their order."""

    CODE = 1
    CONSENT = 2
    CHECK = 3
    EXAM = 4
    DONE = 5

    @property
    def title(self) -> str:
        """The step's name."""
        match self:
            case Step.CODE:
                return translate("Step", "Code")
            case Step.CONSENT:
                return translate("Step", "Consent")
            case Step.CHECK:
                return translate("Step", "Check")
            case Step.EXAM:
                return translate("Step", "Exam")
            case Step.DONE:
                return translate("Step", "Done")

    def state(self, now: Step, *, finished: bool) -> str:
        """``done``, ``now`` or ``ahead``, seen from where one is."""
        if self < now or finished:
            return "done"
        return "now" if self is now else "ahead"

    def described(self, state: str) -> str:
        """The step for screen readers: its number, name and state."""
        named = translate("Step", "Step {0} of {1}: {2}")
        text = named.format(int(self), len(Step), self.title)
        match state:
            case "done":
                return translate("Step", "{0} (done)").format(text)
            case "now":
                return translate("Step", "{0} (you are here)").format(text)
            case _:
                return text


class StepMark(QWidget):
    """A step's number in a disc, or a tick once it is done."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self._step = step
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_state(self, state: str) -> None:
        """``done``, ``now`` or ``ahead``."""
        dress(self, state=state)

    def sizeHint(self) -> QSize:  # noqa: N802
        """A disc that holds a digit comfortably."""
        side = round(1.9 * em(self))
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Filled where one is, outlined elsewhere."""
        ink = self.palette().color(QPalette.ColorRole.WindowText)
        disc = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        state = self.property("state")
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen if state == "now" else ink)
            painter.setBrush(self.palette().color(QPalette.ColorRole.Window))
            painter.drawEllipse(disc)
            if state == "done":
                inset = 0.2 * disc.width()
                tick = disc.adjusted(inset, inset, -inset, -inset)
                renderer("tick", ink.name()).render(painter, tick)
                return
            font = QFont(self.font())
            font.setBold(state == "now")
            painter.setFont(font)
            painter.setPen(ink)
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(int(self._step)))


class Rail(QFrame):
    """The steps below each other, at the window's side."""

    def __init__(self, *tools: QWidget) -> None:
        super().__init__()
        self._rows: dict[Step, tuple[StepMark, Text]] = {}
        layout = column(_brand(), gap=14, edge=22)
        layout.addSpacing(22)
        for step in Step:
            layout.addLayout(self._row(step))
        layout.addStretch(1)
        self.institution = Text(role="small", tone="rail-muted")
        layout.addWidget(self.institution)
        layout.addLayout(_tool_row(tools))
        self.setLayout(layout)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as the longest step needs, with room."""
        return QSize(max(15 * em(self), super().minimumSizeHint().width()), 400)

    def show_step(self, now: Step, *, finished: bool = False) -> None:
        """Mark where one is, or that all is over."""
        for step, (mark, text) in self._rows.items():
            state = step.state(now, finished=finished)
            mark.show_state(state)
            text.setAccessibleName(step.described(state))
            role = "label" if state == "now" else ""
            dress(text, role=role, tone="rail-muted" if state == "ahead" else "rail")

    def _row(self, step: Step) -> QHBoxLayout:
        mark, text = StepMark(step), Text(step.title, role="", wrap=False)
        self._rows[step] = (mark, text)
        line = row(mark, text, gap=12)
        line.setAlignment(text, Qt.AlignmentFlag.AlignVCenter)
        return line


class Strip(QFrame):
    """The same in one line, for narrow windows and large text."""

    def __init__(self, *tools: QWidget) -> None:
        super().__init__()
        self._text = Text(role="label", tone="rail")
        mark = Glyph("mark", size=1.6)
        line = row(mark, self._text, gap=10)
        line.setStretch(1, 1)
        line.addLayout(_tool_row(tools))
        line.setContentsMargins(16, 8, 12, 8)
        for widget in (mark, self._text):
            line.setAlignment(widget, Qt.AlignmentFlag.AlignVCenter)
        self.setLayout(line)

    def show_step(self, now: Step, *, finished: bool = False) -> None:
        """Say where one is."""
        named = translate("Step", "{0} · step {1} of {2}")
        self._text.say(named.format(now.title, int(now), len(Step)))
        self._text.setAccessibleName(now.described(now.state(now, finished=finished)))


def _brand() -> QWidget:
    brand = QWidget()
    name = Text("Invigil", role="heading", tone="rail", wrap=False)
    line = row(Glyph("mark", size=1.9), name, gap=10)
    line.setAlignment(name, Qt.AlignmentFlag.AlignVCenter)
    line.addStretch(1)
    brand.setLayout(line)
    return brand


def _tool_row(tools: tuple[QWidget, ...]) -> QHBoxLayout:
    line = row(*tools, gap=6)
    line.addStretch(1)
    return line
