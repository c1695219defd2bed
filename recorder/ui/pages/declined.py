"""Shown after *Decline*: nothing was uploaded, and one may still change one's mind."""

from __future__ import annotations

from PySide6.QtCore import Signal

from recorder.status import Offer
from recorder.ui.link import group_code
from recorder.ui.operation import Doorway
from recorder.ui.pages.page import Page
from recorder.ui.ports import Program
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.text import Text


class DeclinedPage(Page):
    """Tells the program, and the candidate what declining means."""

    again = Signal()
    closing = Signal()

    def __init__(self, program: Program, doorway: Doorway) -> None:
        super().__init__("")
        self._program, self._doorway = program, doorway
        self.title.say(self.tr("You declined"))
        self.setAccessibleName(self.title.plain)
        self._nothing = Banner()
        self._code, self._ask = Text(), Text()
        self._problem = Banner()
        self.add(self._nothing, self._code, self._ask, self._problem)
        self.body.addStretch(1)
        self.primary = Button(self.tr("C&lose Invigil"), self.closing.emit, "primary")
        self.secondary = Button(self.tr("&Back to the code"), self.again.emit)
        self.act(self.secondary, right=(self.primary,))

    def begin(self, offer: Offer) -> None:
        """Forget this offer."""
        institution = offer.policy.institution
        self._problem.hide()
        self._nothing.say(
            "good",
            self.tr("Nothing was recorded and nothing was uploaded."),
            self.tr("No picture, sound or screen has left this computer."),
        )
        self._code.say(
            self.tr(
                "Your code {0} is still valid. If you change your mind, enter it again."
            ).format(group_code(offer.code))
        )
        self._ask.say(
            self.tr("For another way to take this exam, ask {0}: {1}.").format(
                institution.name, institution.contact
            )
        )
        self._doorway.run(
            lambda: self._program.decline(offer), lambda _: None, self._problem.trouble
        )
