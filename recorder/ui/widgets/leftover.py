"""A recording that an earlier run left here: what it is, what waits, what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal

from recorder.announcing import announce
from recorder.status import Delivery, Interrupted
from recorder.ui import words
from recorder.ui.operation import Trouble
from recorder.ui.told import told
from recorder.ui.widgets.actions import Actions
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.bar import Bar
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import PADDING, Card, column, row
from recorder.ui.widgets.glyph import Glyph
from recorder.ui.widgets.question import Question
from recorder.ui.widgets.savepanel import SavePanel
from recorder.ui.widgets.text import Text


class LeftoverCard(Card):
    """One recording. It knows no program: what is wanted is told by signals."""

    continuing = Signal()
    handing_in = Signal()
    saving = Signal()

    def __init__(self, left: Interrupted) -> None:
        super().__init__()
        self.left = left
        self._delivery: Delivery | None = None
        self._mark = Glyph("recording", "attention", size=1.5)
        self._state, self._waiting = Text(role="label"), Text(role="muted")
        self._bar = Bar(self.tr("Delivery of {0}").format(left.title))
        self._bar.hide()
        self.panel, self._problem = SavePanel(), Banner()
        self._build_actions()
        when = words.span(left.begun_us, left.last_us)
        head = column(
            Text(left.title, role="heading"),
            Text(f"{when} · {left.institution}", role="muted"),
            self._state,
            self._waiting,
            gap=4,
        )
        top = row(self._mark, head, gap=12)
        top.setAlignment(self._mark, Qt.AlignmentFlag.AlignTop)
        top.setStretch(1, 1)
        parts = (self._bar, self.panel, self._problem, self._question, self._actions)
        self.setLayout(column(top, *parts, gap=10, edge=PADDING))
        self.setAccessibleName(left.title)
        self._tell()

    def show_delivery(self, delivery: Delivery) -> None:
        """Show how far it is delivered."""
        if delivery != self._delivery:
            self._delivery = delivery
            self._tell()

    def handed_in(self, left: Interrupted) -> None:
        """It is closed by now, and waits to be delivered."""
        self.left = left
        self._tell()
        announce(self, self._state.plain)

    def busy(self, busy: bool) -> None:
        """Whether something is under way that forbids everything else."""
        self._actions.setEnabled(not busy)

    def trouble(self, trouble: Trouble) -> None:
        """Show what went wrong."""
        self.busy(False)
        self._problem.trouble(trouble)

    def _build_actions(self) -> None:
        self.go_on = Button(self.tr("Continue &recording"), self.continuing.emit)
        self.hand_in = Button(self.tr("&Hand in what there is…"), self._ask)
        self.save = Button(self.tr("Save as a &file…"), self.saving.emit)
        for button in (self.go_on, self.hand_in, self.save):
            name = button.accessibleName()
            button.setAccessibleDescription(f"{name}: {self.left.title}")
        self._actions = Actions((self.go_on, self.hand_in, self.save), ())
        self._question = Question(self._actions)

    def _ask(self) -> None:
        self._question.ask(
            self.tr("Hand in what there is?"),
            self.tr(
                "The recording then ends where it was interrupted, and nothing more can "
                "be recorded with its code."
            ),
            yes=self.tr("Hand &in"),
            no=self.tr("&Not yet"),
            on_yes=self.handing_in.emit,
        )

    def _tell(self) -> None:
        left, delivery = self.left, self._delivery
        open_ = not left.closed
        done = delivery is not None and delivery.done
        self.go_on.setVisible(open_)
        self.hand_in.setVisible(open_)
        self._actions.setVisible(open_ or not done)
        refused = delivery is not None and delivery.refused
        under_way = delivery is not None and delivery.online and not refused and not done
        self._bar.setVisible(under_way)
        if open_:
            self._look("recording", "attention", self.tr("This recording was interrupted."))
        elif done:
            self._look("good", "good", self.tr("Delivered"))
        else:
            tone = "attention" if refused else "accent"
            self._look("upload", tone, self.tr("Finished, not delivered yet"))
        self._waiting.say(self._what_waits())
        if delivery is not None:
            self._bar.fill(delivery.fraction)

    def _look(self, icon: str, tone: str, state: str) -> None:
        self._mark.draw(icon, tone)
        self._state.say(state)

    def _what_waits(self) -> str:
        delivery, size = self._delivery, words.size(self._waiting_bytes())
        if delivery is None and not self._waiting_bytes():
            return self.tr("Everything so far has been delivered.")
        if delivery is None:
            return self.tr("{0} wait on this computer.").format(size)
        if delivery.done:
            return self.tr("The server has confirmed everything that was recorded.")
        if delivery.refused:
            return self.tr(
                "{0} {1} wait on this computer, and it is tried again by itself. If it stays "
                "so, save the recording as a file and ask {2} where to bring it."
            ).format(words.sentence(told(delivery.note)), size, self.left.institution)
        if delivery.online:
            return self.tr("Delivering: {0}. You may go on meanwhile.").format(
                words.percent(delivery.fraction)
            )
        return self.tr(
            "{0} wait on this computer. There is no connection to the server; the delivery "
            "goes on by itself when there is one."
        ).format(size)

    def _waiting_bytes(self) -> int:
        if self._delivery is None:
            return max(self.left.waiting_bytes, self.left.waiting_records)
        return self._delivery.bytes_made - self._delivery.bytes_sent
