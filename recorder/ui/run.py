"""Runs the window: the application, its signals and links, until the window is closed."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QEvent, QSocketNotifier, Qt, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from recorder.faults import EnvironmentFault
from recorder.ui.doorbell import Doorbell, ring
from recorder.ui.link import looks_like_link
from recorder.ui.operation import trouble_from
from recorder.ui.ports import Program
from recorder.ui.window import MainWindow

NAME = "Invigil"

ALREADY_OPEN = "Invigil is open already; its window was brought to the front."

# The window is painted by then; nobody starts a program twice within that.
BELL_AFTER_MS = 600

# One of these names a display on X11 and Wayland, or a plugin that needs none.
DISPLAY_VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


class Application(QApplication):
    """Receives links that the system opens while the program runs (macOS)."""

    opened = Signal(str)

    def event(self, event: QEvent) -> bool:
        """Pass a link on to the window."""
        if isinstance(event, QFileOpenEvent):
            self.opened.emit(event.url().toString())
            return True
        return super().event(event)


def run(program: Program, argv: Sequence[str], server: str = "", bell: str = "") -> int:
    """Show the window and return when it is closed; where one is open, that one comes forward.

    Args:
        program: the recorder.
        argv: the program's name, then perhaps an ``invigil://`` link.
        server: the institution's own server, shown where no other is known.
        bell: what further starts of this user ring at (``doorbell.bell_of``); empty: nothing.

    Returns:
        An exit status.

    Raises:
        EnvironmentFault: there is no display to show a window on.
    """
    _require_display()
    application = _application(argv)
    if bell and ring(bell, link_in(argv)):
        print(ALREADY_OPEN, file=sys.stderr)  # noqa: T201 - whoever typed the command
        return 0
    window = MainWindow(program, link_in(argv), server=server)
    if isinstance(application, Application):
        application.opened.connect(window.open_link)
    with _bugs_shown(window), _signals(lambda: _stop(window)), _answering(window, bell):
        window.show()
        status = application.exec()
        window.settle()
    return status


def _stop(window: MainWindow) -> None:
    """End the program, whichever window stands for it.

    Qt ends it with the last window that closes, and does not count one that was hidden when
    it was told to: in an exam's browser that is ours.
    """
    window.quit_now()
    QTimer.singleShot(0, QCoreApplication.exit)


@contextmanager
def _answering(window: MainWindow, bell: str) -> Iterator[None]:
    """Answer further starts, from after the first paint on, which it would delay."""
    if not bell:
        yield
        return
    doorbell = Doorbell(bell)
    doorbell.rung.connect(window.come_forward)
    QTimer.singleShot(BELL_AFTER_MS, doorbell, doorbell.listen)
    try:
        yield
    finally:
        doorbell.close()


def link_in(argv: Sequence[str]) -> str | None:
    """The link among the arguments, if there is one."""
    return next((argument for argument in argv[1:] if looks_like_link(argument)), None)


def _require_display() -> None:
    """Qt would abort the process, without a word that a user understands."""
    named = any(os.environ.get(name) for name in DISPLAY_VARIABLES)
    if sys.platform == "linux" and not named:
        raise EnvironmentFault(
            "There is no display to show the window on.",
            "Start Invigil from a desktop session, or record without a window: "
            "invigil-recorder record --headless.",
        )


def _application(argv: Sequence[str]) -> QApplication:
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    Application.setApplicationName(NAME)
    Application.setOrganizationName(NAME)
    Application.setDesktopFileName(NAME.lower())
    # What the exam's browser needs, which is loaded long after.
    Application.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    return Application(list(argv[:1]))


@contextmanager
def _bugs_shown(window: MainWindow) -> Iterator[None]:
    """An exception in a slot is logged and said in the window instead of on standard error.

    One that comes from the same line again, perhaps many times a second, is not repeated.
    """
    told: set[tuple[str, int]] = set()

    def show(
        _kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, Exception):
            _stop(window)
        elif (place := _origin(trace)) not in told:
            told.add(place)
            window.trouble(trouble_from(error))

    before = sys.excepthook
    sys.excepthook = show
    try:
        yield
    finally:
        sys.excepthook = before


def _origin(trace: TracebackType | None) -> tuple[str, int]:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return (trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace else ("", 0)


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """Let SIGINT and SIGTERM end the program in order: Python hears them only when woken."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda: ours.recv(64))
    wakeup = signal.set_wakeup_fd(theirs.fileno())
    handlers = {
        number: signal.signal(number, lambda *_: stop())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
        notifier.setEnabled(False)
        ours.close()
        theirs.close()
