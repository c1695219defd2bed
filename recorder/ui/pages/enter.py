"""The first page: a code and a server's address, or a link that holds both."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from recorder.announcing import announce
from recorder.status import Offer
from recorder.ui import words
from recorder.ui.language import SOURCE, offered
from recorder.ui.leftovers import Leftovers
from recorder.ui.link import (
    Flaw,
    Invitation,
    group_code,
    looks_like_link,
    parse_code,
    parse_link,
    parse_server,
    regroup,
)
from recorder.ui.operation import Doorway, Operation, Trouble
from recorder.ui.pages.page import Page
from recorder.ui.ports import Program
from recorder.ui.saving import Choose, choose_file
from recorder.ui.updates import UpdateOffer
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import PADDING, Card, column, row
from recorder.ui.widgets.choice import Choice
from recorder.ui.widgets.dress import dress
from recorder.ui.widgets.glyph import Glyph
from recorder.ui.widgets.text import Text, field_label

_ABOUT_SERVER = (Flaw.NO_SERVER, Flaw.BAD_SERVER, Flaw.NOT_SECURE)


class EnterPage(Page):
    """Asks the server which exam a code opens; nothing is changed or uploaded by it."""

    offered = Signal(Offer)
    speaking = Signal(str)
    """The language that was chosen."""
    practising = Signal()
    """A practice run is wished for, without a code."""

    def __init__(
        self,
        program: Program,
        doorway: Doorway,
        choose: Choose = choose_file,
        language: str = SOURCE,
    ) -> None:
        super().__init__("", "")
        self.title.say(self.tr("Enter your exam code"))
        self.lead.say(
            self.tr("You find it in the invitation to your exam. You can paste the whole link.")
        )
        self.lead.show()
        self.setAccessibleName(self.title.plain)
        self._program, self._doorway = program, doorway
        self._operation: Operation | None = None
        self._invited: Invitation | None = None
        self.leftovers = Leftovers(program, doorway, choose, self)
        self.leftovers.offered.connect(self.offered)
        self.updates = UpdateOffer(program, doorway, language, self)
        self._build_fields()
        self._build_foot(language)

    def first_focus(self) -> QWidget:
        """The code; or, with code and address filled in, the button."""
        ready = self.code.text() and self.server.text()
        return self._continue if ready else self.code

    def prefill(self, server: str) -> None:
        """Fill in the address that is probably right."""
        self.server.setText(server)

    def open_link(self, text: str) -> None:
        """Fill the page in from a link, or say what is wrong with it."""
        self._stop()
        match parse_link(text):
            case Flaw() as flaw:
                self._invited = None
                self._refuse(flaw)
            case Invitation() as invitation:
                self._forgive()
                self.code.setText(group_code(invitation.code))
                self.server.setText(invitation.server)
                self._invited = invitation
                self._continue.setFocus()

    def submit(self) -> None:
        """Look at what was typed, then ask the server."""
        self._forgive()
        if looks_like_link(self.code.text()):
            self.open_link(self.code.text())
            return
        match parse_code(self.code.text()), self._server():
            case Flaw() as flaw, _:
                self._refuse(flaw)
            case _, Flaw() as flaw:
                self._refuse(flaw)
            case str() as code, str() as server:
                self.code.setText(group_code(code))
                self.server.setText(server)
                self._ask(Invitation(server, code, self._invited.key if self._invited else ""))

    def hand_over(self, other: EnterPage) -> None:
        """Another page takes this one's place: with what was typed, and with its link."""
        self._stop()
        other.code.setText(self.code.text())
        other.server.setText(self.server.text())
        other._invited = self._invited

    def show_trouble(self, trouble: Trouble) -> None:
        """Show a problem of something that was left for later."""
        self._problem.trouble(trouble)

    def cancel(self) -> None:
        """No longer wait for the server."""
        self._stop()
        self.code.setFocus()

    def _build_fields(self) -> None:
        self.code = QLineEdit()
        self.code.setProperty("role", "code")
        self.code.setPlaceholderText(self.tr("ABCD-EFGH or invigil://…"))
        self.code.textEdited.connect(self._typed)
        self.server = QLineEdit()
        self.server.setPlaceholderText(self.tr("exam.example.edu"))
        self.server.textEdited.connect(self._address_typed)
        self._problem = Banner()
        self.add(
            self.leftovers.urgent,
            column(field_label(self.tr("&Code or link"), self.code), self.code, gap=6),
            column(field_label(self.tr("&Server's address"), self.server), self.server, gap=6),
            self._problem,
            self._promise(),
            self.leftovers.quiet,
            self.updates.banner,
        )
        self.body.addStretch(1)

    def _promise(self) -> Card:
        card = Card("accent")
        words_of_it = Text(
            self.tr(
                "Nothing is recorded yet. Next you read who records what and why, "
                "and decide whether you agree."
            )
        )
        line = row(Glyph("shield", "accent", size=1.7), words_of_it, gap=12, edge=PADDING)
        line.setStretch(1, 1)
        card.setLayout(line)
        return card

    def _build_foot(self, language: str) -> None:
        self.language = Choice(self.tr("&Language"))
        for code, name in offered().items():
            self.language.addItem(name, code)
        self.language.setCurrentIndex(self.language.findData(language))
        self.language.activated.connect(
            lambda _index: self.speaking.emit(self.language.currentData())
        )
        self._continue = Button(self.tr("C&ontinue"), self.submit, "primary")
        self._cancel = Button(self.tr("C&ancel"), self.cancel)
        self._cancel.hide()
        self.primary, self.secondary = self._continue, self._cancel
        self.practise = Button(self.tr("&Try it out"), self.practising.emit)
        self.act(
            self.language.label,
            self.language,
            right=(self.practise, self._cancel, self._continue),
        )

    def _typed(self, text: str) -> None:
        self._forgive()
        if looks_like_link(text):
            if isinstance(parse_link(text), Invitation):
                self.open_link(text)
            return
        grouped, cursor = regroup(text, self.code.cursorPosition())
        self.code.setText(grouped)
        self.code.setCursorPosition(cursor)

    def _server(self) -> str | Flaw:
        """A link may name a server without https; an address that is typed may not."""
        return self._invited.server if self._invited else parse_server(self.server.text())

    def _address_typed(self) -> None:
        self._forgive()
        self._invited = None

    def _ask(self, invitation: Invitation) -> None:
        self._work(asking=True)
        self._operation = self._doorway.run(
            lambda: self._program.inspect(invitation.server, invitation.code),
            lambda offer: self._answered(invitation, offer),
            self._failed,
        )

    def _answered(self, invitation: Invitation, offer: Offer) -> None:
        if invitation.trusts(offer.key_fingerprint):
            self._rest()
            self.offered.emit(offer)
        else:
            self._failed(words.wrong_key())

    def _failed(self, trouble: Trouble) -> None:
        self._rest()
        self._problem.trouble(trouble)
        self.code.setFocus()
        self.code.selectAll()

    def _refuse(self, flaw: Flaw) -> None:
        self._problem.trouble(words.flaw(flaw))
        field = self.server if flaw in _ABOUT_SERVER else self.code
        dress(field, wrong="true")
        field.setFocus()
        field.selectAll()

    def _forgive(self) -> None:
        self._problem.hide()
        dress(self.code, wrong="false")
        dress(self.server, wrong="false")

    def _stop(self) -> None:
        if self._operation is not None:
            self._operation.abandon()
            self._rest()

    def _rest(self) -> None:
        self._operation = None
        self._work(asking=False)

    def _work(self, *, asking: bool) -> None:
        for field in (self.code, self.server):
            field.setReadOnly(asking)
        self._continue.setEnabled(not asking)
        self._continue.rename(self.tr("Asking the server…") if asking else self.tr("C&ontinue"))
        self._cancel.setVisible(asking)
        self.language.setEnabled(not asking)
        if asking:
            self._cancel.setFocus()
            announce(self, self.tr("Asking the server…"))
