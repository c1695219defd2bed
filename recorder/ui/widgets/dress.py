"""Small things every widget needs from the style: its tone, its measure."""

from __future__ import annotations

from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QWidget


def dress(widget: QWidget, **properties: str) -> None:
    """Set properties that the style sheet selects by, and draw the widget anew."""
    changed = False
    for name, value in properties.items():
        if widget.property(name) != value:
            widget.setProperty(name, value)
            changed = True
    if changed:
        style = widget.style()
        style.unpolish(widget)
        style.polish(widget)
        widget.update()


def em(widget: QWidget) -> int:
    """The size of the widget's text in pixels: what its measures are multiples of."""
    return QFontInfo(widget.font()).pixelSize()
