"""A step that a machine does not know."""

from __future__ import annotations

from dataclasses import dataclass

from recorder.lockdown.adapter import Unsupported
from recorder.lockdown.operation import Evasion, Performed, State


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A step that this machine does not know; said before the exam, and never done."""

    name: str
    reason: str

    def before(self) -> State | None:
        """Nothing is changed."""
        return None

    def perform(self) -> Performed:
        """Not done."""
        return Unsupported(self.reason)

    def check(self) -> tuple[Evasion, ...]:
        """Nothing to evade."""
        return ()

    def revert(self) -> None:
        """Nothing to undo."""
