"""The waiting room: until the exam begins for everybody, or until the candidate is ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from recorder.announcing import announce
from recorder.status import Light, Notice, Offer, Status
from recorder.ui import allowed, timing, words
from recorder.ui.operation import guarded
from recorder.ui.pages.page import Page
from recorder.ui.ports import Recording
from recorder.ui.told import told
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import PADDING, Card, column
from recorder.ui.widgets.conversation import Conversation
from recorder.ui.widgets.lightsign import LightSign
from recorder.ui.widgets.text import Text

# Seconds before the start at which a screen reader says how long it is.
SAID_AT_S = (600, 300, 60, 30, 10)

# What the light says beside a banner that says the rest; as the session says it.
RECORDING = "Recording"


class WaitingPage(Page):
    """Counts down by the server's clock. The session begins the exam, not this page."""

    def __init__(self, offer: Offer, recording: Recording) -> None:
        super().__init__("")
        self._recording, self._policy = recording, offer.policy
        self._waits_for_all = offer.policy.exam.starts_us is not None
        self._ready = False
        self._told_s: float | None = None
        self.title.say(self.tr("Waiting room"))
        self.setAccessibleName(self.title.plain)
        self.light, self._banner = LightSign(), Banner()
        self._count = Text(role="display", wrap=False)
        self._until = Text(role="muted")
        self.conversation = Conversation()
        self.conversation.said.connect(recording.say)
        self.conversation.helped.connect(recording.ask_for_help)
        self.add(self.light, self._banner, column(self._count, self._until, gap=2))
        self.add(self._allowed(), self._talk())
        self.body.addStretch(1)
        self.begin = Button(self.tr("I am &ready: begin the exam"), self.get_ready, "primary")
        self.primary = self.begin
        self.act(right=(self.begin,))
        self._show_start()
        if self._waits_for_all:
            self.get_ready()

    def first_focus(self) -> QWidget | None:
        """The button that begins; where everybody begins at once, the field to write in."""
        return self.begin if not self._ready else self.conversation.field

    def get_ready(self) -> None:
        """Tell the session that the exam may begin."""
        if not self._ready:
            self._ready = True
            guarded(self._recording.ready, self.show_trouble)
            self.begin.hide()
            self._footer.hide()
            self._show_start()

    def show_status(self, status: Status) -> None:
        """Show one look at the session."""
        self.light.show_light(_beside_refusal(status))
        self.conversation.show_unheard(status.unheard)
        self._show_word(status)
        left = None if status.refused else status.starts_in_s
        self._until.setVisible(not status.refused)
        self._count.setVisible(left is not None)
        if left is not None:
            self._count.say(words.clock(left))
            self._announce(left)

    def show_notice(self, notice: Notice) -> None:
        """A proctor's message is part of the conversation, too."""
        super().show_notice(notice)
        if notice.kind in ("message", "warning", "answer"):
            self.conversation.hear(notice)

    def ask_to_leave(
        self, title: str, text: str, *, yes: str, quits: Callable[[], object]
    ) -> None:
        """The question stands at the foot, which may be away."""
        self._footer.show()
        super().ask_to_leave(title, text, yes=yes, quits=quits)

    def _show_start(self) -> None:
        if not self._ready:
            self._until.say(self.tr("You begin when you are ready. Your time runs from then."))
            self._count.hide()
        elif self._policy.exam.starts_us is not None:
            begins = timing.moment(self._policy.exam.starts_us)
            self._until.say(
                self.tr("until the exam begins by itself ({0}), by the server's clock").format(
                    begins
                )
            )
        else:
            self._until.say(self.tr("The exam begins in a moment."))

    def _show_word(self, status: Status) -> None:
        if status.refused:
            self._banner.say("problem", self.tr("A proctor has refused."), told(status.words))
        elif status.awaits:
            why = {
                "identity": self.tr(
                    "It is about who sits there: a person looks at your photograph."
                ),
                "environment": self.tr(
                    "Something about this computer is unusual. That is no accusation: a "
                    "person looks at it."
                ),
            }[status.awaits]
            rest = self.tr("You need not do anything. The exam begins after the answer.")
            self._banner.say(
                "attention", self.tr("A proctor's word is awaited."), f"{why} {rest}", "waiting"
            )
        else:
            self._banner.hide()

    def _announce(self, left_s: float) -> None:
        passed = [
            at for at in SAID_AT_S if self._told_s is not None and left_s <= at < self._told_s
        ]
        if passed:
            announce(
                self,
                self.tr("The exam begins in {0}.").format(words.duration(min(passed))),
                urgent=True,
            )
        self._told_s = left_s

    def _allowed(self) -> Card:
        listed = "\n".join(f"•  {line}" for line in allowed.lines(self._policy))
        card = Card()
        heading = Text(self.tr("What is allowed"), role="heading")
        card.setLayout(column(heading, Text(listed), gap=8, edge=PADDING))
        return card

    def _talk(self) -> Card:
        card = Card()
        heading = Text(self.tr("Questions before it begins"), role="heading")
        card.setLayout(column(heading, self.conversation, gap=10, edge=PADDING))
        return card


def _beside_refusal(status: Status) -> Status:
    """Who is refused reads it in the banner, with what to do; once is enough."""
    if not status.refused or status.light is Light.PROBLEM:
        return status
    return replace(status, words=RECORDING, light=Light.GOOD)
