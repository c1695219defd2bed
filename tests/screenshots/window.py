"""Walks the real window through a session and keeps a picture of every page."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from recorder.app import Recorder
from recorder.settings import read_settings
from recorder.ui.window import MainWindow

GIVE_UP_MS = 60_000


class Walk:
    """Presses buttons by their names and waits for what comes of it."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        self._window = window
        self._folder = folder

    def press(self, name: str) -> None:
        """Press the button of that name once it is there and enabled."""
        self.until(lambda: self._button(name) is not None)
        button = self._button(name)
        assert button is not None
        button.click()

    def picture(self, name: str, settle_ms: int = 1500) -> None:
        """Keep the window as it looks now."""
        self.rest(settle_ms)
        self._window.grab().save(str(self._folder / f"{name}.png"))

    def rest(self, milliseconds: int) -> None:
        """Let the window live for a while."""
        passed: list[bool] = []
        QTimer.singleShot(milliseconds, lambda: passed.append(True))
        self.until(lambda: bool(passed))

    def until(self, condition: Callable[[], bool]) -> None:
        """Let the window live until something holds."""
        timer = QElapsedTimer()
        timer.start()
        while not condition():
            QApplication.processEvents()
            if timer.elapsed() > GIVE_UP_MS:
                shown = [b.accessibleName() for b in self._buttons()]
                raise TimeoutError(f"the window did not get there; it offers {shown}")

    def _buttons(self) -> list[QAbstractButton]:
        found = self._window.findChildren(QAbstractButton)
        return [b for b in found if b.isVisible() and b.isEnabled()]

    def _button(self, name: str) -> QAbstractButton | None:
        return next((b for b in self._buttons() if b.accessibleName() == name), None)


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
    walk.press("I have read this and agree to it")
    walk.picture("app-consent")
    walk.press("Agree and continue")
    walk.picture("app-check", 4000)
    walk.press("Start the exam recording")
    walk.picture("app-exam", int(seconds * 1000))
    walk.press("Finish the exam…")
    walk.press("Finish now")
    walk.until(lambda: _says(window, "elivered"))
    walk.picture("app-done")
    window.close()
    application.processEvents()
    recorder.leave()
    return 0


def _says(window: QWidget, text: str) -> bool:
    return any(
        text in child.accessibleName()
        for child in window.findChildren(QWidget)
        if child.isVisible()
    )


if __name__ == "__main__":
    sys.exit(main())
