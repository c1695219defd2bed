"""Saving a recording as a file: where to, then the work on a thread, then what became of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QStandardPaths, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QWidget

from recorder.status import SavedFile, SavedReceipt
from recorder.ui.operation import Doorway
from recorder.ui.widgets.beat import Beat
from recorder.ui.widgets.savepanel import SavePanel
from shared.progress import Progress

if TYPE_CHECKING:
    from recorder.ui.pages.finish import FinishPage

# Milliseconds between two looks at how far it is.
LOOK_MS = 100

# Characters of a session's id that tell it from the candidate's others in a file's name.
SESSION_SHOWN = 8
# What is saved as a receipt is JSON, which anybody can read.
RECEIPT_SUFFIX = ".json"

# Asks a person for a file: (over which window, the name to suggest, who is told the path).
Choose = Callable[[QWidget, str, Callable[[Path], object]], None]

# Saves to a path; blocks.
Save = Callable[[Path, Progress], SavedFile]


def choose_file(window: QWidget, name: str, chosen: Callable[[Path], object]) -> None:
    """Ask with the system's own dialog, once at a time. Nobody is told where it is cancelled.

    What is saved follows from the suffix of the name that is suggested. The window can be used
    and quit meanwhile.
    """
    if (shown := window.findChild(QFileDialog)) is not None:
        shown.activateWindow()
        return
    suffix = Path(name).suffix
    if suffix == RECEIPT_SUFFIX:
        title = QCoreApplication.translate("Saver", "Save the receipt")
        kind = QCoreApplication.translate("Saver", "Receipts (*{0})")
    else:
        title = QCoreApplication.translate("Saver", "Save the recording as a file")
        kind = QCoreApplication.translate("Saver", "Invigil recordings (*{0})")
    where = QStandardPaths.StandardLocation.DocumentsLocation
    dialog = QFileDialog(
        window,
        title,
        str(Path(QStandardPaths.writableLocation(where)) / name),
        kind.format(suffix),
    )
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix.removeprefix("."))
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.setModal(False)
    QShortcut(QKeySequence("Ctrl+Q"), dialog).activated.connect(window.close)
    dialog.show()


class Saver(QObject):
    """Saves one recording, as often as it is asked to, and shows it in a panel."""

    def __init__(
        self, panel: SavePanel, doorway: Doorway, choose: Choose, busy: Callable[[bool], object]
    ) -> None:
        """Show in ``panel``; ``busy`` is told when the work begins and when it has ended."""
        super().__init__(panel)
        self._panel, self._doorway, self._choose = panel, doorway, choose
        self._busy = busy
        self._written = (0, 0)
        self._beat = Beat(panel, LOOK_MS, self._look)

    def ask(self, session: str, institution: str, save: Save) -> None:
        """Ask where to, and save there."""
        from shared.parcel import PARCEL_SUFFIX  # brings cryptography: nobody waited for it

        self._choose(
            self._panel.window(),
            session + PARCEL_SUFFIX,
            lambda path: self._begin(path, institution, save),
        )

    def _begin(self, path: Path, institution: str, save: Save) -> None:
        self._busy(True)
        self._written = (0, 0)
        self._panel.begin()
        self._beat.start()
        self._doorway.run(
            lambda: save(path, self._note),
            lambda file: self._end(lambda: self._panel.saved(file, institution)),
            lambda trouble: self._end(lambda: self._panel.failed(trouble)),
        )

    def _note(self, done: int, total: int) -> None:
        """Called on the thread that saves; the window looks at it in its own time."""
        self._written = (done, total)

    def _look(self) -> None:
        self._panel.step(*self._written)

    def _end(self, tell: Callable[[], None]) -> None:
        self._beat.stop()
        self._busy(False)
        tell()


class ReceiptSaver(QObject):
    """Saves what proves the delivery, and has the page say so."""

    def __init__(self, page: FinishPage, doorway: Doorway, choose: Choose) -> None:
        super().__init__(page)
        self._page, self._doorway, self._choose = page, doorway, choose

    def ask(self, session: str, save: Callable[[Path], SavedReceipt]) -> None:
        """Ask where to, and save there."""
        name = f"invigil-{session[:SESSION_SHOWN]}{RECEIPT_SUFFIX}"
        self._choose(self._page.window(), name, lambda path: self._save(path, save))

    def _save(self, path: Path, save: Callable[[Path], SavedReceipt]) -> None:
        self._doorway.run(lambda: save(path), self._page.receipt_saved, self._page.show_trouble)
