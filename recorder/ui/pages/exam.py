"""Shown while the exam is written: small and calm, it says how things stand.

The page can be folded into one line (``bar.py``), so that it takes little of the screen, and
it can be docked into another window: it needs none of what is around it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from recorder.announcing import announce
from recorder.status import Notice, Offer, Status
from recorder.ui import words
from recorder.ui.operation import Trouble
from recorder.ui.pages.bar import ExamBar
from recorder.ui.pages.page import Page
from recorder.ui.ports import Preview
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.breakpanel import BreakPanel
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import PADDING, Card, column, row
from recorder.ui.widgets.conversation import Conversation
from recorder.ui.widgets.dress import dress
from recorder.ui.widgets.lightsign import LightSign
from recorder.ui.widgets.meter import Meter
from recorder.ui.widgets.mirror import Mirror
from recorder.ui.widgets.notices import Notices
from recorder.ui.widgets.recordedpanel import RecordedPanel
from recorder.ui.widgets.terms import Terms
from recorder.ui.widgets.text import Text

# Seconds before the end at which the candidate is told, once each.
SAID_AT_S = (1800, 900, 300, 60)


class ExamPage(Page):
    """A view of one recording's status. It decides nothing but asks before it finishes."""

    finishing = Signal(str)
    """The reason: ``finished`` or ``quit``."""
    withdrawn = Signal()
    folded = Signal(bool)
    taking_break = Signal()
    coming_back = Signal()
    said = Signal(str)
    helped = Signal(str)

    def __init__(self, offer: Offer, preview: Preview, today: date) -> None:
        super().__init__(offer.policy.exam.title)
        dress(self.title, role="subject")
        self._offer, self._preview, self._today = offer, preview, today
        self._terms: Terms | None = None
        self._told_s: float | None = None
        self._fold = False
        self.notices = Notices()
        self.light, self._problem = LightSign(), Banner()
        self.breaks, self._streams = BreakPanel(), RecordedPanel()
        self.breaks.taking.connect(self.taking_break)
        self.breaks.coming_back.connect(self.coming_back)
        self.add(self.light, self.notices, self._problem, self._build_times(), self.breaks)
        self.add(self._build_talk(), self._build_sight(), self._streams, *self._build_terms())
        self.body.addStretch(1)
        self._build_foot()
        self._build_bar()

    @property
    def is_folded(self) -> bool:
        """Whether only the line is shown."""
        return self._fold

    def show_status(self, status: Status) -> None:
        """Show one look at the session."""
        self.light.show_light(status)
        self.bar.show_status(status)
        self._elapsed.say(words.clock(status.elapsed_s))
        self._show_left(status)
        self._show_warnings(status)
        self.breaks.show_status(status)
        self._streams.show_status(status)
        self.conversation.show_unheard(status.unheard)
        self._meter.set_level(status.sound_level)

    def show_notice(self, notice: Notice) -> None:
        """Show a message from the proctor or the recorder, and make sure it is seen."""
        self.unfold()
        super().show_notice(notice)
        if notice.kind in ("message", "warning", "answer"):
            self.conversation.hear(notice)

    def show_trouble(self, trouble: Trouble) -> None:
        """Show a problem of the window itself; the recording goes on."""
        self.unfold()
        self._problem.trouble(trouble)

    def ask_to_finish(self) -> None:
        """The candidate wants to hand in: make sure."""
        self.unfold()
        self.ask(
            self.tr("Finish the exam?"),
            self.tr(
                "You cannot come back to it. The recording stops and what is still queued is "
                "delivered."
            ),
            yes=self.tr("&Finish now"),
            no=self.tr("&Keep going"),
            on_yes=lambda: self.finishing.emit("finished"),
        )

    def ask_to_leave(
        self, title: str, text: str, *, yes: str, quits: Callable[[], object]
    ) -> None:
        """A question needs more than a line."""
        self.unfold()
        super().ask_to_leave(title, text, yes=yes, quits=quits)

    def fold(self) -> None:
        """Show the line alone."""
        self._set_fold(fold=True)
        self.bar.show_more.setFocus()

    def unfold(self) -> None:
        """Show everything."""
        if self._fold:
            self._set_fold(fold=False)
            (self.smaller if not self.smaller.isHidden() else self.finish).setFocus()

    def offer_tools(self, *tools: QWidget) -> None:
        """What else stands around the pages, for where nothing does."""
        self._foot_line.put(*tools)

    def let_fold(self, foldable: bool) -> None:
        """Whether it may be folded: not while there is nothing else to be seen."""
        self.smaller.setVisible(foldable)
        if not foldable:
            self.unfold()

    def toggle_terms(self) -> None:
        """Show what is recorded, or put it away again."""
        if self._terms is None:
            self._terms = Terms(self._offer, self._today)
            self.body.insertWidget(self.body.indexOf(self._read) + 1, self._terms)
            self._withdraw.show()
        else:
            self._terms.setVisible(self._terms.isHidden())
            self._withdraw.setVisible(not self._terms.isHidden())
        shown = not self._terms.isHidden()
        self._read.rename(self.tr("Hide &what is recorded") if shown else self._read_words())
        if shown:
            # Once they are laid out, which takes several rounds of events.
            once = Qt.ConnectionType.SingleShotConnection
            self._scroll.verticalScrollBar().rangeChanged.connect(self._scroll_to_terms, once)
            announce(self, self.tr("What is recorded is shown below."))

    def _scroll_to_terms(self) -> None:
        self._scroll.verticalScrollBar().setValue(self._read.y())

    def let_go(self) -> None:
        """The recording is over: no longer show its camera."""
        self._mirror.watch(None)

    def first_focus(self) -> QWidget:
        """The field to write in: nothing happens by accident there."""
        return self.conversation.field

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """The line may become two."""
        super().resizeEvent(event)
        self.bar.fit()

    def _set_fold(self, *, fold: bool) -> None:
        self._fold = fold
        self.bar.setVisible(fold)
        self._scroll.setHidden(fold)
        self._footer.setHidden(fold)
        self.folded.emit(fold)

    def _build_times(self) -> QVBoxLayout:
        self._elapsed = Text(role="display", wrap=False)
        self._left, self._left_name = Text(role="display", wrap=False), Text(role="small")
        self._warnings = Text(role="label", tone="attention")
        self._warnings.hide()
        elapsed = Text(self.tr("Recorded so far"), role="small")
        times = row(
            column(self._left, self._left_name, gap=0),
            column(self._elapsed, elapsed, gap=0),
            gap=24,
        )
        return column(times, self._warnings, gap=8)

    def _build_talk(self) -> Card:
        self.conversation = Conversation()
        self.conversation.said.connect(self.said)
        self.conversation.helped.connect(self.helped)
        card = Card()
        card.setLayout(column(self.conversation, edge=PADDING))
        return card

    def _build_sight(self) -> Card:
        streams, card = self._offer.policy.streams, Card()
        self._mirror, self._meter = Mirror(13), Meter(self.tr("Sound level"))
        self._mirror.failed.connect(self.show_trouble)
        self._mirror.hide()
        self._show_picture = Button(self.tr("Show &picture"), self._toggle_mirror)
        sound = Text(self.tr("Sound level"), role="small")
        # Hidden, never shown: without a parent they would be windows of their own.
        if not streams.camera.enabled:
            self._show_picture.hide()
        if not streams.microphone.enabled:
            sound.hide()
            self._meter.hide()
        below = row(self._show_picture, gap=0)
        below.addStretch(1)
        card.setLayout(column(sound, self._meter, self._mirror, below, gap=8, edge=PADDING))
        if not (streams.camera.enabled or streams.microphone.enabled):
            card.hide()
        return card

    def _build_terms(self) -> tuple[Button, Button]:
        self._read = Button(self._read_words(), self.toggle_terms, "quiet")
        institution = self._offer.policy.institution
        self._withdraw = Button(
            self.tr("W&ithdraw my consent…"),
            lambda: self.ask_to_withdraw(institution, self.withdrawn.emit),
        )
        self._withdraw.hide()
        return self._read, self._withdraw

    def _read_words(self) -> str:
        return self.tr("&What is recorded")

    def _build_foot(self) -> None:
        self.finish = Button(self.tr("&Finish the exam…"), self.ask_to_finish, "primary")
        self.smaller = Button(self.tr("Show &less"), self.fold)
        self._foot_line = self.act(self.smaller, right=(self.finish,))

    def _build_bar(self) -> None:
        self.bar = ExamBar(hears=self._offer.policy.streams.microphone.enabled)
        self.bar.more.connect(self.unfold)
        self.bar.helping.connect(self._help)
        self.bar.finishing.connect(self.ask_to_finish)
        self.bar.hide()
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.bar)

    def _help(self) -> None:
        self.conversation.ask_for_help()
        announce(self, self.tr("A proctor has been asked to help you."))
        self.unfold()

    def _toggle_mirror(self) -> None:
        shown = self._mirror.isHidden()
        self._mirror.watch(self._preview.picture if shown else None)
        self._mirror.setVisible(shown)
        self._show_picture.rename(
            self.tr("Hide &picture") if shown else self.tr("Show &picture")
        )

    def _show_left(self, status: Status) -> None:
        left = status.left_s
        for widget in (self._left, self._left_name):
            widget.setVisible(left is not None)
        if left is None:
            return
        over = left <= 0
        self._left.say(words.clock(left))
        self._left.set_tone("attention" if over else "")
        self._left_name.say(
            self.tr("The time is over: please finish.") if over else self.tr("Time left")
        )
        self._announce_left(left)

    def _announce_left(self, left_s: float) -> None:
        before, self._told_s = self._told_s, left_s
        passed = [at for at in SAID_AT_S if before is not None and left_s <= at < before]
        if passed:
            left = words.duration(min(passed))
            announce(self, self.tr("Time left: {0}").format(left), urgent=True)
        elif before is not None and before > 0 >= left_s:
            announce(self, self.tr("The time is over: please finish."), urgent=True)

    def _show_warnings(self, status: Status) -> None:
        self._warnings.setVisible(status.warnings > 0)
        self._warnings.say(words.warnings(status.warnings, status.warnings_limit))
