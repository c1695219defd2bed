"""Whose exam it is, what will happen, and how long each step takes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLayout, QWidget

from recorder.status import Offer
from recorder.ui import timing, words
from recorder.ui.pages.page import Page
from recorder.ui.timing import Leg
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import PADDING, Card, Rule, column, row
from recorder.ui.widgets.glyph import Glyph
from recorder.ui.widgets.text import Text


class OverviewPage(Page):
    """Shown once a code was found; nothing is decided here."""

    going_on = Signal()
    back = Signal()

    def __init__(self, offer: Offer) -> None:
        policy = offer.policy
        super().__init__(policy.exam.title)
        institution = policy.institution
        self.lead.say(
            self.tr("An exam of {0}. Questions: {1}").format(
                institution.name, institution.contact
            )
        )
        self.lead.show()
        self._when = Banner()
        self.add(self._when, self._way(timing.legs(policy)))
        self.body.addStretch(1)
        self._say_when(offer)
        self.primary = Button(self.tr("C&ontinue"), self.going_on.emit, "primary")
        self.secondary = Button(self.tr("&Back"), self.back.emit)
        self.act(self.secondary, right=(self.primary,))

    def first_focus(self) -> QWidget | None:
        """On: there is nothing else to do but to read."""
        return self.primary

    def _say_when(self, offer: Offer) -> None:
        policy = offer.policy
        needed = words.duration(timing.before_exam_s(policy))
        if policy.exam.starts_us is None:
            title = self.tr("You begin when you are ready.")
        else:
            title = self.tr("The exam begins on {0}.").format(
                timing.moment(policy.exam.starts_us)
            )
        text = self.tr(
            "What comes before it takes about {0}. You may leave at any time: “Quit” is on "
            "every page."
        ).format(needed)
        self._when.say("accent", title, text, icon="clock")

    def _way(self, legs: list[Leg]) -> Card:
        card = Card()
        layout = column(Text(self.tr("What will happen"), role="heading"), gap=12, edge=PADDING)
        for index, leg in enumerate(legs):
            if index:
                layout.addWidget(Rule())
            layout.addLayout(_line(leg))
        card.setLayout(layout)
        return card


def _line(leg: Leg) -> QLayout:
    glyph = Glyph(leg.icon, "accent", size=1.6)
    said = column(Text(leg.title, role="label"), Text(leg.what, role="muted"), gap=3)
    length = Text(leg.length, role="small")
    line = row(glyph, said, length, gap=14)
    line.setAlignment(glyph, Qt.AlignmentFlag.AlignTop)
    line.setStretch(1, 3)
    line.setStretch(2, 2)
    return line
