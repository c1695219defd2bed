"""How a window is made to fill a display and to stay above others."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QWidget

_TOP = Qt.WindowType.WindowStaysOnTopHint


def stand_on(widget: QWidget, screen: QScreen, *, on_top: bool) -> None:
    """Show a top-level widget over all of a display."""
    if bool(widget.windowFlags() & _TOP) is not on_top:
        widget.setWindowFlag(_TOP, on_top)  # hides it: it is shown again below
    widget.setScreen(screen)
    widget.setGeometry(screen.geometry())
    widget.showFullScreen()
    if on_top:
        widget.raise_()


def stand_free(widget: QWidget) -> None:
    """Let it be an ordinary window again, where it is shown at all."""
    shown = widget.isVisible()
    if widget.windowFlags() & _TOP:
        widget.setWindowFlag(_TOP, on=False)
    if shown:
        widget.showNormal()
