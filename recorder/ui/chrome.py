"""The window around the pages: steps, text size, the focus ring, what belongs to no page."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QFontInfo, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from recorder.ui.memory import NORMAL_SCALE, SCALE_STEP, Memory, fit_scale
from recorder.ui.operation import Trouble
from recorder.ui.pages.page import Page
from recorder.ui.style.glyphs import app_icon
from recorder.ui.style.theme import Theme
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import column, row
from recorder.ui.widgets.focus import FocusRing
from recorder.ui.widgets.steps import Rail, Step, Strip

# Multiples of the text's size: the window at first, and while an exam is being written.
FIRST_SIZE = (70, 50)
EXAM_SIZE = (31, 49)
# Width from which the steps stand at the side instead of in a strip on top.
WIDE = 58
# Multiples of the text's size below which the buttons do not fit.
MIN_SIZE = (20, 22)
# Pixels that a window has at least, however small the text.
MIN_PIXELS = (360, 420)


def text_size() -> int:
    """The application's size of text, in pixels."""
    return QFontInfo(QApplication.font()).pixelSize()


class Chrome(QMainWindow):
    """Shows one page at a time; knows neither the program nor the exam."""

    def __init__(self, settings: QSettings, server: str) -> None:
        super().__init__()
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.memory = Memory(settings, server)
        self._theme = Theme(application, self, self.memory.scale)
        self.setWindowIcon(app_icon())
        self._rail, self._strip = Rail(*self._size_buttons()), Strip(*self._size_buttons())
        self._banner = Banner()
        self._banner.offer(Button(self.tr("Dismiss"), self._banner.hide, "quiet"))
        self._stack = QStackedWidget()
        self._set_together()
        self._ring = FocusRing(self)
        self._add_shortcuts()
        self.become(FIRST_SIZE)

    @property
    def page(self) -> QWidget | None:
        """The page that is shown."""
        return self._stack.currentWidget()

    def trouble(self, trouble: Trouble) -> None:
        """Show a problem that belongs to no page."""
        self._banner.trouble(trouble)

    def show_page(self, page: Page, step: Step) -> None:
        """Show a page and where it stands among the steps."""
        if self._stack.indexOf(page) < 0:
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        self.mark_step(step)
        focus = page.first_focus()
        if focus is not None:
            focus.setFocus(Qt.FocusReason.OtherFocusReason)

    def mark_step(self, step: Step, *, finished: bool = False) -> None:
        """Mark where one is, or that all is over."""
        self._rail.show_step(step, finished=finished)
        self._strip.show_step(step, finished=finished)
        self.setWindowTitle(f"{step.title} · Invigil")

    def drop_page(self, page: Page | None) -> None:
        """A page is not used again."""
        if page is not None:
            self._stack.removeWidget(page)
            page.deleteLater()

    def keep_only(self, page: Page) -> None:
        """No other page is used again."""
        for index in reversed(range(self._stack.count())):
            other = self._stack.widget(index)
            if isinstance(other, Page) and other is not page:
                self.drop_page(other)

    def name_institution(self, name: str) -> None:
        """Show whose exam it is beside the steps."""
        self._rail.institution.say(name)

    def become(self, size: tuple[int, int]) -> None:
        """Take a size in multiples of the text's, unless the user made the window large."""
        if not (self.isMaximized() or self.isFullScreen()):
            room = self.screen().availableGeometry()
            width, height = (side * text_size() for side in size)
            self.resize(min(width, room.width()), min(height, room.height()))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Steps at the side or on top, as there is room."""
        super().resizeEvent(event)
        self._fit_steps()

    def _set_together(self) -> None:
        # Pages first: the keyboard reaches what they hold before the text size's buttons.
        right = column(self._banner, self._stack, gap=0)
        right.insertWidget(0, self._strip)
        whole = row(right, gap=0)
        whole.insertWidget(0, self._rail)
        whole.setStretch(1, 1)
        middle = QWidget()
        middle.setLayout(whole)
        self.setCentralWidget(middle)

    def _size_buttons(self) -> tuple[Button, Button]:
        smaller = Button("A−", lambda: self._scale_by(-SCALE_STEP), "rail")
        larger = Button("A+", lambda: self._scale_by(SCALE_STEP), "rail")
        for button, name, keys in (
            (smaller, self.tr("Smaller text"), "Ctrl+−"),
            (larger, self.tr("Larger text"), "Ctrl++"),
        ):
            button.setAccessibleName(name)
            button.setToolTip(f"{name} ({keys})")
        return smaller, larger

    def _add_shortcuts(self) -> None:
        keys = QKeySequence.StandardKey
        for sequence, act in (
            (QKeySequence(keys.ZoomIn), lambda: self._scale_by(SCALE_STEP)),
            (QKeySequence("Ctrl+="), lambda: self._scale_by(SCALE_STEP)),
            (QKeySequence(keys.ZoomOut), lambda: self._scale_by(-SCALE_STEP)),
            (QKeySequence("Ctrl+0"), lambda: self._scale_to(NORMAL_SCALE)),
            (QKeySequence("Ctrl+Q"), self.close),
        ):
            QShortcut(sequence, self).activated.connect(act)

    def _scale_by(self, step: float) -> None:
        self._scale_to(fit_scale(self._theme.scale + step))

    def _scale_to(self, scale: float) -> None:
        self._theme.scale = self.memory.scale = scale
        self._fit_steps()

    def _fit_steps(self) -> None:
        text = text_size()
        sides = zip(MIN_SIZE, MIN_PIXELS, strict=True)
        self.setMinimumSize(*(max(ems * text, pixels) for ems, pixels in sides))
        wide = self.width() >= WIDE * text
        self._rail.setVisible(wide)
        self._strip.setHidden(wide)
