"""The buttons that mend what a check found, or ask about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from recorder.doctor.finding import (
    ClosePrograms,
    Finding,
    Mend,
    OpenPage,
    PlayBack,
    PutBack,
    Running,
    State,
)
from recorder.ui.checks import spoken
from recorder.ui.widgets.actions import Actions
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import column


@dataclass(frozen=True, slots=True)
class Close:
    """These programs are to be closed; one name, perhaps several processes."""

    name: str
    programs: tuple[Running, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person said to a question."""

    yes: bool


@dataclass(frozen=True, slots=True)
class Again:
    """It is to be looked at again."""


Wish = OpenPage | PlayBack | PutBack | Close | Answer | Again


class Mending(QWidget):
    """Offers what a finding offers; nothing where that is nothing."""

    wished = Signal(object)
    """A ``Wish``."""

    def __init__(self, subject: str) -> None:
        super().__init__()
        self._subject = subject
        self._offered: Finding | None = None
        self._line: Actions | None = None
        self.buttons: list[Button] = []
        self._box = column(gap=0)
        self.setLayout(self._box)
        self.hide()

    def offer(self, finding: Finding | None, *, again: bool = True) -> None:
        """Show a finding's buttons; those that are there already stay, and keep the focus."""
        if finding == self._offered:
            return
        self._offered = finding
        if self._line is not None:
            self._box.removeWidget(self._line)
            self._line.deleteLater()
            self._line = None
        self.buttons = [] if finding is None else self._buttons(finding, again=again)
        if self.buttons:
            self._line = Actions(tuple(self.buttons), ())
            self._box.addWidget(self._line)
        self.setVisible(bool(self.buttons))

    def _buttons(self, finding: Finding, *, again: bool) -> list[Button]:
        if finding.state is State.ASKING:
            return [
                self._button(self.tr("Yes, I did"), Answer(yes=True)),
                self._button(self.tr("No"), Answer(yes=False)),
                self._button(self.tr("Once more"), PlayBack()),
            ]
        made = [button for mend in finding.mends for button in self._of(mend)]
        if again and finding.state is not State.SKIPPED:
            closes = any(isinstance(mend, ClosePrograms) for mend in finding.mends)
            words = self.tr("I have closed it") if closes else self.tr("Try again")
            made.append(self._button(words, Again()))
        return made

    def _of(self, mend: Mend) -> list[Button]:
        match mend:
            case OpenPage():
                return [self._button(spoken(mend.label), mend)]
            case PlayBack():
                return [self._button(self.tr("Record and listen"), mend)]
            case PutBack():
                return [self._button(self.tr("Put it back"), mend)]
            case ClosePrograms():
                return [
                    self._button(
                        self.tr("Close {0} for me…").format(name),
                        Close(name, tuple(one for one in mend.programs if one.name == name)),
                    )
                    for name in dict.fromkeys(one.name for one in mend.programs)
                ]

    def _button(self, words: str, wish: Wish) -> Button:
        button = Button(words, _telling(self, wish))
        # Many rows have the same words: who hears the name alone must know what it is about.
        button.setAccessibleName(f"{words}: {self._subject}")
        return button


def _telling(mending: Mending, wish: Wish) -> Callable[[], object]:
    return lambda: mending.wished.emit(wish)
