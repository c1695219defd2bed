"""A bar that fills; what it shows stands beside it in words too."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar

# Fine enough that something long is seen to move.
STEPS = 1000
# Pixels.
HEIGHT = 12


class Bar(QProgressBar):
    """Fills from 0 to 1."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setRange(0, STEPS)
        self.setTextVisible(False)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(name)

    def fill(self, fraction: float) -> None:
        """Show how much is done, 0 to 1."""
        self.setValue(int(fraction * STEPS))
