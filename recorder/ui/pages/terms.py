"""What was agreed to, to read again at any time; and to withdraw the consent."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from recorder.status import Offer
from recorder.ui.pages.page import Page
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.terms import Terms


class TermsPage(Page):
    """Opened over whatever page one is on; *Back* leads there again."""

    back = Signal()
    withdrawn = Signal()

    def __init__(self, offer: Offer, today: date) -> None:
        super().__init__(self.tr("What is recorded"))
        self._institution = offer.policy.institution
        self.lead.say(
            self.tr("This is what you agreed to for {0}.").format(offer.policy.exam.title)
        )
        self.lead.show()
        self.add(Terms(offer, today))
        self.body.addStretch(1)
        self._back = Button(self.tr("&Back"), self.back.emit, "primary")
        self._withdraw = Button(self.tr("&Withdraw my consent…"), self._ask)
        self.secondary = self._back
        self.act(self._withdraw, right=(self._back,))

    def forbid_withdrawal(self) -> None:
        """The recording is over: there is nothing to end any more."""
        self._withdraw.hide()

    def first_focus(self) -> QWidget:
        """The way back."""
        return self._back

    def _ask(self) -> None:
        self.ask_to_withdraw(self._institution, self.withdrawn.emit)
