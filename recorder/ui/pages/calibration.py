"""Nine looks at the screen, so that looking at it is told from looking away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSizeF, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from recorder.announcing import announce
from recorder.status import CalibrationView
from recorder.ui.operation import guarded
from recorder.ui.pages.page import Page
from recorder.ui.ports import Recording
from recorder.ui.told import told
from recorder.ui.widgets.banner import Banner
from recorder.ui.widgets.beat import Beat
from recorder.ui.widgets.button import Button
from recorder.ui.widgets.dress import dress
from recorder.ui.widgets.target import Target
from recorder.ui.widgets.text import Text

# Milliseconds: a mark that moves on is seen at once.
LOOK_MS = 50


class CalibrationPage(Page):
    """Says what will happen, then shows marks on the whole display. Esc stops them."""

    done = Signal()
    filling = Signal(bool)
    """Whether the page wants the whole display."""

    def __init__(self, recording: Recording) -> None:
        super().__init__("")
        self._recording = recording
        self._view: CalibrationView | None = None
        self._running = False
        self.title.say(self.tr("Look at the points"))
        self.setAccessibleName(self.title.plain)
        self.lead.say(
            self.tr(
                "Nine points appear one after the other on the whole screen. Look at each "
                "until it moves on. It takes less than a minute."
            )
        )
        self.lead.show()
        self._banner = Banner()
        self._how = Text(
            self.tr(
                "Sit as you will during the exam. If you cannot see the points, or do not "
                "want this, leave it out: it is noted, and where your screen is will be learnt "
                "during the exam."
            )
        )
        self.add(self._banner, self._how)
        self.body.addStretch(1)
        self.target = Target(self)
        self.target.stopped.connect(self.stop)
        self._beat = Beat(self, LOOK_MS, self.look)
        self._build_foot()

    def first_focus(self) -> QWidget | None:
        """The button that starts."""
        return self.primary

    def start(self) -> None:
        """Show the marks from now on."""
        self._banner.hide()
        width, height = _millimetres(self.screen().physicalSize())
        begun: list[bool] = []
        guarded(
            lambda: begun.append(self._recording.begin_calibration(width, height) is None),
            self.show_trouble,
        )
        if not begun:
            return
        self._view, self._running = None, True
        self.filling.emit(True)
        self.target.setGeometry(self.rect())
        self.target.show()
        self.target.raise_()
        self.target.setFocus()
        self._beat.start()

    def stop(self) -> None:
        """Back to the page: start again, or leave it out."""
        self.rest()
        again = self.tr("Start again, or leave them out.")
        self._say("attention", self.tr("The points were stopped."), self._kept() or again)

    def rest(self) -> None:
        """The page is left."""
        if self._running:
            guarded(self._recording.stop_calibration, self.show_trouble)
        self._rest()

    def look(self) -> None:
        """One look at the calibration."""
        view = guarded(self._recording.calibration, self.show_trouble)
        if view is None or not self._running:
            return
        words = told(view.words)
        if self._view is None or words != told(self._view.words):
            announce(self.target, words)
        self._view = view
        self.target.show_at(view.target, words)
        if view.outcome != "running":
            self._end(view)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """The marks have the whole page."""
        super().resizeEvent(event)
        self.target.setGeometry(self.rect())

    def ask_to_leave(
        self, title: str, text: str, *, yes: str, quits: Callable[[], object]
    ) -> None:
        """A question is seen only beside the marks' page."""
        if self._running:
            self.stop()
        super().ask_to_leave(title, text, yes=yes, quits=quits)

    def _build_foot(self) -> None:
        self.begin = Button(self.tr("&Start"), self.start, "primary")
        self.skip = Button(self.tr("&Leave this out"), self._leave_out)
        self.go_on = Button(self.tr("C&ontinue"), self.done.emit, "primary")
        self.go_on.hide()
        self.primary = self.begin
        self.act(self.skip, right=(self.begin, self.go_on))

    def _leave_out(self) -> None:
        guarded(lambda: self._recording.leave_out("calibration"), self.show_trouble)
        self.done.emit()

    def _end(self, view: CalibrationView) -> None:
        self._rest()
        match view.outcome:
            case "done":
                self._say("good", self.tr("The points are done. You may go on."))
                self._offer_to_go_on()
            case "left_out":
                self.done.emit()
            case _:
                words = " ".join(filter(None, (told(view.words), self._kept())))
                self._say("attention", self.tr("That was not exact enough."), words)
                self.begin.rename(self.tr("&Try again"))

    def _offer_to_go_on(self) -> None:
        self.begin.rename(self.tr("&Do it again"))
        dress(self.begin, kind="plain")
        self.skip.hide()
        self.go_on.show()
        self.primary = self.go_on
        self.go_on.setFocus()

    def _kept(self) -> str:
        """What to say of points that were done before, where there are any."""
        if self.go_on.isHidden():
            return ""
        return self.tr("The points that were done before count. Do them again, or go on.")

    def _rest(self) -> None:
        self._beat.stop()
        if self._running:
            self._running = False
            self.target.hide()
            self.filling.emit(False)
            if self.primary is not None:
                self.primary.setFocus()

    def _say(self, tone: str, title: str, text: str = "") -> None:
        self._banner.say(tone, title, text)


def _millimetres(size: QSizeF) -> tuple[float | None, float | None]:
    """A display's size as it says itself; one that says nothing sensible has none."""
    known = size.width() > 0 and size.height() > 0
    return (size.width(), size.height()) if known else (None, None)
