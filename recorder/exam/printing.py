"""A page on paper, where the policy lets it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWebEngineWidgets import QWebEngineView

translate = QCoreApplication.translate


def print_page(view: QWebEngineView, say: Callable[[str], None]) -> None:
    """Ask which printer, and print; nothing here waits."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    # Neither the dialog nor the view keeps it, and the view still prints when this has returned
    # and the dialog has gone.
    kept = [printer]
    dialog = QPrintDialog(printer, view)
    dialog.setModal(False)

    def printed(good: bool) -> None:
        view.printFinished.disconnect(printed)
        kept.clear()
        say(
            translate("exam", "The page was printed.")
            if good
            else translate("exam", "The page could not be printed.")
        )

    def chosen() -> None:
        view.printFinished.connect(printed)
        view.print(kept[0])

    dialog.accepted.connect(chosen)
    dialog.finished.connect(dialog.deleteLater)
    dialog.show()
