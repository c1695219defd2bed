"""Walks the real window through a session and keeps a picture of every page."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from screenshots.walk import Walk

from recorder.app import Recorder
from recorder.settings import read_settings
from recorder.ui.window import MainWindow


def main() -> int:
    """Record a short session by hand, as it were: LINK FOLDER SECONDS."""
    link, folder, seconds = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    application = QApplication(sys.argv[:1])
    recorder = Recorder(read_settings())
    window = MainWindow(recorder, link)
    window.resize(980, 720)
    window.show()
    walk = Walk(window, folder)
    walk.picture("app-code")
    walk.press("Continue")
    walk.until(lambda: _says(window, "What will happen"))
    walk.press("Continue")
    walk.press("I have read this and agree to all of it")
    walk.picture("app-consent")
    walk.press("Agree and continue")
    walk.until(lambda: _offers(window, "Start the exam recording"))
    walk.picture("app-check")
    walk.press("Start the exam recording")
    _prepare(window, walk)
    walk.picture("app-exam", int(seconds * 1000))
    walk.press("Finish the exam…")
    walk.press("Finish now")
    walk.until(lambda: _says(window, "Everything was delivered"))
    walk.picture("app-done")
    window.close()
    application.processEvents()
    recorder.leave()
    return 0


def _prepare(window: MainWindow, walk: Walk) -> None:
    """Through identity and calibration, leaving out what a recording cannot do."""
    walk.press("Begin")
    while not _offers(window, "Continue"):
        walk.until(lambda: _offers(window, "Continue") or _offers(window, "Leave this out…"))
        if _offers(window, "Leave this out…"):
            walk.press("Leave this out…")
            walk.press("Leave it out")
    walk.press("Continue")
    walk.press("Leave this out")
    walk.press("I am ready: begin the exam")


def _offers(window: QWidget, name: str) -> bool:
    buttons = window.findChildren(QAbstractButton)
    return any(b.accessibleName() == name and b.isVisible() and b.isEnabled() for b in buttons)


def _says(window: QWidget, text: str) -> bool:
    return any(
        text in child.accessibleName()
        for child in window.findChildren(QWidget)
        if child.isVisible()
    )


if __name__ == "__main__":
    sys.exit(main())
