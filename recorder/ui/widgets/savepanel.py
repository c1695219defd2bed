"""A file being saved: how far it is, then where it is and what to do with it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from recorder.status import SavedFile
from recorder.ui import words
from recorder.ui.operation import Trouble
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.bar import Bar
from recorder.ui.widgets.card import column
from recorder.ui.widgets.text import Text


class SavePanel(QWidget):
    """Hidden until something is saved."""

    def __init__(self) -> None:
        super().__init__()
        self._bar = Bar(self.tr("Saving the file"))
        self._words = Text(role="muted")
        self.banner = Banner()
        self.setLayout(column(self._bar, self._words, self.banner, gap=8))
        self.hide()

    def begin(self) -> None:
        """Nothing is written yet."""
        self.banner.hide()
        self.step(0, 0)
        self._bar.show()
        self._words.show()
        self.show()

    def step(self, done: int, total: int) -> None:
        """So many of so many bytes are written."""
        self._bar.fill(done / total if total else 0.0)
        self._words.say(
            self.tr("Saving: {0} of {1}").format(words.size(done), words.size(total))
        )

    def saved(self, file: SavedFile, institution: str) -> None:
        """It is whole and on the disk."""
        self._rest()
        text = self.tr(
            "It is at {0} ({1}). Bring or send this file to {2}: only they can open it. "
            "The recording stays on this computer too, until they have confirmed it."
        ).format(file.path, words.size(file.bytes), institution)
        if file.damaged:
            self.banner.say(
                "attention",
                self.tr("The file is saved, without {0} that are damaged on this disk.").format(
                    words.pieces(file.damaged)
                ),
                text,
            )
        else:
            self.banner.say("good", self.tr("The file is saved."), text)

    def failed(self, trouble: Trouble) -> None:
        """It was not saved; why."""
        self._rest()
        self.banner.trouble(trouble)

    def _rest(self) -> None:
        self._bar.hide()
        self._words.hide()
