"""Who records what, why and until when; and the candidate's decision about it."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QWidget

from recorder.status import Agreed, Offer
from recorder.ui.pages.page import Page
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.terms import Terms
from recorder.ui.widgets.tick import Tick


class ConsentPage(Page):
    """Built for one offer. Agreeing takes a tick for each item and a button; the tick at the
    foot sets all of them. Declining takes one button.
    """

    agreed = Signal()
    declined = Signal()

    def __init__(self, offer: Offer, today: date) -> None:
        super().__init__(offer.policy.exam.title)
        self.lead.say(
            self.tr("This exam is recorded. Please read what that means before you decide.")
        )
        self.lead.show()
        self.terms = Terms(offer, today, asks=True)
        self.add(self.terms)
        self.body.addStretch(1)
        self._build_foot()

    def first_focus(self) -> QWidget:
        """The tick for all: it is the first thing to decide about."""
        return self.tick

    def agreement(self, now_us: int) -> Agreed:
        """What is ticked now, by the wall clock (microseconds since 1970 UTC)."""
        language = QLocale.languageToCode(QLocale().language())
        return Agreed(self.terms.agreed(), now_us, language)

    def _build_foot(self) -> None:
        self.tick = Tick(self.tr("&I have read this and agree to all of it"))
        self.primary = Button(self.tr("&Agree and continue"), self.agreed.emit, "primary")
        self.primary.setEnabled(False)
        self.tick.clicked.connect(self._tick_all)
        for tick in self.terms.ticks:
            tick.toggled.connect(self._follow)
        decline = Button(self.tr("&Decline"), self.declined.emit)
        self.act(self.tick)
        self.act(decline, right=(self.primary,))

    def _tick_all(self, ticked: bool) -> None:
        for tick in self.terms.ticks:
            tick.setChecked(ticked)
        self._follow()

    def _follow(self) -> None:
        """The tick at the foot says whether each item is agreed to."""
        ticks = self.terms.ticks
        complete = all(tick.isChecked() for tick in ticks) if ticks else self.tick.isChecked()
        self.tick.setChecked(complete)
        assert self.primary is not None
        self.primary.setEnabled(complete)
