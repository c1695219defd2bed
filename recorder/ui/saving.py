"""Saving a recording as a file: where to, then the work on a thread, then what became of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from recorder.status import SavedFile
from recorder.ui.operation import Doorway
from recorder.ui.widgets.beat import Beat
from recorder.ui.widgets.savepanel import SavePanel
from shared.progress import Progress

# Milliseconds between two looks at how far it is.
LOOK_MS = 100

# Asks a person for a file: (over which window, the name to suggest, who is told the path).
Choose = Callable[[QWidget, str, Callable[[Path], object]], None]

# Saves to a path; blocks.
Save = Callable[[Path, Progress], SavedFile]


def choose_file(window: QWidget, name: str, chosen: Callable[[Path], object]) -> None:
    """Ask with the system's own dialog. Nobody is told where it is cancelled."""
    from shared.parcel import PARCEL_SUFFIX  # brings cryptography, which nobody waited for yet

    where = QStandardPaths.StandardLocation.DocumentsLocation
    dialog = QFileDialog(
        window,
        QCoreApplication.translate("Saver", "Save the recording as a file"),
        str(Path(QStandardPaths.writableLocation(where)) / name),
        QCoreApplication.translate("Saver", "Invigil recordings (*{0})").format(PARCEL_SUFFIX),
    )
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(PARCEL_SUFFIX.removeprefix("."))
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.open()


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
        from shared.parcel import PARCEL_SUFFIX

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
