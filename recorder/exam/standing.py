"""How a window is made to fill a display and to stay above others; which display that is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QApplication, QWidget

# What an ordinary window takes of a display's width and height at most: its frame is to be on
# it as well, or the candidate could not move it.
FREE_SHARE = 0.9

_TOP = Qt.WindowType.WindowStaysOnTopHint


def looked_at(window: QWidget) -> QScreen | None:
    """The display that the candidate looks at now; ``None`` while there is none at all.

    It is where ``window`` is; before that is shown, where the active window is, or any other of
    ours. It is asked for when it is needed: displays come, go, and with them their ``QScreen``.
    """
    if window.isVisible():
        return window.screen()
    if (active := QApplication.activeWindow()) is not None:
        return active.screen()
    ours = (one for one in QApplication.topLevelWidgets() if _is_worked_in(one))
    if (other := next(ours, None)) is not None:
        return other.screen()
    return QGuiApplication.primaryScreen()


def _is_worked_in(widget: QWidget) -> bool:
    """Whether a top-level widget is shown and takes the keyboard: no cover, hint or menu."""
    flags = widget.windowFlags()
    plain = flags & Qt.WindowType.WindowType_Mask == Qt.WindowType.Window
    deaf = flags & Qt.WindowType.WindowDoesNotAcceptFocus
    return widget.isVisible() and plain and not deaf


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


def begin_on(widget: QWidget, screen: QScreen) -> None:
    """Have an ordinary window that is not shown yet be shown in the middle of a display."""
    available = screen.availableGeometry()
    widget.setScreen(screen)
    widget.resize(widget.size().boundedTo(available.size() * FREE_SHARE))
    place = widget.rect()
    place.moveCenter(available.center())
    widget.move(place.topLeft())


def stand_free(widget: QWidget) -> None:
    """Let it be an ordinary window again, where it is shown at all."""
    keep_above(widget, above=False)
    if widget.isVisible():
        widget.showNormal()
