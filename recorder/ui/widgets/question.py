"""A question asked in the page, where the buttons were: yes, or the safe no."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.button import Button


class Question(Banner):
    """Shows itself over ``instead_of`` until it is answered; *no* has the focus and Esc."""

    def __init__(self, instead_of: QWidget) -> None:
        super().__init__()
        self._instead_of = instead_of
        self._on_yes: Callable[[], object] = lambda: None
        self._focus_before: QWidget | None = None
        self.no = Button("", self.withdraw)
        self.yes = Button("", self._agree, "danger")
        self.offer(self.no, self.yes)

    @property
    def open(self) -> bool:
        """Whether it waits for an answer."""
        return not self.isHidden()

    def ask(
        self, title: str, text: str, *, yes: str, no: str, on_yes: Callable[[], object]
    ) -> None:
        """Ask; ``on_yes`` runs if and only if *yes* is pressed."""
        self._on_yes = on_yes
        self.yes.rename(yes)
        self.no.rename(no)
        if not self.open:
            self._focus_before = QApplication.focusWidget()
        self._instead_of.hide()
        self.say("attention", title, text)
        self.no.setFocus()

    def withdraw(self) -> None:
        """Answered with no, or no longer of interest."""
        self.hide()
        self._instead_of.show()
        before, self._focus_before = self._focus_before, None
        if before is not None and before.isVisible():
            before.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc is the safe answer."""
        if event.key() == Qt.Key.Key_Escape:
            self.no.click()
        else:
            super().keyPressEvent(event)

    def _agree(self) -> None:
        self.withdraw()
        self._on_yes()
