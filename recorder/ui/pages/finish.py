"""After the exam: everything is delivered, or safe, or it says what went wrong."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from recorder.status import Delivery, Notice, Offer, Stage, Status
from recorder.ui import words
from recorder.ui.operation import Trouble
from recorder.ui.pages.page import Page
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.bar import Bar
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import PADDING, Card, column
from recorder.ui.widgets.dress import dress
from recorder.ui.widgets.notices import Notices
from recorder.ui.widgets.savepanel import SavePanel
from recorder.ui.widgets.text import Text


class FinishPage(Page):
    """A view of what becomes of one recording once it has stopped."""

    closing = Signal()
    saving = Signal()

    def __init__(self, offer: Offer) -> None:
        super().__init__(self.tr("Finishing"))
        self._offer = offer
        self._banner, self._problem = Banner(), Banner()
        self.notices = Notices()
        self._bar = Bar(self.tr("Delivery"))
        self._progress = Text(role="muted")
        self.panel = SavePanel()
        self.add(column(self._bar, self._progress, gap=8), self._banner, self.panel)
        self.add(self._problem)
        self.add(self.notices, self._build_facts())
        self.body.addStretch(1)
        self._close = Button(self.tr("&Close Invigil"), self.closing.emit, "primary")
        self._save = Button(self.tr("&Save as a file…"), self.saving.emit)
        self._save.hide()
        self.primary = self._close
        self.act(self._save, right=(self._close,))
        self._show_closing()

    def show_status(self, status: Status) -> None:
        """Show one look at the session."""
        delivery = status.delivery
        self._bar.fill(delivery.fraction)
        self._progress.say(words.delivered(delivery))
        self._recorded.say(words.duration(status.elapsed_s))
        self._size.say(
            self.tr("{0}, {1}, encrypted").format(
                words.pieces(delivery.records_made + delivery.blobs_made),
                words.size(delivery.bytes_made),
            )
        )
        self._save.setVisible(_is_stranded(status))
        match status.stage:
            case Stage.DELIVERED:
                self._show_delivered()
            case Stage.FAILED:
                self._show_failed(status)
            case Stage.DELIVERING:
                self._show_delivering(delivery)
            case _:
                self._show_closing()

    def busy(self, busy: bool) -> None:
        """Whether a file is being saved."""
        self._save.setEnabled(not busy)

    def add_notice(self, notice: Notice) -> None:
        """Show a message that came late."""
        self.notices.add(notice)

    def trouble(self, trouble: Trouble) -> None:
        """Show a problem of the window itself."""
        self._problem.trouble(trouble)

    def say_waiting_to_close(self) -> None:
        """The window was asked to close too early by a few seconds."""
        self._banner.say(
            "accent",
            self.tr("One moment: the last seconds are being saved."),
            self.tr("The window then closes by itself. Close it again to leave at once."),
        )

    def _show_closing(self) -> None:
        self.title.say(self.tr("Saving the recording…"))
        if self._banner.isHidden():
            self._banner.say(
                "accent", self.tr("The last seconds are being saved on this computer.")
            )
        dress(self._close, kind="plain")

    def _show_delivering(self, delivery: Delivery) -> None:
        self.title.say(self.tr("Delivering the recording"))
        dress(self._close, kind="plain")
        if delivery.online:
            self._banner.say(
                "accent",
                self.tr("Everything is safe on this computer and on its way."),
                self.tr("Please leave this window open until it says “Delivered”."),
                icon="upload",
            )
        else:
            self._banner.say(
                "attention",
                self.tr("There is no connection to the server."),
                self.tr(
                    "Everything is safe on this computer. The delivery goes on by itself "
                    "when the connection is back. If you have to close this window, "
                    "open Invigil again later: it then delivers the rest. Where there will "
                    "be no connection, save the recording as a file and bring it to your "
                    "institution."
                ),
                icon="offline",
            )

    def _show_delivered(self) -> None:
        self.title.say(self.tr("Delivered"))
        self._banner.say(
            "good",
            self.tr("Everything was delivered. You may close the window."),
            self.tr("The server has confirmed each piece with its signature."),
        )
        dress(self._close, kind="primary")

    def _show_failed(self, status: Status) -> None:
        self.title.say(self.tr("The recording ended with a problem"))
        contact = self._offer.policy.institution.contact
        if status.delivery.done:
            rest = self.tr("What was recorded until then has been delivered.")
        else:
            rest = self.tr(
                "{0} ({1}) could not be delivered yet. Leave Invigil and its files on "
                "this computer."
            ).format(
                words.pieces(words.pending(status.delivery)),
                words.size(status.delivery.bytes_made - status.delivery.bytes_sent),
            )
        ask = self.tr("Please tell your institution: {0}.").format(contact)
        self._banner.say("problem", status.words, f"{rest} {ask}")
        dress(self._close, kind="primary")

    def _build_facts(self) -> Card:
        policy = self._offer.policy
        self._recorded, self._size = Text(), Text()
        facts: list[tuple[str, QWidget]] = [
            (self.tr("Exam"), Text(policy.exam.title)),
            (self.tr("Institution"), Text(policy.institution.name)),
            (self.tr("Recorded"), self._recorded),
            (self.tr("Evidence"), self._size),
            (self.tr("Server"), Text(self._offer.server)),
            (self.tr("Questions"), Text(policy.institution.contact)),
        ]
        grid = QGridLayout()
        grid.setContentsMargins(PADDING + 4, PADDING, PADDING + 4, PADDING)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for index, (name, value) in enumerate(facts):
            grid.addWidget(Text(name, role="muted", wrap=False), index, 0)
            grid.addWidget(value, index, 1)
        card = Card()
        card.setLayout(grid)
        return card


def _is_stranded(status: Status) -> bool:
    """Whether it is closed, and not all of it finds its way to the server."""
    delivery = status.delivery
    match status.stage:
        case Stage.DELIVERING:
            return not delivery.online
        case Stage.FAILED:
            return not delivery.done
        case _:
            return False
