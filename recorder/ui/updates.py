"""A newer build of this program, on the first page: what changes, and *now* or *later*."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from recorder.announcing import announce
from recorder.ui.operation import Doorway, Trouble
from recorder.ui.ports import Program
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.button import Button
from recorder.updates.news import Beside, ByCommand, Fetched, Installed, Opened, Wrong
from recorder.updates.news import Trouble as UpdateTrouble

# Milliseconds: long after the first paint, and when a code that is pasted has been asked about.
LOOK_AFTER_MS = 4_000

# What is no reason to say anything to somebody who is about to sit an exam: there is no network
# yet, or nothing is offered.
_QUIET = (Wrong.UNREACHABLE, Wrong.ABSENT)


class UpdateOffer(QObject):
    """Looks once, and shows its banner where there is something to say."""

    def __init__(
        self, program: Program, doorway: Doorway, language: str, owner: QWidget
    ) -> None:
        super().__init__(owner)
        self._program, self._doorway, self._language = program, doorway, language
        self._fetched: Fetched | None = None
        self._command = ""
        self.banner = Banner()
        self.later = Button(self.tr("Lat&er"), self.banner.hide)
        self.install = Button(self.tr("&Install now"), self._install)
        self.copy = Button(self.tr("Co&py the command"), self._copy)
        self.banner.offer(self.later, self.copy, self.install)
        QTimer.singleShot(LOOK_AFTER_MS, self, self._look)

    def _look(self) -> None:
        # A program that cannot look for updates can hold an exam all the same.
        self._doorway.run(self._program.update, self._show, lambda _: None)

    def _show(self, news: Fetched | UpdateTrouble | None) -> None:
        match news:
            case UpdateTrouble(wrong) if wrong not in _QUIET:
                self._say("attention", self.tr("Updates were not looked at."), self._why(wrong))
            case Fetched(release):
                self._fetched = news
                what = (
                    self.tr("Your institution goes back to version {0}.")
                    if release.back
                    else self.tr("Version {0} of this program is here.")
                ).format(release.version)
                self._say("accent", what, release.told(self._language), self.install)
            case _:
                pass

    def _why(self, wrong: Wrong) -> str:
        """What went wrong, and that it is in nobody's way."""
        return self._reasons()[wrong] + " " + self.tr("Your exam is not affected.")

    def _reasons(self) -> dict[Wrong, str]:
        return {
            Wrong.EXPIRED: self.tr(
                "What the server says about them is out of date. Check this computer's date; "
                "if it is right, tell your institution's support."
            ),
            Wrong.REPLAYED: self.tr(
                "The server says something older than before. Tell your institution's support."
            ),
            Wrong.FORGED: self.tr(
                "What the server says is not signed by your institution. Tell its support."
            ),
            Wrong.TAMPERED: self.tr(
                "What came is not what was signed, and was thrown away. If this stays so, tell "
                "your institution's support."
            ),
            Wrong.STRANGER: self.tr(
                "What is offered was built by somebody else, and was not taken. Tell your "
                "institution's support."
            ),
            Wrong.UNREADABLE: self.tr(
                "The server says something that this version does not understand. Ask your "
                "institution's support for a newer one."
            ),
            Wrong.LESSER: self.tr(
                "What is offered has no browser for exams, which this program has, and was not "
                "taken. Tell your institution's support."
            ),
            Wrong.NO_ROOM: self.tr("There is too little room on the disk for them."),
            Wrong.UNKEPT: self.tr("This computer does not let them be kept."),
        }

    def _install(self) -> None:
        assert self._fetched is not None  # else there is no such button
        fetched = self._fetched
        self._say("accent", self.tr("Installing…"), "")
        self._doorway.run(lambda: self._program.install(fetched), self._done, self._failed)

    def _done(self, installed: Installed) -> None:
        match installed:
            case ByCommand(_, command):
                self._command = command
                text = self.tr(
                    "This program cannot install it by itself. Close it, then have somebody "
                    "who may install programs run: {0}"
                ).format(command)
                self._say("accent", self.tr("It is here, and checked."), text, self.copy)
            case Beside(_, _, back):
                text = self.tr(
                    "It starts from the menu the next time. The version before stays; this "
                    "goes back to it: {0}"
                ).format(back)
                self._say("good", self.tr("It is installed."), text)
            case Opened():
                text = self.tr("Close this program; then your system's installer goes on.")
                self._say("accent", self.tr("The installer is open."), text)

    def _failed(self, trouble: Trouble) -> None:
        self._say("problem", trouble.what, trouble.advice)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._command)
        announce(self.banner, self.tr("Copied."))

    def _say(self, tone: str, title: str, text: str, *buttons: Button) -> None:
        """Not aloud, which would scroll away from the code that is being typed."""
        for button in (self.install, self.copy):
            button.setVisible(button in buttons)
        self.banner.say(tone, title, text, aloud=False)
        announce(self.banner, f"{title} {text}".strip())
