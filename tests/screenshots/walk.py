"""Walks through a real window as a person does, and keeps pictures of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

GIVE_UP_MS = 60_000


class Walk:
    """Presses buttons by their names and waits for what comes of it."""

    def __init__(self, window: QWidget, folder: Path) -> None:
        self._window = window
        self._folder = folder

    def beside(self, window: QWidget) -> Walk:
        """Through another window, with its pictures in the same place."""
        return Walk(window, self._folder)

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
