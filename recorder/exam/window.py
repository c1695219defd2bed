"""The exam's own window: a place for the exam's bar, the browser, and *leave* at any time."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QGuiApplication,
    QKeySequence,
    QResizeEvent,
    QScreen,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from recorder.exam.browser import ExamBrowser
from recorder.exam.buttons import Button
from recorder.exam.covers import Covers
from recorder.exam.standing import is_above, keep_above, stand_free, stand_on

# What a window is when it is not held to its display, in pixels: small enough for any screen.
FREE_SIZE = (1100, 760)

# What the bar takes of the window's height at most, unfolded: what it says is read at once, and
# the exam stays in sight.
BAR_SHARE = 0.55

# As high as the layout lets it be (``QWIDGETSIZE_MAX``).
UNBOUNDED = 16_777_215

# Pixels around the button to leave, in line with those of the bar.
EDGE = 10

SHEET = """
QWidget#exam, QWidget#cover { background: palette(window); }
QWidget#head { background: palette(window); border-bottom: 1px solid palette(mid); }
QWidget#addressBar { background: palette(window); }
QLabel#host { color: palette(window-text); }
QLabel#notice { background: palette(highlight); color: palette(highlighted-text); }
QFrame#asking { background: palette(base); border: 2px solid palette(highlight); }
QLabel#notice, QFrame#asking { padding: 8px 14px; }
QFrame#dialogue { background: palette(base); border: 2px solid palette(highlight); }
QScrollArea#trouble, QScrollArea#asked { border: none; }
QScrollArea#asked, QScrollArea#asked QLabel { background: palette(base); }
"""


class ExamWindow(QWidget):
    """The window; lockdown holds it to its display (``operations``).

    Signals:
        left: the candidate has left the exam (asked once, told twice), and the window closes.
        disturbed: something moved, hid or shrank it.
    """

    left = Signal()
    disturbed = Signal(str)

    def __init__(self, browser: ExamBrowser, title: str, institution: str) -> None:
        """Show ``browser``; the title is the exam's, for switchers and screen readers."""
        super().__init__(None, Qt.WindowType.Window)
        self.setObjectName("exam")
        self.setWindowTitle(title)
        self.setStyleSheet(SHEET)
        self.resize(*FREE_SIZE)
        self._browser = browser
        self._over = False
        self._held: QScreen | None = None
        self._bar: QWidget | None = None
        self.covers = Covers(institution, self.ask_to_leave, self)
        self._slot = QHBoxLayout()
        self._leave = Button(self.tr("Leave the exam"))
        self._leave.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._leave.setToolTip("Ctrl+Q")
        self._leave.clicked.connect(self.ask_to_leave)
        self._asking = self._question()
        self._lay_out()
        quits = QAction(self)
        quits.setShortcuts([QKeySequence("Ctrl+Q")])
        # A cover, a page and the bar are all the exam: the keys work from each.
        quits.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
        quits.triggered.connect(self.ask_to_leave)
        self.addAction(quits)

    def _lay_out(self) -> None:
        head = QWidget()
        head.setObjectName("head")
        row = QHBoxLayout(head)
        row.addLayout(self._slot, 1)
        row.setContentsMargins(0, 0, EDGE, 0)
        away = QVBoxLayout()
        away.setContentsMargins(0, EDGE, 0, EDGE)
        away.addWidget(self._leave)
        away.addStretch()
        row.addLayout(away)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (head, self._asking, self._browser):
            column.addWidget(widget)
        column.setStretchFactor(self._browser, 1)
        # It takes what the bar leaves, whatever size its page would like.
        self._browser.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setTabOrder(self._leave, self._browser)

    def _question(self) -> QFrame:
        frame = QFrame()
        frame.setObjectName("asking")
        words = QLabel(
            self.tr(
                "Leave the exam? The recording ends and is delivered, and you cannot go back. "
                "Choosing it again, or Ctrl+Q, leaves."
            )
        )
        words.setWordWrap(True)
        frame.setAccessibleName(words.text())
        yes, no = Button(self.tr("Leave the exam")), Button(self.tr("Go on"))
        yes.clicked.connect(self.ask_to_leave)
        no.clicked.connect(self._stay)
        self._stays = no
        # A screen reader reads what it comes to: the buttons say what they answer.
        for button in (yes, no):
            button.setAccessibleDescription(words.text())
        row = QHBoxLayout(frame)
        row.addWidget(words, 1)
        row.addWidget(no)
        row.addWidget(yes)
        frame.hide()
        return frame

    def set_bar(self, bar: QWidget) -> None:
        """Dock the exam's bar (time, light, chat …) at the top."""
        self._bar = bar
        self._slot.addWidget(bar)
        self._bound_bar()

    def veil(self, veiled: bool) -> None:
        """Put the exam's content away, so that nobody reads or uses it; or bring it back.

        It stays loaded, with what was written in it.
        """
        self._browser.setHidden(veiled)
        self._bound_bar()
        if not veiled:
            self._browser.view.setFocus()

    def _bound_bar(self) -> None:
        if self._bar is not None:
            alone = self._browser.isHidden()
            highest = UNBOUNDED if alone else round(BAR_SHARE * self.height())
            self._bar.setMaximumHeight(highest)

    # Leaving

    @property
    def asking(self) -> bool:
        """Whether it was asked already: the next time obeys."""
        return self._asking.isVisible()

    def ask_to_leave(self) -> None:
        """Ask; a second time obey."""
        if self._over:
            return
        if self.asking:
            # First whatever comes next: the last window to close would end the program.
            self.left.emit()
            self.end()
        else:
            self._asking.show()
            self._stays.setFocus()
            self.activateWindow()

    def _stay(self) -> None:
        self._asking.hide()
        self._browser.view.setFocus()

    def end(self) -> None:
        """Close without a question: the exam is over."""
        if self._over:
            return
        self._over = True
        self._browser.dismiss()
        self.covers.fall()
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Closing the window is asking to leave; a system that shuts down is not held up."""
        if not self._over and _is_shutting_down():
            self.left.emit()
            self.end()
        event.setAccepted(self._over)
        if not self._over:
            self.ask_to_leave()

    # Being held to a display

    @property
    def is_over(self) -> bool:
        """Whether the exam was left or ended."""
        return self._over

    def hold(self, screen: QScreen | None) -> None:
        """Fill a display; with ``None`` be an ordinary window again."""
        self._held = screen
        if screen is None:
            stand_free(self)
        else:
            stand_on(self, screen, above=is_above(self))
            self.activateWindow()

    def keep_on_top(self, *, on_top: bool) -> None:
        """Stay above other windows, covers too, or not; where they stand they stay."""
        for one in (self, *self.covers.all):
            keep_above(one, above=on_top)
        if on_top:
            self.raise_()

    def astray(self) -> str:
        """In what way the window does not fill its display; empty where it does."""
        if self._over or self._held is None:
            return ""
        if not self.isVisible():
            return "hidden"
        if self.isMinimized():
            return "minimised"
        if not self.isFullScreen():
            return "not full screen"
        filled = [
            screen.geometry()
            for screen in QGuiApplication.screens()
            if self.geometry().contains(screen.geometry())
        ]
        if not filled:
            return "made smaller"
        # Where displays overlap (mirrored ones), window managers choose between them.
        here = self._held.geometry()
        return "" if any(here.intersects(one) for one in filled) else "moved to another display"

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Notice at once what a look four times a second might miss."""
        if event.type() is QEvent.Type.WindowStateChange and (how := self.astray()):
            self.disturbed.emit(how)
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Likewise."""
        self._bound_bar()
        if how := self.astray():
            self.disturbed.emit(how)
        super().resizeEvent(event)


def _is_shutting_down() -> bool:
    application = QGuiApplication.instance()
    return isinstance(application, QGuiApplication) and application.isSavingSession()
