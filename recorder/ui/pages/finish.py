"""After the exam: everything is delivered, or safe, or it says what went wrong."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from recorder.status import Delivery, Offer, SavedReceipt, Stage, Status
from recorder.ui import words
from recorder.ui.operation import Trouble
from recorder.ui.pace import Pace
from recorder.ui.pages.page import Page
from recorder.ui.told import told
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
    keeping_receipt = Signal()

    def __init__(
        self,
        offer: Offer,
        *,
        withdrawn: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(self.tr("Finishing"))
        self._offer, self._withdrawn = offer, withdrawn
        self._pace, self._clock = Pace(), clock
        self._banner, self._problem, self._receipt = Banner(), Banner(), Banner()
        self._why = Banner()
        self.notices = Notices()
        self._bar = Bar(self.tr("Delivery"))
        self._progress = Text(role="muted")
        self.panel = SavePanel()
        # Why it is over comes first, with the words of whoever ended it.
        self.add(self._why, self.notices)
        self.add(column(self._bar, self._progress, gap=8), self._banner, self.panel)
        self.add(self._problem, self._receipt, self._build_rights(), self._build_facts())
        self.body.addStretch(1)
        self._close = Button(self.tr("&Close Invigil"), self.closing.emit, "primary")
        self._save = Button(self.tr("&Save as a file…"), self.saving.emit)
        self._save.hide()
        self._keep = Button(self.tr("Save the &receipt…"), self.keeping_receipt.emit)
        self._keep.hide()
        self.primary = self._close
        self.act(self._keep, self._save, right=(self._close,))
        self._show_closing()

    def show_status(self, status: Status) -> None:
        """Show one look at the session."""
        delivery = status.delivery
        self._bar.fill(delivery.fraction)
        self._pace.note(self._clock(), delivery.bytes_sent)
        self._progress.say(self._how_far(delivery))
        self._recorded.say(words.duration(status.elapsed_s))
        self._size.say(
            self.tr("{0}, {1}, encrypted").format(
                words.pieces(delivery.records_made + delivery.blobs_made),
                words.size(delivery.bytes_made),
            )
        )
        self._save.setVisible(_is_stranded(status))
        self._keep.setVisible(status.stage in (Stage.DELIVERING, Stage.DELIVERED, Stage.FAILED))
        match status.stage:
            case Stage.DELIVERED:
                self._show_delivered()
            case Stage.FAILED:
                self._show_failed(status)
            case Stage.DELIVERING if status.unsaved:
                self._show_unsaved(status)
            case Stage.DELIVERING:
                self._show_delivering(delivery)
            case _:
                self._show_closing()
        # After the other: what is said last is scrolled to.
        self._show_why(status.ended)

    def busy(self, busy: bool) -> None:
        """Whether a file is being saved."""
        self._save.setEnabled(not busy)

    def receipt_saved(self, saved: SavedReceipt) -> None:
        """Say where the receipt is, and what it proves."""
        institution = self._offer.policy.institution
        proves = (
            self.tr("It proves that everything was delivered.")
            if saved.delivered
            else self.tr("It proves what was delivered so far. Save it again at the end.")
        )
        keep = self.tr("Keep {0}. Whoever asks about your exam needs it: {1}.").format(
            saved.path, institution.contact
        )
        self._receipt.say("good", self.tr("The receipt is saved."), f"{proves} {keep}")

    def show_trouble(self, trouble: Trouble) -> None:
        """Show a problem of the window itself."""
        self._problem.trouble(trouble)

    def say_waiting_to_close(self) -> None:
        """The window was asked to close too early by a few seconds."""
        self._banner.say(
            "accent",
            self.tr("One moment: the last seconds are being saved."),
            self.tr("The window then closes by itself. Close it again to leave at once."),
        )

    def _show_why(self, ended: str) -> None:
        """Who has not ended it themselves is told why it is over, and what they can do."""
        institution = self._offer.policy.institution
        match ended:
            case "terminated":
                self._why.say(
                    "attention",
                    self.tr("{0} has ended your exam.").format(institution.name),
                    self.tr(
                        "Nothing is recorded any more, and you cannot go on with this code. "
                        "What was recorded until then is delivered. If you think it is a "
                        "mistake, or want to know what comes next, ask: {0}."
                    ).format(institution.contact),
                )
            case "time_over":
                self._why.say(
                    "accent",
                    self.tr("The exam's time is over."),
                    self.tr("It was handed in as it was."),
                )
            case _:
                pass

    def _how_far(self, delivery: Delivery) -> str:
        left = delivery.bytes_made - delivery.bytes_sent
        left_s = self._pace.left_s(left) if delivery.online else None
        text = words.delivered(delivery)
        if left <= 0 or left_s is None:
            return text
        return self.tr("{0}, about {1} left").format(text, words.roughly(left_s))

    def _show_closing(self) -> None:
        self._retitle(self.tr("Saving the recording…"))
        if self._banner.isHidden():
            self._banner.say(
                "accent", self.tr("The last seconds are being saved on this computer.")
            )
        dress(self._close, kind="plain")

    def _show_unsaved(self, status: Status) -> None:
        institution = self._offer.policy.institution
        self._retitle(self.tr("Saving the recording…"))
        dress(self._close, kind="plain")
        self._banner.say(
            "attention",
            self.tr("The last part of the recording waits for room on this computer's disk."),
            self.tr(
                "{0} Leave Invigil open: as soon as the disk takes it, it goes on by itself. "
                "What waits is lost if you close Invigil before. If it stays so, ask {1}: {2}."
            ).format(words.sentence(told(status.words)), institution.name, institution.contact),
        )

    def _show_delivering(self, delivery: Delivery) -> None:
        self._retitle(self.tr("Delivering the recording"))
        dress(self._close, kind="plain")
        if delivery.refused:
            self._show_refused(delivery.note)
        elif delivery.online:
            self._banner.say(
                "accent",
                self.tr("Everything is safe on this computer and on its way."),
                self.tr("Please leave the computer on until it says that you may close it."),
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

    def _show_refused(self, why: str) -> None:
        institution = self._offer.policy.institution
        self._banner.say(
            "attention",
            self.tr("The server does not take the recording."),
            self.tr(
                "{0} Everything is safe on this computer, and it is tried again by itself. If "
                "it stays so, save the recording as a file and ask {1} where to bring it: {2}."
            ).format(words.sentence(told(why)), institution.name, institution.contact),
        )

    def _show_delivered(self) -> None:
        self._retitle(self.tr("Delivered"))
        self._banner.say(
            "good",
            self.tr("Everything was delivered. You may close your computer now."),
            self.tr("The server has confirmed each piece with its signature."),
        )
        dress(self._close, kind="primary")

    def _show_failed(self, status: Status) -> None:
        self._retitle(self.tr("The recording ended with a problem"))
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
        self._banner.say("problem", told(status.words), f"{rest} {ask}")
        dress(self._close, kind="primary")

    def _retitle(self, title: str) -> None:
        self.title.say(title)
        self.setAccessibleName(title)

    def _build_rights(self) -> Card:
        institution = self._offer.policy.institution
        lines = [
            self.tr("Questions about the exam or its recording: {0}.").format(
                institution.contact
            ),
            self.tr("You may ask {0} for your own copy of the recording.").format(
                institution.name
            ),
            self.tr(
                "A person decides about what was noted. You are told the reasons, and may "
                "appeal to {0}."
            ).format(institution.name),
        ]
        if self._withdrawn:
            lines.insert(
                0,
                self.tr(
                    "You withdrew your consent. You may ask {0} to delete what was recorded "
                    "until then."
                ).format(institution.name),
            )
        listed = "\n".join(f"•  {line}" for line in lines)
        card = Card()
        heading = Text(self.tr("What comes next"), role="heading")
        card.setLayout(column(heading, Text(listed), gap=8, edge=PADDING + 4))
        return card

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
            return delivery.refused or not delivery.online
        case Stage.FAILED:
            return not delivery.done
        case _:
            return False
