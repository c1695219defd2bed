"""The window around the pages: steps, text size, the focus ring, what belongs to no page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSettings, QSize, Qt
from PySide6.QtGui import QFontInfo, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QBoxLayout, QMainWindow, QStackedWidget, QWidget

from recorder.announcing import announce
from recorder.ui.language import Speech
from recorder.ui.memory import NORMAL_SCALE, SCALE_STEP, Memory, fit_scale
from recorder.ui.operation import Trouble
from recorder.ui.pages.page import Page
from recorder.ui.style.branded import brand
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
        self.speech = Speech(application, self.memory.language)
        self._theme = Theme(application, self, self.memory.scale)
        self.setWindowIcon(app_icon())
        self._plan: tuple[Step, ...] = tuple(Step)
        self._step, self._finished, self._institution = Step.CODE, False, ""
        self._readable = self._filling = self._low = False
        self._readers: list[Button] = []
        self._before: QSize | None = None
        self._rail, self._strip = Rail(*self._tools()), Strip(*self._tools())
        self._banner = Banner()
        self._dismiss = Button(self.tr("Dismiss"), self._banner.hide, "quiet")
        self._banner.offer(self._dismiss)
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
        announce(page, page.accessibleName())

    def plan_steps(self, plan: Sequence[Step]) -> None:
        """Show these steps alone: those that an exam has."""
        self._plan = tuple(plan)
        for guide in (self._rail, self._strip):
            guide.lay_out(self._plan)

    def mark_step(self, step: Step, *, finished: bool = False) -> None:
        """Mark where one is, or that all is over."""
        self._step, self._finished = step, finished
        for guide in (self._rail, self._strip):
            guide.show_step(step, finished=finished)
        self.setWindowTitle(f"{step.title} · {brand().app.name}")

    def retell(self) -> None:
        """Say what is around the pages, in the language that is spoken now."""
        self._dismiss.rename(self.tr("Dismiss"))
        self._readers.clear()
        for old, new in (
            (self._rail, Rail(*self._tools())),
            (self._strip, Strip(*self._tools())),
        ):
            hidden = old.isHidden()
            self._beside(old).replaceWidget(old, new)
            new.setHidden(hidden)
            old.hide()
            old.deleteLater()
            if isinstance(new, Rail):
                self._rail = new
            else:
                self._strip = new
        self.plan_steps(self._plan)
        self.mark_step(self._step, finished=self._finished)
        self.name_institution(self._institution)
        self.let_read(self._readable)

    def let_read(self, readable: bool) -> None:
        """Whether what is recorded can be read again: from the consent on."""
        self._readable = readable
        for button in self._readers:
            button.setVisible(readable)

    def read_terms(self) -> None:
        """Show what is recorded; what that is, the window knows."""

    def fill_screen(self, fill: bool) -> None:
        """Nothing but the page on the whole display, or as before."""
        if fill != self._filling:
            self._filling = fill
            self.showFullScreen() if fill else self.showNormal()
            self._fit_steps()

    def shrink(self, low: bool) -> None:
        """As low as the page allows, without the steps; or as before."""
        if low != self._low:
            self._low = low
            self._fit_steps()
            if low:
                self._before = self.size()
                self.resize(self.width(), self.minimumHeight())
            elif self._before is not None:
                self.resize(self._before)

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
        self._institution = name
        self._rail.institution.say(name)

    def become(self, size: tuple[int, int]) -> None:
        """Take a size in multiples of the text's, unless the user made the window large."""
        if not (self.isMaximized() or self.isFullScreen()):
            room = self.screen().availableGeometry()
            width, height = (side * text_size() for side in size)
            self.resize(min(width, room.width()), min(height, room.height()))

    def size_buttons(self, kind: str = "plain") -> tuple[Button, Button]:
        """Buttons that make all text smaller and larger, wherever they stand."""
        # Marks of left-to-right: a sign at the end would else change sides in Hebrew.
        smaller = Button("\u200eA−\u200e", lambda: self._scale_by(-SCALE_STEP), kind)
        larger = Button("\u200eA+\u200e", lambda: self._scale_by(SCALE_STEP), kind)
        for button, name, keys in (
            (smaller, self.tr("Smaller text"), "Ctrl+−"),
            (larger, self.tr("Larger text"), "Ctrl++"),
        ):
            button.setAccessibleName(name)
            button.setToolTip(f"{name} ({keys})")
        return smaller, larger

    def size_shortcuts(self, place: QWidget) -> None:
        """The keys for the size of text: anywhere in this window, or while the focus is in
        ``place`` of another.
        """
        keys, context = QKeySequence.StandardKey, Qt.ShortcutContext
        within = context.WindowShortcut if place is self else context.WidgetWithChildrenShortcut
        for sequence, act in (
            (QKeySequence(keys.ZoomIn), lambda: self._scale_by(SCALE_STEP)),
            (QKeySequence("Ctrl+="), lambda: self._scale_by(SCALE_STEP)),
            (QKeySequence(keys.ZoomOut), lambda: self._scale_by(-SCALE_STEP)),
            (QKeySequence("Ctrl+0"), lambda: self._scale_to(NORMAL_SCALE)),
        ):
            QShortcut(sequence, place, context=within).activated.connect(act)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Steps at the side or on top, as there is room."""
        super().resizeEvent(event)
        self._fit_steps()

    def _set_together(self) -> None:
        # Pages first: the keyboard reaches what they hold before the text size's buttons.
        self._right = column(self._banner, self._stack, gap=0)
        self._right.insertWidget(0, self._strip)
        self._whole = row(self._right, gap=0)
        self._whole.insertWidget(0, self._rail)
        self._whole.setStretch(1, 1)
        middle = QWidget()
        middle.setLayout(self._whole)
        self.setCentralWidget(middle)

    def _beside(self, guide: Rail | Strip) -> QBoxLayout:
        """The layout that holds it."""
        return self._whole if isinstance(guide, Rail) else self._right

    def _tools(self) -> tuple[Button, ...]:
        read = Button(self.tr("What is recorded"), self.read_terms, "rail")
        read.hide()
        self._readers.append(read)
        leave = Button(self.tr("Quit"), self.close, "rail")
        leave.setToolTip("Ctrl+Q")
        return (*self.size_buttons("rail"), read, leave)

    def _add_shortcuts(self) -> None:
        self.size_shortcuts(self)
        for sequence, act in (("Ctrl+Q", self.close), ("F1", self.read_terms)):
            QShortcut(QKeySequence(sequence), self).activated.connect(act)

    def _scale_by(self, step: float) -> None:
        self._scale_to(fit_scale(self._theme.scale + step))

    def _scale_to(self, scale: float) -> None:
        self._theme.scale = self.memory.scale = scale
        self._fit_steps()

    def _fit_steps(self) -> None:
        text = text_size()
        sides = zip(MIN_SIZE, MIN_PIXELS, strict=True)
        width, height = (max(ems * text, pixels) for ems, pixels in sides)
        wide, alone = self.width() >= WIDE * text, self._filling or self._low
        self._rail.setVisible(wide and not alone)
        self._strip.setVisible(not wide and not alone)
        if self._low:
            self._whole.activate()
            height = self.minimumSizeHint().height()
        self.setMinimumSize(width, height)
