"""How a window is made to fill a display and to stay above others."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QWidget

_TOP = Qt.WindowType.WindowStaysOnTopHint


def is_above(widget: QWidget) -> bool:
    """Whether a top-level widget is to stay above others."""
    return bool(widget.windowFlags() & _TOP)


def keep_above(widget: QWidget, *, above: bool) -> None:
    """Have a top-level widget stay above others, or not; shown or not, as it was.

    ``setWindowFlag`` would hide a window that is shown and make another: on X11 the keyboard
    then stays with the old one.
    """
    if is_above(widget) is above:
        return
    flags = widget.windowFlags() | _TOP if above else widget.windowFlags() & ~_TOP
    handle = widget.windowHandle()
    if handle is None:
        widget.setWindowFlags(flags)
        return
    widget.overrideWindowFlags(flags)
    handle.setFlag(_TOP, above)


def stand_on(widget: QWidget, screen: QScreen, *, above: bool) -> None:
    """Show a top-level widget over all of a display; who has the keyboard keeps it."""
    keep_above(widget, above=above)
    widget.setScreen(screen)
    widget.setGeometry(screen.geometry())
    # ``showFullScreen`` would activate it.
    state = widget.windowState() & ~Qt.WindowState.WindowMinimized
    widget.setWindowState(state | Qt.WindowState.WindowFullScreen)
    widget.show()
    if above:
        widget.raise_()


def stand_free(widget: QWidget) -> None:
    """Let it be an ordinary window again, where it is shown at all."""
    keep_above(widget, above=False)
    if widget.isVisible():
        widget.showNormal()
