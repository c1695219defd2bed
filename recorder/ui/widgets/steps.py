"""Shows where one is between the code and the end: at the side, or in a strip on top."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import QCoreApplication, QLocale, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from recorder.ui.marking import QT_TRANSLATE_NOOP
from recorder.ui.style.branded import brand as branded
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
    IDENTITY = 4
    CALIBRATION = 5
    WAITING = 6
    EXAM = 7
    DONE = 8

    @property
    def title(self) -> str:
        """The step's name."""
        return translate("Step", _TITLES[self])

    def state(self, now: Step, *, finished: bool) -> str:
        """``done``, ``now`` or ``ahead``, seen from where one is."""
        if self < now or finished:
            return "done"
        return "now" if self is now else "ahead"


_TITLES = {
    Step.CODE: QT_TRANSLATE_NOOP("Step", "Code"),
    Step.CONSENT: QT_TRANSLATE_NOOP("Step", "Consent"),
    Step.CHECK: QT_TRANSLATE_NOOP("Step", "Check"),
    Step.IDENTITY: QT_TRANSLATE_NOOP("Step", "Identity"),
    Step.CALIBRATION: QT_TRANSLATE_NOOP("Step", "Calibration"),
    Step.WAITING: QT_TRANSLATE_NOOP("Step", "Waiting room"),
    Step.EXAM: QT_TRANSLATE_NOOP("Step", "Exam"),
    Step.DONE: QT_TRANSLATE_NOOP("Step", "Hand-in"),
}


def described(step: Step, plan: Sequence[Step], state: str) -> str:
    """A step of a plan for screen readers: its number, name and state."""
    named = translate("Step", "Step {0} of {1}: {2}")
    text = named.format(plan.index(step) + 1, len(plan), step.title)
    match state:
        case "done":
            return translate("Step", "{0} (done)").format(text)
        case "now":
            return translate("Step", "{0} (you are here)").format(text)
        case _:
            return text


class StepMark(QWidget):
    """A step's number in a disc, or a tick once it is done."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
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
            painter.drawText(
                disc, Qt.AlignmentFlag.AlignCenter, QLocale().toString(self._number)
            )


class Rail(QFrame):
    """The steps below each other, at the window's side."""

    def __init__(self, *tools: QWidget) -> None:
        """Put ``tools`` at the foot: the first two beside each other, the rest below."""
        super().__init__()
        self._rows: dict[Step, tuple[StepMark, Text]] = {}
        self._steps = column(gap=14)
        layout = column(_brand(), gap=14, edge=22)
        layout.addSpacing(22)
        layout.addLayout(self._steps)
        layout.addStretch(1)
        self.institution = Text(role="small", tone="rail-muted")
        layout.addWidget(self.institution)
        layout.addLayout(_tool_row(tools[:2]))
        for tool in tools[2:]:
            layout.addLayout(_tool_row((tool,)))
        self.setLayout(layout)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.lay_out(tuple(Step))

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as the longest step needs, with room."""
        return QSize(max(15 * em(self), super().minimumSizeHint().width()), 400)

    def lay_out(self, plan: Sequence[Step]) -> None:
        """Show the steps that there are; nothing changes where they are shown already."""
        if tuple(self._rows) == tuple(plan):
            return
        for mark, _ in self._rows.values():
            line = mark.parentWidget()
            assert line is not None
            self._steps.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._rows.clear()
        for number, step in enumerate(plan, start=1):
            self._steps.addWidget(self._row(number, step))

    def show_step(self, now: Step, *, finished: bool = False) -> None:
        """Mark where one is, or that all is over."""
        for step, (mark, text) in self._rows.items():
            state = step.state(now, finished=finished)
            mark.show_state(state)
            text.setAccessibleName(described(step, tuple(self._rows), state))
            role = "label" if state == "now" else ""
            dress(text, role=role, tone="rail-muted" if state == "ahead" else "rail")

    def _row(self, number: int, step: Step) -> QWidget:
        mark, text = StepMark(number), Text(step.title, role="", wrap=False)
        self._rows[step] = (mark, text)
        line = row(mark, text, gap=12)
        line.setAlignment(text, Qt.AlignmentFlag.AlignVCenter)
        line.addStretch(1)
        both = QWidget()
        both.setLayout(line)
        return both


class Strip(QFrame):
    """The same in one line, for narrow windows and large text; the tools stand below it."""

    def __init__(self, *tools: QWidget) -> None:
        super().__init__()
        self._plan: tuple[Step, ...] = tuple(Step)
        self._text = Text(role="label", tone="rail")
        mark = Glyph("mark", size=1.6)
        line = row(mark, self._text, gap=10)
        line.setStretch(1, 1)
        for widget in (mark, self._text):
            line.setAlignment(widget, Qt.AlignmentFlag.AlignVCenter)
        both = column(line, _tool_row(tools), gap=6)
        both.setContentsMargins(16, 8, 12, 8)
        self.setLayout(both)

    def lay_out(self, plan: Sequence[Step]) -> None:
        """Count these steps."""
        self._plan = tuple(plan)

    def show_step(self, now: Step, *, finished: bool = False) -> None:
        """Say where one is."""
        named = translate("Step", "{0} · step {1} of {2}")
        self._text.say(named.format(now.title, self._plan.index(now) + 1, len(self._plan)))
        state = now.state(now, finished=finished)
        self._text.setAccessibleName(described(now, self._plan, state))


def _brand() -> QWidget:
    brand = QWidget()
    name = Text(branded().app.name, role="heading", tone="rail", wrap=False)
    line = row(Glyph("mark", size=1.9), name, gap=10)
    line.setAlignment(name, Qt.AlignmentFlag.AlignVCenter)
    line.addStretch(1)
    # Whose it is, and who helps: told by the institution, in its own words.
    institution = branded().institution
    lines = [
        Text(said, role="", tone="rail-muted")
        for said in (institution.name, institution.support.removeprefix("tel:"))
        if said
    ]
    brand.setLayout(column(line, *lines, gap=4) if lines else line)
    return brand


def _tool_row(tools: tuple[QWidget, ...]) -> QHBoxLayout:
    line = row(*tools, gap=6)
    line.addStretch(1)
    return line
