"""Grounds and separators."""

from __future__ import annotations

from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from recorder.ui.widgets.dress import dress

# Pixels at the edges of a card and between what it holds.
PADDING, GAP = 16, 10


class Card(QFrame):
    """A rounded ground; its tone is the style sheet's."""

    def __init__(self, tone: str = "") -> None:
        super().__init__()
        self.setProperty("tone", tone)

    def set_tone(self, tone: str) -> None:
        """Change the ground's colour."""
        dress(self, tone=tone)


class Rule(QFrame):
    """A thin line between two things of a kind."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(1)


def column(*items: QWidget | QLayout, gap: int = GAP, edge: int = 0) -> QVBoxLayout:
    """Things below each other."""
    layout = QVBoxLayout()
    _fill(layout, items, gap, edge)
    return layout


def row(*items: QWidget | QLayout, gap: int = GAP, edge: int = 0) -> QHBoxLayout:
    """Things beside each other."""
    layout = QHBoxLayout()
    _fill(layout, items, gap, edge)
    return layout


def _fill(
    layout: QBoxLayout, items: tuple[QWidget | QLayout, ...], gap: int, edge: int
) -> None:
    layout.setSpacing(gap)
    layout.setContentsMargins(edge, edge, edge, edge)
    for item in items:
        if isinstance(item, QWidget):
            layout.addWidget(item)
        else:
            layout.addLayout(item)
