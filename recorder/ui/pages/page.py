"""What every page has: a title, content that scrolls, actions at the foot, the keyboard."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

from recorder.status import Notice
from recorder.ui.operation import Trouble
from recorder.ui.widgets.actions import EDGE, Actions
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.bounded import Bounded
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.card import column
from recorder.ui.widgets.dress import em
from recorder.ui.widgets.notices import Notices
from recorder.ui.widgets.question import Question
from recorder.ui.widgets.text import Text
from shared.policy import Institution

# Multiples of the text's size: a line of some 80 characters, and room around the content.
CONTENT_WIDTH = 46
MARGIN = 2.4
# Multiples of the text's size from which two things fit beside each other.
SIDES_WIDTH = 44
# Share of the window's width that margins take at most, so that large text keeps its room.
MARGIN_SHARE = 0.065
# Share of the visible height that Page Up and Page Down scroll.
PAGE_SHARE = 0.85


class Page(QWidget):
    """Enter presses ``primary`` and Esc ``secondary``, wherever the focus is on the page."""

    def __init__(self, title: str, lead: str = "") -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        self.notices: Notices | None = None
        self._trouble: Banner | None = None
        self.primary: Button | None = None
        self.secondary: Button | None = None
        self.title = Text(title, role="title")
        self.lead = Text(lead, role="muted")
        if not lead:  # never shown here: without a parent it would be a window of its own
            self.lead.hide()
        self.body = column(self.title, self.lead, gap=16)
        self._content = QWidget()
        self._content.setObjectName("content")
        self._content.setLayout(self.body)
        footer = QFrame()
        footer.setObjectName("footer")
        self._actions, lines = QWidget(), QWidget()
        self.foot = column(gap=10)
        lines.setLayout(self.foot)
        self.question = Question(lines)
        self._asked = Bounded(self.question)
        self._edge = column(self._asked, lines, gap=0)
        self._actions.setLayout(self._edge)
        self._about_leaving = False
        self._halves: QBoxLayout | None = None
        _beside_nothing(footer, self._actions)
        self._scroll = _scroll_area(self._content)
        self._footer = footer
        halves = column(self._scroll, footer, gap=0)
        halves.setStretch(0, 1)
        self.setLayout(halves)
        self._measure()

    def first_focus(self) -> QWidget | None:
        """Where the keyboard begins when the page is shown."""
        return self.primary

    def add(self, *items: QWidget | QLayout) -> None:
        """Put something below what is there."""
        for item in items:
            if isinstance(item, QWidget):
                self.body.addWidget(item)
            else:
                self.body.addLayout(item)

    def split(self, sides: QBoxLayout) -> None:
        """Add something that stands side by side where there is room, else one below."""
        self._halves = sides
        self.add(sides)

    def act(self, *left: QWidget, right: tuple[QWidget, ...] = ()) -> Actions:
        """Fill a line of the foot with buttons."""
        line = Actions(left, right)
        self.foot.addWidget(line)
        return line

    @property
    def asking_to_leave(self) -> bool:
        """Whether the question about closing the window waits for an answer."""
        return self.question.open and self._about_leaving

    def ask(
        self, title: str, text: str, *, yes: str, no: str, on_yes: Callable[[], object]
    ) -> None:
        """Ask in the place of the buttons; ``on_yes`` runs if and only if *yes* is pressed."""
        self._about_leaving = False
        self.question.ask(title, text, yes=yes, no=no, on_yes=on_yes)

    def ask_to_leave(
        self, title: str, text: str, *, yes: str, quits: Callable[[], object]
    ) -> None:
        """Ask whether the window is to be closed, whatever that ends."""
        no = QCoreApplication.translate("Page", "&Keep going")
        self.ask(title, text, yes=yes, no=no, on_yes=quits)
        self._about_leaving = True

    def ask_to_withdraw(
        self, institution: Institution, withdraws: Callable[[], object]
    ) -> None:
        """Say what withdrawing the consent means, and make sure."""
        translate = QCoreApplication.translate
        self.ask(
            translate("Page", "Withdraw your consent and end the exam?"),
            translate(
                "Page",
                "The recording and your exam end at once, and cannot be taken up again with "
                "this code. What was recorded until now goes to {0}. You may ask them to "
                "delete it, and for another way to take the exam: {1}.",
            ).format(institution.name, institution.contact),
            yes=translate("Page", "Withdraw and &end"),
            no=translate("Page", "&Keep going"),
            on_yes=withdraws,
        )

    def show_notice(self, notice: Notice) -> None:
        """Show a message from the proctor or the recorder on top of the page."""
        if self.notices is None:
            self.notices = Notices()
            self.body.insertWidget(0, self.notices)
        self.notices.add(notice)
        self._scroll.verticalScrollBar().setValue(0)

    def show_trouble(self, trouble: Trouble) -> None:
        """Show a problem on top of the page."""
        if self._trouble is None:
            self._trouble = Banner()
            self.body.insertWidget(0, self._trouble)
        self._trouble.trouble(trouble)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter, Esc and the keys that scroll, unless the focused control took them."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not event.isAutoRepeat():
                self._press(self.primary)
            case Qt.Key.Key_Escape:
                self._press(self.secondary)
            case Qt.Key.Key_PageDown | Qt.Key.Key_PageUp | Qt.Key.Key_Down | Qt.Key.Key_Up:
                self._scroll_by(Qt.Key(event.key()))
            case _:
                super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Margins shrink with the window; what stands side by side may stand below."""
        if self._halves is not None:
            wide = event.size().width() >= SIDES_WIDTH * em(self)
            direction = QBoxLayout.Direction
            self._halves.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
        self._measure()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Measures are multiples of the text's size."""
        if event.type() == QEvent.Type.FontChange:
            self._measure()
        super().changeEvent(event)

    def _press(self, button: Button | None) -> None:
        if self.question.open:
            return
        if button is not None and button.isVisible() and button.isEnabled():
            button.click()

    def _scroll_by(self, key: Qt.Key) -> None:
        bar = (self._asked if self._asked.scrolls else self._scroll).verticalScrollBar()
        step = {
            Qt.Key.Key_PageDown: round(bar.pageStep() * PAGE_SHARE),
            Qt.Key.Key_PageUp: -round(bar.pageStep() * PAGE_SHARE),
            Qt.Key.Key_Down: 2 * em(self),
            Qt.Key.Key_Up: -2 * em(self),
        }[key]
        bar.setValue(bar.value() + step)

    def _measure(self) -> None:
        margin = round(min(MARGIN * em(self), MARGIN_SHARE * self.width()))
        for column_of_page in (self._content, self._actions):
            column_of_page.setMaximumWidth(CONTENT_WIDTH * em(self) + 2 * margin)
        self.body.setContentsMargins(margin, margin, margin, margin)
        self._edge.setContentsMargins(margin - EDGE, 10, margin - EDGE, 10)


def _scroll_area(content: QWidget) -> QScrollArea:
    frame = QWidget()
    frame.setObjectName("content")
    _beside_nothing(frame, content)
    area = QScrollArea()
    area.setWidget(frame)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    # What stands at the foot comes first.
    area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
    return area


def _beside_nothing(frame: QWidget, content: QWidget) -> None:
    """Let content grow to its maximum, and leave the rest of the width empty."""
    line = QHBoxLayout(frame)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(content, 1)
    line.addStretch(0)
