"""What stands on the other displays while an exam runs on one: a plain word, and a way out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QScreen
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from recorder.exam.standing import is_above, stand_on

HEADING_SHARE = 1.6

# Without a frame, and never with the keyboard: what is typed goes on going to the exam when a
# cover comes or is clicked on, and the exam stays the window that nothing is above.
_BARE = (
    Qt.WindowType.Window
    | Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.WindowDoesNotAcceptFocus
)


class Cover(QWidget):
    """One display, covered. Its shortcut for *quit* is the window's own."""

    def __init__(self, institution: str, quit_asked: Callable[[], object]) -> None:
        super().__init__(None, _BARE)
        self.setObjectName("cover")
        self.setWindowTitle(self.tr("Invigil: the exam runs on the other display"))
        self._quit_asked = quit_asked
        self._allowed_to_close = False
        column = QVBoxLayout(self)
        column.addStretch()
        for words, heading in (
            (institution, True),
            (self.tr("The exam runs on the other display."), False),
            (
                self.tr("To leave the exam: {0}").format(
                    QKeySequence("Ctrl+Q").toString(QKeySequence.SequenceFormat.NativeText)
                ),
                False,
            ),
        ):
            column.addWidget(_line(words, heading=heading))
        column.addStretch()
        self.setAccessibleName(self.tr("The exam runs on the other display."))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Closing a cover is asking to leave: it stays, and the window asks."""
        event.setAccepted(self._allowed_to_close)
        if not self._allowed_to_close:
            self._quit_asked()

    def let_go(self) -> None:
        """Close for good."""
        self._allowed_to_close = True
        self.close()
        self.deleteLater()


class Covers(QObject):
    """A cover on every display but the exam's, displays that come later too."""

    def __init__(
        self, institution: str, quit_asked: Callable[[], object], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._institution, self._quit_asked = institution, quit_asked
        self._covers: dict[QScreen, Cover] = {}
        application = QApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenRemoved.connect(self._removed)

    @property
    def all(self) -> tuple[Cover, ...]:
        """The covers that stand."""
        return tuple(self._covers.values())

    def stand(self, exam: QScreen, *, above: bool) -> None:
        """Cover all displays but ``exam``; those that are covered stay so."""
        if exam in self._covers:
            self._removed(exam)
        for screen in QGuiApplication.screens():
            mirrored = screen.geometry().intersects(exam.geometry())
            if screen is not exam and screen not in self._covers and not mirrored:
                cover = Cover(self._institution, self._quit_asked)
                self._covers[screen] = cover
                stand_on(cover, screen, above=above)

    def missing(self) -> tuple[Cover, ...]:
        """Covers that do not cover: hidden, made small, or moved away."""
        return tuple(
            cover
            for screen, cover in self._covers.items()
            if not cover.isVisible()
            or cover.isMinimized()
            or not cover.geometry().contains(screen.geometry())
        )

    def restore(self) -> None:
        """Put those back."""
        for screen, cover in self._covers.items():
            stand_on(cover, screen, above=is_above(cover))

    def fall(self) -> None:
        """Take all away."""
        covers, self._covers = self._covers, {}
        for cover in covers.values():
            cover.let_go()

    def _removed(self, screen: QScreen) -> None:
        if cover := self._covers.pop(screen, None):
            cover.let_go()


def _line(words: str, *, heading: bool) -> QLabel:
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setWordWrap(True)
    if heading:
        font = label.font()
        font.setPixelSize(round(label.fontInfo().pixelSize() * HEADING_SHARE))
        font.setBold(True)
        label.setFont(font)
    return label
